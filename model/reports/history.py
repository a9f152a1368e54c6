"""The daily rows of an environment, ready to be counted by objective and period."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from model.calendar import day_at, midnight, ordinal
from model.reports.counts import Counts, total
from model.reports.periods import Period
from model.reports.rows import DailyExclusion, DailyObjective, EndedAlert
from model.reports.subject import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What was read. ``sources`` say from where."""

    objectives: Sequence[DailyObjective] = ()
    exclusions: Sequence[DailyExclusion] = ()
    alerts: Sequence[EndedAlert] = ()
    sources: tuple[str, ...] = ()


@dataclass(slots=True)
class History:
    """Rows by objective and day. ``until``: the last day of which there can be rows.

    ``passed``: seconds of that day that have passed; None where it is over.
    """

    until: str
    passed: int | None = None
    days: dict[Key, dict[str, list[DailyObjective]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[DailyObjective], until: str, passed: int | None = None) -> "History":
        """Sort the rows. Days after ``until`` have not passed, so that they are no gaps."""
        days: dict[Key, dict[str, list[DailyObjective]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            days[row.system, row.component, row.objective][row.day].append(row)
        return cls(until, passed, {key: dict(found) for key, found in days.items()})

    def counts(self, key: Key, zone: str, period: Period) -> Counts:
        """The counts of a period. A day without a row, in any of its clusters, is a gap."""
        found = self.days.get(key, {})
        passed = [day for day in period.days if day <= self.until]
        clusters = {row.cluster for day in passed for row in found.get(day, ())}
        return total(_day(found.get(day, ()), len(clusters), self._length(day, zone)) for day in passed)

    def last(self, key: Key, period: Period) -> list[DailyObjective]:
        """The rows of the last day of the period that has any, one a cluster."""
        found = self.days.get(key, {})
        passed = [day for day in period.days if day in found]
        return found[passed[-1]] if passed else []

    def _length(self, day: str, zone: str) -> int:
        """Seconds of the day, or those that have passed of it."""
        return length(day, zone) if day != self.until or self.passed is None else self.passed


def _day(rows: Sequence[DailyObjective], clusters: int, seconds: int) -> Counts:
    """One day of all clusters: events add up, and what is covered is what the worst cluster covered."""
    seconds = max((row.seconds for row in rows), default=seconds)
    known = [row for row in rows if row.valid is not None and row.bad is not None]
    complete = len(known) == clusters and clusters > 0
    return Counts(
        valid=sum((Fraction(row.valid or 0) for row in known), Fraction(0)),
        bad=sum((Fraction(row.bad or 0) for row in known), Fraction(0)),
        covered=min((row.covered_seconds for row in known), default=0) if complete else 0,
        expected=seconds,
        gaps=sum(row.gaps for row in known) if complete else 1,
    )


def length(day: str, zone: str) -> int:
    """Seconds of a day: 86,400, or an hour less or more where clocks change."""
    return midnight(day_at(ordinal(day) + 1), zone) - midnight(day, zone)
