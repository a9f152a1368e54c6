"""Queue and CloudWatch as boto3 reaches them; moto is the AWS."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.forwarder.aws import AwsCloudWatch, SqsQueue
from ops.http import Unreachable


@pytest.fixture(autouse=True)
def made_up_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


def alarm(name: str) -> None:
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/RDS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=90,
        ComparisonOperator="GreaterThanThreshold",
    )


def queues() -> tuple[Any, str, str]:
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    return sqs, sqs.create_queue(QueueName="changes", Attributes={"RedrivePolicy": redrive})["QueueUrl"], dead


def test_messages_are_received_with_their_age_and_their_count_and_leave_when_deleted() -> None:
    sqs, url, _ = queues()
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    queue = SqsQueue(url, wait=0)

    (message,) = queue.receive()
    assert (message.body, message.received) == ("hello", 1)
    assert message.sent > 1_500_000_000
    queue.delete([message])
    assert queue.receive() == []


def test_a_message_that_is_given_back_often_enough_is_in_the_dead_letter_queue() -> None:
    sqs, url, dead = queues()
    sqs.send_message(QueueUrl=url, MessageBody="{")
    queue = SqsQueue(url, wait=0)
    for _ in range(4):
        queue.give_back(queue.receive())

    assert queue.receive() == []
    (message,) = sqs.receive_message(QueueUrl=dead)["Messages"]
    assert message["Body"] == "{"


def test_alarms_of_the_environment_are_described_on_every_page_and_no_others() -> None:
    for number in range(130):
        alarm(f"prod-shop-orders-{number:03d}")
    alarm("belfry-prod-eks-exec")
    alarm("staging-shop-orders-1")
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName="belfry-prod-eks-exec", StateValue="ALARM", StateReason="One of one.")

    found = {state.name: state for state in AwsCloudWatch(["prod-", "belfry-prod-"], "prod").describe()}

    assert len(found) == 131
    assert (found["belfry-prod-eks-exec"].value, found["belfry-prod-eks-exec"].reason) == ("ALARM", "One of one.")
    assert found["prod-shop-orders-000"].at > 1_500_000_000


def test_the_heartbeat_is_a_metric_of_the_environment() -> None:
    AwsCloudWatch(["prod-"], "prod").beat()

    (metric,) = boto3.client("cloudwatch").list_metrics(Namespace="Belfry")["Metrics"]
    assert (metric["MetricName"], metric["Dimensions"]) == (
        "AlarmsForwarded",
        [{"Name": "Environment", "Value": "prod"}],
    )


def test_a_refusal_of_aws_is_named_after_its_call() -> None:
    with pytest.raises(Unreachable, match=r"ReceiveMessage: .*NonExistentQueue"):
        SqsQueue("https://sqs.eu-central-1.amazonaws.com/123456789012/nowhere", wait=0).receive()
