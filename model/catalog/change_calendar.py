"""When nobody changes a system: change freezes, and calendars of AWS Systems Manager that have to be open.

One source for the gate of deployments and for auto-remediation.
"""

from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, NaiveDatetime, model_validator

from model.base import Model, Name, Text
from model.calendar import TimeZone
from model.vocabulary import Environment

LONGEST_DAYS = 62
"""Retailers freeze from the middle of November to the middle of January; what is longer is a system out of service."""


class Freeze(Model):
    """One change freeze, from ``start`` to ``end`` (excluded) by the clocks of ``time_zone``."""

    name: Name
    reason: Text
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)] = (Environment.PROD,)
    time_zone: TimeZone
    start: Annotated[NaiveDatetime, Field(description="Such as 2026-12-20T18:00.")]
    end: NaiveDatetime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end or self.end.toordinal() - self.start.toordinal() > LONGEST_DAYS:
            raise ValueError(
                f"found start {self.start} and end {self.end}; allowed: start before end, {LONGEST_DAYS} days at most"
            )
        return self

    def holds(self, environment: Environment | None, now: float) -> bool:
        """Whether it holds at ``now`` (Unix time, seconds). ``environment`` None: whichever it is of."""
        zone = ZoneInfo(self.time_zone)
        start, end = (moment.replace(tzinfo=zone).timestamp() for moment in (self.start, self.end))
        return environment in (None, *self.environments) and start <= now < end


class ChangeCalendar(Model):
    """When changes wait."""

    freezes: tuple[Freeze, ...] = ()
    change_calendars: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{3,256}$")], ...] = Field(
        default=(),
        description="Names or ARNs of calendars of Systems Manager (Change Calendar). While one is closed, or not "
        "known to be open, auto-remediation stands down; the gate of deployments does not read them.",
    )

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [one.name for one in self.freezes]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"found the freeze {', '.join(doubled)} twice; allowed: each name once")
        return self

    def freeze(self, environment: Environment | None, now: float) -> Freeze | None:
        """The first freeze that holds at ``now``; ``environment`` None: of whichever environment."""
        return next((one for one in self.freezes if one.holds(environment, now)), None)
