"""Random arrivals, the same in every run."""

import math
import random

_NORMAL_FROM = 50
"""From this mean on the normal distribution is close enough, and Knuth's method slow."""


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson-distributed number of events."""
    if mean <= 0:
        return 0
    if mean >= _NORMAL_FROM:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
