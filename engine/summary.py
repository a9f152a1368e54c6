"""Counts of one run: resources by kind, and what they mean for a person (alarms, SLOs, rules, dashboards)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.driver import Outcome
from engine.events import Change, Step
from model import labels

SUMMARY_OUTPUT = "summary"
"""The stack output with the program's own counts, which are more precise than those of resources."""

_KINDS = (
    # prefix of the type token, what a person calls it; the first that fits counts
    ("aws:cloudwatch/metricAlarm:", "AWS alarms"),
    ("aws:cloudwatch/compositeAlarm:", "AWS alarms"),
    ("aws:", "AWS, other"),
    ("kubernetes:helm.sh/", "Helm releases"),
    ("kubernetes:", "Kubernetes objects"),
    ("belfry:", "Belfry components"),
    ("random:", "random values"),
    ("pulumi:", "stack and providers"),
)
_RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
_DASHBOARD_LABEL = labels.GRAFANA_DASHBOARD
_SLO_LABEL = "slo"


def kind_of(type_token: str) -> str:
    """What a person calls a resource type."""
    return next(
        (kind for prefix, kind in _KINDS if type_token.startswith(prefix)), type_token.split(":", maxsplit=1)[0]
    )


def by_kind(steps: Iterable[Step]) -> Mapping[str, Mapping[Change, int]]:
    """Kind -> change -> number of resources, kinds sorted."""
    counted = Counter((kind_of(step.type), step.change) for step in steps)
    kinds = sorted({kind for kind, _ in counted}, key=str.casefold)
    return {kind: {change: counted[kind, change] for change in Change if counted[kind, change]} for kind in kinds}


def counts(outcome: Outcome) -> Mapping[str, Any]:
    """Alarms, SLOs, rules, dashboards: the program's own counts, else counted from the resources."""
    own = outcome.outputs.get(SUMMARY_OUTPUT)
    if isinstance(own, Mapping):
        return dict(own)
    present = [step for step in outcome.steps if step.change is not Change.DELETE]
    rules = [rule for step in present if step.type == _RULES for rule in _rules(step.inputs)]
    slos = {slo for rule in rules if (slo := _labels(rule).get(_SLO_LABEL))}
    return {
        "alarms": sum(kind_of(step.type) == "AWS alarms" for step in present),
        "slos": len(slos),
        "rules": len(rules),
        "dashboards": sum(_is_dashboard(step) for step in present),
    }


def machine_readable(outcome: Outcome) -> dict[str, Any]:
    """The summary for ``--json``."""
    return {
        "operation": outcome.operation,
        "environment": str(outcome.environment),
        "offline": outcome.choice.offline,
        "reason": outcome.choice.reason,
        "changed": outcome.changed,
        "changes": {str(change): number for change, number in outcome.changes.items()},
        "kinds": {kind: sum(numbers.values()) for kind, numbers in by_kind(outcome.steps).items()},
        "counts": counts(outcome),
        "outputs": outcome.outputs,
        "warnings": list(outcome.warnings),
        "made_up": list(outcome.made_up),
    }


def _rules(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    spec = inputs.get("spec")
    groups = spec.get("groups") if isinstance(spec, Mapping) else None
    for group in groups if isinstance(groups, list) else []:
        yield from (rule for rule in group.get("rules", []) if isinstance(rule, Mapping))


def _labels(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    labels = thing.get("labels")
    return labels if isinstance(labels, Mapping) else {}


def _is_dashboard(step: Step) -> bool:
    metadata = step.inputs.get("metadata")
    labelled = isinstance(metadata, Mapping) and _DASHBOARD_LABEL in _labels(metadata)
    return step.type == "aws:cloudwatch/dashboard:Dashboard" or labelled
