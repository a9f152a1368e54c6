"""The verb ``warehouse`` without its options: a day's rows of every table, from what recorded them to files.

A day is written once it is over, and the same recordings give the same bytes. What is not there is not written: a day
without data has no file. Incidents and verdicts change after their day, so that those of the last month are written
again by every run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from model.calendar import day_at, day_of, ordinal
from model.catalog.catalog import Catalog
from model.problems import BadInput, Problem
from model.reports.rows import Row
from model.vocabulary import Environment, Vocabulary
from model.warehouse import days, events
from model.warehouse.rows import DailyCost, DailyKpi
from model.warehouse.tables import ALERTS, COSTS, EXCLUSIONS, INCIDENTS, KPIS, OBJECTIVES, REMEDIATIONS
from ops.incidents.store import Store as Incidents
from ops.remediation.ledger import Ledger
from ops.reports.api import Api
from ops.reports.collecting import SETTLED_SECONDS, Collector
from ops.reports.store import Form, Store
from ops.warehouse.reading import Reading, parsed

CHANGING_DAYS: Final = 31
"""An incident is closed, and a verdict is judged, within a month or never: the review of the month looks at them."""


class State(Vocabulary):
    """What became of a table's day."""

    WRITTEN = ("written", "A file with these rows is there now.")
    KEPT = ("kept", "A file was there already, and stays; --again reads the day once more.")
    LESS = ("less", "Prometheus has less of the day by now than the file, which stays.")
    NO_DATA = ("no data", "Nothing was recorded: there is no file, which is not zero.")
    PARTIAL = ("partial", "A store behind Prometheus did not answer: nothing was written.")
    NOT_OVER = ("not over", "The day is not over in every time zone of the catalog: the next run writes it.")


class Done(NamedTuple):
    """``rows``: how many were written."""

    table: str
    day: str
    state: State
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``collector``: of the objectives' rows, with the store and Prometheus of all tables."""

    catalog: Catalog
    collector: Collector
    incidents: Incidents
    ledger: Ledger | None

    @property
    def store(self) -> Store:
        """Where the files are."""
        return self.collector.store

    def run(self, given: str | None, now: float) -> list[Done]:
        """Write a day, by default the last that is over. Raises BadInput for a day that is not, and Unreachable."""
        last = day_at(ordinal(day_of(now - SETTLED_SECONDS, "UTC")) - 1)
        day = given or last
        if day > last:
            raise BadInput([Problem("--day", f"found {day}, which is not over", f"{last} or earlier")])
        assert self.collector.api is not None
        api = self.collector.api
        done = [*self._objectives(day, now)]
        reading = Reading(api, day, tuple(one.system for one in self.catalog.systems))
        of = {"environment": self.store.environment, "day": day}
        known = days.measured(self.catalog, self.store.environment)
        done.append(self._recorded(KPIS, day, api, lambda: days.kpis(of, known, reading.kpis())))
        done.append(self._recorded(COSTS, day, api, lambda: days.costs(of, reading.costs())))
        return [*done, *self._incidents(day), *self._remediations(day)]

    def _objectives(self, day: str, now: float) -> Iterable[Done]:
        over = self.collector.over(now)
        if day > over:
            # The day before was not over in every time zone either when its own run was.
            self.collector.backfill(day_at(ordinal(day) - 1), over)
            return [Done(OBJECTIVES, day, State.NOT_OVER)]
        before = set(self.store.kept(OBJECTIVES))
        added, notes = self.collector.backfill(day, day)
        if day not in added:
            kept = State.KEPT if day in before and not notes else State.PARTIAL if notes else State.NO_DATA
            return [Done(OBJECTIVES, day, kept)]
        rows = self.store.read([day])
        counts = {OBJECTIVES: rows.objectives, EXCLUSIONS: rows.exclusions, ALERTS: rows.alerts}
        return [Done(table, day, State.WRITTEN, len(found)) for table, found in counts.items()]

    def _recorded(self, table: str, day: str, api: Api, read: Any) -> Done:
        before = self.store.read_table(table, day) if day in self.store.kept(table) else ()
        if before and not self.collector.again:
            return Done(table, day, State.KEPT)
        api.warnings.clear()
        rows: Sequence[DailyKpi | DailyCost] = parsed(read)
        if api.warnings:
            return Done(table, day, State.PARTIAL)
        # Late data only adds. What Prometheus has dropped since must not take it out of the file too.
        if sum(row.covered_seconds for row in rows) < sum(row.covered_seconds for row in before):
            return Done(table, day, State.LESS)
        return self._written(table, day, rows)

    def _incidents(self, day: str) -> Iterable[Done]:
        teams = {system.system: system.owner for system in self.catalog.systems}
        records = sorted((folder.record() for folder in self.incidents.all()), key=lambda one: (one.opened, one.id))
        return self._changing(INCIDENTS, day, [events.incident(record, teams) for record in records])

    def _remediations(self, day: str) -> Iterable[Done]:
        entries = self.ledger.entries() if self.ledger else ()
        return self._changing(REMEDIATIONS, day, [events.remediation(entry) for entry in entries])

    def _changing(self, table: str, day: str, rows: Sequence[Row]) -> Iterable[Done]:
        by_day: dict[str, list[Row]] = {day: []}
        for row in rows:
            if day_at(ordinal(day) - CHANGING_DAYS) < row.day <= day and row.environment is self.store.environment:
                by_day.setdefault(row.day, []).append(row)
        return [self._written(table, each, found) for each, found in sorted(by_day.items())]

    def _written(self, table: str, day: str, rows: Sequence[Row]) -> Done:
        if not rows:
            return Done(table, day, State.NO_DATA)
        self.store.write_table(table, day, rows, Form.PARQUET)
        return Done(table, day, State.WRITTEN, len(rows))


def document(environment: Environment, done: Sequence[Done]) -> Mapping[str, Any]:
    """For machines."""
    return {
        "environment": str(environment),
        "tables": [{**one._asdict(), "state": str(one.state)} for one in done],
        "written": sum(one.rows for one in done),
    }
