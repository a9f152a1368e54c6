"""Events of CloudWatch as EventBridge words them, and what is none."""

import json
from typing import Any

import pytest

from model.alarms.forwarding import AlarmState
from ops.forwarder.events import MOST_CHARACTERS, Malformed, event, state_change

# As in the CloudWatch user guide, "Alarm events and EventBridge", shortened.
GUIDE = {
    "version": "0",
    "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    "detail-type": "CloudWatch Alarm State Change",
    "source": "aws.cloudwatch",
    "account": "123456789012",
    "time": "2019-10-02T17:04:40Z",
    "region": "us-east-1",
    "resources": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh"],
    "detail": {
        "alarmName": "ServerCpuTooHigh",
        "configuration": {"description": "Goes into alarm when server CPU utilization is too high!", "metrics": []},
        "previousState": {"value": "OK", "timestamp": "2019-10-01T13:56:40.987+0000"},
        "state": {
            "reason": "Threshold Crossed: 1 out of the last 1 datapoints was greater than the threshold (50.0).",
            "reasonData": '{"version":"1.0"}',
            "timestamp": "2019-10-02T17:04:40.989+0000",
            "value": "ALARM",
        },
        "muteDetail": {"mutedBy": "anything new"},
    },
}


def changed(**state: Any) -> str:
    detail = GUIDE["detail"]
    assert isinstance(detail, dict)
    return json.dumps({**GUIDE, "detail": {**detail, "state": {**detail["state"], **state}}})


def test_the_event_of_the_guide_is_read() -> None:
    assert state_change(json.dumps(GUIDE)) == AlarmState(
        name="ServerCpuTooHigh",
        value="ALARM",
        at=1570035880.989,
        reason="Threshold Crossed: 1 out of the last 1 datapoints was greater than the threshold (50.0).",
    )


def test_a_reason_that_fills_a_screen_is_cut_and_one_that_is_missing_is_empty() -> None:
    assert len(state_change(changed(reason="x" * 5000)).reason) == MOST_CHARACTERS
    assert state_change(changed(reason=None)).reason == ""


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{", "the body is not JSON"),
        ("[]", "detail-type is no text"),
        ("{}", "detail-type is no text"),
        (json.dumps({**GUIDE, "detail-type": "AWS API Call via CloudTrail"}), "detail-type is not"),
        (json.dumps({**GUIDE, "detail": []}), "detail is no object"),
        (json.dumps({**GUIDE, "detail": {"state": {"value": "OK", "timestamp": "2019-10-02T17:04:40Z"}}}), "alarmName"),
        (json.dumps({**GUIDE, "detail": {"alarmName": "a"}}), "state is no object"),
        (changed(value="WARNING"), "state.value is none of OK, ALARM, INSUFFICIENT_DATA"),
        (changed(timestamp="yesterday"), "state.timestamp is no time"),
        (changed(timestamp="2019-10-02T17:04:40"), "state.timestamp has no time zone"),
        (changed(timestamp=1570035880), "timestamp is no text"),
    ],
)
def test_whatever_else_comes_is_malformed_and_says_where(body: str, wrong: str) -> None:
    with pytest.raises(Malformed, match=wrong):
        state_change(body)


def test_an_event_made_here_is_read_back() -> None:
    state = AlarmState(name="prod-shop-orders-hot-key", value="OK", at=1570035880.989, reason='He said "no"')

    assert state_change(event(state, "ALARM", account="123456789012", region="eu-central-1")) == state
