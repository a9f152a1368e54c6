"""CloudWatch alarms of two plans."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.changes.difference import by_key
from model.changes.matching import changed_keys
from model.changes.report import Action, Topic
from model.changes.rules import Change
from model.plan import UNKNOWN_TEXT, Plan, PlannedResource, mappings

_ALARMS: Final = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
# What decides when an alarm fires, in the words of CloudWatch.
_DECIDES: Final = (
    *("threshold", "comparisonOperator", "evaluationPeriods", "datapointsToAlarm", "period", "statistic"),
    *("extendedStatistic", "metricName", "treatMissingData", "alarmRule", "actionsEnabled"),
)
_ACTIONS: Final = ("alarmActions", "okActions", "insufficientDataActions")


def changes(before: Plan, after: Plan) -> Iterator[Change]:
    """New, changed and removed alarms."""
    old, new = _alarms(before), _alarms(after)
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield Topic.ALARMS, Action.NEW, _name(new[key]), _when(new[key]["inputs"])
        elif key not in new:
            yield Topic.ALARMS, Action.REMOVED, _name(old[key]), _when(old[key]["inputs"])
        elif details := list(_details(old[key]["inputs"], new[key]["inputs"])):
            yield Topic.ALARMS, Action.CHANGED, _name(new[key]), ", ".join(details)


def _details(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    yield from changed_keys(old, new, _DECIDES)
    if mappings(old, "metricQueries") != mappings(new, "metricQueries") or old.get("dimensions") != new.get(
        "dimensions"
    ):
        yield "what it measures"
    for key in _ACTIONS:
        was, now = old.get(key), new.get(key)
        if was != now and UNKNOWN_TEXT not in (*(was or ()), *(now or ())):
            yield f"{key} {_topics(was)} -> {_topics(now)}"
    if old.get("alarmDescription") != new.get("alarmDescription"):
        yield "its text"


def _when(inputs: Mapping[str, Any]) -> str:
    if rule := inputs.get("alarmRule"):
        return f"when {rule}"
    metric = inputs.get("metricName") or "an expression of metrics"
    statistic = inputs.get("statistic") or inputs.get("extendedStatistic") or ""
    limit = inputs.get("threshold", "a band")
    return f"when {statistic} {metric} is {inputs.get('comparisonOperator')} {limit}".replace("  ", " ")


def _topics(arns: Any) -> str:
    return ", ".join(sorted(str(arn).rpartition(":")[2] for arn in arns or ())) or "(none)"


def _name(resource: PlannedResource) -> str:
    inputs = resource["inputs"]
    return str(inputs.get("name") or inputs.get("alarmName") or resource["name"])


def _alarms(plan: Plan) -> dict[str, PlannedResource]:
    return {key: resource for key, resource in by_key(plan).items() if resource["type"] in _ALARMS}
