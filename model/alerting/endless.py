"""Mute times and windows that together keep critical alerts from everybody for longer than any maintenance takes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, TypeAdapter

from model.alerting.maintenance import LONGEST_DAYS, MaintenanceWindow, MuteTime, Muting
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


def problems(mute_times: Sequence[MuteTime], windows: Sequence[MaintenanceWindow], where: str) -> Iterator[Problem]:
    """Mistakes at ``where``, the key above both: critical alerts that are muted for more than ``LONGEST_DAYS``."""
    kinds: tuple[tuple[str, Sequence[Muting]], ...] = (("mute_times", mute_times), ("maintenance", windows))
    for key, given in kinds:
        critical = [one for one in given if Severity.CRITICAL in one.severities]
        for one in critical:
            together = [other for other in critical if one.within(other)]
            if _longest(_muted(together)) > LONGEST_DAYS * _DAY:
                others = ", ".join(sorted(other.name for other in together if other is not one))
                yield Problem(
                    f"{where}.{key}[{one.name}]",
                    f"found critical alerts muted for more than {LONGEST_DAYS} days on end"
                    + (f" together with {others}" if others else ""),
                    "pauses of an hour at least, or severities without critical; to end one alert, disable it",
                )


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
