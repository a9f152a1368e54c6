"""Alarms of the local AWS: made from the deployment, set by hand, and read by the forwarder."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.alarms import set_alarm
from lab.deployment import Deployment
from lab.endpoints import Endpoints
from lab.process import answers
from lab.servers.alarm_forwarder import alarm_forwarder, watch
from lab.servers.aws import NAME, aws, client, request_for, topics
from lab.servers.targets import monitor_file
from model.alarms.forwarding import Alarms, AlarmState, read_table
from model.problems import BadInput
from ops.forwarder.events import state_change
from tests.configs.collectors import free_ports, wait_for
from tests.lab import resources as given
from tests.tools import PROJECT

ALARM: dict[str, Any] = {
    "name": "local-shop-orders-hot-key",
    "alarmDescription": "A hot key.",
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 5,
    "datapointsToAlarm": 5,
    "threshold": 0.0,
    "treatMissingData": "notBreaching",
    "alarmActions": [],
    "okActions": [],
    "metricQueries": [
        {
            "id": "reads",
            "metric": {
                "namespace": "AWS/DynamoDB",
                "metricName": "ReadKeyRangeThroughputThrottleEvents",
                "dimensions": {"TableName": "orders"},
                "period": 60,
                "stat": "Sum",
            },
        },
        {"id": "result", "expression": "FILL(reads, 0)", "returnData": True},
    ],
    "tags": {"owner": "shop", "severity": "critical"},
}
PLAIN: dict[str, Any] = {
    "name": "local-shop-queue-sqs-age",
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 15,
    "threshold": 900.0,
    "namespace": "AWS/SQS",
    "metricName": "ApproximateAgeOfOldestMessage",
    "dimensions": {"QueueName": "orders"},
    "statistic": "Maximum",
    "period": 60,
    "tags": {"owner": "shop", "severity": "warning"},
}
TABLE = {
    "levels": [],
    "alarms": {
        ALARM["name"]: {
            "labels": {"alertname": "HotKey", "environment": "local"},
            "annotations": {"summary": "s", "description": "d"},
            "url": "",
            "escalates": False,
        }
    },
}


def forwarder() -> list[dict[str, Any]]:
    """What a deployment with a forwarder has besides."""
    command = ["python", "-u", "-m", "ops.forwarder", "--queue", "made-up-id", "--prefix", "local-", "--prefix", "b-"]
    container = {"command": command, "env": [{"name": "AWS_DEFAULT_REGION", "value": "eu-central-1"}]}
    return [
        {"type": "aws:cloudwatch/metricAlarm:MetricAlarm", "inputs": ALARM},
        {"type": "aws:cloudwatch/metricAlarm:MetricAlarm", "inputs": PLAIN},
        {"type": "aws:sqs/queue:Queue", "inputs": {"name": "changes-dead"}},
        {"type": "aws:sqs/queue:Queue", "inputs": {"name": "changes", "redrivePolicy": "{}"}},
        {
            "type": "kubernetes:apps/v1:Deployment",
            "inputs": {
                "metadata": {"name": "alarm-forwarder"},
                "spec": {"template": {"spec": {"containers": [container]}}},
            },
        },
        {
            "type": "kubernetes:core/v1:ConfigMap",
            "inputs": {"metadata": {"name": "alarm-forwarder-job"}, "data": {"unpack.py": "x"}},
        },
        {
            "type": "kubernetes:core/v1:ConfigMap",
            "inputs": {"metadata": {"name": "alarm-forwarder-shop"}, "data": {"shop.json": json.dumps(TABLE)}},
        },
    ]


def test_forwarder_queue_and_alarms_are_read_from_the_deployment() -> None:
    found = Deployment.of([*given.resources(), *forwarder()])

    assert found.forwarder is not None
    assert (found.forwarder.queue, found.forwarder.region) == ("changes", "eu-central-1")
    assert found.forwarder.prefixes == ["local-", "b-"]
    assert list(found.forwarder.table) == ["shop.json"]
    assert [alarm["name"] for alarm in found.alarms] == [ALARM["name"], PLAIN["name"]]


def test_a_deployment_that_forwards_nothing_has_no_aws(tmp_path: Path) -> None:
    context = given.context(tmp_path)

    assert aws(context) is None
    assert alarm_forwarder(context) is None


def test_the_forwarder_runs_between_the_local_queue_and_the_local_alertmanager(tmp_path: Path) -> None:
    context = given.context(tmp_path, *forwarder(), environment="prod")
    away, server = aws(context), alarm_forwarder(context)

    assert away is not None
    assert server is not None
    command = server.run.command
    assert command[command.index("--queue") + 1].startswith(away.run.environment["AWS_ENDPOINT_URL"])
    assert command[command.index("--alertmanager") + 1].startswith("http://127.0.0.1:")
    assert server.run.environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    (text,) = read_table(server.files.values()).values()
    assert text.labels["environment"] == "prod"
    made = json.loads(away.files["aws.json"])
    assert [alarm["AlarmName"] for alarm in made["alarms"]] == [ALARM["name"], PLAIN["name"]]
    watch(context)
    (target,) = json.loads(monitor_file(context.layout.targets, "alarm-forwarder").read_text())
    assert target["targets"][0].startswith("127.0.0.1:")


SUBSCRIPTION = {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-central-1:123456789012:changes"}


@pytest.fixture(name="endpoints", scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    """The local AWS as a process."""
    (port,) = free_ports(1)
    file = tmp_path_factory.mktemp(NAME) / "aws.json"
    topic = {"name": "critical", "attributes": {"KmsMasterKeyId": "k"}, "subscriptions": [SUBSCRIPTION]}
    content = {
        "region": "eu-central-1",
        "queue": "changes",
        "alarms": [request_for(ALARM), request_for(PLAIN)],
        "topics": [topic],
    }
    file.write_text(json.dumps(content))
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "lab.servers.aws", str(port), str(file)], cwd=PROJECT)
    try:
        assert wait_for(lambda: answers(f"{url}/moto-api/data.json"), 60)
        cloudwatch = client("cloudwatch", url, "eu-central-1")
        assert wait_for(lambda: len(cloudwatch.describe_alarms()["MetricAlarms"]) == 2, 60)
        where = dict.fromkeys((name for name, f in Endpoints.model_fields.items() if f.is_required()), "x")
        queue = f"{url}/123456789012/changes"
        yield Endpoints.model_validate({**where, "aws": url, "aws_region": "eu-central-1", "alarm_queue": queue})
    finally:
        process.terminate()
        process.wait()


def test_topics_and_their_subscriptions_are_there(endpoints: Endpoints) -> None:
    sns = client("sns", endpoints.aws, "eu-central-1")
    (topic,) = sns.list_topics()["Topics"]
    assert sns.get_topic_attributes(**topic)["Attributes"]["KmsMasterKeyId"] == "k"
    (found,) = sns.list_subscriptions_by_topic(**topic)["Subscriptions"]
    assert (found["Protocol"], found["Endpoint"]) == (SUBSCRIPTION["Protocol"], SUBSCRIPTION["Endpoint"])


def test_topics_are_those_of_the_deployment_and_no_endpoint_leads_away_from_this_machine() -> None:
    arn = "arn:aws:sns:eu-central-1:000000000000:critical"
    made = [
        {"type": "aws:sns/topic:Topic", "inputs": {"name": "critical", "kmsMasterKeyId": "k"}},
        {"type": "aws:sns/topic:Topic", "inputs": {"name": "info"}},
        {"type": "aws:sns/topicPolicy:TopicPolicy", "inputs": {"arn": arn, "policy": "{}"}},
        *(
            {
                "type": "aws:sns/topicSubscription:TopicSubscription",
                "inputs": {"topic": arn, "protocol": protocol, "endpoint": endpoint},
            }
            for protocol, endpoint in (("sqs", "arn:aws:sqs:eu-central-1:0:q"), ("https", "https://pager.example.com"))
        ),
    ]

    critical, info = topics(Deployment.of([*given.resources(), *made]))

    assert critical == {
        "name": "critical",
        "attributes": {"KmsMasterKeyId": "k", "Policy": "{}"},
        "subscriptions": [
            {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-central-1:0:q"},
            {"Protocol": "https", "Endpoint": "https://127.0.0.1/"},
        ],
    }
    assert info == {"name": "info", "attributes": {}, "subscriptions": []}


def test_an_alarm_that_is_set_is_in_that_state_and_its_event_is_in_the_queue(endpoints: Endpoints) -> None:
    changed = set_alarm(endpoints, ALARM["name"], "ALARM", "Rehearsed")

    assert (changed.before, changed.state) == ("OK", "ALARM")
    cloudwatch = client("cloudwatch", endpoints.aws, "eu-central-1")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[ALARM["name"]])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "Rehearsed")
    sqs = client("sqs", endpoints.aws, "eu-central-1")
    (message,) = sqs.receive_message(QueueUrl=endpoints.alarm_queue)["Messages"]
    state = state_change(message["Body"])
    assert (state.name, state.value, state.reason) == (ALARM["name"], "ALARM", "Rehearsed")
    alarms = Alarms(read_table([json.dumps(TABLE)]))
    assert alarms.learn(state)
    described = AlarmState(name=state.name, value="ALARM", at=alarm["StateUpdatedTimestamp"].timestamp())
    assert alarms.reconcile([described], described.at + 1) == 0, "event and CloudWatch say the same"


@pytest.mark.parametrize(
    ("name", "state", "wrong"),
    [
        ("hot-key", "ALARM", "found no alarm 'hot-key'; allowed: local-shop-orders-hot-key"),
        ("nothing-like-it", "ALARM", "local-shop-orders-hot-key, local-shop-queue-sqs-age"),
        (ALARM["name"], "BROKEN", "found 'BROKEN'; allowed: OK, ALARM, INSUFFICIENT_DATA"),
    ],
)
def test_an_unknown_name_or_state_is_refused_with_what_there_is(
    endpoints: Endpoints, name: str, state: str, wrong: str
) -> None:
    with pytest.raises(BadInput, match=wrong):
        set_alarm(endpoints, name, state, "Rehearsed")


def test_without_an_aws_the_command_says_so(endpoints: Endpoints) -> None:
    with pytest.raises(BadInput, match="found no AWS in the local environment"):
        set_alarm(endpoints.model_copy(update={"aws": ""}), ALARM["name"], "ALARM", "Rehearsed")
