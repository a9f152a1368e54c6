"""What a month costs by the agreement with customers: a proposal, from the same counts as the report."""

from decimal import Decimal
from fractions import Fraction

from model.base import Model
from model.catalog.sla import Agreement
from model.reports.counts import Counts, percent, places


class Credit(Model):
    """``credit`` in percent of the fee; None where the gaps decide, between ``least`` and ``most``.

    ``achieved``: with what maintenance took left out, where that is agreed; ``with_all``: of all events.
    """

    agreed: Decimal
    achieved: str | None
    with_all: str | None
    credit: Decimal | None
    least: Decimal | None = None
    most: Decimal | None = None
    why: str = ""


def credit(agreement: Agreement, all_counts: Counts, excluded: Counts) -> Credit:
    """The credit of a month with ``all_counts``, of which ``excluded`` were in maintenance windows."""
    counts = all_counts
    if agreement.exclude_maintenance:
        counts = Counts(
            valid=all_counts.valid - excluded.valid,
            bad=max(Fraction(0), all_counts.bad - excluded.bad),
            covered=max(0, all_counts.covered - excluded.covered),
            expected=max(0, all_counts.expected - excluded.expected),
        )
    if counts.bounds is None:
        return _credit(agreement, all_counts, counts, None, why="no events were measured")
    worst, best = counts.bounds
    least, most = _tier(agreement, best), _tier(agreement, worst)
    if least == most:
        return _credit(agreement, all_counts, counts, least)
    why = f"measured for {percent(counts.coverage, 1)} % of the time, and the gaps decide"
    return _credit(agreement, all_counts, counts, None, why=why).model_copy(update={"least": least, "most": most})


def _credit(agreement: Agreement, all_counts: Counts, counts: Counts, credit: Decimal | None, why: str = "") -> Credit:
    agreed = agreement.credits[0].below
    achieved, with_all = _shown(counts, agreed), _shown(all_counts, agreed)
    return Credit(agreed=agreed, achieved=achieved, with_all=with_all, credit=credit, why=why)


def _shown(counts: Counts, agreed: Decimal) -> str | None:
    return None if counts.achieved is None else percent(counts.achieved, places(agreed))


def _tier(agreement: Agreement, achieved: Fraction) -> Decimal:
    below = [tier.credit for tier in agreement.credits if achieved < Fraction(tier.below) / 100]
    return max(below, default=Decimal(0))
