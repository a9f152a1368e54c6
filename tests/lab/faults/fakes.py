"""Servers, a workload and a runner that say and do what a test wants."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.faults.fault import Expected, Fault, Target
from lab.faults.knowledge import Route
from lab.faults.messages import Message
from lab.faults.runner import Runner
from lab.faults.servers import Firing
from lab.faults.trial import Plan, Trial
from lab.layout import Layout
from lab.workload.effects import Effect
from model.catalog.catalog import Catalog
from model.vocabulary import Severity
from tests.tools import PROJECT

EXPECTED = Expected(
    alert="SloOutage", severity=Severity.CRITICAL, team="shop", system="shop", component="api", objective="o"
)
ROUTE = Route(receiver="shop-page", wait=5, interval=60)
NOW = 1_000_000.0


@dataclass
class FakeServers:
    """Servers, and what they answer now."""

    alert: Firing | None = None
    inbox: list[Message] = field(default_factory=list)

    def firing(self, expected: Expected) -> Firing | None:
        return self.alert if self.alert and self.alert.since <= time.time() else None

    def messages(self, since: int) -> list[Message]:
        return [each for each in self.inbox if each.at <= time.time()]

    def newest_notification(self) -> int:
        return 0

    def value(self, query: str) -> float | None:
        return 1.0


def plan(name: str = "outage", expected: Expected = EXPECTED, pause: float | None = None) -> Plan:
    target = Target(name=f"{expected.system}/{expected.component}", expected=expected, detect=30)
    fault = Fault(name=name, sentence="It breaks.", targets=lambda catalog: [target], pause=pause)
    return Plan(fault=fault, target=target, route=ROUTE, notified_within=60, over_within=300)


def begun(servers: FakeServers, **what: Any) -> Trial:
    """A trial; its servers have answered everything by now."""
    return Trial(plan=plan(**what), servers=servers, since=0, began=NOW)  # type: ignore[arg-type]


def message(after: float, *, firing: bool = True, receiver: str = "shop-page", kind: str = "pagerduty") -> Message:
    return Message(
        at=NOW + after, kind=kind, receiver=receiver, alert="SloOutage", system="shop", component="api", firing=firing
    )


class Workload:
    """Remembers what was done to it; the servers answer to it."""

    def __init__(self, servers: FakeServers, now: list[float]) -> None:
        self.servers, self.now, self.done = servers, now, list[str]()

    def apply(self, endpoint: str, effects: tuple[Effect, ...]) -> None:
        self.done.append("broken")
        self.servers.alert = Firing(since=self.now[0] + 20)
        self.servers.inbox.append(message(self.now[0] + 26 - NOW))

    def clear(self, endpoint: str) -> None:
        self.done.append("repaired")
        self.servers.alert = None
        self.servers.inbox.append(message(self.now[0] + 100 - NOW, firing=False))


def made_runner(servers: FakeServers, tmp_path: Path) -> Runner:
    """One that knows only made-up servers."""
    found = object.__new__(Runner)
    found.layout, found.workload, found.tell = Layout(tmp_path), "", lambda text: None
    found.servers = servers  # type: ignore[assignment]
    found.catalog = Catalog.load(PROJECT / "catalog")
    found.require = lambda plan=None: None  # type: ignore[method-assign]
    return found
