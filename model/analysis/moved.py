"""Which series moved during an incident, ranked, each with its effect and its lag. None of them is called a cause.

A series is compared with itself: the step from the time before the window to the window, with the same steps all
through the day before. So a series that is always noisy has to move more than one that is always calm, and a number
that rises each morning does not stand out in the morning unless it rises more than its steps do.
"""

import statistics
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

STEP: Final = 60
"""Seconds between two samples: recorded series are evaluated each 15 s to 60 s."""
BEFORE_SECONDS: Final = 86_400
"""A day: the least that has every hour of the day in it."""
LEAST_SECONDS: Final = 300
"""Shorter windows have fewer than five samples, and one odd sample would be the median."""
COMPARED_SECONDS: Final = 3600
"""Of a longer window the first hour is compared: what moved with its beginning is asked. A day has 45 such steps."""
LEAST_EFFECT: Final = 1.2
"""A fifth more than the largest step of the day before: peaks of two days differ by about that."""
MOST_EFFECT: Final = 1000.0
"""Of a series that never moved before, any step is beyond measure."""
_LEAST_STEPS: Final = 2 / 3
"""Share of the steps of the day before that have data. With few, a larger one is chance."""
_LEAST_SAMPLES: Final = 0.5
"""Share of samples that a part must have; a gap is no value."""

Sample = tuple[float, float]
"""Unix time and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Unix times of an incident. Raises ValueError for one that is too short."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if self.end - self.start < LEAST_SECONDS:
            raise ValueError(f"{self.end - self.start:.0f} s; allowed: at least {LEAST_SECONDS} s")

    @property
    def length(self) -> float:
        """Seconds that are compared."""
        return min(self.end - self.start, COMPARED_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A series that moved. ``before``, ``during``: medians of the time before the window and of the window.

    ``effect``: the step by the largest of the day before; at least :data:`LEAST_EFFECT`. ``lag``: seconds from the
    beginning of the window until half of the step was done; negative: it moved first.
    """

    name: str
    labels: Mapping[str, str]
    before: float
    during: float
    effect: float
    lag: float

    @property
    def change(self) -> float | None:
        """The step as a share of the value before; None where that was zero."""
        return (self.during - self.before) / abs(self.before) if self.before else None


@dataclass(frozen=True, slots=True)
class Answer:
    """``moved``: the largest effect first. ``compared``: series that had data enough; ``silent``: those that had not.

    ``chance``: how many series would be listed by chance alone, at most.
    """

    moved: Sequence[Moved]
    compared: int
    silent: int
    chance: float


def moved(series: Iterable[tuple[str, Mapping[str, str], Sequence[Sample]]], window: Window) -> Answer:
    """Compare all series; of each name, labels, and samples in the order of time that begin a day before the window."""
    found, compared, silent, chance = [], 0, 0, 0.0
    for name, labels, samples in series:
        steps = _steps(samples, window)
        if steps is None:
            silent += 1
            continue
        compared += 1
        before, during, usual = steps
        chance += 1 / (len(usual) + 1)
        largest = max(usual)
        step = abs(during - before)
        if step > LEAST_EFFECT * largest:
            effect = min(step / largest, MOST_EFFECT) if largest else MOST_EFFECT
            lag = _half(samples, window, before, during) - window.start
            found.append(Moved(name=name, labels=labels, before=before, during=during, effect=effect, lag=lag))
    ranked = sorted(found, key=lambda one: (-one.effect, one.lag, one.name, sorted(one.labels.items())))
    return Answer(ranked, compared, silent, chance)


def _steps(samples: Sequence[Sample], window: Window) -> tuple[float, float, list[float]] | None:
    """Median before and during, and the sizes of the steps of the day before; None where data is missing."""
    times = [moment for moment, _ in samples]
    values = [value for _, value in samples]
    length = window.length

    def median(start: float, end: float) -> float | None:
        part = values[bisect_left(times, start) : bisect_left(times, end)]
        return statistics.median(part) if len(part) >= _LEAST_SAMPLES * (end - start) / STEP else None

    before, during = median(window.start - length, window.start), median(window.start, window.start + length)
    if before is None or during is None:
        return None
    # The first is the last that does not see the window. Each overlaps half of the next: twice as many.
    count = int((BEFORE_SECONDS - 2 * length) / (length / 2)) + 1
    middles = [window.start - length - number * length / 2 for number in range(count)]
    pairs = [(median(at - length, at), median(at, at + length)) for at in middles]
    usual = [abs(right - left) for left, right in pairs if left is not None and right is not None]
    return (before, during, usual) if len(usual) >= _LEAST_STEPS * count else None


def _half(samples: Sequence[Sample], window: Window, before: float, during: float) -> float:
    """When a series first was beyond the middle between before and during, from one length before the window on."""
    middle, up = (before + during) / 2, during > before
    return next(
        moment
        for moment, value in samples
        if moment >= window.start - window.length and ((value > middle) if up else (value < middle))
    )
