"""Each minute: which incidents are acknowledged, and the silences that follow from it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import Counter, Gauge

from model.alerting.acknowledgements import Acknowledgement, Silence, decide
from ops.http import Unreachable
from ops.log import log
from ops.serving import Served

SECONDS = 60.0


class Incidents(Protocol):
    """A team's acknowledged incidents."""

    @property
    def team(self) -> str:
        """The team."""

    def acknowledged(self, environment: str) -> list[Acknowledgement]:
        """What is acknowledged now. Raises Unreachable."""


class Book(Protocol):
    """The silences of this program. Each method raises Unreachable."""

    def present(self) -> list[Silence]:
        """Active ones."""

    def keep(self, silence: Silence, now: float) -> None:
        """Make or renew one."""

    def end(self, silence: Silence) -> None:
        """End one."""


class Metrics(Served):
    """Metrics of the program."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = Counter(
            "acknowledgements_failures",
            "Calls that failed, of PagerDuty and of Alertmanager.",
            ["call"],
            registry=self.registry,
        )
        self.stopped = Gauge(
            "acknowledgements_stopped_escalations", "Escalations that are silenced.", registry=self.registry
        )
        self.read = Gauge(
            "acknowledgements_last_read_timestamp_seconds",
            "When the incidents of a team were last read.",
            ["pagerduty_team"],
            registry=self.registry,
        )


@dataclass(kw_only=True)
class Acknowledgements:
    """``incidents`` returns the teams again for each step: a changed key is in its file by then."""

    incidents: Callable[[], Sequence[Incidents]]
    silences: Book
    environment: str
    metrics: Metrics = field(default_factory=Metrics)
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> None:
        """Work until the process is ended."""
        while True:
            self.step()
            self.sleep(SECONDS)

    def step(self) -> None:
        """Read what is acknowledged, then make, renew and end silences."""
        self.metrics.alive = time.monotonic()
        found: list[Acknowledgement] = []
        unread: set[str] = set()
        for team in self.incidents():
            try:
                found += team.acknowledged(self.environment)
                self.metrics.read.labels(team.team).set(self.now())
            except Unreachable as error:
                unread.add(team.team)
                self._failed("PagerDuty", error)
        try:
            kept, ended = decide(found, self.silences.present(), unread, self.now())
            for silence in kept:
                self.silences.keep(silence, self.now())
                log("escalation stopped", comment=silence.comment, renewed=silence.id is not None)
            for silence in ended:
                self.silences.end(silence)
                log("escalation continues", comment=silence.comment)
        except Unreachable as error:
            self._failed("Alertmanager", error)
        self.metrics.stopped.set(len({one.matchers for one in found}))

    def _failed(self, call: str, error: Unreachable) -> None:
        self.metrics.failures.labels(call).inc()
        log("call failed", call=call, error=str(error))
