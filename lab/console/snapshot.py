"""All that the page shows, at one moment. What a server cannot say is an error in its own section."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from lab.console import sources
from lab.console.cutting import cut
from lab.console.sources import Alert, Measured, Notification, ObjectiveKey
from lab.endpoints import Endpoints, read_endpoints
from lab.errors import LabError
from lab.faults.lock import held
from lab.layout import Layout
from lab.status import Status, status
from lab.workload import control
from model.problems import BadInput

T = TypeVar("T")
# The newest lines of what happened to servers.
EVENTS = 5
# How the numbers of an effect are meant: see `lab.workload.effects`.
_SHARES = {"errors", "cache_hits", "memory", "cpu", "connections"}
_FACTORS = {"slower", "traffic", "cost"}


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a server said, or why there is nothing: then ``content`` is empty."""

    content: T
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """``endpoints`` is None while the lab is down. ``fault``: the name of the one that runs, empty
    without one. ``effects``: what is being done to the workload.

    ``running``: the systems whose workload runs; empty without one. ``verdicts``: of auto-remediation.
    """

    at: datetime
    endpoints: Endpoints | None
    servers: Answer[Sequence[Status]]
    events: Sequence[dict[str, str]]
    objectives: Answer[dict[ObjectiveKey, Measured]]
    alerts: Answer[list[Alert]]
    pending: Answer[list[Alert]]
    notifications: Answer[list[Notification]]
    fault: str
    effects: Answer[tuple[str, ...]]
    running: Answer[frozenset[str]]
    verdicts: Answer[list[dict[str, Any]]] = field(default_factory=lambda: Answer([]))


def take(layout: Layout) -> Snapshot:
    """Ask every server, all at once: those that hang cost the page one timeout together."""
    try:
        at = read_endpoints(layout.root)
    except BadInput:
        at = None
    with ThreadPoolExecutor(max_workers=len(fields(Snapshot))) as pool:

        def ask(read: Callable[[Endpoints], T], empty: T) -> Callable[[], Answer[T]]:
            return pool.submit(_answer, read, at, empty).result

        objectives = ask(lambda where: sources.objectives(where.prometheus), dict[ObjectiveKey, Measured]())
        alerts = ask(lambda where: sources.alerts(where.alertmanager), list[Alert]())
        pending = ask(lambda where: sources.pending(where.prometheus), list[Alert]())
        notifications = ask(lambda where: sources.notifications(where.inbox), list[Notification]())
        effects = ask(_effects, tuple[str, ...]())
        running = ask(_running, frozenset[str]())
        verdicts = ask(lambda where: sources.verdicts(where.remediation), list[dict[str, Any]]())
        servers = pool.submit(_servers, layout).result
        return Snapshot(
            at=datetime.now(UTC),
            endpoints=at,
            servers=servers(),
            events=_events(layout),
            objectives=objectives(),
            alerts=alerts(),
            pending=pending(),
            notifications=notifications(),
            fault=held(layout),
            effects=effects(),
            running=running(),
            verdicts=verdicts(),
        )


def _answer(read: Callable[[Endpoints], T], at: Endpoints | None, empty: T) -> Answer[T]:
    if at is None:
        return Answer(empty, "The local environment is down; `make up` starts it.")
    try:
        return Answer(read(at))
    except (LabError, BadInput) as error:
        return Answer(empty, str(error))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        # Another version, or something else on its port: the rest of the page is still of use.
        return Answer(empty, f"An answer that cannot be read ({type(error).__name__}: {error})")


def _effects(at: Endpoints) -> tuple[str, ...]:
    found = []
    for effect in control.present(at.workload) if at.workload else ():
        set_ = effect.model_dump(mode="json", exclude_defaults=True, exclude={"system", "component"})
        done = ", ".join(_words(key, value) for key, value in set_.items())
        found.append(f"{effect.system}/{effect.component}: {done}")
    return tuple(found)


def _running(at: Endpoints) -> frozenset[str]:
    return frozenset(part.system for part in control.state(at.workload).parts) if at.workload else frozenset()


def _words(key: str, value: Any) -> str:
    name = key.replace("_", " ")
    if value is True:
        return name
    if key in _SHARES:
        return f"{name} {value:.0%}".replace("%", " %")
    return f"{name} {value:g} times" if key in _FACTORS else f"{name} {value:g} a second"


def _servers(layout: Layout) -> Answer[Sequence[Status]]:
    try:
        return Answer(status(layout))
    except (ValueError, OSError) as error:
        return Answer((), str(error))


def _events(layout: Layout) -> list[dict[str, str]]:
    """The newest events, the newest first; a line that is being written is passed over."""
    found = []
    if layout.events.exists():
        for line in reversed(layout.events.read_text(encoding="utf-8", errors="replace").splitlines()[-EVENTS:]):
            try:
                found.append({key: cut(str(value)) for key, value in json.loads(line).items()})
            except (ValueError, AttributeError, RecursionError):
                continue
    return found
