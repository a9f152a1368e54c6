"""Breaks every service once, each at a moment of its own, and notes when which rules notified whom."""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from benchmarks.detection.services import SYSTEM, TEXTBOOK
from lab.endpoints import Endpoints
from lab.faults.messages import message
from lab.process import request
from lab.workload import control
from lab.workload.effects import Effect

_EVERY = 1.0
# Scrapes, probes and evaluations come every 15 or 30 seconds: faults begin evenly over two of the longer ones.
_SPREAD = 60.0
# The slowest of the textbook's targets needs nine minutes.
_LONGEST = 900.0


@dataclass
class Delays:
    """Seconds since the fault: when an alert that pages fired, and when the page arrived; None: not at all."""

    fired: float | None = None
    paged: float | None = None


@dataclass
class Broken:
    """One service and its fault. ``began``: seconds since 1970, None before it."""

    effect: Effect
    due: float
    began: float | None = None
    ours: Delays = field(default_factory=Delays)
    theirs: Delays = field(default_factory=Delays)

    @property
    def notified(self) -> bool:
        """Whether all pages came that can come: of a service that is gone, the textbook says nothing."""
        return self.ours.paged is not None and (self.effect.down or self.theirs.paged is not None)

    @property
    def kind(self) -> str:
        """For people."""
        return "gone" if self.effect.down else "every answer an error"


def planned(services: list[str], gone: int, seed: int) -> list[Broken]:
    """The last ``gone`` services refuse connections, the others answer with errors; each at a random moment."""
    chance = random.Random(seed)
    effects = [
        Effect(system=SYSTEM, component=name, down=True)
        if index >= len(services) - gone
        else Effect(system=SYSTEM, component=name, errors=1)
        for index, name in enumerate(services)
    ]
    return [Broken(effect, chance.uniform(0, _SPREAD)) for effect in effects]


def run(at: Endpoints, trials: list[Broken], tell: Callable[[str], None]) -> None:
    """Break all, and wait until both kinds of rules have paged for each, or fifteen minutes."""
    begin, seen = time.time(), _newest(at)
    try:
        while (passed := time.time() - begin) < _LONGEST:
            for trial in [one for one in sorted(trials, key=lambda one: one.due) if one.began is None]:
                if passed < trial.due:
                    break
                # Only those that are broken already: the call replaces what was done before.
                trial.began = time.time()
                control.apply(at.workload, [one.effect for one in trials if one.began is not None])
            _look(at, trials, seen)
            waiting = [one for one in trials if not one.notified]
            if not waiting:
                return
            tell(f"{passed:.0f} s: {len(trials) - len(waiting)} of {len(trials)} were notified by both")
            time.sleep(_EVERY)
    finally:
        control.clear(at.workload)


def _look(at: Endpoints, trials: list[Broken], seen: int) -> None:
    named = {trial.effect.component: trial for trial in trials if trial.began is not None}
    for component, alert, since in _firing(at):
        trial = named.get(component)
        if trial and trial.began is not None and since >= trial.began:
            delays = trial.theirs if alert in TEXTBOOK else trial.ours
            delays.fired = min(delays.fired or _LONGEST, since - trial.began)
    for item in _json(f"{at.inbox}/notifications?since={seen}&kind=pagerduty"):
        page = message(item)
        trial = named.get(page.component) if page and page.firing else None
        if page and trial and trial.began is not None and page.at >= trial.began:
            delays = trial.theirs if page.alert in TEXTBOOK else trial.ours
            delays.paged = min(delays.paged or _LONGEST, page.at - trial.began)


def _firing(at: Endpoints) -> Iterator[tuple[str, str, float]]:
    query = f"filter=system%3D%22{SYSTEM}%22&filter=severity%3D%22critical%22"
    for alert in _json(f"{at.alertmanager}/api/v2/alerts?{query}"):
        yield alert["labels"]["component"], alert["labels"]["alertname"], _seconds(alert["startsAt"])


def _newest(at: Endpoints) -> int:
    found = _json(f"{at.inbox}/notifications?limit=1")
    return int(found[-1]["id"]) if found else 0


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _json(url: str) -> list[dict[str, Any]]:
    status, text = request("GET", url)
    found: list[dict[str, Any]] = json.loads(text) if status == HTTPStatus.OK else []
    return found
