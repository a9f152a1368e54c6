"""A query that is no PromQL."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule


def check(rule: Rule, _known: Known) -> Iterator[Finding]:
    """All other checks pass over such a rule."""
    if rule.parsed is None:
        yield finding(rule, Kind.DOES_NOT_PARSE, rule.at("expr"), f"the query does not parse: {rule.error}")
