"""Which parts of a metric fail apart, and which aggregations hide one part behind another.

A writer that is down and a replica that answers have a maximum of "up"; a full disk and an empty one have an average
that is well. The metric inventory says by which labels the parts of a metric fail apart and which end is the worse. An
aggregation that drops such a label must keep the worst part: anything else says nothing of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatchOp,
    NumberLiteral,
    StringLiteral,
    VectorSelector,
)

from checks.rules.inference.shapes import Shapes
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import COMPARISONS, BottomUp, bare, is_scalar, walk

# They show parts one by one, or say how many there are: nothing is hidden.
_SHOWS_ALL = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_COUNTS = frozenset({"count", "count_values", "group"})
_WORST = frozenset({"min", "max"})
_SCALING = frozenset({"+", "*"})
# Another measure than the metric's own: which end is the worse does not follow.
_CHANGED = frozenset({"changes", "deriv", "predict_linear", "delta", "idelta", "resets", "timestamp", "absent"})


@dataclass(frozen=True, slots=True)
class Apart:
    """Parts of ``metric`` that fail apart: any of the labels ``by`` tells them. ``worst`` is min, max or not known."""

    metric: str
    by: frozenset[str]
    worst: str | None


Parts = frozenset[Apart]
NONE: Parts = frozenset()


class PartsOf(BottomUp[Parts]):
    """The parts that the result of an expression still tells apart."""

    nothing = NONE

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._metrics = shapes.metrics
        self._recorded: dict[str, Parts] = {}

    def hidden(self, node: Expr) -> Iterator[tuple[str, Apart]]:
        """Each aggregation, as its operator, and the part that it hides."""
        for found in walk(node):
            if isinstance(found, AggregateExpr):
                operation = str(found.op)
                for apart in sorted(self.of(found.expr), key=lambda one: (one.metric, sorted(one.by))):
                    if not _kept(found, apart) and not _keeps_worst(operation, apart):
                        yield operation, apart

    def of_selector(self, node: VectorSelector) -> Parts:
        """The parts of the chosen series: an equality leaves one of them."""
        name = node.name or ""
        one = {m.name for m in node.matchers.matchers if m.op == MatchOp.Equal and m.value}
        parts = self._record(name) if name in self._metrics.recorded else self._exposed(name)
        return frozenset(apart for apart in parts if not apart.by & one)

    def _exposed(self, name: str) -> Parts:
        return frozenset(Apart(name, frozenset(found.by), found.worst) for found in self._metrics.apart.get(name, ()))

    def _record(self, name: str) -> Parts:
        if name not in self._recorded:
            self._recorded[name] = NONE  # a series that is made of itself
            rules = [rule for rule in self._metrics.recorded[name] if rule.parsed is not None]
            self._recorded[name] = frozenset(apart for rule in rules for apart in self._kept_by(rule))
        return self._recorded[name]

    def _kept_by(self, rule: Rule) -> Iterator[Apart]:
        shape = self._shapes.of_rule(rule)
        for apart in self.of(rule.expr):
            if any(not shape.lacks(label) and label not in rule.labels for label in apart.by):
                yield apart

    def _aggregate(self, node: AggregateExpr) -> Parts:
        return frozenset(apart for apart in self.of(node.expr) if _kept(node, apart))

    def _call(self, node: Call) -> Parts:
        name, arguments = node.func.name, list(node.args)
        if name in {"absent", "absent_over_time", "scalar", "vector", "time"}:
            return NONE
        vector = next((a for a in arguments if not isinstance(a, StringLiteral) and not is_scalar(a)), None)
        parts = self.of(vector) if vector is not None else NONE
        if name in {"label_replace", "label_join"}:
            made, *rest = (argument.val for argument in arguments if isinstance(argument, StringLiteral))
            return frozenset(replace(p, by=p.by | {made}) if p.by & set(rest) else p for p in parts)
        return _of_unknown_end(parts) if name in _CHANGED else parts

    def _binary(self, node: BinaryExpr) -> Parts:
        operation = str(node.op)
        left, right = self.of(node.lhs), self.of(node.rhs)
        if operation == "or":
            return left | right
        if operation in {"and", "unless"}:
            return left
        if operation in COMPARISONS and not (node.modifier and node.modifier.return_bool):
            # What passes a comparison is picked one by one, but a guard against zero picks nothing.
            return left if _is_zero(node.rhs) and operation in {">", ">=", "!="} else NONE
        if operation in _SCALING and (is_scalar(node.lhs) or is_scalar(node.rhs)):
            return left | right
        if operation in {"-", "/"} and is_scalar(node.rhs):
            return left
        # Of two measures, or of one turned round, which end is the worse does not follow.
        shape = self._shapes.of(node)
        return _of_unknown_end(frozenset(part for part in left | right if not all(map(shape.lacks, part.by))))


def _kept(node: AggregateExpr, apart: Apart) -> bool:
    if str(node.op) in _SHOWS_ALL:
        return True
    if node.modifier is None:
        return False
    named = frozenset(node.modifier.labels)
    return bool(apart.by & named if node.modifier.type == AggModifierType.By else apart.by - named)


def _keeps_worst(operation: str, apart: Apart) -> bool:
    return operation in _COUNTS or operation in ({apart.worst} if apart.worst else _WORST)


def _of_unknown_end(parts: Parts) -> Parts:
    return frozenset(replace(apart, worst=None) for apart in parts)


def _is_zero(node: Expr) -> bool:
    node = bare(node)
    return isinstance(node, NumberLiteral) and node.val == 0
