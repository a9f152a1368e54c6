"""Hourly series: what becomes of samples, gaps and series that cannot carry a forecast."""

import pytest

from model.forecast.series import HOUR, WEEK, Hourly, Refusal, Refused
from tests.model.forecast.kinds import usual

MONTH = 4 * WEEK


def values(hours: int = MONTH) -> list[float | None]:
    return [usual(hour) for hour in range(hours)]


def test_an_hour_has_its_peak_and_a_gap_stays_a_gap() -> None:
    series = Hourly.of([(2 * HOUR + 10, 5.0), (2 * HOUR + 20, 9.0), (2 * HOUR + 30, 1.0), (4 * HOUR, 2.0)])

    assert list(series.hours()) == [(2 * HOUR, 9.0), (3 * HOUR, None), (4 * HOUR, 2.0)]
    assert Hourly.of([]).values == ()


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        ([], Refusal.SHORT),
        (values(3 * WEEK), Refusal.SHORT),
        (values(MONTH - 1), Refusal.SHORT),
        ([0.0] * MONTH, Refusal.CONSTANT),
        ([7.0] * 600 + [None] * 30 + [7.0] * (MONTH - 630), Refusal.CONSTANT),
        ([None if hour % 19 == 0 else value for hour, value in enumerate(values())], Refusal.GAPS),
        ([None] * MONTH, Refusal.GAPS),
    ],
    ids=str,
)
def test_what_cannot_be_forecast_is_refused_with_the_reason(refused: list[float | None], reason: Refusal) -> None:
    with pytest.raises(Refused) as found:
        Hourly(0, tuple(refused)).filled()

    assert found.value.reason is reason
    assert str(found.value) == reason.sentence


def test_a_gap_is_filled_with_what_its_hour_usually_has() -> None:
    whole = values()
    cut = [None if 340 <= hour < 352 else value for hour, value in enumerate(whole)]

    assert Hourly(0, tuple(cut)).filled() == pytest.approx(whole)


def test_only_the_last_quarter_of_a_long_series_counts() -> None:
    # What was a year ago, gaps and all, says nothing about now.
    assert Hourly(0, (*[None] * 9000, *values(13 * WEEK))).filled() == values(13 * WEEK)
