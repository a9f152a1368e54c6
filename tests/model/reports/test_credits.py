from decimal import Decimal
from fractions import Fraction

import pydantic
import pytest

from model.reports.counts import Counts
from model.reports.credits import credit
from tests.model.reports.examples import agreement

MONTH = 30 * 86_400


def counts(valid: int, bad: int, covered: int = MONTH, expected: int = MONTH) -> Counts:
    return Counts(valid=Fraction(valid), bad=Fraction(bad), covered=covered, expected=expected)


NONE = Counts()


@pytest.mark.parametrize(("bad", "expected"), [(10, 0), (11, 10), (100, 10), (101, 25), (10_000, 25)])
def test_the_credit_is_that_of_the_lowest_level_that_was_missed(bad: int, expected: int) -> None:
    assert credit(agreement(), counts(10_000, bad), NONE).credit == expected


def test_where_the_gaps_decide_nothing_is_proposed() -> None:
    found = credit(agreement(), counts(10_000, 0, covered=MONTH * 995 // 1000), NONE)
    assert (found.credit, found.least, found.most) == (None, Decimal(0), Decimal(10))
    assert found.why == "measured for 99.5 % of the time, and the gaps decide"


def test_a_gap_that_changes_nothing_changes_no_credit() -> None:
    assert credit(agreement(), counts(10_000, 2000, covered=MONTH * 9 // 10), NONE).credit == Decimal(25)


def test_without_events_there_is_no_credit() -> None:
    found = credit(agreement(), NONE, NONE)
    assert (found.credit, found.achieved, found.why) == (None, None, "no events were measured")


def test_maintenance_is_left_out_only_where_that_is_agreed() -> None:
    month, window = counts(10_000, 50), counts(100, 50, 3600, 3600)
    assert credit(agreement(), month, window).credit == 0
    kept = credit(agreement(exclude_maintenance=False), month, window)
    assert (kept.credit, kept.achieved, kept.with_all) == (Decimal(10), "99.50", "99.50")


@pytest.mark.parametrize(
    "tiers",
    [
        [],
        [{"below": 99, "credit": 10}, {"below": 99.9, "credit": 25}],
        [{"below": 99.9, "credit": 10}, {"below": 99.5, "credit": 10}],
        [{"below": 99.9, "credit": 0}],
        [{"below": 99.9, "credit": 101}],
        [{"below": 100, "credit": 10}],
    ],
)
def test_levels_are_in_order_each_with_a_higher_credit(tiers: list[dict[str, float]]) -> None:
    with pytest.raises(pydantic.ValidationError):
        agreement(credits=tiers)
