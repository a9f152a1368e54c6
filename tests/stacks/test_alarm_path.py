"""The whole way of an alarm, walked over what is deployed: from the event to the pod that reads it, and beside it."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from model import names
from model.alarms.forwarding import read_table
from model.problems import BadInput
from tests.stacks.deployment import copy_of_project, deploy, deployed, made_up_secrets
from tests.stacks.foundation import admitted, words
from tests.stacks.test_platform import every_environment
from tests.synth import Resource, Synth

ARN = "arn:aws:mock:eu-central-1:123456789012:"


def statements(resource: Resource, key: str = "policy") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(resource.inputs[key])["Statement"]
    return found


def matched(pattern: dict[str, Any], alarm: str) -> bool:
    return any(alarm.startswith(each["prefix"]) for each in pattern["detail"]["alarmName"])


def pod(result: Synth) -> dict[str, Any]:
    found: dict[str, Any] = result.of(kubernetes.apps.v1.Deployment)["alarm-forwarder-deployment"].inputs
    spec: dict[str, Any] = found["spec"]["template"]["spec"]
    return spec


def table(result: Synth) -> Any:
    maps = result.of(kubernetes.core.v1.ConfigMap)
    texts = [t for name, m in maps.items() if name.startswith("alarm-forwarder-") for t in m.inputs["data"].items()]
    return read_table(text for file, text in texts if file.endswith(".json"))


@every_environment
def test_a_state_change_finds_its_way_from_the_event_to_the_forwarder(stack: str) -> None:
    result = deployed(stack)
    target = result.of(aws.cloudwatch.EventTarget)["alarm-events-changes"].inputs
    topic = result.of(aws.sns.Topic)["alarms-state-changes"]
    key = statements(result.of(aws.kms.Key)["alarms-key"])
    assert target["arn"] == f"{ARN}alarms-state-changes"
    assert admitted(
        statements(result.of(aws.sns.TopicPolicy)["alarms-state-changes"]), "events.amazonaws.com", "sns:Publish"
    )
    assert topic.inputs["kmsMasterKeyId"] == "alarms-key-id"
    for service in ("events.amazonaws.com", "sns.amazonaws.com"):
        assert admitted(key, service, "kms:GenerateDataKey*")
        assert admitted(key, service, "kms:Decrypt")

    subscription = result.of(aws.sns.TopicSubscription)["alarm-events-queue"].inputs
    queue = result.of(aws.sqs.Queue)["alarm-events-queue"]
    assert (subscription["topic"], subscription["endpoint"]) == (target["arn"], f"{ARN}alarm-events-queue")
    assert queue.inputs["kmsMasterKeyId"] == f"{ARN}alarms-key"
    (admits,) = statements(result.of(aws.sqs.QueuePolicy)["alarm-events-queue"])
    assert admits["Condition"]["ArnEquals"]["aws:SourceArn"] == [target["arn"]]
    assert admits["Principal"] == {"Service": "sns.amazonaws.com"}

    command = pod(result)["containers"][0]["command"]
    assert command[command.index("--queue") + 1] == "alarm-events-queue-id"
    association = result.of(aws.eks.PodIdentityAssociation)["alarm-forwarder-association"].inputs
    assert (association["namespace"], association["serviceAccount"]) == (
        names.MONITORING,
        pod(result)["serviceAccountName"],
    )


@every_environment
def test_the_forwarder_may_do_what_it_does_and_nothing_else(stack: str) -> None:
    result = deployed(stack)
    given = {
        action: (statement["Resource"], statement.get("Condition"))
        for statement in statements(result.of(aws.iam.RolePolicy)["alarm-forwarder-role-policy"])
        for action in words(statement["Action"])
        if action != "kms:Decrypt"
    }
    decrypt = [
        statement["Resource"]
        for statement in statements(result.of(aws.iam.RolePolicy)["alarm-forwarder-role-policy"])
        if statement["Action"] == ["kms:Decrypt"]
    ]
    queue = [f"{ARN}alarm-events-queue"]
    assert given == {
        "sqs:ReceiveMessage": (queue, None),
        "sqs:DeleteMessage": (queue, None),
        "sqs:ChangeMessageVisibility": (queue, None),
        "cloudwatch:DescribeAlarms": (["*"], None),
        "cloudwatch:PutMetricData": (["*"], {"StringEquals": {"cloudwatch:namespace": "Belfry"}}),
        "s3:GetObject": ([f"{ARN}storage-jobs/*"], None),
    }
    assert decrypt == [[f"{ARN}alarms-key"], [f"{ARN}data-key"]]
    assert result.of(aws.s3.BucketObjectv2)["jobs-archive"].inputs["bucket"].endswith("-jobs")


@every_environment
def test_every_alarm_that_means_something_is_an_alert_of_its_own(stack: str) -> None:
    result = deployed(stack)
    known = table(result)
    pattern = json.loads(result.of(aws.cloudwatch.EventRule)["alarm-events-changes"].inputs["eventPattern"])
    alarms = {alarm.inputs["name"]: alarm.inputs for alarm in result.of(aws.cloudwatch.MetricAlarm).values()}
    beats = {f"belfry-{stack}-heartbeat", f"belfry-{stack}-alarms-forwarded"}

    assert set(known) == set(alarms) - beats
    assert all(matched(pattern, name) for name in known)
    for name, text in known.items():
        assert text.labels["severity"] == alarms[name]["tags"]["severity"]
        assert text.labels["team"] == alarms[name]["tags"]["owner"]
        assert text.labels["environment"] == stack
        assert text.annotations["runbook_url"] in alarms[name]["alarmDescription"]
        assert bool(text.levels) == (text.labels["severity"] == "critical")
    assert len({tuple(sorted(text.labels.items())) for text in known.values()}) == len(known), "two would be one alert"


@every_environment
def test_beside_the_forwarder_only_composites_act_and_they_wait_for_it(stack: str) -> None:
    result = deployed(stack)
    acting = {name for name, one in result.of(aws.cloudwatch.MetricAlarm).items() if one.inputs.get("alarmActions")}
    assert acting == {"heartbeat-heartbeat", "heartbeat-alarm-path-silent"}

    suppressor = result.of(aws.cloudwatch.MetricAlarm)["alarm-events-alarms-forwarded"].inputs["name"]
    composites = [c.inputs for c in result.of(aws.cloudwatch.CompositeAlarm).values() if c.inputs.get("alarmActions")]
    assert {composite["actionsSuppressor"]["alarm"] for composite in composites} == {suppressor}
    below = {
        alarm.inputs["name"]
        for alarm in result.of(aws.cloudwatch.MetricAlarm).values()
        if alarm.inputs["tags"]["severity"] in ("critical", "warning")
    } - {f"belfry-{stack}-alarm-path-silent"}
    rules = " ".join(composite.inputs["alarmRule"] for composite in result.of(aws.cloudwatch.CompositeAlarm).values())
    assert {name for name in below if f'ALARM("{name}")' not in rules} == set()


def test_where_pods_have_no_rights_in_aws_nothing_is_forwarded_and_nothing_suppressed() -> None:
    result = deploy(
        "dev",
        changes={
            "cluster": {"mode": "adopt", "name": "theirs"},
            "storage": {"class": "gp3"},
            "alarms": {"pack": "full"},
        },
    )

    assert "alarm-forwarder-deployment" not in result.of(kubernetes.apps.v1.Deployment)
    assert not [name for name in result.of(aws.sqs.Queue) if name.startswith("alarm-events")]
    composites = result.of(aws.cloudwatch.CompositeAlarm)
    assert not [c for c in composites.values() if "actionsSuppressor" in c.inputs]
    infos = [
        alarm.inputs
        for alarm in result.of(aws.cloudwatch.MetricAlarm).values()
        if alarm.inputs["tags"]["severity"] == "info"
    ]
    assert infos
    assert all(alarm["alarmActions"] == [f"{ARN}alarms-info"] for alarm in infos)


def test_an_announced_window_mutes_the_composites_of_its_system_once_they_are_there() -> None:
    window = {
        "name": "upgrade",
        "reason": "PostgreSQL 17.",
        "systems": ["bakhmach"],
        "time_zone": "UTC",
        "start": "2026-03-07T22:30",
        "end": "2026-03-08T02:00",
    }
    result = deploy("dev", changes={"alerting": {"dead_mans_switch": False, "maintenance": [window]}})
    rule = result.only(aws.cloudwatch.AlarmMuteRule)

    assert rule.inputs["muteTargets"] == {"alarmNames": ["dev-bakhmach-critical", "dev-bakhmach-warning"]}


def test_a_window_may_name_an_alarm_of_cloudwatch_and_is_refused_for_one_that_is_not() -> None:
    window = {
        "name": "upgrade",
        "reason": "PostgreSQL 17.",
        "alerts": ["SqsAge"],
        "time_zone": "UTC",
        "start": "2026-03-07T22:30",
        "end": "2026-03-08T02:00",
    }
    alerting = {"dead_mans_switch": False, "maintenance": [window]}
    assert deploy("dev", changes={"alerting": alerting}).resources
    with pytest.raises(BadInput, match="SqsAgeing"):
        deploy("dev", changes={"alerting": {**alerting, "maintenance": [{**window, "alerts": ["SqsAgeing"]}]}})


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_team_with_a_key_of_pagerdutys_api_has_its_acknowledgements_read(stack: str, tmp_path: Path) -> None:
    root = copy_of_project(tmp_path)
    teams = root / "catalog" / "teams.yaml"
    receiver = "secret: pagerduty-cloudmart}"
    text = teams.read_text()
    assert receiver in text
    teams.write_text(text.replace(receiver, "secret: pagerduty-cloudmart, api_secret: cloudmart-api}", 1))
    with pytest.raises(BadInput, match="cloudmart-api") if stack == "dev" else contextlib.nullcontext():
        deploy(stack, root=root)
    result = deploy(stack, root=root, secrets={**made_up_secrets(root), "cloudmart-api": "made-up-key"})

    assert [container["name"] for container in pod(result)["containers"]] == ["forwarder", "acknowledgements"]
    secrets = [one for one in result.of(kubernetes.core.v1.Secret).values() if "made-up-key" in str(one.inputs)]
    if stack == "dev":
        (secret,) = secrets
        assert secret.inputs["metadata"]["name"] == names.ACKNOWLEDGEMENTS
        assert secret.secrets == {"stringData"}
    else:
        copies = str([r.inputs for r in result.resources.values() if r.inputs.get("kind") == "ExternalSecret"])
        assert names.ACKNOWLEDGEMENTS in copies
        assert "belfry/prod/cloudmart-api" in copies
        assert not secrets
