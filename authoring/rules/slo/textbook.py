"""The textbook's burn-rate alerts beside ours, for systems that ask for the comparison; nobody is notified of them.

SRE workbook, chapter 5, table 5-8: a page where 2 % of a month's budget is spent in an hour or 5 % in six, a ticket
where 10 % is spent in one or three days, each confirmed by a short window. Without our least numbers of events, outage
tier and "still burning". On the same recorded shares of bad events as ours: only the conditions differ.
"""

from decimal import Decimal

from authoring.promql import all_of, any_of, enclosed, number
from authoring.rules.slo.rules import Section, alert_rule
from authoring.rules.slo.target import Slo
from model.metrics.metric_names import TEXTBOOK_PAGE, TEXTBOOK_TICKET
from model.vocabulary import Severity

_PAIRS = {
    TEXTBOOK_PAGE: (("1h", "5m", Decimal("14.4")), ("6h", "30m", Decimal(6))),
    TEXTBOOK_TICKET: (("1d", "2h", Decimal(3)), ("3d", "6h", Decimal(1))),
}


def section(slo: Slo) -> Section | None:
    """None where the system does not ask for it."""
    if not slo.system.compare:
        return None
    rules = tuple(
        alert_rule(
            name,
            Severity.NONE,
            any_of(enclosed(_pair(slo, *pair)) for pair in pairs),
            f"{slo.title}: the textbook would alert",
            "For comparison: the multi-window burn-rate rules of the SRE workbook. Nobody is notified.",
        )
        for name, pairs in _PAIRS.items()
    )
    return Section("Compare: the textbook's burn-rate rules on the same shares. Nobody is notified.", rules)


def _pair(slo: Slo, long: str, short: str, factor: Decimal) -> str:
    threshold = number(factor * slo.budget)
    return all_of([f"{slo.errors(long)} > {threshold}", f"{slo.errors(short)} > {threshold}"])
