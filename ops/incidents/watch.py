"""Round after round: what was found is written, drafted when it is over, and counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from model.incidents.actions import ActionItem
from model.incidents.masking import masked
from model.incidents.record import Status
from model.problems import BadInput
from ops.http import Unreachable
from ops.incidents.collect import Collector
from ops.incidents.metrics import IncidentCollector, Numbers
from ops.incidents.postmortem import items, write_draft
from ops.incidents.store import POSTMORTEM, Folder
from ops.log import log
from ops.serving import Served, serve

STORE = "store"
"""Of ``incident_source_failures_total``: incidents could not be read or written."""


@dataclass(kw_only=True)
class Watch:
    """``every``: seconds between two rounds. ``teams``: of the catalog, who may own action items."""

    collector: Collector
    teams: frozenset[str]
    every: float
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    served: Served = field(default_factory=Served)
    metrics: IncidentCollector = field(default_factory=IncidentCollector)
    _statuses: dict[str, Status] | None = None

    def serve(self, host: str, port: int) -> None:
        """Answer Prometheus. Raises OSError when the port is taken."""
        self.served.registry.register(self.metrics)
        serve(self.served, host, port)

    def run(self, rounds: int | None = None) -> None:
        """For ever, or so many rounds."""
        done = 0
        while rounds is None or done < rounds:
            self.step()
            done += 1
            if rounds is None or done < rounds:
                self.sleep(self.every)

    def step(self) -> None:
        """One round. A store that is full, away or broken is said, counted, and tried again in the next round."""
        self.served.alive = time.monotonic()
        try:
            self._step()
        except (BadInput, Unreachable, OSError) as error:
            log("incidents not written", level="ERROR", error=masked(str(error)))
            self.metrics.numbers.failures[STORE] += 1

    def _step(self) -> None:
        now = self.now()
        before = self._statuses
        if before is None:
            before = {folder.id: folder.record().status for folder in self.collector.store.all()}
        for folder, made in self.collector.round(now):
            if before.get(folder.id) is not made.status:
                log("incident", id=folder.id, status=str(made.status), title=masked(made.title))
            if made.status is Status.CLOSED and folder.read(POSTMORTEM) is None:
                self._draft(folder, now)
        for source, why in self.collector.failures.items():
            log("source unavailable", level="ERROR", source=source, error=why)
        failures = self.metrics.numbers.failures
        failures.update(self.collector.failures.keys())
        folders = self.collector.store.all()
        records = tuple(folder.record() for folder in folders)
        self._statuses = {one.id: one.status for one in records}
        self.metrics.numbers = Numbers(
            records=records,
            actions=tuple(item for folder in folders for item in self._items(folder)),
            failures=failures,
            read=now if not self.collector.failures else self.metrics.numbers.read,
            now=now,
            today=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d"),
        )

    def _draft(self, folder: Folder, now: float) -> None:
        try:
            log("draft written", id=folder.id, at=write_draft(folder, self.collector.prometheus, now))
        except (BadInput, Unreachable, OSError) as error:
            log("draft not written", level="ERROR", id=folder.id, error=masked(str(error)))

    def _items(self, folder: Folder) -> tuple[ActionItem, ...]:
        """A mistake in one post-mortem must not hide the items of the others."""
        try:
            return items(folder, self.teams)
        except BadInput as error:
            log("action items not read", level="ERROR", id=folder.id, error=masked(str(error)))
            return ()
