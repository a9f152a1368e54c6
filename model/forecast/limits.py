"""When a forecast meets a limit: a volume's size, a quota, the maximum of an autoscaler, a budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from model.forecast.forecast import Forecast
from model.forecast.series import DAY

LEAST_COVERAGE: Final = 0.9
"""Of a band that may alert. A band made for 95 % that held less than this in the past does not know its series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """Days from the start of the forecast until the limit: ``earliest`` by the upper band, ``likely`` by the middle.

    None: not within the forecast. 0: use is there already.
    """

    limit: float
    earliest: float | None
    likely: float | None
    horizon: float

    def decisive(self, coverage: float | None) -> float | None:
        """The days that count: by the band where its past ``coverage`` is known and high enough, else by the middle."""
        return self.earliest if coverage is not None and coverage >= LEAST_COVERAGE else self.likely


def approach(ahead: Forecast, limit: float) -> Approach:
    """When the forecast meets ``limit``, in the unit of the series. Raises ValueError below or at zero."""
    if limit <= 0:
        raise ValueError(f"a limit of {limit}: nothing can be used of it")
    return Approach(
        limit=limit,
        earliest=_first(ahead.high, limit),
        likely=_first(ahead.middle, limit),
        horizon=len(ahead.middle) / DAY,
    )


def _first(values: Sequence[float], limit: float) -> float | None:
    return next((hour / DAY for hour, value in enumerate(values) if value >= limit), None)
