"""Methods of forecasting, each a function of the past. They are few, robust and cheap, because each is tested often.

All know the week of 168 hours. A method that needs what the past lacks is not offered for it (:func:`fitting`).
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from model.forecast.series import DAY, WEEK

Past = Sequence[float]


@dataclass(frozen=True, slots=True)
class Method:
    """``predict``: past values without gaps, two weeks at least, and a number of hours -> the hours that follow.

    ``logarithms``: it works on logarithms, where errors that grow with the level stay the same.
    """

    name: str
    predict: Callable[[Past, int], list[float]]
    logarithms: bool = False

    def space(self, values: Past) -> list[float]:
        """The values as the method sees them."""
        return [math.log(value) for value in values] if self.logarithms else list(values)

    def back(self, values: Past) -> list[float]:
        """The reverse of :meth:`space`. More than e^700 is no number: a forecast that far off is never chosen."""
        return [math.exp(min(value, 700.0)) for value in values] if self.logarithms else list(values)


def last_week(past: Past, hours: int) -> list[float]:
    """Each hour as a week before: nothing beats it where the series only repeats itself."""
    week = past[-WEEK:]
    return [week[hour % WEEK] for hour in range(hours)]


def trend(past: Past, hours: int) -> list[float]:
    """The usual week on a line through the weeks' levels (Theil-Sen: one odd week in four does not bend it)."""
    level, slope, profile = _week(past)
    return [level + slope * (hour + 0.5) / WEEK + profile[hour % WEEK] for hour in range(hours)]


def level(past: Past, hours: int) -> list[float]:
    """The usual week on the level of the last day: for series that wander."""
    _, _, profile = _week(past)
    now = statistics.median(value - profile[(hour - DAY) % WEEK] for hour, value in enumerate(past[-DAY:]))
    return [now + profile[hour % WEEK] for hour in range(hours)]


METHODS = (
    Method("last week", last_week),
    Method("trend", trend),
    Method("level", level),
    Method("trend in proportion", trend, logarithms=True),
    Method("level in proportion", level, logarithms=True),
)


def fitting(past: Past) -> list[Method]:
    """The methods that this past allows: zero has no logarithm."""
    return [method for method in METHODS if not method.logarithms or min(past) > 0]


def _week(past: Past) -> tuple[float, float, list[float]]:
    """Level at the end, slope a week, and the usual deviation of the 168 hours that follow.

    Whole weeks are counted back from the end, so that hour 0 of the profile is the first hour of the forecast.
    """
    weeks = [past[at : at + WEEK] for at in range(len(past) % WEEK, len(past), WEEK)]
    levels = [statistics.fmean(week) for week in weeks]
    slope = statistics.median((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(levels), 2))
    # The level of a week is that of its middle.
    middle = statistics.median(value - slope * number for number, value in enumerate(levels))
    lines = [
        [middle + slope * (number - 0.5 + (hour + 0.5) / WEEK) for hour in range(WEEK)] for number in range(len(weeks))
    ]
    profile = [
        statistics.median(week[hour] - line[hour] for week, line in zip(weeks, lines, strict=True))
        for hour in range(WEEK)
    ]
    return middle + slope * (len(weeks) - 0.5), slope, profile
