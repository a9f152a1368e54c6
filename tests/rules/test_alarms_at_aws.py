"""Every shipped alarm, as the program registers it, is put through boto3 into moto, read back and compared.

boto3 checks names, types, lengths and closed lists of a request; moto keeps it. What neither knows, and what therefore
is checked elsewhere: whether anybody sends the metric (tests/model/test_dimensions.py and the load of every file),
whether metric math parses (tests/rules/test_cloudwatch_rows.py), how far an alarm looks back (model/alarms/rows.py),
the limits of a composite's rule (tests/components/test_composite_alarms.py). moto 5.2 does not know PutCompositeAlarm:
those requests are checked against botocore's own description of the operation, and cannot be read back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pulumi_aws as aws
import pytest
from botocore.validate import ParamValidator
from moto import mock_aws

from components.composite_alarms import CompositeAlarms, CompositeAlarmsArgs, Leaf
from components.resource_alarms import ResourceAlarms, ResourceAlarmsArgs
from model.alarms.alarm import AlarmFile, AlarmPack, Pack, alarm_name, alarms_for
from model.vocabulary import Severity
from tests.rules.subjects import SUBJECTS
from tests.rules.test_cloudwatch_rows import ALL, FILES
from tests.synth import Synth, synth

TOPICS = {
    severity: f"arn:aws:sns:us-east-1:123456789012:belfry-prod-{severity}"
    for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
}

# Spellings of the provider -> of the API, where it is more than a capital letter.
METRIC_ALARM = {"name": "AlarmName", "okActions": "OKActions"}
COMPOSITE = {"okActions": "OKActions"}


def deployment(pack: AlarmPack = AlarmPack.FULL) -> Synth:
    """All alarms of all subjects of one system, and the composites above them."""

    def program() -> None:
        leaves = []
        for name, subject in SUBJECTS.items():
            alarms = [
                a for file in FILES.values() if file.applies_to == subject.kind for a in alarms_for(file, subject, pack)
            ]
            made = ResourceAlarms(
                f"shop-{name}",
                ResourceAlarmsArgs(
                    alarms=alarms,
                    topic_arns={Severity.INFO: TOPICS[Severity.INFO]},
                    prefix=f"prod-shop-{name}",
                    owner="shop",
                    runbooks="https://runbooks.example.com/a/rather/long/path/in/some/repository/on/the/main/branch",
                    account_id="123456789012",
                    region="us-east-1",
                    made={"nat-gateway-a": "nat-0123456789abcdef0", "nodes-general": "eks-nodes-general-0a1b"},
                ),
            )
            leaves += [
                Leaf(name=alarm_name(f"prod-shop-{name}", a.key), severity=a.severity, created=made.names[a.key])
                for a in alarms
            ]
        CompositeAlarms(
            "shop",
            CompositeAlarmsArgs(
                system="shop",
                leaves=leaves,
                topic_arns=TOPICS,
                prefix="prod-shop",
                owner="shop",
                runbooks="https://runbooks.example.com",
                suppressor="belfry-prod-alarms-forwarded",
            ),
        )

    return synth(program)


def put_metric_alarm(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The request that the AWS provider makes of a MetricAlarm's inputs."""
    request = {METRIC_ALARM.get(key, key[0].upper() + key[1:]): value for key, value in inputs.items()}
    request["Tags"] = [{"Key": key, "Value": value} for key, value in request["Tags"].items()]
    if "Dimensions" in request:
        request["Dimensions"] = dimensions(request["Dimensions"])
    if "MetricQueries" in request:
        request["Metrics"] = [query(one) for one in request.pop("MetricQueries")]
    return request


def query(given: Mapping[str, Any]) -> dict[str, Any]:
    found = {"Id": given["id"], "ReturnData": given.get("returnData", False)}
    if "expression" in given:
        return {**found, "Expression": given["expression"]}
    metric = given["metric"]
    named = {"Namespace": metric["namespace"], "MetricName": metric["metricName"]}
    stat = {
        "Metric": {**named, "Dimensions": dimensions(metric["dimensions"])},
        "Period": metric["period"],
        "Stat": metric["stat"],
    }
    return {**found, "MetricStat": stat}


def dimensions(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in sorted(given.items())]


def put_composite_alarm(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The request that the AWS provider makes of a CompositeAlarm's inputs."""
    request = {COMPOSITE.get(key, key[0].upper() + key[1:]): value for key, value in inputs.items()}
    request["Tags"] = [{"Key": key, "Value": value} for key, value in request["Tags"].items()]
    if suppressor := request.pop("ActionsSuppressor", None):
        request["ActionsSuppressor"] = suppressor["alarm"]
        request["ActionsSuppressorWaitPeriod"] = suppressor["waitPeriod"]
        request["ActionsSuppressorExtensionPeriod"] = suppressor["extensionPeriod"]
    return request


def sorted_dimensions(value: Any) -> Any:
    """The value with every list of dimensions in order: AWS keeps none."""
    if isinstance(value, list):
        items = [sorted_dimensions(item) for item in value]
        return sorted(items, key=str) if items and set(items[0]) == {"Name", "Value"} else items
    if isinstance(value, dict):
        return {key: sorted_dimensions(item) for key, item in value.items()}
    return value


@pytest.fixture(scope="module")
def requests() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name of the alarm -> operation and request."""
    result = deployment()
    metric = [put_metric_alarm(made.inputs) for made in result.of(aws.cloudwatch.MetricAlarm).values()]
    above = [put_composite_alarm(made.inputs) for made in result.of(aws.cloudwatch.CompositeAlarm).values()]
    return {
        **{request["AlarmName"]: ("put_metric_alarm", request) for request in metric},
        **{request["AlarmName"]: ("put_composite_alarm", request) for request in above},
    }


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """CloudWatch of moto."""
    with mock_aws():
        yield boto3.client("cloudwatch", "us-east-1", aws_access_key_id="made", aws_secret_access_key="up")


@pytest.fixture(scope="module")
def read_back(requests: dict[str, tuple[str, dict[str, Any]]], client: Any) -> dict[str, dict[str, Any]]:
    """Name of the metric alarm -> what AWS says it is, with its tags."""
    for operation, request in requests.values():
        if operation == "put_metric_alarm":
            client.put_metric_alarm(**request)
    pages = client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    return {
        alarm["AlarmName"]: {**alarm, "Tags": client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]}
        for page in pages
        for alarm in page["MetricAlarms"]
    }


def test_every_row_makes_at_least_one_alarm_of_the_rich_catalog() -> None:
    made = {
        alarm.row.name
        for file in FILES.values()
        for subject in SUBJECTS.values()
        if file.applies_to == subject.kind
        for alarm in alarms_for(file, subject)
    }
    assert made == {row.name for _, row in ALL}


def test_aws_takes_every_alarm_and_has_it_as_it_was_asked_for(
    requests: dict[str, tuple[str, dict[str, Any]]], read_back: dict[str, dict[str, Any]]
) -> None:
    metric_alarms = {name: request for name, (operation, request) in requests.items() if "metric" in operation}
    assert set(read_back) == set(metric_alarms)
    for name, request in metric_alarms.items():
        kept = {key: value for key, value in read_back[name].items() if key in request}
        assert sorted_dimensions(kept) == sorted_dimensions(request), name


def test_every_request_for_a_composite_has_the_shape_that_aws_wants(
    requests: dict[str, tuple[str, dict[str, Any]]], client: Any
) -> None:
    shape = client.meta.service_model.operation_model("PutCompositeAlarm").input_shape
    made = [request for operation, request in requests.values() if operation == "put_composite_alarm"]
    assert len(made) > 2
    for request in made:
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()


def test_every_name_and_description_is_within_the_limits_of_aws(
    requests: dict[str, tuple[str, dict[str, Any]]],
) -> None:
    for name, (_, request) in requests.items():
        assert len(name) <= 255
        assert len(request["AlarmDescription"]) <= 1024


def test_only_composites_and_alarms_of_severity_info_notify(
    requests: dict[str, tuple[str, dict[str, Any]]],
) -> None:
    for name, (operation, request) in requests.items():
        severity = next(tag["Value"] for tag in request["Tags"] if tag["Key"] == "severity")
        acts = operation == "put_composite_alarm" and "-part-" not in name
        topic = next(arn for known, arn in TOPICS.items() if known == severity)
        expected = [topic] if acts or severity == Severity.INFO else []
        assert request.get("AlarmActions", []) == request.get("OKActions", []) == expected, name


def test_every_alarm_without_its_own_notification_is_below_a_composite(
    requests: dict[str, tuple[str, dict[str, Any]]],
) -> None:
    rules = " ".join(request["AlarmRule"] for operation, request in requests.values() if "AlarmRule" in request)
    silent = [name for name, (_, request) in requests.items() if not request.get("AlarmActions")]
    assert silent
    assert [name for name in silent if rules.count(f'ALARM("{name}")') != 1] == []


def test_the_reduced_pack_is_a_part_of_the_full_one_and_keeps_every_must_have() -> None:
    full = deployment().of(aws.cloudwatch.MetricAlarm)
    reduced = deployment(AlarmPack.REDUCED).of(aws.cloudwatch.MetricAlarm)
    must_have = {row.name for _, row in ALL if row.pack is Pack.MUST_HAVE}
    runbooks = {name: str(made.inputs["alarmDescription"]).rpartition("#")[2] for name, made in full.items()}

    assert set(reduced) == {name for name, runbook in runbooks.items() if runbook in must_have}
    assert all(full[name].inputs == made.inputs for name, made in reduced.items())
    assert len(reduced) < len(full)


def test_no_alarm_names_a_file_of_rows_that_is_not_applied() -> None:
    kinds = {subject.kind for subject in SUBJECTS.values()}
    assert {file.applies_to for file in FILES.values() if isinstance(file, AlarmFile)} <= kinds
