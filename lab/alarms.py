"""CloudWatch alarms of the local environment, set by hand."""

from dataclasses import dataclass
from typing import Any

from lab.endpoints import Endpoints
from lab.servers.aws import ACCOUNT, client
from model.alarms.forwarding import STATES, AlarmState
from model.problems import BadInput, Problem
from model.sentences import some
from ops.forwarder.events import event

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An alarm that was set; ``before``: the state it had."""

    name: str
    before: str
    state: str


def set_alarm(endpoints: Endpoints, name: str, state: str, reason: str) -> Changed:
    """Set the state, and send the event that EventBridge would send. Raises BadInput.

    The new state lasts until it is set again: nothing evaluates alarms here.
    """
    if not endpoints.aws:
        raise BadInput([Problem("alarm", "found no AWS in the local environment", "a deployment that forwards alarms")])
    if state not in STATES:
        raise BadInput([Problem("STATE", f"found {state!r}", ", ".join(STATES))])
    cloudwatch = client("cloudwatch", endpoints.aws, endpoints.aws_region)
    before = _state(cloudwatch, name)
    if before is None:
        raise BadInput([Problem("NAME", f"found no alarm {name!r}", _alike(cloudwatch, name))])
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)
    after = _state(cloudwatch, name)
    assert after is not None
    changed = AlarmState(name=name, value=state, at=after["StateUpdatedTimestamp"].timestamp(), reason=reason)
    body = event(changed, before["StateValue"], account=ACCOUNT, region=endpoints.aws_region)
    queue = client("sqs", endpoints.aws, endpoints.aws_region)
    queue.send_message(QueueUrl=endpoints.alarm_queue, MessageBody=body)
    return Changed(name=name, before=before["StateValue"], state=state)


def _state(cloudwatch: Any, name: str) -> dict[str, Any] | None:
    found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found[0] if found else None


def _alike(cloudwatch: Any, name: str) -> str:
    """Names that contain what was asked for, or all of them."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate()
    known = sorted(alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"])
    alike = [each for each in known if name in each] or known
    return some(alike, SHOWN)
