"""Alerting rules, recording rules and objectives of two plans, as Prometheus and Loki get them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from model import labels
from model.changes.matching import paired, shown
from model.changes.report import Action, Topic
from model.metrics.metric_names import OBJECTIVE, OBJECTIVE_RATIO
from model.names import MUTED
from model.plan import Plan, mapping, mappings
from model.problems import BadInput
from model.yaml_file import parse_yaml

Change = tuple[Topic, Action, str, str]
"""Topic, what happens, to what, and how."""

_PROMETHEUS: Final = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
_CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"
# A number that stands alone: not the one in `increase5m`, and not that of `[5m]`.
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])")
_IDENTITY: Final = (labels.SYSTEM, labels.COMPONENT, OBJECTIVE, "kpi", "signal", "resource", "muting")


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    rule: Mapping[str, Any]

    @property
    def labels(self) -> Mapping[str, str]:
        return mapping(self.rule, "labels")

    @property
    def subject(self) -> str:
        parts = [str(self.labels[key]) for key in _IDENTITY if key in self.labels]
        return f"{self.name} {'/'.join(parts)}".rstrip()


def changes(before: Plan, after: Plan) -> Iterator[Change]:
    """Changes of rules and objectives."""
    old, new = list(_rules(before)), list(_rules(after))
    yield from _objectives(_with(old, "record"), _with(new, "record"))
    yield from _alerts(_with(old, "alert"), _with(new, "alert"))
    for was, now in paired(_with(old, "record"), _with(new, "record"), _exactly):
        # An objective's target is in the section of objectives.
        if (action := _action(was, now)) and _either(was, now).name != OBJECTIVE_RATIO:
            yield Topic.RECORDING, action, _either(was, now).subject, ""


def alert_labels(plan: Plan) -> Iterator[dict[str, str]]:
    """The labels of each alert as Alertmanager gets them, as far as its rule states them.

    An escalated copy is one rule for the alerts of all teams and takes their labels: it says none of them itself.
    """
    for rule in _with(list(_rules(plan)), "alert"):
        stated = {str(key): str(value) for key, value in rule.labels.items() if "{{" not in str(value)}
        yield {"alertname": rule.name, **stated}


def _alerts(old: list[_Rule], new: list[_Rule]) -> Iterator[Change]:
    for was, now in paired(old, new, _exactly, _without_severity):
        if was is None or now is None:
            rule = _either(was, now)
            topic = Topic.ROUTES if rule.name == MUTED else Topic.RULES
            detail = f"severity {rule.labels.get(labels.SEVERITY)}, {_text(rule)}"
            yield topic, Action.NEW if was is None else Action.REMOVED, rule.subject, detail
        elif details := list(_details(was, now)):
            yield Topic.RULES, Action.CHANGED, now.subject, ", ".join(details)


def _details(was: _Rule, now: _Rule) -> Iterator[str]:
    old, new = was.labels, now.labels
    if old.get(labels.SEVERITY) != new.get(labels.SEVERITY):
        yield f"severity {old.get(labels.SEVERITY)} -> {new.get(labels.SEVERITY)}"
    for key in sorted((old.keys() | new.keys()) - {labels.SEVERITY}):
        if old.get(key) != new.get(key):
            yield f"{key} {shown(old.get(key))} -> {shown(new.get(key))}"
    yield from _expression(str(was.rule.get("expr", "")), str(now.rule.get("expr", "")))
    for key in ("for", "keep_firing_for"):
        if was.rule.get(key) != now.rule.get(key):
            yield f"{key} {shown(was.rule.get(key))} -> {shown(now.rule.get(key))}"
    if mapping(was.rule, "annotations") != mapping(now.rule, "annotations"):
        yield "its text"


def _expression(old: str, new: str) -> Iterator[str]:
    if old == new:
        return
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        yield "its expression"
        return
    pairs = zip_longest((m[0] for m in _NUMBER.finditer(old)), (m[0] for m in _NUMBER.finditer(new)))
    different = dict.fromkeys(f"{was} -> {now}" for was, now in pairs if was != now)
    yield f"threshold {', '.join(different)}"


def _objectives(old: list[_Rule], new: list[_Rule]) -> Iterator[Change]:
    """By the record that holds an objective's target."""
    before, after = ([rule for rule in rules if rule.name == OBJECTIVE_RATIO] for rules in (old, new))
    for was, now in paired(before, after, lambda rule: tuple(rule.labels.get(key) for key in _IDENTITY)):
        subject = _either(was, now).subject.removeprefix(f"{OBJECTIVE_RATIO} ")
        if was is None or now is None:
            rule = _either(was, now)
            yield Topic.OBJECTIVES, Action.NEW if was is None else Action.REMOVED, subject, _target(rule)
        elif _target(was) != _target(now):
            yield Topic.OBJECTIVES, Action.CHANGED, subject, f"{_target(was)} -> {_target(now)}"


def _target(rule: _Rule) -> str:
    ratio = str(rule.rule.get("expr", "")).removeprefix("vector(").removesuffix(")")
    return f"{ratio} over {rule.labels.get('window')}"


def _text(rule: _Rule) -> str:
    return str(mapping(rule.rule, "annotations").get(labels.SUMMARY, "without a summary"))


def _action(was: _Rule | None, now: _Rule | None) -> Action | None:
    if was is None or now is None:
        return Action.NEW if was is None else Action.REMOVED
    return None if was.rule == now.rule else Action.CHANGED


def _exactly(rule: _Rule) -> tuple[str, tuple[tuple[str, str], ...]]:
    return rule.name, tuple(sorted(rule.labels.items()))


def _without_severity(rule: _Rule) -> tuple[str, tuple[tuple[str, str], ...]]:
    kept = {key: value for key, value in rule.labels.items() if key in _IDENTITY}
    return rule.name, tuple(sorted(kept.items()))


def _either(was: _Rule | None, now: _Rule | None) -> _Rule:
    rule = now or was
    assert rule, "a pair has at least one side"
    return rule


def _with(rules: list[_Rule], kind: str) -> list[_Rule]:
    return [rule for rule in rules if kind in rule.rule]


def _rules(plan: Plan) -> Iterator[_Rule]:
    for groups in _groups(plan):
        for group in groups:
            for rule in mappings(group, "rules"):
                yield _Rule(str(rule.get("alert") or rule.get("record") or ""), rule)


def _groups(plan: Plan) -> Iterator[list[Mapping[str, Any]]]:
    for resource in plan["resources"]:
        if resource["type"] == _PROMETHEUS:
            yield mappings(mapping(resource["inputs"], "spec"), "groups")
        elif resource["type"] == _CONFIG_MAP:
            metadata = mapping(resource["inputs"], "metadata")
            if labels.LOKI_RULE in mapping(metadata, "labels"):
                for name, text in mapping(resource["inputs"], "data").items():
                    yield _parsed(str(text), name)


def _parsed(text: str, name: str) -> list[Mapping[str, Any]]:
    try:
        document = parse_yaml(text, name)
    except BadInput:
        return []
    return mappings(document, "groups") if isinstance(document, dict) else []
