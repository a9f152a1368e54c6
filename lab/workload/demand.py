"""Which systems the workload is made of, and how much is asked of them."""

from math import cos, pi
from typing import Annotated

from pydantic import Field

from model.base import Model

DAY_SECONDS = 86_400.0
# What is left of the busy hour at 3 o'clock, and when that hour is.
NIGHT, BUSIEST_HOUR = 0.4, 15


def level(seconds: float, day: float = DAY_SECONDS) -> float:
    """Share of the busy hour's traffic at ``seconds`` (UTC, since 1970), where a day lasts ``day`` seconds."""
    phase = (seconds % day) / day - BUSIEST_HOUR / 24
    return NIGHT + (1 - NIGHT) * (1 + cos(2 * pi * phase)) / 2


class Demand(Model):
    """``systems``: empty means all of the catalog."""

    systems: tuple[str, ...] = ()
    load: Annotated[float, Field(gt=0, le=10)] = 1
    day: Annotated[float, Field(gt=0)] = Field(default=DAY_SECONDS, description="Length of a simulated day in seconds.")
