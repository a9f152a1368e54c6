"""An alert whose `and` keeps the condition and drops the measurement."""

from collections.abc import Iterator

from promql_parser import BinaryExpr, Expr

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference import values
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import bare, is_scalar


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Alerts that show a value or a label which only the right side of their `and` has."""
    if not rule.alert:
        return
    for node in _kept(rule.expr):
        if rule.shows_value and values.of(node.lhs).single and not values.of(node.rhs).single:
            says = "$value is always the same: `and` keeps its left side, and the measurement is on the right"
            yield finding(rule, Kind.WRONG_SIDE, rule.at("expr"), says)
    for label in sorted(hidden(rule, known)):
        says = f"$labels.{label} is empty: `and` keeps its left side, and only the right has the label"
        yield finding(rule, Kind.WRONG_SIDE, rule.at("expr"), says)


def hidden(rule: Rule, known: Known) -> frozenset[str]:
    """Labels that the alert shows, and that only the dropped side has."""
    sides = [(known.shapes.of(node.lhs), known.shapes.of(node.rhs)) for node in _kept(rule.expr)]
    return frozenset(
        label
        for label in rule.shown_labels
        for kept, dropped in sides
        if kept.lacks(label) and dropped.may is not None and label in dropped.may
    )


def _kept(node: Expr) -> Iterator[BinaryExpr]:
    """The `and`s with a left side that becomes the value of the alert."""
    node = bare(node)
    if not isinstance(node, BinaryExpr):
        return
    operation = str(node.op)
    if operation == "and":
        yield node
    if operation in {"and", "unless"} or is_scalar(node.rhs):
        yield from _kept(node.lhs)
    elif operation == "or":
        yield from _kept(node.lhs)
        yield from _kept(node.rhs)
