"""The two sets of rules: their groups, the series they read, and how far back."""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import promql_parser
import yaml
from promql_parser import Expr, MatchOp, MatrixSelector, SubqueryExpr, VectorSelector

from authoring.docs.default_rules import DefaultRules
from checks.rules.inference.syntax import children
from model.assets import BundleKind, read_manifest
from model.quantities import Duration

# Of groups that say none: the Prometheus Operator's own default.
INTERVAL = 30
# An instant looks back this far.
LOOKBACK = 300
_MATCH: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "=~": lambda pattern, value: bool(re.fullmatch(pattern, value)),
    "!~": lambda pattern, value: not re.fullmatch(pattern, value),
}


@dataclass(frozen=True, slots=True)
class Read:
    """One use of a metric: who matches, and the span it looks at, in seconds before the evaluation."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]
    newest: int
    oldest: int

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it reads the series with these labels."""
        return all(_MATCH[sign](value, labels.get(name, "")) for name, sign, value in self.matchers)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. One of ``record`` and ``alert`` is empty."""

    record: str
    alert: str
    expr: str
    labels: Mapping[str, str]

    def reads(self) -> list[Read]:
        """Every use of a metric."""
        return list(_reads(promql_parser.parse(self.expr), 0, 0))


@dataclass(frozen=True, slots=True)
class Group:
    """Rules evaluated together, every ``interval`` seconds. ``system``: written for one system of the catalog."""

    name: str
    interval: int
    rules: tuple[Rule, ...]
    system: bool = False


def belfry(root: Path) -> tuple[Group, ...]:
    """All shipped Prometheus rules."""
    bundles = [bundle for bundle in read_manifest(root, "rules").bundles if bundle.kind is BundleKind.PROMETHEUS]
    return tuple(
        group for bundle in bundles for group in of_file(root / "rules" / bundle.path, system=bundle.system is not None)
    )


def of_file(path: Path, *, system: bool = False) -> tuple[Group, ...]:
    """The groups of a rule file, or of the PrometheusRules among the objects of a rendered chart."""
    documents = [one for one in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if one]
    specs = [one["spec"] if one.get("kind") == "PrometheusRule" else one for one in documents]
    return tuple(_group(group, system) for spec in specs for group in spec.get("groups", ()))


def _group(group: Mapping[str, Any], system: bool) -> Group:
    interval = int(Duration(group["interval"]).seconds) if "interval" in group else INTERVAL
    rules = (
        Rule(rule.get("record", ""), rule.get("alert", ""), str(rule["expr"]), rule.get("labels", {}))
        for rule in group["rules"]
    )
    return Group(group["name"], interval, tuple(rules), system)


def undecided(theirs: Iterable[Group], decided: DefaultRules) -> list[str]:
    """Default rules that the table has no line for, and lines for rules that there are not."""
    groups = list(theirs)
    alerts = {rule.alert for group in groups for rule in group.rules if rule.alert}
    recording = {group.name for group in groups if any(rule.record for rule in group.rules)}
    return sorted((alerts ^ decided.alerts.keys()) | (recording ^ decided.groups.keys()))


def same_questions(ours: Iterable[Group], decided: DefaultRules) -> list[Rule]:
    """Our alerts that stand in for default ones, and all that is recorded for them.

    None of a single system's: its objectives have alerts of the same names as the platform's own.
    """
    rules = [rule for group in ours if not group.system for rule in group.rules]
    named = {alert for fate in decided.alerts.values() for alert in fate.by}
    chosen = [rule for rule in rules if rule.alert in named]
    metrics: set[str] = set()
    for rule in chosen:  # it grows while it is read
        new = {read.metric for read in rule.reads()} - metrics
        metrics |= new
        chosen += [other for other in rules if other.record in new]
    return chosen


def _reads(node: Expr, newest: int, oldest: int) -> Iterator[Read]:
    match node:
        case VectorSelector():
            shift = _seconds(node.offset)
            yield Read(node.name or "", _matchers(node), newest + shift, oldest + shift + LOOKBACK)
        case MatrixSelector():
            selector, shift = node.vector_selector, _seconds(node.vector_selector.offset)
            yield Read(selector.name or "", _matchers(selector), newest + shift, oldest + shift + _seconds(node.range))
        case SubqueryExpr():
            shift = _seconds(node.offset)
            yield from _reads(node.expr, newest + shift, oldest + shift + _seconds(node.range))
        case _:
            for child in children(node):
                yield from _reads(child, newest, oldest)


def _seconds(length: timedelta | None) -> int:
    return int(length.total_seconds()) if length else 0


def _matchers(selector: VectorSelector) -> tuple[tuple[str, str, str], ...]:
    signs = ((MatchOp.Equal, "="), (MatchOp.NotEqual, "!="), (MatchOp.Re, "=~"), (MatchOp.NotRe, "!~"))
    return tuple((m.name, next(sign for op, sign in signs if op == m.op), m.value) for m in selector.matchers.matchers)


def values(uses: Iterable[Read], label: str) -> list[str]:
    """Values of a label that the uses ask for, sorted: equal ones, and one for each alternative of a pattern."""
    found = set()
    for use in uses:
        for name, sign, value in use.matchers:
            if name == label and sign == "=" and value:
                found.add(value)
            elif name == label and sign == "=~":
                words = re.sub(r"\(\?i\)|[()]", "", value).split("|")
                samples = (word.replace(".*", "").replace(".+", "x").replace(".", "0") for word in words)
                found |= {sample for sample in samples if sample and re.fullmatch(value, sample)}
    return sorted(found)


def next_level(waiting: Iterable[Rule]) -> list[Rule]:
    """Those that read nothing which another one has still to record.

    A rule that reads the name it records, such as bad events of total ones, comes after those of that name that do not.
    """
    needs = [(rule, {read.metric for read in rule.reads()}) for rule in waiting]
    first = {rule.record for rule, metrics in needs if rule.record not in metrics}
    later = {rule.record for rule, metrics in needs if rule.record in metrics}
    return [rule for rule, metrics in needs if not metrics & (first | later - {rule.record})]
