"""Which labels the result of an expression has, as far as that follows from the expression."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    MatchOp,
    StringLiteral,
    VectorMatchCardinality,
    VectorSelector,
)

from checks.rules.inference.metrics import TARGET, Metrics
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import BottomUp, grouped, is_scalar, matched_labels

# Series of these have labels that differ with each writer.
_REPEATED = re.compile(r"\{\{\s*\$labels\.([a-zA-Z_]\w*)\s*\}\}")
_KEEPS_ALL = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})


@dataclass(frozen=True, slots=True)
class Shape:
    """``may``: no other label can be there; None: nobody knows. ``must``: always there. ``fixed``: with one value."""

    may: frozenset[str] | None = None
    must: frozenset[str] = frozenset()
    fixed: dict[str, str] = field(default_factory=dict)

    def lacks(self, label: str) -> bool:
        """Whether the label can certainly not be there."""
        return self.may is not None and label not in self.may

    def only(self, labels: Iterable[str]) -> "Shape":
        """What is left when all other labels are dropped."""
        kept = frozenset(labels)
        may = kept if self.may is None else self.may & kept
        return Shape(may, self.must & kept, {k: v for k, v in self.fixed.items() if k in kept})

    def without(self, labels: Iterable[str]) -> "Shape":
        """What is left when these labels are dropped."""
        gone = frozenset(labels)
        may = None if self.may is None else self.may - gone
        return Shape(may, self.must - gone, {k: v for k, v in self.fixed.items() if k not in gone})

    def having(self, labels: dict[str, str]) -> "Shape":
        """The same with labels written over it; a value that is a template is no fixed one."""
        may = None if self.may is None else self.may | set(labels)
        plain = {k: v for k, v in labels.items() if "{{" not in v}
        return Shape(may, self.must | set(labels), {**self.without(labels).fixed, **plain})


NOTHING = Shape(frozenset())


def either(a: Shape, b: Shape) -> Shape:
    """What holds when a series may come from one or the other."""
    may = None if a.may is None or b.may is None else a.may | b.may
    return Shape(may, a.must & b.must, {k: v for k, v in a.fixed.items() if b.fixed.get(k) == v})


class Shapes(BottomUp[Shape]):
    """Shapes of expressions, given what is known of the metrics they read."""

    nothing = NOTHING

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self._recorded: dict[str, Shape] = {}
        self._alerts: tuple[Shape, ...] = ()
        self._rules: dict[tuple[str, int], Shape] = {}  # a series is read by hundreds of rules

    def of_metric(self, metric: str) -> Shape:
        """The labels of a metric's series, before any matcher."""
        if metric in self.metrics.recorded:
            return self._of_record(metric)
        if metric in self.metrics.exposed and metric not in self.metrics.declared:
            return Shape(self.metrics.exposed[metric] | TARGET, self.metrics.exposed[metric])
        declared = self.metrics.declared.get(metric)
        return Shape(None if declared is None else declared | TARGET)

    def of_selector(self, node: VectorSelector) -> Shape:
        """The labels of the chosen series: an equality fixes a value, and asks for the label."""
        shape = self.of_metric(node.name or "")
        equal = {m.name: m.value for m in node.matchers.matchers if m.op == MatchOp.Equal and m.value}
        may = None if shape.may is None else shape.may | set(equal)
        return Shape(may, shape.must | set(equal), {**shape.fixed, **equal})

    def of_rule(self, rule: Rule) -> Shape:
        """The labels of what a rule records or tells."""
        place = (rule.file, rule.line)
        if place not in self._rules:
            self._rules[place] = (self.of(rule.expr) if rule.parsed else Shape()).having(dict(rule.labels))
        return self._rules[place]

    def of_alerts(self) -> tuple[Shape, ...]:
        """The labels of ALERTS, by the rules that make them."""
        if not self._alerts:
            self._alerts = tuple(map(self._of_alert, self.metrics.alerts))
        return self._alerts

    def _of_alert(self, rule: Rule) -> Shape:
        # A template that only repeats a label of the query has its value.
        inner = self.of(rule.expr) if rule.parsed else Shape()
        repeated = ((name, _REPEATED.fullmatch(value)) for name, value in rule.labels.items())
        known = {name: inner.fixed[m[1]] for name, m in repeated if m and m[1] in inner.fixed}
        return self.of_rule(rule).having({**known, "alertname": rule.alert, "alertstate": "{{}}"})

    def _of_record(self, metric: str) -> Shape:
        if metric not in self._recorded:
            self._recorded[metric] = Shape()  # a series that is made of itself
            self._recorded[metric] = reduce(either, map(self.of_rule, self.metrics.recorded[metric]))
        return self._recorded[metric]

    def _aggregate(self, node: AggregateExpr) -> Shape:
        shape, operation = self.of(node.expr), str(node.op)
        if operation in _KEEPS_ALL:
            return shape
        modifier = node.modifier
        if modifier is None:
            shape = NOTHING
        elif modifier.type == AggModifierType.By:
            shape = shape.only(modifier.labels)
        else:
            shape = shape.without(modifier.labels)
        if operation == "count_values" and isinstance(node.param, StringLiteral):
            return Shape(None if shape.may is None else shape.may | {node.param.val}, shape.must, shape.fixed)
        return shape

    def _call(self, node: Call) -> Shape:
        name, arguments = node.func.name, list(node.args)
        if name in {"vector", "scalar", "time", "pi"}:
            return NOTHING
        if name in {"absent", "absent_over_time"}:
            fixed = self.of(arguments[0]).fixed
            return Shape(frozenset(fixed), frozenset(fixed), fixed)
        vectors = [argument for argument in arguments if not isinstance(argument, StringLiteral)]
        vectors = [argument for argument in vectors if not is_scalar(argument)]
        shape = self.of(vectors[0]) if vectors else NOTHING
        if name == "histogram_quantile":
            return shape.without({"le"})
        if name in {"label_replace", "label_join"} and isinstance(arguments[1], StringLiteral):
            made = arguments[1].val
            dropped = shape.without({made})
            return Shape(None if dropped.may is None else dropped.may | {made}, dropped.must, dropped.fixed)
        return shape

    def _binary(self, node: BinaryExpr) -> Shape:
        operation = str(node.op)
        if is_scalar(node.lhs):
            return self.of(node.rhs)
        left = self.of(node.lhs)
        if is_scalar(node.rhs) or operation in {"and", "unless"}:
            return left
        right = self.of(node.rhs)
        if operation == "or":
            return either(left, right)
        side, taken = grouped(node)
        if side == VectorMatchCardinality.OneToMany:
            left, right = right, left
        on, names = matched_labels(node)
        if side in (VectorMatchCardinality.ManyToOne, VectorMatchCardinality.OneToMany):
            may = None if left.may is None or (taken and right.may is None) else left.may | taken
            given = {k: v for k, v in right.fixed.items() if k in taken}
            kept = left.without(taken)
            return Shape(may, kept.must | (right.must & taken), {**kept.fixed, **given})
        return left.only(names) if on else left.without(names)
