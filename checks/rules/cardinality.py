"""Labels with an open end: one series, or one alert, for each user, address or request."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule

# What people, requests and container runtimes make up as they go. Pods and nodes are bounded by the cluster.
UNBOUNDED = frozenset(
    {
        *("user", "user_id", "username", "account", "email", "session", "session_id", "customer", "customer_id"),
        *("client_address", "client_ip", "remote_addr", "source_ip", "address", "ip", "user_agent"),
        *("url", "uri", "path", "query", "request_id", "correlation_id", "trace_id", "span_id", "order_id"),
        *("id", "uid", "image_id", "container_id"),
    }
)


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Such labels on what a rule records or tells."""
    shape = known.shapes.of(rule.expr)
    for label in sorted((shape.may or frozenset()) & UNBOUNDED):
        if label not in shape.fixed:
            says = f"the result keeps the label {label}, which has unbounded values; aggregate it away"
            yield finding(rule, Kind.UNBOUNDED_LABEL, rule.at("expr"), says)
