"""Queue and CloudWatch by boto3."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from model.alarms.forwarding import AlarmState
from model.alarms.forwarding_watch import DIMENSION, METRIC, NAMESPACE
from ops.forwarder.ports import Message
from ops.http import Unreachable

# Long polling: fewer requests, and a message arrives at once all the same.
WAIT_SECONDS = 20
BATCH = 10
CONFIG = Config(connect_timeout=5, read_timeout=WAIT_SECONDS + 10, retries={"mode": "standard", "max_attempts": 3})


class SqsQueue:
    """The queue of state changes."""

    def __init__(self, url: str, wait: int = WAIT_SECONDS) -> None:
        self._url, self._wait = url, wait
        self._client = boto3.client("sqs", config=CONFIG)

    def receive(self) -> Sequence[Message]:
        """Up to ten messages; waits for the first one for some seconds. Raises Unreachable."""
        with _named("ReceiveMessage"):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=self._wait,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return [_message(each) for each in answer.get("Messages", [])]

    def delete(self, messages: Iterable[Message]) -> None:
        """They were delivered. Raises Unreachable."""
        with _named("DeleteMessage"):
            for message in messages:
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.handle)

    def give_back(self, messages: Iterable[Message]) -> None:
        """Let them be received again at once. Raises Unreachable."""
        with _named("ChangeMessageVisibility"):
            for message in messages:
                self._client.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=message.handle, VisibilityTimeout=0
                )


class AwsCloudWatch:
    """Alarms whose names begin with one of ``prefixes``, and the heartbeat metric of ``environment``."""

    def __init__(self, prefixes: Sequence[str], environment: str) -> None:
        self._prefixes, self._environment = prefixes, environment
        self._client = boto3.client("cloudwatch", config=CONFIG)

    def describe(self) -> Sequence[AlarmState]:
        """The state of every metric alarm. Raises Unreachable."""
        with _named("DescribeAlarms"):
            return list(self._described())

    def beat(self) -> None:
        """Write the heartbeat metric. Raises Unreachable."""
        dimensions = [{"Name": DIMENSION, "Value": self._environment}]
        with _named("PutMetricData"):
            self._client.put_metric_data(
                Namespace=NAMESPACE, MetricData=[{"MetricName": METRIC, "Dimensions": dimensions, "Value": 1.0}]
            )

    def _described(self) -> Iterator[AlarmState]:
        pages = self._client.get_paginator("describe_alarms")
        for prefix in self._prefixes:
            for page in pages.paginate(AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"]):
                for alarm in page["MetricAlarms"]:
                    # The time of the last change of the value; the other also moves when only the reason changes.
                    at: datetime = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
                    yield AlarmState(
                        name=alarm["AlarmName"],
                        value=alarm["StateValue"],
                        at=at.timestamp(),
                        reason=alarm.get("StateReason", ""),
                    )


def _message(given: dict[str, Any]) -> Message:
    attributes = given["Attributes"]
    return Message(
        id=given["MessageId"],
        body=given["Body"],
        handle=given["ReceiptHandle"],
        sent=int(attributes["SentTimestamp"]) / 1000,
        received=int(attributes["ApproximateReceiveCount"]),
    )


@contextmanager
def _named(call: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"{call}: {error}") from None
