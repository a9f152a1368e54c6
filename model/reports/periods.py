"""Weeks and months as reports name them: ``2026-W48`` and ``2026-11``."""

import calendar
import re
from dataclasses import dataclass
from typing import Final

from model.calendar import day_at, iso_week, ordinal
from model.problems import BadInput, Problem
from model.vocabulary import Vocabulary

TREND: Final = 13
"""Periods of a trend: a quarter in weeks, and in months a year with the same month of the year before."""
_WEEK, _MONTH = re.compile(r"(20[0-9]{2})-W([0-9]{2})"), re.compile(r"(20[0-9]{2})-([0-9]{2})")
_DAYS_A_WEEK = 7
_MONTHS_A_YEAR = 12


class PeriodKind(Vocabulary):
    """How long a period is."""

    WEEK = ("week", "From Monday to Sunday, as ISO 8601 counts weeks.")
    MONTH = ("month", "A month of the calendar.")


@dataclass(frozen=True, slots=True)
class Period:
    """From its ``first`` to its ``last`` day, both included and counted as by ``calendar.ordinal``."""

    kind: PeriodKind
    name: str
    first: int
    last: int

    @property
    def days(self) -> tuple[str, ...]:
        """Its days, in order."""
        return tuple(map(day_at, range(self.first, self.last + 1)))

    @property
    def previous(self) -> "Period":
        """The period before it."""
        return containing(self.kind, day_at(self.first - 1))

    def trend(self, count: int = TREND) -> tuple["Period", ...]:
        """The last ``count`` periods, oldest first; the last is this one."""
        found = [self]
        while len(found) < count:
            found.append(found[-1].previous)
        return tuple(reversed(found))


def named(kind: PeriodKind, name: str, where: str) -> Period:
    """The period with that name. Raises BadInput, at ``where``."""
    problem = BadInput([Problem(where, f"found {name!r}", _EXAMPLES[kind])])
    if kind is PeriodKind.MONTH:
        found = _MONTH.fullmatch(name)
        if not found or not 1 <= int(found[2]) <= _MONTHS_A_YEAR:
            raise problem
        return containing(kind, f"{name}-01")
    found = _WEEK.fullmatch(name)
    if not found:
        raise problem
    # The fourth of January is in the first week of its year.
    first = ordinal(f"{found[1]}-01-04") + _DAYS_A_WEEK * (int(found[2]) - 1)
    week = containing(kind, day_at(first))
    if week.name != name:
        raise problem
    return week


_EXAMPLES = {PeriodKind.WEEK: "a week, such as 2026-W48", PeriodKind.MONTH: "a month, such as 2026-11"}


def containing(kind: PeriodKind, day: str) -> Period:
    """The period that ``day`` is in."""
    number = ordinal(day)
    if kind is PeriodKind.WEEK:
        year, week = iso_week(day)
        first = number - (number - 1) % _DAYS_A_WEEK  # day 1 was a Monday
        return Period(kind, f"{year}-W{week:02}", first, first + _DAYS_A_WEEK - 1)
    name = day[:7]
    first = ordinal(f"{name}-01")
    return Period(kind, name, first, first + calendar.monthrange(int(name[:4]), int(name[5:]))[1] - 1)
