"""Labels that an alert shows, is named by or is routed by, and that its query aggregates away."""

from collections.abc import Iterator

from promql_parser import BinaryExpr, Call, Expr

from checks.finding import Finding
from checks.rules import sides
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import bare
from model import labels


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Templates of labels that are not there, and a cluster that is lost: two in one store would be added up."""
    if not rule.alert:
        return
    shape = known.shapes.of(rule.expr)
    needed = rule.shown_labels
    for label in sorted(needed - sides.hidden(rule, known)):
        if shape.lacks(label):
            says = f"$labels.{label} is always empty: the query's result has no such label"
            yield finding(rule, Kind.MISSING_LABEL, rule.line_of(f"$labels.{label}"), says)
    if shape.lacks(labels.CLUSTER) and labels.CLUSTER not in needed and not _of_absence(rule.expr):
        says = "the result loses the label cluster: several clusters in one store are aggregated"
        yield finding(rule, Kind.MISSING_LABEL, rule.at("expr"), says)


def _of_absence(node: Expr) -> bool:
    """Whether there is no series that could say its cluster: what is absent has no labels."""
    node = bare(node)
    if isinstance(node, BinaryExpr):
        return _of_absence(node.lhs) and (str(node.op) != "or" or _of_absence(node.rhs))
    return isinstance(node, Call) and node.func.name in {"absent", "absent_over_time", "vector"}
