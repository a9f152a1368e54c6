"""What another line would have done: firings, percentiles of the quiet time, and what is missed."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reports.review_line import Line, line_of
from model.reports.review_replay import LEAST_QUIET, PRESENT, merged, passing, percentile, quiet, replay

STEP = 300
ABOVE = Line("x", 0.8, above=True)
VALUES = st.lists(st.none() | st.floats(0, 1), max_size=60).map(
    lambda found: {number * STEP: value for number, value in enumerate(found) if value is not None}
)
SPANS = st.lists(st.tuples(st.integers(0, 18_000), st.integers(0, 3_000)).map(lambda one: (one[0], one[0] + one[1])))


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("x > 0.8", Line("x", 0.8, above=True)),
        ("x / y < 1e-05", Line("x / y", 0.00001, above=False)),
        ("sum(x > 0) >= 20", Line("sum(x > 0)", 20, above=True, inclusive=True)),
        ('max(x{a="> 3 or"}) <= +5', Line('max(x{a="> 3 or"})', 5, above=False, inclusive=True)),
        (
            "x > 0.9 and on (cluster) group by (cluster) (y) >= 20",
            Line("x and on (cluster) group by (cluster) (y) >= 20", 0.9, above=True),
        ),
        ("x\n  > 2\n  unless\ny", Line("x unless y", 2, above=True)),
    ],
)
def test_the_line_is_read_from_the_expression(expression: str, found: Line) -> None:
    assert line_of(expression) == found


@pytest.mark.parametrize(
    "expression",
    ["", "x", "x > y", "x > bool 1", "x > 1 or y > 2", "x == 1", "x and y > 3", "(x > 1)", "> 1", "x > y > 1"],
)
def test_an_expression_of_another_shape_has_no_line(expression: str) -> None:
    assert line_of(expression) is None


@given(st.text(alphabet="x >=<!\"'`({[)]}1.and or\n"))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = line_of(text)
    assert found is None or found.series


def test_an_alert_waits_and_keeps_firing_as_its_rule_says() -> None:
    values = dict(enumerate([0.9, 0.9, 0.9, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9]))
    values = {at * STEP: value for at, value in values.items()}
    assert passing(values, ABOVE, 0.8, hold=0, keep=0, step=STEP) == [(0, 900), (1200, 1500), (2400, 2700)]
    assert passing(values, ABOVE, 0.8, hold=600, keep=0, step=STEP) == [(600, 900)]
    # One good value is bridged by keep_firing_for, three are not.
    assert passing(values, ABOVE, 0.8, hold=600, keep=700, step=STEP) == [(600, 2100)]
    assert passing({}, ABOVE, 0.8, hold=0, keep=0, step=STEP) == []


def test_a_gap_ends_a_firing() -> None:
    values = {0: 0.9, 300: 0.9, 1500: 0.9}
    assert passing(values, ABOVE, 0.8, hold=0, keep=0, step=STEP) == [(0, 600), (1500, 1800)]


def test_the_line_itself_is_beyond_only_where_the_rule_says_so() -> None:
    assert not ABOVE.passed(0.8)
    assert Line("x", 0.8, above=True, inclusive=True).passed(0.8)
    assert Line("x", 0.8, above=False).passed(0.7)
    assert not Line("x", 0.8, above=False).passed(0.9)


@given(VALUES, st.floats(0, 1), st.floats(0, 1), st.sampled_from([0, 300, 900]), st.sampled_from([0, 300, 900]))
def test_a_wider_line_fires_only_while_the_tighter_one_does(
    values: dict[int, float], one: float, other: float, hold: int, keep: int
) -> None:
    tight, wide = (
        passing(values, ABOVE, at, hold=hold, keep=keep, step=STEP) for at in (min(one, other), max(one, other))
    )
    assert all(any(start <= begun and ended <= end for start, end in tight) for begun, ended in wide)


@given(SPANS)
def test_merged_spans_are_apart_and_cover_the_same(spans: list[tuple[int, int]]) -> None:
    found = merged(spans)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(found))
    assert all(any(start <= one[0] and one[1] <= end for start, end in found) for one in spans)
    assert {edge for one in found for edge in one} <= {edge for one in spans for edge in one}


@given(VALUES, SPANS)
def test_the_quiet_time_is_half_an_hour_away_from_any_trouble(
    values: dict[int, float], trouble: list[tuple[int, int]]
) -> None:
    far = [v for at, v in values.items() if not any(start - 1800 <= at <= end + 1800 for start, end in trouble)]
    assert quiet([values], trouble) == sorted(far)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=200), st.sampled_from(["0.99", "0.999", "0.5"]))
def test_no_more_than_the_rest_passes_a_percentile(values: list[float], share: str) -> None:
    wanted = Fraction(share)
    for above in (True, False):
        at = percentile(sorted(values), wanted, above=above)
        beyond = sum(value > at if above else value < at for value in values)
        assert beyond <= len(values) * (1 - wanted)


def quiet_series(beyond: int, trouble: float) -> dict[int, float]:
    """2,000 quiet values of which ``beyond`` single ones are 0.85; then an hour in which it is ``trouble``."""
    values = {at * STEP: 0.3 for at in range(2000)}
    values |= {(at * 20 + 5) * STEP: 0.85 for at in range(beyond)}
    return values | {at * STEP: trouble for at in range(2010, 2022)}


TROUBLE = [(2010.0 * STEP, 2022.0 * STEP)]


def test_a_line_above_the_quiet_time_is_quieter_and_misses_nothing() -> None:
    candidates, values = replay([quiet_series(10, 0.95)], ABOVE, TROUBLE, hold=0, keep=0, step=STEP)
    assert values == 2000
    assert [(one.name, one.line, one.fired, one.in_trouble, one.missed) for one in candidates] == [
        (PRESENT, 0.8, 11, 1, 0),
        ("p99 of the quiet time", 0.3, 11, 1, 0),
        ("p99.9 of the quiet time", 0.85, 1, 1, 0),
    ]


def test_a_line_that_is_too_wide_says_what_it_would_have_missed() -> None:
    candidates, _ = replay([quiet_series(40, 0.84)], ABOVE, TROUBLE, hold=0, keep=0, step=STEP)
    assert [(one.fired, one.missed) for one in candidates] == [(41, 0), (0, 1), (0, 1)]


def test_a_trouble_that_the_alert_never_saw_is_missed_by_no_other_line() -> None:
    candidates, _ = replay([quiet_series(40, 0.2)], ABOVE, TROUBLE, hold=0, keep=0, step=STEP)
    assert {one.missed for one in candidates} == {0}


def test_nothing_is_proposed_from_little() -> None:
    short = {at * STEP: 0.9 for at in range(LEAST_QUIET - 1)}
    candidates, values = replay([short], ABOVE, [], hold=0, keep=0, step=STEP)
    assert (values, [one.name for one in candidates]) == (LEAST_QUIET - 1, [PRESENT])


@given(st.lists(VALUES, max_size=3), SPANS, st.sampled_from([0, 600]))
def test_the_line_as_it_is_misses_nothing(
    series: list[dict[int, float]], trouble: list[tuple[int, int]], hold: int
) -> None:
    candidates, _ = replay(series, ABOVE, trouble, hold=hold, keep=0, step=STEP)
    assert candidates[0].missed == 0
    assert 0 <= candidates[0].in_trouble <= candidates[0].fired
