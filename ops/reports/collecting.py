"""The rows of a report: what is kept already, and the days that Prometheus still has."""

from dataclasses import dataclass

from model.calendar import day_at, day_of, ordinal
from model.problems import BadInput, Problem
from model.reports.history import Rows
from model.reports.periods import Period
from model.reports.subject import Subject
from ops.reports.api import Api
from ops.reports.days import TILE, Days, Span
from ops.reports.store import Form, Store

# After its end a day waits: rules that were late are evaluated, and a pair of servers catches up.
SETTLED_SECONDS = 600
# An alert of the period may end after it; longer than this nothing fires that anybody reads.
_AFTER_DAYS = 31
SOURCES = (
    "Counts: daily rows of the recorded series component:slo_events:increase1d, the numbers of the dashboards; of days "
    "that are not whole, the sum of component:slo_events:increase5m.",
    "The objective's own window: component:slo_events:increase7d, 28d or 30d and "
    "component:slo_error_budget_remaining:ratio, as the error budget gate reads them.",
)
FROM_SERIES = (
    "Incidents: alerts of objectives and pages that ended, of the recorded series "
    "alertname_component:ended_after:seconds; what still fires is not among them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """``until`` and ``passed`` as ``build`` takes them."""

    rows: Rows
    until: str
    passed: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """``api``: None where there is no Prometheus, and the kept rows are all. ``again``: read kept days again."""

    subject: Subject
    store: Store
    api: Api | None
    form: Form = Form.PARQUET
    again: bool = False

    def over(self, now: float) -> str:
        """The last day that is over in every time zone."""
        zones = {one.time_zone for one in self.subject.objectives} or {"UTC"}
        return min(day_at(ordinal(day_of(now - SETTLED_SECONDS, zone)) - 1) for zone in zones)

    def backfill(self, first: str, last: str) -> tuple[list[str], tuple[str, ...]]:
        """Keep what Prometheus has of the days from ``first`` to ``last`` that are missing: the days, and notes."""
        assert self.api is not None
        kept = set() if self.again else set(self.store.days())
        reader = Days(self.api, self.subject)
        added, partial = [], []
        for day in reader.known(first, last):
            if day in kept or not first <= day <= last:
                continue
            self.api.warnings.clear()
            rows = reader.read(day, self.api.now())
            if self.api.warnings:
                partial.append(day)  # what Prometheus says is true and not all: never kept
            elif rows.objectives and not self._less(day, rows):
                self.store.write(day, rows, self.form)
                added.append(day)
        note = f"Prometheus had only a part of {', '.join(partial)}: a store did not answer; not counted."
        return added, ((note,) if partial else ())

    def collect(self, period: Period, now: float) -> Collected:
        """All rows that the report of ``period`` and its trend need. Raises BadInput where there are none."""
        over = self.over(now)
        first, last = day_at(period.trend()[0].first), day_at(period.last)
        notes: tuple[str, ...] = ()
        if self.api is not None and first <= over:
            _, notes = self.backfill(first, min(over, day_at(period.last + _AFTER_DAYS)))
        wanted = [day for day in self.store.days() if first <= day <= day_at(period.last + _AFTER_DAYS)]
        rows = self.store.read(wanted)
        until, passed = over, None
        if self.api is not None and day_at(ordinal(over) + 1) in period.days:
            today = self._today(day_at(ordinal(over) + 1), now)
            if today.objectives:
                until, passed = today.objectives[0].day, max(row.seconds for row in today.objectives)
                rows = _together(rows, today)
        self._some(rows, period, last)
        return Collected(rows=rows, until=until, passed=passed, notes=notes)

    def _less(self, day: str, rows: Rows) -> bool:
        """Whether Prometheus has dropped some of a day since it was kept: then what is kept stays."""
        kept = self.store.read([day]).objectives if self.again else ()
        return sum(row.covered_seconds for row in rows.objectives) < sum(row.covered_seconds for row in kept)

    def _today(self, day: str, now: float) -> Rows:
        """What has passed of a day. It is never kept."""
        assert self.api is not None
        zones = {one.time_zone for one in self.subject.objectives}
        if any(Span.of(day, zone, now).seconds < TILE for zone in zones):
            return Rows()
        return Days(self.api, self.subject).read(day, now)

    def _some(self, rows: Rows, period: Period, last: str) -> None:
        if any(day_at(period.first) <= row.day <= last for row in rows.objectives):
            return
        kept = self.store.days()
        there = f"there are rows of {kept[0]} to {kept[-1]}" if kept else "there are no rows at all"
        asked = ", and Prometheus has none" if self.api else "; with --prometheus URL it also reads what Prometheus has"
        raise BadInput([Problem(f"--for {period.name}", f"found no data of this {period.kind}", there + asked)])


def _together(rows: Rows, more: Rows) -> Rows:
    return Rows(
        objectives=[*rows.objectives, *more.objectives],
        exclusions=[*rows.exclusions, *more.exclusions],
        alerts=[*rows.alerts, *more.alerts],
    )
