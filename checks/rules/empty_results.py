"""Operators that nothing passes: sides without a label in common, and comparisons that drop every value."""

from collections.abc import Iterator

from promql_parser import BinaryExpr

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference import values
from checks.rules.inference.shapes import Shape
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import COMPARISONS, is_scalar, matched_labels, walk


def joins(rule: Rule, known: Known) -> Iterator[Finding]:
    """Label sets that never match, by their names or by fixed values."""
    for node in walk(rule.expr):
        if (
            isinstance(node, BinaryExpr)
            and str(node.op) != "or"
            and not is_scalar(node.lhs)
            and not is_scalar(node.rhs)
        ):
            left, right = known.shapes.of(node.lhs), known.shapes.of(node.rhs)
            for label in sorted(_never(left, right, *matched_labels(node))):
                sides = f"{_side(left, label)} on the left of `{node.op}` and {_side(right, label)} on its right"
                yield finding(rule, Kind.NEVER_JOINS, rule.at("expr"), f"{label} is {sides}, so they never match")


def _never(left: Shape, right: Shape, on: bool, names: frozenset[str]) -> Iterator[str]:
    labels = left.must | right.must
    for label in labels & names if on else labels - names:
        one_side = (label in left.must and right.lacks(label)) or (label in right.must and left.lacks(label))
        both = label in left.fixed and label in right.fixed and left.fixed[label] != right.fixed[label]
        if one_side or both:
            yield label


def _side(shape: Shape, label: str) -> str:
    if shape.lacks(label):
        return "missing"
    return repr(shape.fixed[label]) if label in shape.fixed else "there"


def passes(rule: Rule, _known: Known) -> Iterator[Finding]:
    """Comparisons that drop every value; those of two numbers are somebody's switch."""
    for node in walk(rule.expr):
        if not isinstance(node, BinaryExpr) or str(node.op) not in COMPARISONS:
            continue
        if node.modifier and node.modifier.return_bool:
            continue
        if is_scalar(node.lhs) or values.of(node.lhs).empty:
            continue  # what is below has been reported already
        if values.narrowed(node).empty:
            found, asked = values.of(node.lhs), values.of(node.rhs)
            says = (
                f"the left side lies between {found.low:g} and {found.high:g}, so `{node.op} {asked.low:g}` drops all"
            )
            yield finding(rule, Kind.NEVER_TRUE, rule.at("expr"), says)
