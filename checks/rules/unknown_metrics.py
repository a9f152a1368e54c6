"""A metric that nobody has: the rule never fires and nobody notices."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import selectors


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Metrics outside the inventory, the catalog's declarations and the recorded series."""
    for name in dict.fromkeys(selector.name for selector in selectors(rule.expr)):
        if name is None:
            yield finding(rule, Kind.UNKNOWN_METRIC, rule.at("expr"), "a selector names no metric")
        elif not known.metrics.known(name):
            yield finding(rule, Kind.UNKNOWN_METRIC, rule.line_of(name), f"{name} is not exposed, declared or recorded")
