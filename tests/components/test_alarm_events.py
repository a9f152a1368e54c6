"""The first way of alarms, and when the second one notifies instead."""

import json
from dataclasses import replace
from typing import Any

import pulumi_aws as aws
import pytest

from components.alarm_events import AlarmEvents
from components.composite_alarms import CompositeAlarms, Leaf
from model.vocabulary import Severity
from tests.components.account_examples import ALARM_EVENTS, CHANGES_ARN, KEY_ARN
from tests.components.example_inputs import composite_alarms_args
from tests.components.examples import EXAMPLES, deploy
from tests.model.alarms.cloudwatch import notified, states
from tests.synth import Synth

QUEUE = "arn:aws:mock:eu-central-1:123456789012:alarm-events-queue"
DEAD = "arn:aws:mock:eu-central-1:123456789012:alarm-events-dead"


@pytest.fixture(name="result", scope="module")
def deployed() -> Synth:
    return deploy(EXAMPLES[AlarmEvents])


def test_the_rule_takes_state_changes_of_the_environments_alarms(result: Synth) -> None:
    rule = result.only(aws.cloudwatch.EventRule).inputs
    assert json.loads(rule["eventPattern"]) == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [{"prefix": "prod-"}, {"prefix": "belfry-prod-"}]},
    }
    assert result.only(aws.cloudwatch.EventTarget).inputs["arn"] == CHANGES_ARN


def test_the_queue_is_encrypted_keeps_two_weeks_and_dead_letters_unreadable_messages(result: Synth) -> None:
    queue, dead = (result.of(aws.sqs.Queue)[f"alarm-events-{name}"].inputs for name in ("queue", "dead"))

    assert queue["kmsMasterKeyId"] == dead["kmsMasterKeyId"] == KEY_ARN
    assert queue["messageRetentionSeconds"] == dead["messageRetentionSeconds"] == 14 * 86_400
    assert json.loads(queue["redrivePolicy"]) == {"deadLetterTargetArn": DEAD, "maxReceiveCount": 5}
    assert queue["visibilityTimeoutSeconds"] == 60


def test_the_queue_gets_the_event_itself_and_what_sns_cannot_deliver_is_kept(result: Synth) -> None:
    subscription = result.only(aws.sns.TopicSubscription).inputs

    assert (subscription["topic"], subscription["endpoint"]) == (CHANGES_ARN, QUEUE)
    assert subscription["rawMessageDelivery"] is True
    assert json.loads(subscription["redrivePolicy"]) == {"deadLetterTargetArn": DEAD}
    for name, arn in (("queue", QUEUE), ("dead", DEAD)):
        policy = result.of(aws.sqs.QueuePolicy)[f"alarm-events-{name}"].inputs["policy"]
        (statement,) = json.loads(policy)["Statement"]
        assert statement["Resource"] == [arn]
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [CHANGES_ARN]}}


def test_without_a_forwarder_state_changes_are_published_and_nothing_is_suppressed() -> None:
    result = deploy(lambda: AlarmEvents("alarm-events", replace(ALARM_EVENTS, queue=False)))

    assert not result.of(aws.sqs.Queue)
    assert not result.of(aws.cloudwatch.MetricAlarm)
    assert result.only(aws.cloudwatch.EventTarget).inputs["arn"] == CHANGES_ARN
    assert result.only(AlarmEvents).outputs.get("suppressor") is None


def together() -> tuple[dict[str, Any], dict[str, Any]]:
    """The suppressor and a composite above one alarm, as they are deployed."""

    def program() -> None:
        events = AlarmEvents("alarm-events", ALARM_EVENTS)
        leaves = [Leaf(name="storage", severity=Severity.CRITICAL, created="storage")]
        CompositeAlarms("shop", composite_alarms_args(leaves, suppressor=events.suppressor))

    result = deploy(program)
    return result.only(aws.cloudwatch.MetricAlarm).inputs, result.only(aws.cloudwatch.CompositeAlarm).inputs


def minutes(beats: set[int], fires: int, until: int) -> list[int]:
    """In which minutes the composite notifies, when heartbeats come in ``beats`` and the alarm fires at ``fires``."""
    suppressor, composite = together()
    assert composite["actionsSuppressor"]["alarm"] == suppressor["name"]
    quiet = states(suppressor, dict.fromkeys(beats, 1.0), until)
    return notified(composite, [minute >= fires for minute in range(until)], [one == "ALARM" for one in quiet])


def test_while_heartbeats_arrive_the_composite_stays_quiet() -> None:
    assert minutes(set(range(60)), fires=20, until=60) == []


def test_without_any_heartbeat_the_composite_notifies_after_a_minute() -> None:
    assert minutes(set(), fires=20, until=60) == [21]


def test_a_forwarder_that_dies_before_the_alarm_is_replaced_by_the_composite() -> None:
    assert minutes(set(range(10)), fires=20, until=60) == [21]


def test_a_forwarder_that_dies_while_the_alarm_fires_is_replaced_within_seven_minutes() -> None:
    (at,) = minutes(set(range(30)), fires=20, until=60)

    assert 32 <= at <= 30 + 7


def test_a_forwarder_that_moves_to_another_node_is_not_missed() -> None:
    assert minutes(set(range(60)) - {25, 26}, fires=20, until=60) == []


def test_a_forwarder_that_comes_back_silences_the_next_alarm_again() -> None:
    assert minutes(set(range(30, 60)), fires=40, until=60) == []
