"""The forecast of a series: the best of the methods on its own past, with a band and the coverage that it had there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from model.forecast.backtest import Backtest, backtest
from model.forecast.methods import Past, fitting
from model.forecast.series import WEEK, Hourly, Refusal, Refused

MOST_OUTSIDE: Final = 0.5
"""Share of the last week outside the band of the weeks before, above which the level has shifted. Errors of one week
hang together, so that a good band misses a fifth of a week now and then; half of it was never seen on series of one
kind (``python -m benchmarks.forecasts``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """``middle``, ``low`` and ``high``: a value for each hour from ``start`` (Unix time) on.

    ``coverage``: share of past values that were inside bands made like this one; None where there are too few to say.
    ``mape``: mean absolute error of the past forecasts in percent, None where a value was zero. Behind ``tested`` hours
    the band is an extrapolation.
    """

    method: str
    start: int
    middle: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    coverage: float | None
    mape: float | None
    tested: int


def forecast(series: Hourly, hours: int) -> Forecast:
    """The next ``hours`` of the series. Raises Refused where its past cannot carry a forecast."""
    past = series.filled()
    if _has_shifted(past):
        raise Refused(Refusal.LEVEL_SHIFT)
    chosen = _best(past, hours)
    low, middle, high = _bands(past, chosen, hours)
    return Forecast(
        method=chosen.method.name,
        start=series.end,
        middle=middle,
        low=low,
        high=high,
        coverage=chosen.coverage(),
        mape=chosen.mape,
        tested=min(chosen.tested, hours),
    )


def _best(past: Past, hours: int) -> Backtest:
    # The first of equals: the order of the methods is from the simplest on.
    return min((backtest(past, method, hours) for method in fitting(past)), key=lambda tried: tried.mean_error)


def _bands(past: Past, tried: Backtest, hours: int) -> tuple[list[float], list[float], list[float]]:
    method = tried.method
    middle = method.predict(method.space(past), hours)
    widths = [
        width
        for width, (start, end) in zip(tried.widths(), pairwise([0, *tried.ends]), strict=True)
        for _ in range(start, end)
    ][:hours]
    low = [value - width for value, width in zip(middle, widths, strict=True)]
    high = [value + width for value, width in zip(middle, widths, strict=True)]
    return method.back(low), method.back(middle), method.back(high)


def _has_shifted(past: Past) -> bool:
    before, week = past[:-WEEK], past[-WEEK:]
    low, _, high = _bands(before, _best(before, WEEK), WEEK)
    outside = sum(not bottom <= value <= top for value, bottom, top in zip(week, low, high, strict=True))
    return outside > MOST_OUTSIDE * WEEK
