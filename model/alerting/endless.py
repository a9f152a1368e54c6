"""Mute times and windows that together keep critical alerts from everybody for longer than any maintenance takes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, TypeAdapter

from model import labels
from model.alerting.maintenance import ALERT_NAME, LONGEST_DAYS, MaintenanceWindow, MuteTime, Muting
from model.problems import Problem
from model.vocabulary import Severity

# Makes moments of Unix seconds. Not by the module datetime, which reads the clock: no decision may.
_MOMENT = TypeAdapter(AwareDatetime)
_HOUR, _DAY = 3600, 86_400
# Time zones differ by quarters of an hour.
_STEP = 900
# A pause of less than an hour is none: what fires in it is muted again before somebody has looked.
_PAUSE = _HOUR
# A leap year, so that every day of a month is in it.
_FIRST, _LAST = "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"

# Weekday from Monday, 0; minute of the day; day of the month; month.
_Local = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """What an alert may be about. ``component`` empty: any that nobody names."""

    team: str
    system: str
    component: str


def problems(
    mute_times: Sequence[MuteTime], windows: Sequence[MaintenanceWindow], parts: Collection[Part], where: str
) -> Iterator[Problem]:
    """Mistakes at ``where``, the key above both: critical alerts that are muted for more than ``LONGEST_DAYS``.

    ``parts``: all that there are. Two scopes that differ can share the alerts of one: of a team, and of its system.
    """
    kinds: tuple[tuple[str, Sequence[Muting]], ...] = (("mute_times", mute_times), ("maintenance", windows))
    for key, given in kinds:
        critical = {one.name: one for one in given if Severity.CRITICAL in one.severities}
        endless = {names for names in _together(critical, parts) if _is_endless([critical[name] for name in names])}
        for names in sorted(map(sorted, endless)):
            if any(other < set(names) for other in endless):
                continue  # fewer of them do it already
            first, *others = names
            yield Problem(
                f"{where}.{key}[{first}]",
                f"found critical alerts muted for more than {LONGEST_DAYS} days on end"
                + (f" together with {', '.join(others)}" if others else ""),
                "breaks of at least an hour, or severities without critical; to turn off an alert, disable it",
            )


def _together(given: Mapping[str, Muting], parts: Collection[Part]) -> set[frozenset[str]]:
    """The names of those that mute one and the same alert, for every alert that there may be."""
    scopes = {name: one.values for name, one in given.items()}
    alerts = {"", *(alert for one in given.values() for alert in one.alerts)}
    found = set[frozenset[str]]()
    for part, alert in product(parts, alerts):
        own = {labels.TEAM: part.team, labels.SYSTEM: part.system, labels.COMPONENT: part.component, ALERT_NAME: alert}
        found.add(
            frozenset(
                name
                for name, values in scopes.items()
                if all(own[label] in values[label] for label in own.keys() & values.keys())
            )
        )
    return found


def _is_endless(together: Sequence[Muting]) -> bool:
    return _longest(_muted(together)) > LONGEST_DAYS * _DAY


def _muted(together: Sequence[Muting]) -> Iterator[tuple[int, int]]:
    """From when to when something of it mutes, Unix seconds, by their beginning."""
    windows = [one for one in together if isinstance(one, MaintenanceWindow)]
    yield from sorted(one.span for one in windows)
    times = [one for one in together if isinstance(one, MuteTime)]
    if times:
        year = [any(step) for step in zip(*map(_steps, times), strict=True)]
        # Two years: what lasts over the end of one is seen in the other.
        yield from ((n * _STEP, (n + 1) * _STEP) for n, muted in enumerate([*year, *year]) if muted)


def _steps(time: MuteTime) -> list[bool]:
    """Whether it mutes, at each step of the year."""
    return [time.mutes(*local) for local in _clock(time.time_zone)]


def _longest(spans: Iterable[tuple[int, int]]) -> int:
    """Seconds of the longest stretch without a pause."""
    longest, began, ended = 0, None, 0
    for start, end in spans:
        if began is None or start - ended >= _PAUSE:
            began = start
        ended = max(ended, end)
        longest = max(longest, ended - began)
    return longest


@cache
def _clock(zone: str) -> tuple[_Local, ...]:
    """What the clocks of the zone show at each step of the year."""
    where = ZoneInfo(zone)
    local = (_MOMENT.validate_python(moment).astimezone(where) for moment in range(_unix(_FIRST), _unix(_LAST), _STEP))
    return tuple((one.weekday(), 60 * one.hour + one.minute, one.day, one.month) for one in local)


def _unix(moment: str) -> int:
    return int(_MOMENT.validate_python(moment).timestamp())
