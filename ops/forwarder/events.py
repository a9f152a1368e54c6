"""State changes as EventBridge words them.

Shape: CloudWatch user guide, "Alarm events and EventBridge". Keys besides those that are read here (``previousState``,
``configuration``, tags, details of muting and suppression) differ by the kind of alarm, and are ignored.
"""

import json
from datetime import UTC, datetime
from typing import Any

from model.alarms.forwarding import STATES, AlarmState

DETAIL_TYPE = "CloudWatch Alarm State Change"
MOST_CHARACTERS = 1000  # of a reason: metric math names every metric, and a notification is read on a phone


class Malformed(ValueError):
    """A message that is no state change of an alarm."""


def state_change(body: str) -> AlarmState:
    """The new state that an event tells. Raises Malformed, with the key that is wrong."""
    try:
        event = json.loads(body)
    except ValueError:
        raise Malformed("the body is not JSON") from None
    if _text(event, "detail-type") != DETAIL_TYPE:
        raise Malformed(f"detail-type is not {DETAIL_TYPE!r}")
    detail = _object(event, "detail")
    state = _object(detail, "state")
    value = _text(state, "value")
    if value not in STATES:
        raise Malformed(f"state.value is none of {', '.join(STATES)}")
    reason = state.get("reason")
    return AlarmState(
        name=_text(detail, "alarmName"),
        value=value,
        at=_seconds(_text(state, "timestamp")),
        reason=reason[:MOST_CHARACTERS] if isinstance(reason, str) else "",
    )


def event(alarm: AlarmState, previous: str, *, account: str, region: str) -> str:
    """The event that EventBridge would send for a state: for the local environment and for tests."""
    at = datetime.fromtimestamp(alarm.at, UTC)
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"
    return json.dumps(
        {
            "version": "0",
            "detail-type": DETAIL_TYPE,
            "source": "aws.cloudwatch",
            "account": account,
            "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "region": region,
            "resources": [f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm.name}"],
            "detail": {
                "alarmName": alarm.name,
                "state": {"value": alarm.value, "reason": alarm.reason, "timestamp": stamp},
                "previousState": {"value": previous},
            },
        }
    )


def _object(holder: Any, key: str) -> dict[str, Any]:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise Malformed(f"{key} is no object")
    return value


def _text(holder: Any, key: str) -> str:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, str):
        raise Malformed(f"{key} is no text")
    return value


def _seconds(stamp: str) -> float:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        raise Malformed("state.timestamp is no time") from None
    if at.tzinfo is None:
        raise Malformed("state.timestamp has no time zone")
    return at.timestamp()
