"""An alarm reaches somebody: alarm, topic, the topic's policy and key, and a subscription, without a gap.

CloudWatch drops a notification without a word where it may not publish, or may not use the topic's key.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from model.plan import mapping, mappings, sequence
from model.policies import types
from model.policies.documents import statements
from model.policies.rule import Resource, Resources, Rule, is_known

_ALARMS: Final = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
_EVENT_RULE: Final = "aws:cloudwatch/eventRule:EventRule"
_EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
_CLOUDWATCH: Final = "Service:cloudwatch.amazonaws.com"
_STATE_CHANGE: Final = "CloudWatch Alarm State Change"
_NEEDED: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def _lost(resources: Resources) -> Iterator[tuple[Resource, str]]:
    prefixes = tuple(_forwarded(resources))
    notified: set[str] = set()
    for alarm in resources.of(*_ALARMS):
        actions = sequence(alarm.inputs, "alarmActions")
        notified |= {urn for urn in alarm.dependencies if actions}
        name = str(alarm.inputs.get("name") or alarm.inputs.get("alarmName") or alarm.name)
        if alarm.inputs.get("actionsEnabled") is False:
            yield alarm, "actionsEnabled is false, so it notifies nobody"
        elif not actions and not name.startswith(prefixes):
            yield alarm, "it has no alarmActions, and no EventBridge rule with a target takes its state changes"
    for topic in resources.of(types.TOPIC):
        if topic.urn in notified:
            yield from ((topic, message) for message in _silent(topic, resources))


def _forwarded(resources: Resources) -> Iterator[str]:
    """Prefixes of names of alarms whose changes EventBridge hands on; "" takes all."""
    for rule in resources.of(_EVENT_RULE):
        pattern = _json(rule.inputs.get("eventPattern"))
        if _STATE_CHANGE not in sequence(pattern, "detail-type") or not _has_target(rule, resources):
            continue
        detail = mapping(pattern, "detail")
        names = mappings(detail, "alarmName") if "alarmName" in detail else [{"prefix": ""}]
        yield from (name["prefix"] for name in names if isinstance(name.get("prefix"), str))


def _has_target(rule: Resource, resources: Resources) -> bool:
    name = rule.inputs.get("name")
    return any(
        rule.urn in target.dependencies or (name is not None and target.inputs.get("rule") == name)
        for target in resources.of(_EVENT_TARGET)
    )


def _silent(topic: Resource, resources: Resources) -> Iterator[str]:
    if not resources.about(topic, types.SUBSCRIPTION):
        yield "alarms publish to the topic, and nobody is subscribed"
    policies = [each.inputs.get("policy") for each in resources.about(topic, types.TOPIC_POLICY)]
    if not _lets(policies, "sns:Publish"):
        yield "the topic's policy does not let CloudWatch publish"
    if str(topic.inputs.get("kmsMasterKeyId", "")).endswith("alias/aws/sns"):
        yield "AWS's own key of SNS never lets CloudWatch in: the topic needs a key of its own"
        return
    for key in resources.of(types.KEY):
        if key.urn in topic.dependencies:
            lacking = [action for action in _NEEDED if not _lets([key.inputs.get("policy")], action)]
            if lacking:
                yield f"the policy of its key {key.name} does not let CloudWatch {' and '.join(lacking)}"


def _lets(policies: list[Any], action: str) -> bool:
    """Whether one of the policies lets CloudWatch do it; a policy that is not known yet may."""
    return any(
        (policy is not None and not is_known(policy))
        or any(statement.lets(_CLOUDWATCH, action) for statement in statements(policy))
        for policy in policies
    )


def _json(text: object) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) and is_known(text) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


RULE = Rule(
    name="alarm-delivery",
    title="Every alarm reaches somebody: its topic lets CloudWatch publish and use its key, and has subscribers",
    fix="components/alarm_topics.py makes key, topic and policies together; send the alarm to one of its topics.",
    all=_lost,
)
