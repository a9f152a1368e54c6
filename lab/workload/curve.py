"""The traffic of a day: low at night, high in the afternoon."""

from math import cos, pi

DAY_SECONDS = 86_400.0
# What is left of the busy hour at 3 o'clock, and when that hour is.
NIGHT, BUSIEST_HOUR = 0.4, 15


def level(seconds: float, day: float = DAY_SECONDS) -> float:
    """Share of the busy hour's traffic at ``seconds`` (UTC, since 1970), where a day lasts ``day`` seconds."""
    phase = (seconds % day) / day - BUSIEST_HOUR / 24
    return NIGHT + (1 - NIGHT) * (1 + cos(2 * pi * phase)) / 2
