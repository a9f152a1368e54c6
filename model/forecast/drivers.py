"""How a load follows a business number: what `orders x 1.5` means for CPU."""

import statistics
from dataclasses import dataclass
from typing import Final

from model.forecast.series import WEEK, Hourly

LEAST_FIT: Final = 0.5
"""R2: below it more than half of the load's movement has other reasons, and a factor would be a guess."""
LEAST_HOURS: Final = WEEK
"""Every hour of the week once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """``load = base + slope x driver``, by least squares over the hours that both have.

    ``fit``: R2, the share of the load's movement that the line explains. ``base``: what is used without any business,
    0 at least. ``usual``: the driver's median.
    """

    base: float
    slope: float
    fit: float
    usual: float
    hours: int

    @property
    def usable(self) -> bool:
        """Whether a scenario may be calculated from it: the load rises with the driver, and mostly because of it."""
        return self.slope > 0 and self.fit >= LEAST_FIT and self.hours >= LEAST_HOURS

    def factor(self, growth: float) -> float:
        """By how much the load grows if the driver grows by ``growth`` (1.5: half as much again)."""
        now = self.base + self.slope * self.usual
        return (self.base + self.slope * self.usual * growth) / now


def driver(load: Hourly, business: Hourly) -> Driver:
    """The line through the hours that both series have. With nothing to fit, ``fit`` and ``slope`` are 0."""
    pairs = _common(load, business)
    moves = len({x for x, _ in pairs}) > 1 and len({y for _, y in pairs}) > 1
    if not moves:
        return Driver(base=0, slope=0, fit=0, usual=0, hours=len(pairs))
    loads, numbers = [y for _, y in pairs], [x for x, _ in pairs]
    line = statistics.linear_regression(numbers, loads)
    # A load below zero without business is the line's error: then it goes through the origin.
    through = line.intercept < 0
    slope = statistics.linear_regression(numbers, loads, proportional=True).slope if through else line.slope
    return Driver(
        base=0 if through else line.intercept,
        slope=slope,
        fit=statistics.correlation(numbers, loads) ** 2,
        usual=statistics.median(numbers),
        hours=len(pairs),
    )


def _common(load: Hourly, business: Hourly) -> list[tuple[float, float]]:
    """(business, load) of the hours that both have."""
    loads = dict(load.hours())
    return [
        (value, there)
        for hour, value in business.hours()
        if value is not None and (there := loads.get(hour)) is not None
    ]
