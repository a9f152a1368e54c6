"""A comparison that nothing passes: a count below one, a share above a line that its cap stands under."""

from collections.abc import Iterator

from promql_parser import BinaryExpr

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference import values
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import COMPARISONS, is_scalar, walk


def check(rule: Rule, _known: Known) -> Iterator[Finding]:
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
