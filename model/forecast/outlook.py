"""What the forecasts of all items say together: which limit is met first, and which series could not be read ahead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from model.forecast.forecast import Forecast, forecast
from model.forecast.limits import Approach, approach
from model.forecast.series import DAY, Hourly, Refusal, Refused
from model.forecast.subjects import Subject

DAYS: Final = 28
"""How far ahead. Further than a month would be tested on two origins of a quarter's past."""
_WHOLE: Final = 1.0
"""Shares of a limit: all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """An item of a subject. Either ``ahead`` and ``until``, or ``refused``. ``labels``: in the subject's order."""

    subject: str
    labels: Mapping[str, str]
    series: Hourly
    ahead: Forecast | None = None
    until: Approach | None = None
    refused: Refusal | None = None
    lead_days: float
    """As of the subject."""

    @property
    def item(self) -> str:
        """Its name for people: the values of its labels, without the cluster."""
        return " ".join(value for label, value in self.labels.items() if label != "cluster" and value)

    @property
    def days_left(self) -> float | None:
        """Days until the limit, by the band if it has proven itself, else by the middle; None: further than that."""
        if self.until is None or self.ahead is None:
            return None
        return self.until.decisive(self.ahead.coverage)

    @property
    def alerts(self) -> bool:
        """Whether less than the lead time is left."""
        return self.days_left is not None and self.days_left <= self.lead_days


def outlook(name: str, subject: Subject, labels: Mapping[str, str], series: Hourly, days: int = DAYS) -> Outlook:
    """The outlook of one item; a series that cannot carry a forecast says why."""
    try:
        ahead = forecast(series, days * DAY)
    except Refused as error:
        return Outlook(subject=name, labels=labels, series=series, refused=error.reason, lead_days=subject.lead_days)
    return Outlook(
        subject=name,
        labels=labels,
        series=series,
        ahead=ahead,
        until=approach(ahead, _WHOLE),
        lead_days=subject.lead_days,
    )


def ordered(found: Iterable[Outlook]) -> list[Outlook]:
    """What needs a decision first; then what grows; what was refused last."""
    return sorted(
        found,
        key=lambda one: (
            not one.alerts,
            one.days_left if one.days_left is not None else float("inf"),
            one.refused is not None,
            one.subject,
            sorted(one.labels.items()),
        ),
    )
