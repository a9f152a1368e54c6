"""Labels of a rule's result: that an alert needs and its query aggregates away, and that have no end of values."""

from collections.abc import Iterator

from promql_parser import BinaryExpr, Call, Expr

from checks.finding import Finding
from checks.rules import sides
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import bare
from model import labels

# What people, requests and container runtimes make up as they go. Pods and nodes are bounded by the cluster.
UNBOUNDED = frozenset(
    {
        *("user", "user_id", "username", "account", "email", "session", "session_id", "customer", "customer_id"),
        *("client_address", "client_ip", "remote_addr", "source_ip", "address", "ip", "user_agent"),
        *("url", "uri", "path", "query", "request_id", "correlation_id", "trace_id", "span_id", "order_id"),
        *("id", "uid", "image_id", "container_id"),
    }
)


def bounded(rule: Rule, known: Known) -> Iterator[Finding]:
    """Such labels on what a rule records or tells."""
    shape = known.shapes.of(rule.expr)
    for label in sorted((shape.may or frozenset()) & UNBOUNDED):
        if label not in shape.fixed:
            says = f"the result keeps the label {label}, which has unbounded values; aggregate it away"
            yield finding(rule, Kind.UNBOUNDED_LABEL, rule.at("expr"), says)


def there(rule: Rule, known: Known) -> Iterator[Finding]:
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
