"""Forecasts: right where the answer is known, honest about what they covered, refused where the past misleads."""

import math
import statistics
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.forecast.backtest import LEAST_ORIGINS, backtest, quantile, spans
from model.forecast.forecast import Forecast, forecast
from model.forecast.methods import METHODS, fitting
from model.forecast.series import HOUR, WEEK, Hourly, Refusal, Refused
from tests.model.forecast.kinds import KINDS, made, usual

WEEKS = 8


def ahead(values: list[float], hours: int = WEEK) -> Forecast:
    return forecast(Hourly(0, tuple(values)), hours)


def inside(found: Forecast, came: list[float]) -> float:
    return statistics.fmean(low <= one <= high for low, high, one in zip(found.low, found.high, came, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_band_of_95_percent_holds_nine_tenths_and_more(kind: str) -> None:
    """Of four seeds together: a single one may go wrong. ``python -m benchmarks.forecasts`` has more."""
    covered = []
    for seed in range(4):
        series = made(kind, f"{seed} of the test", (WEEKS + 1) * WEEK)
        covered.append(inside(ahead(series[:-WEEK]), series[-WEEK:]))

    assert statistics.fmean(covered) >= 0.9


def test_a_line_goes_on_and_a_week_repeats() -> None:
    series = [usual(hour) + hour / 10 for hour in range((WEEKS + 1) * WEEK)]

    found = ahead(series[:-WEEK])

    assert (found.method, found.start, found.tested) == ("trend", WEEKS * WEEK * HOUR, WEEK)
    assert list(found.middle) == pytest.approx(series[-WEEK:])
    assert found.mape == pytest.approx(0, abs=1e-6)


def test_growth_in_proportion_is_recognised_and_its_band_grows_with_it() -> None:
    found = ahead(made("growth in proportion", "a", WEEKS * WEEK), 2 * WEEK)

    assert found.method == "trend in proportion"
    for low, middle, high in zip(found.low, found.middle, found.high, strict=True):
        assert high / middle == pytest.approx(middle / low)


def test_one_odd_week_bends_nothing() -> None:
    series = made("week and noise", "odd", WEEKS * WEEK)
    odd = [value + (300 if 3 * WEEK <= hour < 4 * WEEK else 0) for hour, value in enumerate(series)]

    assert statistics.fmean(ahead(odd).middle) == pytest.approx(statistics.fmean(series), rel=0.05)


def test_a_level_shift_in_the_last_week_is_refused() -> None:
    series = made("week and noise", "shift", WEEKS * WEEK)

    with pytest.raises(Refused) as found:
        ahead([*series[:-120], *(value + 60 for value in series[-120:])])

    assert found.value.reason is Refusal.LEVEL_SHIFT


def test_the_band_widens_with_the_distance_and_says_how_far_it_was_tested() -> None:
    found = ahead(made("a random walk", "far", WEEKS * WEEK), 6 * WEEK)

    widths = [high - low for low, high in zip(found.low, found.high, strict=True)]
    assert all(a <= b * (1 + 1e-9) for a, b in pairwise(widths))
    assert widths[-1] > widths[0]
    # Four of the eight weeks are needed to learn from, and seven days of origins have to be over.
    assert found.tested == 3 * WEEK


def test_coverage_is_unknown_where_no_band_was_followed_by_values_enough() -> None:
    found = ahead(made("week and noise", "short", 4 * WEEK), 2 * WEEK)

    assert found.coverage is not None
    assert backtest(made("week and noise", "short", 4 * WEEK)[: 3 * WEEK], METHODS[0], WEEK).coverage() is None


def test_coverage_is_measured_on_bands_that_did_not_know_what_came() -> None:
    """Errors that triple on the last days: bands made before them must have missed, whatever the final band is."""
    series = [usual(hour) + (30 if hour > 7 * WEEK else 5) * math.sin(hour * hour) for hour in range(WEEKS * WEEK)]

    tried = backtest(series, METHODS[1], 24)

    assert (coverage := tried.coverage()) is not None
    assert coverage < 0.9
    assert tried.widths()[0] > 30  # what the late errors alone would ask for


def test_zero_has_no_logarithm() -> None:
    names = {method.name for method in fitting([0.0, 1.0])}

    assert names == {"last week", "trend", "level"}
    assert len(fitting([0.5, 1.0])) == len(METHODS)


def test_a_series_with_zeros_has_no_error_in_percent() -> None:
    assert ahead(made("small whole numbers", "zero", WEEKS * WEEK)).mape is None


def test_a_series_that_repeats_itself_exactly_has_no_band() -> None:
    found = ahead([float(hour % 7) + usual(hour % WEEK) for hour in range(WEEKS * WEEK)])

    assert found.coverage == 1
    assert list(found.low) == pytest.approx(list(found.high))


@pytest.mark.parametrize(
    ("hours", "ends"),
    [
        (1, [24]),
        (24, [24]),
        (25, [24, 48]),
        (168, [24, 48, 72, 96, 120, 144, 168]),
        (169, [24, 48, 72, 96, 120, 144, 168, 336]),
        (672, [24, 48, 72, 96, 120, 144, 168, 336, 504, 672]),
    ],
)
def test_each_day_of_the_first_week_and_each_week_has_a_band(hours: int, ends: list[int]) -> None:
    assert spans(hours) == ends


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.floats(0.01, 1))
@settings(max_examples=100, deadline=None)
def test_the_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)

    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


def test_the_same_series_gives_the_same_forecast() -> None:
    series = made("bursts", "same", WEEKS * WEEK)

    assert ahead(series) == ahead(series)
    assert LEAST_ORIGINS == 7  # of the days of a week: documented with the band
