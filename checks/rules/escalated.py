"""A rule that reads ALERTS and takes escalated copies for further alerts."""

from collections.abc import Iterator

from checks import escalated_copies
from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import selectors


def check(rule: Rule, _: Known) -> Iterator[Finding]:
    """Selectors of ALERTS without ``level=""``."""
    for selector in selectors(rule.expr):
        if escalated_copies.may_choose(selector):
            says = 'reads ALERTS without level="": an escalated alert is counted once per level'
            yield finding(rule, Kind.ESCALATED_COPIES, rule.line_of(escalated_copies.ALERTS), says)
