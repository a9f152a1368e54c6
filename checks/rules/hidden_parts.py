"""An aggregation that hides a part which fails apart: a replica that answers hides the writer that does not."""

from collections.abc import Iterator

from promql_parser import Expr

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.parts import PartsOf
from checks.rules.inference.source import Rule


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Aggregations that drop the label of a part and do not keep the worst one."""
    for says in messages(rule.expr, known.parts):
        yield finding(rule, Kind.HIDDEN_PART, rule.at("expr"), says)


def messages(expr: Expr, parts: PartsOf) -> Iterator[str]:
    """What is wrong with a query, one sentence for each operator and part."""
    for operation, apart in dict.fromkeys(parts.hidden(expr)):
        by = " or ".join(sorted(apart.by))
        worst = apart.worst or "min or max"
        yield (
            f"`{operation}` of {apart.metric} drops {by}, whose instances can fail independently; keep it, or take "
            f"the {worst}"
        )
