"""Kinds of hourly series that platforms have, made from a seed: what a forecast is tried on."""

import math
import random
from collections.abc import Callable
from itertools import accumulate

Draw = random.Random
Kind = Callable[[Draw, int], list[float]]


def usual(hour: int) -> float:
    """A day and a week, around 100."""
    return 100 + 20 * math.sin(2 * math.pi * hour / 24) + 10 * math.sin(2 * math.pi * hour / 168)


def _each(value: Callable[[Draw, int], float]) -> Kind:
    """A kind whose hours know nothing of each other."""
    return lambda draw, hours: [value(draw, hour) for hour in range(hours)]


def _wandering(keeps: float, step: float, start: float) -> Kind:
    """The usual week on a level that keeps a share of itself from hour to hour; 1 is a random walk."""

    def values(draw: Draw, hours: int) -> list[float]:
        level = accumulate((draw.gauss(0, step) for _ in range(hours)), lambda before, move: keeps * before + move)
        return [start + usual(hour) + off for hour, off in zip(range(hours), level, strict=True)]

    return values


def _events(draw: Draw, hour: int) -> float:
    """Small whole numbers: thousand chances an hour, of which a few happen."""
    rate = (3 + 2 * math.sin(2 * math.pi * hour / 24)) / 100
    return sum(draw.random() < rate for _ in range(100))


KINDS: dict[str, Kind] = {
    "week and noise": _each(lambda draw, hour: usual(hour) + draw.gauss(0, 4)),
    "growth": _each(lambda draw, hour: usual(hour) + hour / 20 + draw.gauss(0, 4)),
    "growth in proportion": _each(lambda draw, hour: usual(hour) * math.exp(hour / 1000 + draw.gauss(0, 0.08))),
    "growth that slows": _each(lambda draw, hour: usual(hour) - 80 * math.exp(-hour / 500) + draw.gauss(0, 4)),
    "growth that speeds up": _each(lambda draw, hour: usual(hour) + (hour / 300) ** 2 + draw.gauss(0, 4)),
    "a volume that fills": _each(lambda draw, hour: 10 + hour * 0.06 + draw.gauss(0, 0.3)),
    "a volume that is emptied": _each(lambda draw, hour: 50 + 0.3 * (hour % 240) + draw.gauss(0, 1)),
    "a level that wanders": _wandering(0.97, 2, 0),
    "a random walk": _wandering(1, 0.7, 100),
    "small whole numbers": _each(_events),
    "bursts": _each(lambda draw, hour: usual(hour) + draw.gauss(0, 3) + (draw.random() < 0.03) * draw.uniform(30, 90)),
    "heavy tails": _each(lambda draw, hour: usual(hour) + 3 * draw.gauss(0, 1) / max(0.2, abs(draw.gauss(0, 1)))),
    "noise that grows": _each(lambda draw, hour: usual(hour) + draw.gauss(0, 2 + hour / 300)),
    "quiet weekends": _each(lambda draw, hour: usual(hour) * (1 if hour // 24 % 7 < 5 else 0.4) + draw.gauss(0, 4)),
    "ends of months": _each(lambda draw, hour: usual(hour) * (1.5 if hour // 24 % 30 > 26 else 1) + draw.gauss(0, 4)),
}


def made(kind: str, seed: str, hours: int) -> list[float]:
    """The series of a kind; the same seed gives the same values."""
    return KINDS[kind](random.Random(seed), hours)  # noqa: S311 (no secret)
