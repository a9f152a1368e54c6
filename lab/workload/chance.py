"""Chance of the demo workload: arrivals, latencies, failures."""

import random
from collections.abc import Sequence
from math import log
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """One source of numbers; a test gives it a seed."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 (visitors, no secrets)

    def happens(self, share: float) -> bool:
        """True in ``share`` (0 to 1) of cases."""
        return share > 0 and self._random.random() < share

    def between(self, low: float, high: float) -> float:
        """Evenly between both."""
        return low if low == high else self._random.uniform(low, high)

    def gap(self, rate: float) -> float:
        """Seconds to the next of arrivals that know nothing of each other, ``rate`` of them a second."""
        return self._random.expovariate(rate)

    def around(self, median: float, spread: float = 0.4) -> float:
        """A latency: half of them below ``median``, with the long tail that latencies have (log-normal)."""
        return self._random.lognormvariate(log(median), spread)

    def identifier(self) -> str:
        """16 hexadecimal digits."""
        return f"{self._random.getrandbits(64):016x}"

    def one_of(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """One of ``options``, by weight."""
        return self._random.choices(options, weights)[0]
