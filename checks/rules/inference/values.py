"""Between which numbers the values of an expression lie, as far as that follows from the expression."""

import math
from dataclasses import dataclass

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from checks.rules.inference.syntax import COMPARISONS


@dataclass(frozen=True, slots=True)
class Range:
    """From ``low`` to ``high``, both included unless ``above`` or ``below`` say otherwise."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        return self.low > self.high or (self.low == self.high and (self.above or self.below))

    @property
    def single(self) -> bool:
        """Whether only one number lies in it."""
        return self.low == self.high and not self.empty

    def within(self, other: "Range") -> "Range":
        """What lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        above = any(each.above for each in (self, other) if each.low == low)
        below = any(each.below for each in (self, other) if each.high == high)
        return Range(low, high, above, below)

    def around(self, other: "Range") -> "Range":
        """From the lower to the higher end of both."""
        low, high = min(self.low, other.low), max(self.high, other.high)
        above = all(each.above for each in (self, other) if each.low == low)
        below = all(each.below for each in (self, other) if each.high == high)
        return Range(low, high, above, below)


ANY = Range()
ONE = Range(1, 1)
BOOLEAN = Range(0, 1)
COUNTED = Range(low=0)

# Metrics that are 0 or 1 by definition.
_BOOLEANS = frozenset({"up", "probe_success"})
_NEVER_NEGATIVE = frozenset({"rate", "irate", "increase", "resets", "changes", "abs", "stddev_over_time"})
_KEEPS = frozenset({"avg", "min", "max", "topk", "bottomk", "quantile"})
_OVER_TIME = frozenset({"avg_over_time", "min_over_time", "max_over_time", "last_over_time"})
_LABELS_ONLY = frozenset({"label_replace", "label_join", "sort", "sort_desc"})


def of(node: Expr) -> Range:
    """The range of the node's values."""
    match node:
        case ParenExpr() | SubqueryExpr():
            found = of(node.expr)
        case NumberLiteral():
            found = Range(node.val, node.val)
        case UnaryExpr():
            inner = of(node.expr)
            found = Range(-inner.high, -inner.low, inner.below, inner.above)
        case VectorSelector():
            found = BOOLEAN if node.name in _BOOLEANS else ANY
        case MatrixSelector():
            found = of(node.vector_selector)
        case AggregateExpr():
            found = _aggregate(node)
        case Call():
            found = _call(node)
        case BinaryExpr():
            found = _binary(node)
        case _:
            found = ANY
    return found


def narrowed(node: BinaryExpr) -> Range:
    """What a comparison leaves of its left side's values."""
    left, right = of(node.lhs), of(node.rhs)
    match str(node.op):
        case ">":
            return left.within(Range(low=right.low, above=True))
        case ">=":
            return left.within(Range(low=right.low, above=right.above))
        case "<":
            return left.within(Range(high=right.high, below=True))
        case "<=":
            return left.within(Range(high=right.high, below=right.below))
        case "==":
            return left.within(right)
    # != takes a single number out, which leaves nothing of just that number.
    return Range(1, 0) if left.single and right.single and left.low == right.low else left


def _aggregate(node: AggregateExpr) -> Range:
    operation = str(node.op)
    if operation == "group":
        return ONE
    if operation in {"count", "count_values"}:
        return Range(low=1)  # of nothing there is no count, not zero
    inner = of(node.expr)
    if operation in _KEEPS:
        return inner
    return COUNTED if operation == "sum" and inner.low >= 0 else ANY


def _call(node: Call) -> Range:
    name = node.func.name
    if name in {"absent", "absent_over_time", "present_over_time"}:
        return ONE
    if name in {"vector", "scalar", *_OVER_TIME, *_LABELS_ONLY}:
        return of(node.args[0])
    if name == "count_over_time":
        return Range(low=1)
    return COUNTED if name in _NEVER_NEGATIVE else ANY


def _binary(node: BinaryExpr) -> Range:
    operation = str(node.op)
    if operation in COMPARISONS:
        return BOOLEAN if node.modifier and node.modifier.return_bool else narrowed(node)
    left, right = of(node.lhs), of(node.rhs)
    if operation in {"and", "unless"}:
        return left
    if operation == "or":
        return left.around(right)
    if operation == "*" and ONE in {left, right}:  # such as a join with an info series
        return right if left == ONE else left
    return COUNTED if operation in {"+", "*", "/"} and left.low >= 0 and right.low >= 0 else ANY
