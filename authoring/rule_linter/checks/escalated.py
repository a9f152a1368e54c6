"""A rule that reads ALERTS and takes escalated copies for further alerts."""

from collections.abc import Iterator

from authoring import escalated_copies
from authoring.rule_linter.findings import Finding, Kind, Known, finding
from authoring.rule_linter.source import Rule
from authoring.rule_linter.syntax import selectors


def check(rule: Rule, _: Known) -> Iterator[Finding]:
    """Selectors of ALERTS without ``level=""``."""
    for selector in selectors(rule.expr):
        if escalated_copies.may_choose(selector):
            says = 'reads ALERTS without level="": an escalated alert counts once for each level'
            yield finding(rule, Kind.ESCALATED_COPIES, rule.line_of(escalated_copies.ALERTS), says)
