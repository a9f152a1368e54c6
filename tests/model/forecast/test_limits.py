"""Days until a limit, and what a business number means for a load."""

import pytest

from model.forecast.drivers import driver
from model.forecast.forecast import Forecast
from model.forecast.limits import approach
from model.forecast.series import HOUR, WEEK, Hourly
from tests.model.forecast.kinds import made, usual


def rising(coverage: float | None = 0.95) -> Forecast:
    """From 0 by one an hour, with a band of 24 on both sides; ten days."""
    middle = [float(hour) for hour in range(240)]
    return Forecast(
        method="trend",
        start=0,
        middle=middle,
        low=[value - 24 for value in middle],
        high=[value + 24 for value in middle],
        coverage=coverage,
        mape=1.0,
        tested=168,
    )


def test_the_limit_is_met_by_the_band_first_and_by_the_middle_later() -> None:
    found = approach(rising(), 120)

    assert (found.earliest, found.likely, found.horizon) == (4, 5, 10)


def test_a_limit_beyond_the_forecast_is_not_met() -> None:
    found = approach(rising(), 1000)

    assert (found.earliest, found.likely) == (None, None)
    assert found.decisive(0.95) is None


def test_use_above_the_limit_is_met_now() -> None:
    assert approach(rising(), 10).earliest == 0


@pytest.mark.parametrize(
    ("coverage", "days"),
    [
        (0.95, 4),
        (0.9, 4),
        (0.89, 5),  # a band that held too little does not alert by itself; the middle does
        (None, 5),
    ],
)
def test_only_a_band_that_has_proven_itself_decides(coverage: float | None, days: float) -> None:
    assert approach(rising(coverage), 120).decisive(coverage) == days


@pytest.mark.parametrize("limit", [0, -1.0])
def test_a_limit_of_nothing_is_an_error(limit: float) -> None:
    with pytest.raises(ValueError, match="nothing can be used"):
        approach(rising(), limit)


def hourly(values: list[float], start: int = 0) -> Hourly:
    return Hourly(start * HOUR, tuple(values))


def test_a_load_that_follows_orders_grows_with_its_variable_part_only() -> None:
    orders = [usual(hour) for hour in range(2 * WEEK)]
    found = driver(hourly([10 + 2 * one for one in orders]), hourly(orders))

    assert (found.base, found.slope, found.fit) == pytest.approx((10, 2, 1))
    assert found.usable
    assert found.factor(1) == 1
    assert found.factor(1.5) == pytest.approx((10 + 3 * found.usual) / (10 + 2 * found.usual))


def test_a_line_that_would_be_below_zero_without_business_goes_through_the_origin() -> None:
    orders = [usual(hour) for hour in range(2 * WEEK)]
    found = driver(hourly([3 * one - 50 for one in orders]), hourly(orders))

    assert found.base == 0
    assert found.factor(2) == pytest.approx(2)


def test_hours_are_matched_by_time_and_not_by_place() -> None:
    orders = [usual(hour) for hour in range(2 * WEEK)]
    found = driver(hourly(orders[48:], start=48), hourly(orders))

    assert found.fit == pytest.approx(1)
    assert found.hours == 2 * WEEK - 48


@pytest.mark.parametrize(
    ("load", "business"),
    [
        (made("bursts", "a", WEEK * 2), made("bursts", "b", WEEK * 2)[::-1]),  # they have nothing in common
        ([200 - usual(hour) for hour in range(2 * WEEK)], [usual(hour) for hour in range(2 * WEEK)]),  # it falls
        ([usual(hour) for hour in range(100)], [usual(hour) for hour in range(100)]),  # four days are too few
        ([5.0] * WEEK, [usual(hour) for hour in range(WEEK)]),
        ([], [1.0]),
    ],
    ids=["unrelated", "falling", "short", "constant", "empty"],
)
def test_a_driver_that_explains_nothing_is_not_usable(load: list[float], business: list[float]) -> None:
    assert not driver(hourly(load), hourly(business)).usable
