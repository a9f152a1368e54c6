"""Two rules that record one name with the same labels: their samples overwrite each other in turn."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """The second of two such rules. Rules that add different labels are distinct."""
    for other in known.metrics.recorded.get(rule.record, ()):
        if other is rule:
            return
        if other.labels == rule.labels:
            says = f"{other.file}:{other.line} records {rule.record} with the same labels"
            yield finding(rule, Kind.RECORDED_TWICE, rule.line, says)
