"""A system with a rule that acts, and an engine among stand-ins that can be away."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.catalog.teams import Organization
from model.remediation.decision import Facts
from model.remediation.ledger import Entry
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.remediation.actors import Actor
from ops.remediation.alertmanager import Firing
from ops.remediation.engine import Engine, NoDeployments, Observer
from ops.remediation.ledger import Ledger
from ops.remediation.ports import Item, Key
from ops.remediation.stores import MemoryStore
from tests.model.catalog.test_remediation import RULE, system_with
from tests.model.catalogs import good_organization
from tests.model.remediation.examples import NOW, alert, facts

ACTING = {**RULE, "mode": {"local": "act", "dev": "act", "prod": "act"}}
DOG = Firing(alert=alert(name="Watchdog", system="platform", component="", fingerprint="w"), stops=frozenset())


def shop(mode: str = "act", settle: str = "5m") -> System:
    modes = {"local": mode, "dev": mode, "prod": mode}
    return System.model_validate(system_with({**RULE, "mode": modes, "settle": settle}))


@dataclass
class Alerts:
    found: list[Firing] = field(default_factory=list)
    away: bool = False

    def firing(self) -> list[Firing]:
        if self.away:
            raise Unreachable("http://am: refused")
        return [DOG, *self.found]


@dataclass
class Metrics:
    known: Facts = field(default_factory=facts)
    met: bool = True
    away: bool = False

    def is_met(self, system: System, rule: Remediation) -> bool:
        if self.away:
            raise Unreachable("http://prometheus: refused")
        return self.met

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        return replace(self.known, read_at=now, sampled_at=now, stops=None, deploying=None, deployed_at=None)


@dataclass
class Away(MemoryStore):
    """A store that takes no more writes, or is ``gone`` altogether."""

    away: bool = False
    gone: bool = False

    def every(self, kind: str) -> dict[Key, Item]:
        if self.gone:
            raise Unreachable("Query: no answer")
        return super().every(kind)

    def write(self, changes: Any) -> bool:
        if self.away:
            raise Unreachable("TransactWriteItems: throttled")
        return super().write(changes)


@dataclass
class Restarts:
    """Counts what it does; ``error`` is raised instead."""

    done: list[str] = field(default_factory=list)
    error: BaseException | None = None

    def act(self, system: System, rule: Remediation) -> str:
        self.done.append(rule.name)
        if self.error:
            raise self.error
        return "restarted"


@dataclass
class World:
    alerts: Alerts = field(default_factory=Alerts)
    metrics: Metrics = field(default_factory=Metrics)
    store: Away = field(default_factory=Away)
    actors: dict[str, Actor] = field(default_factory=dict)
    mode: str = "act"
    settle: str = "5m"
    observer: Observer | None = None

    @property
    def engine(self) -> Engine:
        return Engine(
            catalog=Catalog.of(Organization.model_validate(good_organization()), [shop(self.mode, self.settle)]),
            environment=Environment.DEV,
            alerts=self.alerts,
            metrics=self.metrics,
            deployments=NoDeployments(),
            ledger=Ledger(self.store, Environment.DEV),
            actors=self.actors,
            observer=self.observer,
        )

    def step(self, now: float = NOW) -> list[tuple[str, str]]:
        return [(entry.verdict, entry.reason) for entry in self.engine.step(now)]

    @property
    def kept(self) -> list[Entry]:
        return self.engine.ledger.entries()


def firing(**values: Any) -> Firing:
    return Firing(**{"alert": alert(), "stops": frozenset(), **values})


def acting(restarts: Restarts, **values: Any) -> World:
    return World(Alerts([firing()]), actors={"restart-pod": restarts}, **values)


def outcomes(world: World) -> list[tuple[str, str]]:
    return [(entry.verdict, str(entry.outcome)) for entry in world.kept]


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, Any]

    def do_GET(self) -> None:
        body = json.dumps(self.answers[self.path.split("?")[0]]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answers[self.path] = json.loads(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        pass


@contextmanager
def serving() -> Iterator[tuple[str, dict[str, Any]]]:
    """An address, and what it answers by path."""
    answers: dict[str, Any] = {}
    handler = type("Handler", (_Handler,), {"answers": answers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", answers
        running.shutdown()


def api_alert(**status: Any) -> dict[str, Any]:
    return {
        "labels": {"alertname": "SloOutage", "system": "shop", "component": "api", "environment": "local"},
        "annotations": {},
        "startsAt": datetime.fromtimestamp(NOW, UTC).isoformat().replace("+00:00", "Z"),
        "endsAt": "2030-01-01T00:00:00Z",
        "fingerprint": "f1",
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": [], **status},
    }
