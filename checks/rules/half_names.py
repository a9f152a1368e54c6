"""A name without what makes it unique: components of two systems may have one name, and pods of two namespaces."""

from collections.abc import Iterator

from promql_parser import AggModifierType, AggregateExpr, Expr, VectorSelector

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.shapes import Shapes
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import walk
from model import labels

# Name -> the label that says whose it is.
UNIQUE_IN = {
    labels.COMPONENT: labels.SYSTEM,
    "client": "client_service_namespace",
    "server": "server_service_namespace",
    "service_name": "service_namespace",
    **dict.fromkeys(
        (
            *("workload", "persistentvolumeclaim", "deployment", "statefulset", "daemonset", "replicaset"),
            *("cronjob", "job_name", "horizontalpodautoscaler", "poddisruptionbudget", "resourcequota"),
        ),
        "namespace",
    ),
}
# Chosen by name alone, these take in whatever has that name elsewhere.
_CHOSEN = ("client", "server", "service_name")


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Such names in what a rule groups by or chooses."""
    for says in messages(rule.expr, known.shapes):
        yield finding(rule, Kind.HALF_A_NAME, rule.at("expr"), says)


def messages(expr: Expr, shapes: Shapes) -> Iterator[str]:
    """What is wrong with a query, one sentence for each name."""
    for node in walk(expr):
        if isinstance(node, AggregateExpr):
            yield from _grouped(node, shapes)
        if isinstance(node, VectorSelector):
            chosen = {matcher.name for matcher in node.matchers.matchers}
            for name in _CHOSEN:
                if name in chosen and UNIQUE_IN[name] not in chosen:
                    yield f"{node.name} is chosen by {name} without {UNIQUE_IN[name]}"


def _grouped(node: AggregateExpr, shapes: Shapes) -> Iterator[str]:
    modifier, shape = node.modifier, shapes.of(node.expr)
    if modifier is None:
        return
    by = modifier.type == AggModifierType.By
    for name, owner in UNIQUE_IN.items():
        kept, lost = (name in modifier.labels, owner not in modifier.labels)
        if not by:
            kept, lost = (name not in modifier.labels and not shape.lacks(name), owner in modifier.labels)
        # One owner alone is chosen, or there is none to tell.
        if kept and lost and owner not in shape.fixed and not shape.lacks(owner) and name not in shape.fixed:
            yield f"`{node.op}` keeps {name} without {owner}: two with the same name are merged"
