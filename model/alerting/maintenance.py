"""When firing alerts are not notified: recurring hours, and announced windows. Part of the settings."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, ClassVar, Self, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, NaiveDatetime, model_validator

from model import labels
from model.alerting.protected import PROTECTED
from model.base import Model, Name, Text
from model.calendar import ClockTime, EndOfHours, Month, TimeZone, Weekday
from model.problems import Problem
from model.query_text import one_of
from model.vocabulary import Notified, Severity

AlertName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
LONGEST_DAYS = 31
ALERT_NAME = "alertname"
_WEEKDAYS: tuple[str, ...] = get_args(Weekday)
_MONTHS: tuple[str, ...] = get_args(Month)


class Scope(Model):
    """Which alerts: those that match every list that is not empty. All lists empty: all alerts of the environment."""

    teams: tuple[Name, ...] = ()
    systems: tuple[Name, ...] = ()
    components: tuple[Name, ...] = ()
    alerts: tuple[AlertName, ...] = ()
    # None cannot be muted: the dead man's switch has it, and a silent night would look like a dead Alertmanager.
    severities: Annotated[tuple[Notified, ...], Field(min_length=1)]

    @property
    def values(self) -> dict[str, frozenset[str]]:
        """Label -> its values, for each list that is not empty."""
        lists: dict[str, Collection[str]] = {
            labels.TEAM: self.teams,
            labels.SYSTEM: self.systems,
            labels.COMPONENT: self.components,
            ALERT_NAME: self.alerts,
            labels.SEVERITY: self.severities,
        }
        return {label: frozenset(map(str, values)) for label, values in lists.items() if values}

    @property
    def matchers(self) -> list[str]:
        """The same in Alertmanager's words."""
        return [one_of(label, sorted(values)) for label, values in self.values.items()]

    def meets(self, other: "Scope") -> bool:
        """Whether one alert can be in both."""
        mine, theirs = self.values, other.values
        return all(mine[label] & theirs[label] for label in mine.keys() & theirs.keys())


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


class DayTimes(Model):
    """Hours of one day, the end excluded. A night is two of them: until "24:00" and from "00:00"."""

    start: ClockTime
    end: EndOfHours

    @property
    def minutes(self) -> range:
        """The minutes of the day."""
        return range(_minute(self.start), _minute(self.end))

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end:
            raise ValueError(
                f"found start {self.start} and end {self.end}; allowed: start before end; past midnight is two "
                f'entries, {self.start} to "24:00" and "00:00" to {self.end}'
            )
        return self


class Muting(Scope, ABC):
    """What both kinds have."""

    name: Name
    reason: Text
    time_zone: TimeZone

    # Whether the time comes again, by the clocks of the time zone.
    recurs: ClassVar[bool]

    @abstractmethod
    def expression(self, clock: str) -> str:
        """The time in PromQL. ``clock``: a series of the seconds since 1970 that the clocks of the time zone show."""

    @abstractmethod
    def overlaps(self, other: Self) -> bool:
        """Whether some minute is in both. Times of different time zones are not compared."""


class MuteTime(Muting):
    """Recurring intervals without notifications. What still fires afterwards is notified then.

    Without ``severities`` critical alerts are notified all the same.
    """

    severities: Annotated[tuple[Notified, ...], Field(min_length=1)] = (Severity.WARNING, Severity.INFO)
    times: Annotated[tuple[DayTimes, ...], Field(min_length=1)]
    weekdays: tuple[Weekday, ...] = Field(default=(), description="None named means every day.")
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()
    months: tuple[Month, ...] = ()

    recurs: ClassVar[bool] = True

    def expression(self, clock: str) -> str:  # noqa: D102 (the base says it)
        spans = [(60 * one.minutes.start, 60 * one.minutes.stop) for one in self.times]
        parts = [
            [f"{clock} % 86400 >= {start} < {end}" for start, end in spans],
            # PromQL counts from Sunday, 0, and from January, 1.
            [f"day_of_week({clock}) == {(_WEEKDAYS.index(day) + 1) % 7}" for day in self.weekdays],
            [f"day_of_month({clock}) == {day}" for day in self.days_of_month],
            [f"month({clock}) == {_MONTHS.index(month) + 1}" for month in self.months],
        ]
        return "\n  and\n".join(f"({' or '.join(part)})" for part in parts if part)

    def mutes(self, weekday: int, minute: int, day: int, month: int) -> bool:
        """Whether it mutes then, by its own clocks. ``weekday`` from Monday, 0; ``minute`` of the day."""
        return (
            any(minute in one.minutes for one in self.times)
            and (not self.weekdays or _WEEKDAYS[weekday] in self.weekdays)
            and (not self.days_of_month or day in self.days_of_month)
            and (not self.months or _MONTHS[month - 1] in self.months)
        )

    def overlaps(self, other: Self) -> bool:  # noqa: D102 (the base says it)
        days: list[tuple[Collection[object], Collection[object]]] = [
            (self.weekdays, other.weekdays),
            (self.days_of_month, other.days_of_month),
            (self.months, other.months),
        ]
        return (
            self.time_zone == other.time_zone
            and all(not mine or not theirs or set(mine) & set(theirs) for mine, theirs in days)
            and any(one.start < two.end and two.start < one.end for one in self.times for two in other.times)
        )


class MaintenanceWindow(Muting):
    """One announced window, from ``start`` to ``end`` (excluded) by the clocks of ``time_zone``.

    Without ``severities`` it mutes all. Take it out of the settings when it is over; a past one mutes nothing.
    """

    severities: Annotated[tuple[Notified, ...], Field(min_length=1)] = (
        Severity.CRITICAL,
        Severity.WARNING,
        Severity.INFO,
    )
    start: Annotated[NaiveDatetime, Field(description="Such as 2026-03-07T22:00.")]
    end: NaiveDatetime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        days = self.end.toordinal() - self.start.toordinal()
        if self.start >= self.end or days > LONGEST_DAYS:
            raise ValueError(
                f"found start {self.start} and end {self.end}; allowed: start before end, {LONGEST_DAYS} days at most"
            )
        if any(moment.second or moment.microsecond for moment in (self.start, self.end)):
            raise ValueError(f"found start {self.start} and end {self.end}; allowed: whole minutes")
        return self

    recurs: ClassVar[bool] = False

    @property
    def span(self) -> tuple[int, int]:
        """Start and end in Unix seconds."""
        zone = ZoneInfo(self.time_zone)
        start, end = (int(moment.replace(tzinfo=zone).timestamp()) for moment in (self.start, self.end))
        return start, end

    def expression(self, clock: str) -> str:  # noqa: D102 (it has its own time; the base says it)
        start, end = self.span
        return f"vector(time()) >= {start} < {end}"

    def overlaps(self, other: Self) -> bool:  # noqa: D102 (the base says it)
        return self.time_zone == other.time_zone and self.start < other.end and other.start < self.end


M = TypeVar("M", bound=Muting)


def problems(
    mute_times: Sequence[MuteTime],
    windows: Sequence[MaintenanceWindow],
    known: Mapping[str, Collection[str]],
    where: str,
) -> Iterator[Problem]:
    """Duplicate and unknown names, protected alerts, and two of a kind that mute one alert at one time.

    ``known``: ``teams``, ``systems``, ``components``, ``alerts`` -> what there is; ``where`` is the key above both.
    """
    names = [one.name for one in (*mute_times, *windows)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(f"{where}.mute_times, {where}.maintenance", f"found the name {name!r} twice", "each name once")
    yield from _of_kind(mute_times, known, f"{where}.mute_times")
    yield from _of_kind(windows, known, f"{where}.maintenance")


def _of_kind(given: Sequence[M], known: Mapping[str, Collection[str]], where: str) -> Iterator[Problem]:
    for one in given:
        for field, allowed in known.items():
            for name in getattr(one, field):
                if name in PROTECTED:
                    found = f"found {name!r}, which watches alerting itself"
                    yield Problem(f"{where}[{one.name}].{field}", found, "any other alert")
                elif name not in allowed:
                    words = ", ".join(sorted(allowed))
                    yield Problem(f"{where}[{one.name}].{field}", f"found unknown {name!r}", words)
    for one, other in combinations(given, 2):
        if one.meets(other) and one.overlaps(other):
            yield Problem(
                f"{where}[{other.name}]",
                f"found hours in which {one.name!r} mutes the same alerts already",
                "other hours, other alerts, or only one of the two",
            )
