"""Verdicts on CloudWatch alarms and SNS."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from model.plan import mapping, mappings
from model.verification.expected import Dimensions, ExpectedAlarm, ExpectedTopic
from model.verification.verdicts import Outcome, judged

INSUFFICIENT_DATA: Final = "INSUFFICIENT_DATA"
NO_DATA_SECONDS: Final = 3600
"""A new alarm has no state until its first evaluation, and most services report every minute, some every five. An hour
without one datum is a wrong name or dimension, or a resource that does not report."""
_CLOUDWATCH: Final = "cloudwatch.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm as CloudWatch has it. ``since``: Unix time of its state. ``decides``: in the words of the API."""

    name: str
    enabled: bool
    actions: tuple[str, ...]
    state: str
    since: float
    decides: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as SNS has it. ``policy``: its JSON. ``subscriptions``: protocol and ARN, or what SNS says instead."""

    name: str
    key: str
    policy: str
    subscriptions: tuple[tuple[str, str], ...]


def alarms(expected: Sequence[ExpectedAlarm], found: Collection[Alarm]) -> Outcome:
    """Whether each exists as planned, with its actions enabled."""
    known = {alarm.name: alarm for alarm in found}
    failed = [sentence for alarm in expected for sentence in _faults(alarm, known.get(alarm.name))]
    return judged(f"{len(expected)} alarms", failed)


def _faults(expected: ExpectedAlarm, found: Alarm | None) -> Iterator[str]:
    if found is None:
        yield f"{expected.name} does not exist"
        return
    if not found.enabled:
        yield f"{expected.name}: its actions are disabled"
    if expected.actions and not found.actions:
        yield f"{expected.name} has no actions"
    for key, value in sorted(expected.decides.items()):
        if not _same(value, found.decides.get(key)):
            yield f"{expected.name}: {key} is {found.decides.get(key)}, planned {value}"


def _same(planned: object, found: object) -> bool:
    """A plan writes 5, CloudWatch answers 5.0."""
    if isinstance(planned, int | float) and isinstance(found, int | float):
        return Decimal(str(planned)) == Decimal(str(found))
    return planned == found


def composites(expected: Sequence[str], found: Collection[Alarm]) -> Outcome:
    """The same of composite alarms. Each must have an action: only they notify."""
    known = {alarm.name: alarm for alarm in found}
    planned = [ExpectedAlarm(name=name, actions=True, decides={}, metrics=()) for name in expected]
    failed = [sentence for alarm in planned for sentence in _faults(alarm, known.get(alarm.name))]
    return judged(f"{len(expected)} composite alarms", failed)


def alarm_data(expected: Sequence[ExpectedAlarm], found: Collection[Alarm], now: float) -> Outcome:
    """INSUFFICIENT_DATA is unknown at first, and after an hour wrong. ``now``: Unix time."""
    planned = {alarm.name for alarm in expected}
    present = [alarm for alarm in found if alarm.name in planned]
    without = [alarm for alarm in present if alarm.state == INSUFFICIENT_DATA]
    old = [alarm for alarm in without if now - alarm.since >= NO_DATA_SECONDS]
    failed = [f"{alarm.name}: no data for {(now - alarm.since) / 3600:.1f} h" for alarm in old]
    unknown = [f"{alarm.name}: no data yet ({INSUFFICIENT_DATA})" for alarm in without if alarm not in old]
    if not present:
        unknown.append("none of the planned alarms exists")
    return judged(f"{len(present)} alarms have a state", failed, unknown)


def resources(expected: Sequence[ExpectedAlarm]) -> list[tuple[str, Dimensions]]:
    """Namespace and dimensions to ask for, once each. Without dimensions a metric tells nothing of a resource."""
    return sorted({metric for alarm in expected for metric in alarm.metrics if metric[1]})


def alarm_metrics(expected: Sequence[ExpectedAlarm], seen: Mapping[tuple[str, Dimensions], bool]) -> Outcome:
    """Absent is unknown: an idle resource may not have reported for weeks, but a wrong name never will."""
    unknown = [
        f"{alarm.name}: CloudWatch has no metric of {namespace} with {_shown(dimensions)}"
        for alarm in expected
        for namespace, dimensions in alarm.metrics
        if dimensions and not seen[namespace, dimensions]
    ]
    return judged(f"{len(seen)} sets of dimensions", (), unknown)


def _shown(dimensions: Dimensions) -> str:
    return ", ".join(f"{name}={value}" for name, value in dimensions)


def topics(expected: Sequence[ExpectedTopic], found: Collection[Topic]) -> Outcome:
    """Whether each exists, is encrypted if planned so, and lets CloudWatch publish."""
    known = {topic.name: topic for topic in found}
    failed = [sentence for topic in expected for sentence in _topic_faults(topic, known.get(topic.name))]
    return judged(f"{len(expected)} topics", failed)


def _topic_faults(expected: ExpectedTopic, found: Topic | None) -> Iterator[str]:
    if found is None:
        yield f"{expected.name} does not exist"
        return
    if expected.encrypted and not found.key:
        yield f"{expected.name} is not encrypted"
    if _CLOUDWATCH not in publishers(found.policy):
        yield f"{expected.name}: its policy does not let CloudWatch publish"


def publishers(policy: str) -> set[str]:
    """The services that a topic's policy lets publish."""
    document: Any = json.loads(policy or "{}")
    found: set[str] = set()
    for statement in mappings(document, "Statement"):
        services = mapping(statement, "Principal").get("Service", [])
        if statement.get("Effect") == "Allow":
            found |= {services} if isinstance(services, str) else set(services)
    return found


def subscriptions(expected: Sequence[ExpectedTopic], found: Collection[Topic]) -> Outcome:
    """Whether each exists and is confirmed. People may add more: those must be confirmed too."""
    known = {topic.name: topic for topic in found}
    failed, count = [], 0
    for topic in expected:
        there = known[topic.name].subscriptions if topic.name in known else ()
        for protocol, planned in topic.subscriptions.items():
            have = sum(each == protocol for each, _ in there)
            count += planned
            if have < planned:
                failed.append(f"{topic.name}: {have} subscriptions by {protocol}, planned {planned}")
        pending = [protocol for protocol, arn in there if not arn.startswith("arn:")]
        failed += [f"{topic.name}: a subscription by {protocol} is not confirmed" for protocol in pending]
    return judged(f"{count} subscriptions", failed)
