"""One bundle of rules as Kubernetes objects: one where it fits, else one for each component.

Which object a rule is in follows from the rule's own labels and from nothing else, so that a new component or objective
moves no other one. The size decides only whether the bundle is divided at all: a bundle that fits keeps its one object,
and one that outgrows it is divided once. Rules of one component, or of one objective, stay together and in order.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import yaml

from model import labels
from model.alerting.prometheus_rules import Group, Rule, RuleFile
from model.metrics.metric_names import OBJECTIVE
from model.problems import Problem
from model.size_limits import Limit

# Our YAML is not the operator's byte by byte, which folds and quotes some lines in another way. Its own is 0.97 to 1.04
# times as long, measured on all bundles.
_OPERATORS: Final = 1.05
# JSON is written thirty times as fast, and the YAML of rules is 1.00 to 1.06 times as long: most bundles need no YAML.
_LEAST, _MOST = 0.95, 1.5

SHIPPED: Final = "loki_rules_shipped"


def yaml_size(rules: RuleFile) -> int:
    """At most so many bytes has a PrometheusRule's ``spec`` for the Prometheus Operator, which counts it as YAML."""
    text = yaml.dump(rules.as_prometheus(), Dumper=yaml.CSafeDumper, allow_unicode=True)
    return int(len(text.encode()) * _OPERATORS)


def divide(name: str, rules: RuleFile, limit: Limit, *, system: bool) -> dict[str, RuleFile]:
    """Object's name -> its rules, of the bundle ``name``; ``system``: all its rules are of one system."""
    by = (labels.COMPONENT, OBJECTIVE) if system else (labels.SYSTEM, labels.COMPONENT, OBJECTIVE)
    return dict(_divided(name, rules, by, limit.most))


def problems(file: str, objects: Mapping[str, RuleFile], limit: Limit) -> Iterator[Problem]:
    """A mistake for every object of ``file`` that is too large though divided: one objective's, or no component's."""
    for name, rules in objects.items():
        if not _fits(rules, limit.most):
            yield from limit.problems(f"{file}: object {name}", yaml_size(rules), "fewer rules of one component")


def _divided(name: str, rules: RuleFile, by: Sequence[str], most: int) -> Iterator[tuple[str, RuleFile]]:
    """The parts, by name; rules without the label keep the name itself, and come last.

    A dot joins the names, which no name of the catalog has: two bundles never make one name.
    """
    if not by or _fits(rules, most):
        yield name, rules
        return
    label, *rest = by
    for value in sorted({value for group in rules.groups for rule in group.rules if (value := _value(rule, label))}):
        yield from _divided(f"{name}.{value}", _only(rules, label, value), rest, most)
    others = _only(rules, label, None)
    if others.groups:
        yield name, others


def _fits(rules: RuleFile, most: int) -> bool:
    length = len(json.dumps(rules.as_prometheus(), ensure_ascii=False).encode())
    if length * _MOST <= most:
        return True
    return length * _LEAST <= most and yaml_size(rules) <= most


def _only(rules: RuleFile, label: str, value: str | None) -> RuleFile:
    """The rules that have the value, in their groups and in order."""
    kept = ((group, tuple(rule for rule in group.rules if _value(rule, label) == value)) for group in rules.groups)
    groups = tuple(group.model_copy(update={"rules": some}) for group, some in kept if some)
    return rules.model_copy(update={"groups": groups})


def _value(rule: Rule, label: str) -> str | None:
    """The label's value, where it can be a part of an object's name; a template such as ``{{ $labels.x }}`` cannot."""
    value = rule.labels.get(label, "")
    return value if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value) else None


def shipped_rules(files: Sequence[RuleFile], tenants: int) -> RuleFile | None:
    """How many log rules the program ships, as a series: the ruler of Loki says how many it has loaded.

    It lists all files of a tenant or none, and says nowhere that it could not. ``files``: each is shipped to every one
    of ``tenants`` (none: once). None where nothing is shipped.
    """
    count = sum(len(group.rules) for file in files for group in file.groups) * max(tenants, 1)
    if not count:
        return None
    rule = Rule(record=SHIPPED, expr=f"vector({count})")
    return RuleFile(groups=(Group(name="belfry.log-rules", rules=(rule,)),))
