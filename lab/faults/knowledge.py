"""What the rules and routes say of an alert: how long it is held, who hears it, and after what wait.

Read from the running servers, or from the files that are shipped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.faults.fault import Expected
from model import labels
from model.metrics.metric_names import OBJECTIVE
from model.quantities import Duration

_MATCHER = re.compile(r'^\s*([\w.-]+)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alert's rule. ``hold``, ``keep``: its `for` and `keep_firing_for`, in seconds."""

    alert: str
    labels: Mapping[str, str]
    hold: float
    keep: float

    def raises(self, expected: Expected) -> bool:
        """Whether ``expected`` may come of it. A label that is a template may become anything."""
        wanted = {
            labels.SEVERITY: str(expected.severity),
            labels.SYSTEM: expected.system,
            labels.COMPONENT: expected.component,
        }
        if expected.objective:
            wanted[OBJECTIVE] = expected.objective
        found = [self.labels.get(key, "{{" if key != OBJECTIVE else "") for key in wanted]
        return self.alert == expected.alert and all(
            has == want or "{{" in has for has, want in zip(found, wanted.values(), strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who hears an alert. ``wait``, ``interval``: of its group, in seconds."""

    receiver: str
    wait: float
    interval: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All rules of alerts, and Alertmanager's configuration."""

    rules: Sequence[Rule]
    alertmanager: Mapping[str, Any]
    environment: str = ""

    def rule(self, expected: Expected) -> Rule | None:
        """The rule of an alert; None when no rule can raise it."""
        return next((rule for rule in self.rules if rule.raises(expected)), None)

    def route(self, expected: Expected) -> Route:
        """Where Alertmanager sends it."""
        carried = {
            "alertname": expected.alert,
            labels.SEVERITY: str(expected.severity),
            labels.TEAM: expected.team,
            labels.SYSTEM: expected.system,
            labels.COMPONENT: expected.component,
            labels.ENVIRONMENT: self.environment,
        }
        return _walk(self.alertmanager["route"], carried, {})


def shipped(root: Path, environment: str) -> Knowledge:
    """From the rules and routes as they lie in the checkout."""
    files = [file for kind in ("prometheus", "loki") for file in sorted((root / "rules" / kind).glob("*.yaml"))]
    groups = [group for file in files for group in yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["groups"]]
    return Knowledge(
        rules=tuple(of_files(groups)),
        alertmanager=yaml.safe_load((root / "rules" / "alertmanager" / "alertmanager.yaml").read_text("utf-8")),
        environment=environment,
    )


def of_files(groups: Iterable[Mapping[str, Any]]) -> Iterable[Rule]:
    """Rules as Prometheus and Loki read them."""
    for group in groups:
        for rule in group["rules"]:
            if "alert" in rule:
                yield Rule(
                    alert=rule["alert"],
                    labels=rule.get("labels", {}),
                    hold=seconds(rule.get("for", "0s")),
                    keep=seconds(rule.get("keep_firing_for", "0s")),
                )


def of_servers(groups: Iterable[Mapping[str, Any]]) -> Iterable[Rule]:
    """Rules as Prometheus and Loki tell them."""
    for group in groups:
        for rule in group["rules"]:
            if rule["type"] == "alerting":
                hold, keep = float(rule.get("duration", 0)), float(rule.get("keepFiringFor", 0))
                yield Rule(alert=rule["name"], labels=rule.get("labels", {}), hold=hold, keep=keep)


def seconds(text: str) -> float:
    """Of a duration such as 1h30m."""
    return float(sum(Duration(each).seconds for each in re.findall(r"[1-9]\d*(?:ms|[smhd])", text)))


def _walk(route: Mapping[str, Any], carried: Mapping[str, str], inherited: Mapping[str, Any]) -> Route:
    known = {**inherited, **{key: value for key, value in route.items() if key not in ("routes", "matchers")}}
    for child in route.get("routes", ()):
        # Programs listen in such routes; people are notified by the one that ends the search.
        if not child.get("continue") and all(_matches(matcher, carried) for matcher in child.get("matchers", ())):
            return _walk(child, carried, known)
    return Route(
        receiver=known["receiver"],
        wait=seconds(known.get("group_wait", "30s")),
        interval=seconds(known.get("group_interval", "5m")),
    )


def _matches(matcher: str, carried: Mapping[str, str]) -> bool:
    found = _MATCHER.match(matcher)
    assert found, matcher
    label, operator, value = found.groups()
    has = carried.get(label, "")
    same = bool(re.fullmatch(value, has)) if "~" in operator else has == value
    return same is not operator.startswith("!")
