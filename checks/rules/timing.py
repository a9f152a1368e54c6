"""An alert without `for`: one odd evaluation, and somebody is woken."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule


def check(rule: Rule, _known: Known) -> Iterator[Finding]:
    """Alerts that tell at once. Where that is right, an exception has the reason."""
    if rule.alert and rule.hold in {None, "0s", "0m"}:
        yield finding(rule, Kind.NO_FOR, rule.line, "it has no `for`, so it fires after a single evaluation")
