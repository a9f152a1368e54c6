"""A query that is not valid PromQL."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule


def check(rule: Rule, _known: Known) -> Iterator[Finding]:
    """A rule that does not parse; all other checks skip it."""
    if rule.parsed is None:
        yield finding(rule, Kind.DOES_NOT_PARSE, rule.at("expr"), f"the query does not parse: {rule.error}")
