"""An hourly series as forecasts take it, and why one is refused."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from model.vocabulary import Vocabulary

HOUR: Final = 3600
"""Seconds."""
DAY: Final = 24
WEEK: Final = 168
"""Hours."""
LEAST_WEEKS: Final = 4
"""Below it the weekly profile is known from three values or fewer, and too few weeks are left to test a forecast on."""
MOST_WEEKS: Final = 13
"""A quarter. What was longer ago describes another system, and a year of hours takes a minute to test."""
MOST_GAPS: Final = 0.05
"""Share of hours without a value. A day a month is missing more often than a system is worth a forecast."""


class Refusal(Vocabulary):
    """Why a series has no forecast."""

    SHORT = ("short", f"It has less than {LEAST_WEEKS} weeks of values.")
    GAPS = ("gaps", f"More than {MOST_GAPS:.0%} of its hours have no value.")
    CONSTANT = ("constant", "Its value does not change.")
    LEVEL_SHIFT = ("level-shift", "Its last week is not like the weeks before: what was learned no longer holds.")


class Refused(Exception):
    """The series cannot carry a forecast; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        super().__init__(reason.sentence)


@dataclass(frozen=True, slots=True)
class Hourly:
    """``values``: one for each hour from ``start`` on; None where the hour has none.

    ``start``: the Unix time of the first hour, a multiple of 3,600. Where a limit is at stake the value of an hour is
    its peak: a mean over the hour hides what fills a disk.
    """

    start: int
    values: tuple[float | None, ...]

    @classmethod
    def of(cls, samples: Iterable[tuple[float, float]]) -> Self:
        """From (Unix time, value) pairs: of each hour the largest value."""
        peaks: dict[int, float] = {}
        for moment, value in samples:
            hour = int(moment // HOUR)
            peaks[hour] = max(value, peaks.get(hour, value))
        if not peaks:
            return cls(0, ())
        first, last = min(peaks), max(peaks)
        return cls(first * HOUR, tuple(peaks.get(hour) for hour in range(first, last + 1)))

    @property
    def end(self) -> int:
        """The Unix time of the first hour behind the series."""
        return self.start + len(self.values) * HOUR

    def hours(self) -> Iterator[tuple[int, float | None]]:
        """Unix time and value of each hour."""
        return zip(range(self.start, self.end, HOUR), self.values, strict=True)

    def filled(self) -> list[float]:
        """The last :data:`MOST_WEEKS` weeks, with gaps filled. Raises Refused.

        A gap gets the median of its hour in the week, over the other weeks: a line between its two ends would cut off
        the nights or the days.
        """
        values = self.values[-MOST_WEEKS * WEEK :]
        if len(values) < LEAST_WEEKS * WEEK:
            raise Refused(Refusal.SHORT)
        known = [value for value in values if value is not None]
        if len(values) - len(known) > MOST_GAPS * len(values):
            raise Refused(Refusal.GAPS)
        if max(known) == min(known):
            raise Refused(Refusal.CONSTANT)
        if len(known) == len(values):
            return known
        usual = _medians(values)
        middle = statistics.median(known)
        return [usual.get(hour % WEEK, middle) if value is None else value for hour, value in enumerate(values)]


def _medians(values: Sequence[float | None]) -> Mapping[int, float]:
    """Hour of the week, counted from the first value -> median of its values."""
    by_hour: dict[int, list[float]] = {}
    for hour, value in enumerate(values):
        if value is not None:
            by_hour.setdefault(hour % WEEK, []).append(value)
    return {hour: statistics.median(found) for hour, found in by_hour.items()}
