"""The ports of a verification against moto, botocore's own models, and a real Alertmanager."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
import yaml
from botocore.stub import Stubber

from model.plan import Plan
from model.problems import BadInput
from model.verification import deliveries
from model.verification.configuration import configuration
from model.verification.deliveries import Held
from model.verification.verdicts import Verdict
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.verify import world
from ops.verify.aws import AwsCloudWatch, AwsSns
from ops.verify.inputs import read_inputs
from ops.verify.servers import HttpAlertmanager, HttpGrafana, HttpLoki, posted
from tests.configs.collectors import wait_for
from tests.ops.running_environment import POLICY, dev_plan, project, running
from tests.plans import planned_resource
from tests.rules.alertmanager import CONFIG
from tests.rules.alertmanager import alertmanager as running_alertmanager


@pytest.fixture(name="alertmanager", scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpAlertmanager]:
    with running_alertmanager(tmp_path_factory.mktemp("alertmanager")) as server:
        yield HttpAlertmanager((server.url,))


def test_composite_alarms_are_read_beside_metric_alarms() -> None:
    """By botocore's model: moto 5.2.5 has no PutCompositeAlarm."""
    client = boto3.client("cloudwatch", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    composite = {
        "AlarmName": "prod-shop-critical",
        "ActionsEnabled": False,
        "AlarmActions": ["arn:aws:sns:eu-central-1:123456789012:topic"],
        "StateValue": "OK",
        "StateUpdatedTimestamp": moment,
        "StateTransitionedTimestamp": datetime(2026, 11, 1, tzinfo=UTC),
    }
    with Stubber(client) as stub:
        stub.add_response(
            "describe_alarms",
            {"CompositeAlarms": [composite]},
            {"AlarmNamePrefix": "prod-", "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
        )
        metric, (found,) = AwsCloudWatch(client, ["prod-"]).alarms()

    assert metric == []
    assert (found.name, found.enabled, found.state) == ("prod-shop-critical", False, "OK")
    assert found.actions == ("arn:aws:sns:eu-central-1:123456789012:topic",)
    assert found.since == datetime(2026, 11, 1, tzinfo=UTC).timestamp()


def test_alarms_of_both_prefixes_and_of_every_page_are_read(aws: None) -> None:
    client = boto3.client("cloudwatch")
    names = [*(f"prod-shop-{number:03d}" for number in range(120)), "belfry-prod-eks", "staging-shop"]
    for name in names:
        client.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/RDS",
            MetricName="CPUUtilization",
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=90,
            ComparisonOperator="GreaterThanThreshold",
        )

    metric, composite = AwsCloudWatch(client, ["prod-", "belfry-prod-"]).alarms()

    assert sorted(alarm.name for alarm in metric) == sorted(names[:-1])
    assert composite == []


def test_a_metric_is_known_by_some_of_its_dimensions(aws: None) -> None:
    client = boto3.client("cloudwatch")
    dimensions = [{"Name": "TableName", "Value": "orders"}, {"Name": "Operation", "Value": "Query"}]
    client.put_metric_data(
        Namespace="AWS/DynamoDB", MetricData=[{"MetricName": "SystemErrors", "Value": 1, "Dimensions": dimensions}]
    )
    cloudwatch = AwsCloudWatch(client, [])

    assert cloudwatch.has_metric("AWS/DynamoDB", (("TableName", "orders"),))
    assert not cloudwatch.has_metric("AWS/DynamoDB", (("TableName", "order"),))
    assert not cloudwatch.has_metric("AWS/RDS", (("TableName", "orders"),))


def test_topics_are_read_by_name_with_key_policy_and_subscriptions(aws: None) -> None:
    client = boto3.client("sns")
    arn = client.create_topic(Name="critical", Attributes={"KmsMasterKeyId": "k", "Policy": POLICY})["TopicArn"]
    client.create_topic(Name="other")
    client.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:q")

    (topic,) = AwsSns(client).topics({"critical", "absent"})

    assert (topic.name, topic.key, json.loads(topic.policy)) == ("critical", "k", json.loads(POLICY))
    ((protocol, subscription),) = topic.subscriptions
    assert protocol == "sqs"
    assert subscription.startswith(arn)


def test_the_shipped_configuration_is_recognized_after_alertmanager_rewrote_it(alertmanager: HttpAlertmanager) -> None:
    loaded, ours = alertmanager.configuration(), yaml.safe_load(CONFIG)
    # The test's Alertmanager has the routes and inhibitions; its receivers are empty.
    kept = {key: ours[key] for key in ("route", "inhibit_rules", "time_intervals")}

    assert configuration({**kept, "receivers": loaded["receivers"]}, loaded, local=True).verdict is Verdict.PASSED
    changed = {**kept, "route": {**kept["route"], "group_wait": "16m"}, "receivers": []}
    assert "route.group_wait: found '15m', ours is '16m'" in configuration(changed, loaded, local=True).details


def test_each_test_alert_arrives_at_its_own_receiver(alertmanager: HttpAlertmanager) -> None:
    routes, now = deliveries.routes(yaml.safe_load(CONFIG), "prod"), time.time()
    assert len(routes) > 20

    alertmanager.post(
        [
            posted({**route.alert, "component": str(number), "belfry_test": "run"}, {}, now, now - 3600)
            for number, route in enumerate(routes)
        ]
    )

    assert wait_for(lambda: len(alertmanager.held("belfry_test", "run")) == len(routes), 10)
    held = alertmanager.held("belfry_test", "run")
    assert {number: held[str(number)].receivers for number in range(len(routes))} == {
        number: (route.receiver,) for number, route in enumerate(routes)
    }
    assert alertmanager.held("belfry_test", "another run") == {}
    sent, failed = alertmanager.counts()
    assert sent[("slack", "")] == 0
    assert sum(failed.values()) == 0


def test_a_route_that_is_muted_at_this_hour_is_named_by_a_real_alertmanager(tmp_path: Path) -> None:
    """The list of alerts does not say so: out of business hours a verification failed for mails that nobody expects."""
    config = {
        "route": {
            "receiver": "all",
            "group_wait": "1s",
            "routes": [{"receiver": "day", "matchers": ['severity="info"'], "mute_time_intervals": ["always"]}],
        },
        "receivers": [{"name": "all"}, {"name": "day", "webhook_configs": [{"url": "http://127.0.0.1:9"}]}],
        "time_intervals": [
            {"name": "always", "time_intervals": [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]}
        ],
    }
    now = time.time()
    with running_alertmanager(tmp_path, config) as server:
        port = HttpAlertmanager((server.url,))
        for severity in ("info", "warning"):
            one = {"alertname": "x", "component": severity, "severity": severity, "belfry_test": "run"}
            port.post([posted(one, {}, now, now - 3600)])

        def muted() -> Mapping[str, Held] | None:
            found = port.held("belfry_test", "run")
            return found if "info" in found and found["info"].why else None

        held = wait_for(muted, 10)

    assert held == {
        "info": Held(receivers=("day",), why="muted at this hour"),
        "warning": Held(receivers=("all",)),
    }


def test_a_watchdog_that_did_not_arrive_has_no_receivers(alertmanager: HttpAlertmanager) -> None:
    assert alertmanager.receivers(deliveries.watchdog()) is None
    now = time.time()
    alertmanager.post([posted({"alertname": "Watchdog"}, {}, now, now)])

    assert alertmanager.receivers(deliveries.watchdog()) == {"dead-mans-switch"}


def test_alertmanagers_with_different_configurations_are_an_error(
    alertmanager: HttpAlertmanager, tmp_path: Path
) -> None:
    with running(project(tmp_path)) as other, pytest.raises(Unreachable, match="has another configuration than"):
        HttpAlertmanager((*alertmanager.urls, other.url)).configuration()


def test_a_tenant_and_a_token_are_sent_as_headers_and_never_shown(tmp_path: Path) -> None:
    with running(project(tmp_path)) as server:
        loki, grafana = HttpLoki(server.url, "team-a"), HttpGrafana(server.url, "glsa_secret")
        assert [group.name for group in loki.rules()] == ["logs.shop"]
        assert grafana.boards(["belfry-slo", "absent"]) == {"belfry-slo": ("Shop", True)}

        assert ("x-scope-orgid", "team-a") in server.headers
        assert ("authorization", "Bearer glsa_secret") in server.headers
    assert "glsa_secret" not in repr(grafana)


def test_a_pod_of_the_cluster_asks_every_alertmanager_and_the_services_of_the_rest(tmp_path: Path, aws: None) -> None:
    root = project(tmp_path)
    values = {"alertmanager": {"alertmanagerSpec": {"replicas": 3}}}
    release = planned_resource(
        "kubernetes:helm.sh/v3:Release", "stack", inputs={"chart": "oci://x/kube-prometheus-stack", "values": values}
    )
    plan: Plan = {**dev_plan(), "resources": [release]}
    inputs = read_inputs(root, Environment.DEV, None, ())
    given = world.Addresses(prometheus="http://here:9090/", in_cluster=True)

    found = world.world(root, Environment.DEV, given, replace(inputs, plan=plan), ()).ports

    assert getattr(found.prometheus, "url", "") == "http://here:9090"
    assert len(getattr(found.alertmanager, "urls", ())) == 3
    assert getattr(found.loki, "url", "") == "http://loki-gateway.logging.svc:80"
    assert getattr(found.collector, "url", "") == "http://otel-gateway.collectors.svc:4318"


def test_a_damaged_list_of_addresses_is_bad_input(tmp_path: Path) -> None:
    inputs = read_inputs(project(tmp_path), Environment.DEV, None, ())
    file = tmp_path / ".local" / "lab" / "endpoints.json"
    file.parent.mkdir(parents=True)
    for text in ("[]", "{}"):
        file.write_text(text)
        with pytest.raises(BadInput, match="prometheus: found no URL; allowed: `make up` writes it"):
            world.world(tmp_path, Environment.LOCAL, world.Addresses(), inputs, ())


def test_without_a_workload_only_the_platforms_targets_are_expected(tmp_path: Path) -> None:
    inputs = read_inputs(project(tmp_path), Environment.DEV, None, ())
    file = tmp_path / ".local" / "lab" / "endpoints.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"prometheus": "http://127.0.0.1:1", "workload": "http://127.0.0.1:1"}')

    found = world.world(tmp_path, Environment.LOCAL, world.Addresses(), inputs, ())

    assert found.systems == ["platform"]
    assert found.name.endswith("no AWS")
