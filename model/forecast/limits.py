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

    def alerts(self, lead_days: float, coverage: float | None) -> bool:
        """Whether somebody must act now: less is left than ``lead_days``, what raising the limit takes.

        A band whose coverage is too low or unknown does not alert, unless the middle meets the limit, too.
        """
        trusted = coverage is not None and coverage >= LEAST_COVERAGE
        days = self.earliest if trusted else self.likely
        return days is not None and days <= lead_days


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
