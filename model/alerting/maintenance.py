"""When alerts that fire are not told: hours that come again and again, and announced windows. Part of the settings."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, NaiveDatetime, model_validator

from model import labels
from model.base import Model, Name, Text
from model.calendar import ClockTime, EndOfHours, Month, TimeZone, Weekday
from model.names import BUSINESS_HOURS
from model.problems import Problem
from model.vocabulary import Severity

AlertName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
# Not none: the dead-man's switch has it, and a silent night would look like a dead Alertmanager.
Told = Literal[Severity.CRITICAL, Severity.WARNING, Severity.INFO]
LONGEST_DAYS = 31
# Each combination is a copy of all routes in a Secret that holds one MiB at most; a copy takes about 16 KiB.
MOST_BRANCHES = 32


class Scope(Model):
    """Which alerts: those that match every list that is not empty. All lists empty: all alerts of the environment."""

    teams: tuple[Name, ...] = ()
    systems: tuple[Name, ...] = ()
    components: tuple[Name, ...] = ()
    alerts: tuple[AlertName, ...] = ()
    severities: Annotated[tuple[Told, ...], Field(min_length=1)]

    @property
    def values(self) -> dict[str, frozenset[str]]:
        """Label -> its values, for each list that is not empty."""
        lists: dict[str, Collection[str]] = {
            labels.TEAM: self.teams,
            labels.SYSTEM: self.systems,
            labels.COMPONENT: self.components,
            "alertname": self.alerts,
            labels.SEVERITY: self.severities,
        }
        return {label: frozenset(map(str, values)) for label, values in lists.items() if values}

    @property
    def matchers(self) -> list[str]:
        """The same in Alertmanager's words. No value has characters that a regular expression knows."""
        return [
            f'{label}=~"{"|".join(sorted(values))}"' if len(values) > 1 else f'{label}="{min(values)}"'
            for label, values in self.values.items()
        ]

    def meets(self, other: "Scope") -> bool:
        """Whether one alert can be in both."""
        mine, theirs = self.values, other.values
        return all(mine[label] & theirs[label] for label in mine.keys() & theirs.keys())


class DayTimes(Model):
    """Hours of one day, the end excluded. A night is two of them: until "24:00" and from "00:00"."""

    start: ClockTime
    end: EndOfHours

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

    @abstractmethod
    def intervals(self) -> list[dict[str, Any]]:
        """The time in Alertmanager's words."""

    @abstractmethod
    def overlaps(self, other: Self) -> bool:
        """Whether some minute is in both. Times of different time zones are not compared."""


class MuteTime(Muting):
    """Hours in which nobody is told, again and again. What still fires afterwards is told then.

    Without ``severities`` critical alerts are told all the same.
    """

    severities: Annotated[tuple[Told, ...], Field(min_length=1)] = (Severity.WARNING, Severity.INFO)
    times: Annotated[tuple[DayTimes, ...], Field(min_length=1)]
    weekdays: tuple[Weekday, ...] = Field(default=(), description="None named means every day.")
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()
    months: tuple[Month, ...] = ()

    def intervals(self) -> list[dict[str, Any]]:  # noqa: D102 (the base says it)
        days = {
            "weekdays": list(self.weekdays),
            "days_of_month": [str(day) for day in self.days_of_month],
            "months": list(self.months),
        }
        return [
            {
                "times": [{"start_time": one.start, "end_time": one.end} for one in self.times],
                **{key: values for key, values in days.items() if values},
                "location": self.time_zone,
            }
        ]

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

    severities: Annotated[tuple[Told, ...], Field(min_length=1)] = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
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

    def intervals(self) -> list[dict[str, Any]]:  # noqa: D102 (the base says it)
        found = []
        # Alertmanager knows no moments: day by day.
        first, last = self.start.toordinal(), self.end.toordinal()
        for ordinal in range(first, last + 1):
            day = type(self.start).fromordinal(ordinal)
            begins = f"{self.start:%H:%M}" if ordinal == first else "00:00"
            ends = f"{self.end:%H:%M}" if ordinal == last else "24:00"
            if begins < ends:
                found.append(
                    {
                        "times": [{"start_time": begins, "end_time": ends}],
                        "days_of_month": [str(day.day)],
                        "months": [str(day.month)],
                        "years": [str(day.year)],
                        "location": self.time_zone,
                    }
                )
        return found

    def overlaps(self, other: Self) -> bool:  # noqa: D102 (the base says it)
        return self.time_zone == other.time_zone and self.start < other.end and other.start < self.end


M = TypeVar("M", bound=Muting)


def problems(
    mute_times: Sequence[MuteTime],
    windows: Sequence[MaintenanceWindow],
    known: Mapping[str, Collection[str]],
    where: str,
) -> Iterator[Problem]:
    """Doubled and unknown names, two of a kind that mute one alert at one time, and scopes that cross too often.

    ``known``: ``teams``, ``systems``, ``components``, ``alerts`` -> what there is; ``where`` is the key above both.
    """
    names = [BUSINESS_HOURS, *(one.name for one in mute_times), *(one.name for one in windows)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(f"{where}.mute_times, {where}.maintenance", f"found the name {name!r} twice", "each name once")
    yield from _of_kind(mute_times, known, f"{where}.mute_times")
    yield from _of_kind(windows, known, f"{where}.maintenance")
    crossings = count_branches(by_scope((*mute_times, *windows)))
    if crossings > MOST_BRANCHES:
        found = f"found {crossings} combinations of scopes that one alert can be in"
        yield Problem(where, found, f"{MOST_BRANCHES} at most: the same lists, or lists that share nothing")


def _of_kind(given: Sequence[M], known: Mapping[str, Collection[str]], where: str) -> Iterator[Problem]:
    for one in given:
        for field, allowed in known.items():
            for name in getattr(one, field):
                if name not in allowed:
                    words = ", ".join(sorted(allowed))
                    yield Problem(f"{where}[{one.name}].{field}", f"found unknown {name!r}", words)
    for one, other in combinations(given, 2):
        if one.meets(other) and one.overlaps(other):
            yield Problem(
                f"{where}[{other.name}]",
                f"found hours in which {one.name!r} mutes the same alerts already",
                "other hours, other alerts, or one of the two",
            )


def by_scope(mutings: Iterable[Muting]) -> list[tuple[Scope, list[str]]]:
    """Each scope once, with the names of what mutes it, in the order of the settings."""
    found: dict[tuple[str, ...], tuple[Scope, list[str]]] = {}
    for one in mutings:
        found.setdefault(tuple(one.matchers), (one, []))[1].append(one.name)
    return list(found.values())


def count_branches(scopes: Sequence[tuple[Scope, list[str]]]) -> int:
    """How many sets of these scopes an alert can be in, at least in one of them."""
    return sum(
        1 + count_branches([later for later in scopes[index + 1 :] if scope.meets(later[0])])
        for index, (scope, _) in enumerate(scopes)
    )
