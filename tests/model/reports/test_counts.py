"""What was achieved, and that a gap is never counted as up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reports import counts
from model.reports.counts import Counts, Verdict, verdict

DAY = 86_400


def measured(valid: int, bad: int, covered: int = DAY, expected: int = DAY) -> Counts:
    return Counts(valid=Fraction(valid), bad=Fraction(bad), covered=covered, expected=expected)


@pytest.mark.parametrize(
    ("found", "answer", "why"),
    [
        (measured(1000, 1), Verdict.MET, ""),
        (measured(1000, 2), Verdict.MISSED, ""),
        (measured(0, 0), Verdict.UNKNOWN, "no events"),
        (measured(1000, 0, covered=0), Verdict.UNKNOWN, "not measured"),
        (measured(0, 0, 0, 0), Verdict.UNKNOWN, "not measured"),
        # 98 %: too little, although nothing was bad.
        (measured(1000, 0, covered=84_672), Verdict.UNKNOWN, "measured for 98.0 % of the time, at least 99 % count"),
        # 99.5 %: the gap could hold five bad events of a thousand, and one is allowed.
        (measured(1000, 0, covered=85_968), Verdict.UNKNOWN, "measured for 99.5 % of the time, and the gaps decide"),
        # A gap of 15 seconds holds a sixth of an event.
        (measured(1000, 0, covered=86_385), Verdict.MET, ""),
        # Even if all of the other half was good.
        (measured(1000, 3, covered=43_200), Verdict.MISSED, ""),
        (measured(1000, 2, covered=43_200), Verdict.UNKNOWN, "measured for 50.0 % of the time, at least 99 % count"),
    ],
)
def test_the_verdict_by_exact_counts_and_gaps(found: Counts, answer: Verdict, why: str) -> None:
    assert verdict(found, Decimal("99.9")) == (answer, why)


@given(
    valid=st.integers(0, 10**9),
    bad_share=st.fractions(0, 1),
    gap=st.integers(0, DAY),
    target=st.decimals(50, "99.99999", places=5),
)
def test_a_gap_never_makes_an_answer_better(valid: int, bad_share: Fraction, gap: int, target: Decimal) -> None:
    """What is not measured may turn met or missed into unknown, and never anything into met."""
    bad = Fraction(valid) * bad_share
    rate = Fraction(valid, DAY), bad / DAY
    whole = Counts(valid=Fraction(valid), bad=bad, covered=DAY, expected=DAY)
    seen = DAY - gap
    partly = Counts(valid=rate[0] * seen, bad=rate[1] * seen, covered=seen, expected=DAY, gaps=1)
    answer = verdict(partly, target)[0]
    assert answer in (verdict(whole, target)[0], Verdict.UNKNOWN)
    if answer is Verdict.MET:
        # Met even if every event of the gap was bad.
        assert 1 - (partly.bad + rate[0] * gap) / whole.valid >= Fraction(target) / 100
    if partly.covered < DAY and partly.bounds is not None:
        assert partly.bounds[0] <= (partly.achieved or 0) <= partly.bounds[1]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, DAY)), max_size=40))
def test_a_period_is_exactly_the_sum_of_its_days(days: list[tuple[int, int, int]]) -> None:
    found = counts.total(measured(valid, min(bad, valid), covered) for valid, bad, covered in days)
    assert found.valid == sum(valid for valid, _, _ in days)
    assert found.bad == sum(min(bad, valid) for valid, bad, _ in days)
    assert (found.covered, found.expected) == (sum(one[2] for one in days), DAY * len(days))


@pytest.mark.parametrize(
    ("good", "of", "target", "shown"),
    [
        (998_996, 10**6, "99.9", "99.89"),
        (999_999, 10**6, "99.9", "99.99"),
        (10**6, 10**6, "99.9", "100.00"),
        (999_499, 10**6, "99.95", "99.949"),
        (95, 100, "95", "95.00"),
        (95, 100, "9E+1", "95.00"),
        (0, 3, "90", "0.00"),
    ],
)
def test_what_was_achieved_is_cut_and_100_means_no_bad_event(good: int, of: int, target: str, shown: str) -> None:
    assert counts.percent(Fraction(good, of), counts.places(Decimal(target))) == shown


def test_more_bad_events_than_events_are_none_that_were_good() -> None:
    """The rules may count both at other moments; SloMeasurementInvalid reports that."""
    assert measured(10, 11).achieved == 0


@pytest.mark.parametrize(
    ("bad", "spent", "left"),
    [(500, "50.0", "50.0"), (1000, "100.0", "0.0"), (1001, "100.1", "-0.1"), (0, "0.0", "100.0")],
)
def test_a_budget_that_is_exceeded_never_looks_like_all_of_it(bad: int, spent: str, left: str) -> None:
    share = counts.spent(measured(10**6, bad), Decimal("99.9"))
    assert share is not None
    assert (counts.spent_percent(share), counts.left_percent(share)) == (spent, left)


def test_without_events_there_is_no_budget() -> None:
    assert counts.spent(measured(0, 0), Decimal("99.9")) is None
