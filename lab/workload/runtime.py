"""What all parts of the running workload share."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time

import aiohttp
from opentelemetry.trace import Tracer

from lab.workload.chance import Chance
from lab.workload.demand import DAY_SECONDS, level
from lab.workload.effects import Effect, unfit
from lab.workload.lines import PodLog
from lab.workload.meters import Meters, ScrapedMeters, SentMeters
from lab.workload.plan import Entry, Key, Part, Plan
from lab.workload.telemetry import Telemetry
from model.problems import Problem, duplicates

# Requests of visitors a second at the busy hour, of each system and at load 1.
PER_SECOND = 8.0
# What SQS says is of the last minute.
_PERIOD_SECONDS = 60.0


@dataclass(slots=True)
class Store:
    """What a database, cache, queue or other part in-process has been asked."""

    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@dataclass(slots=True)
class Queue:
    """Messages that wait: when each came, with the trace that sent it."""

    waiting: deque[tuple[float, dict[str, str]]] = field(default_factory=deque)
    sent: deque[float] = field(default_factory=deque)
    taken: deque[float] = field(default_factory=deque)

    def put(self, carrier: dict[str, str]) -> None:
        """Add a message."""
        self.waiting.append((monotonic(), carrier))
        self.sent.append(monotonic())

    def take(self) -> dict[str, str] | None:
        """The oldest message; None when none waits."""
        if not self.waiting:
            return None
        self.taken.append(monotonic())
        return self.waiting.popleft()[1]

    def oldest(self) -> float:
        """Age of the oldest, seconds."""
        return monotonic() - self.waiting[0][0] if self.waiting else 0.0

    @staticmethod
    def lately(times: deque[float]) -> int:
        """How many of ``times`` are of the last minute."""
        while times and times[0] < monotonic() - _PERIOD_SECONDS:
            times.popleft()
        return len(times)


@dataclass(kw_only=True)
class Runtime:
    """``addresses``: host:port of each part that listens. ``day``: seconds that a day lasts."""

    plan: Plan
    telemetry: Telemetry
    session: aiohttp.ClientSession
    pod_logs: Path
    load: float = 1.0
    day: float = DAY_SECONDS
    chance: Chance = field(default_factory=Chance)
    addresses: dict[Key, str] = field(default_factory=dict)
    stores: dict[Key, Store] = field(default_factory=dict)
    queues: dict[Key, Queue] = field(default_factory=dict)
    records: int = 0
    _effects: dict[Key, Effect] = field(default_factory=dict)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What is done to parts now."""
        return tuple(self._effects.values())

    def effect(self, part: Part) -> Effect:
        """What is done to ``part``."""
        return self._effects.get(part.key) or Effect(system=part.system, component=part.name)

    def lives(self, key: Key) -> bool:
        """Whether a part is up."""
        return key not in self._effects or not self._effects[key].down

    def change(self, effects: Sequence[Effect]) -> None:
        """Have exactly ``effects``."""
        self._effects = {(effect.system, effect.component): effect for effect in effects}

    def problems(self, effects: Sequence[Effect]) -> list[Problem]:
        """What is wrong with them."""
        where = "effects"
        found = list(duplicates(where, (f"{one.system}/{one.component}" for one in effects)))
        for effect in effects:
            part = self.plan.parts.get((effect.system, effect.component))
            name = f"{effect.system}/{effect.component}"
            if part is None:
                allowed = ", ".join("/".join(key) for key in self.plan.parts)
                found.append(Problem(where, f"found {name!r}, which does not run", allowed))
            else:
                found += [
                    Problem(f"{where}: {name}", f"found {wrong}, which has no effect on a {part.kind}")
                    for wrong in unfit(part.kind, effect)
                ]
        return found

    def store(self, part: Part) -> Store:
        """What ``part`` has been asked."""
        return self.stores.setdefault(part.key, Store())

    def queue(self, part: Part) -> Queue:
        """The messages of ``part``: a queue, or a worker's own list of jobs."""
        return self.queues.setdefault(part.key, Queue())

    def busy(self) -> float:
        """Share of the busy hour's traffic that the hour brings."""
        return level(time(), self.day)

    def rate(self, entry: Entry) -> float:
        """Visits a second, now."""
        factor = 1.0
        for part in entry.path:
            factor *= self.effect(part).traffic
        return PER_SECOND * entry.share * self.load * self.busy() * factor


class Actor:
    """A part with what it speaks with."""

    def __init__(self, runtime: Runtime, part: Part) -> None:
        self.runtime, self.part = runtime, part
        self.tracer: Tracer = runtime.telemetry.tracer(part)
        self.log = PodLog(runtime.pod_logs, part) if part.in_cluster else None
        self.meters: Meters = (
            ScrapedMeters(runtime.plan, part)
            if part.component and part.component.telemetry.scrape
            else SentMeters(runtime.telemetry.meter(part), runtime.plan, part)
        )

    @property
    def effect(self) -> Effect:
        """What is done to it."""
        return self.runtime.effect(self.part)

    def behind(self, name: str) -> Part | None:
        """The part it depends on, by its name; None when that one does not run."""
        return next((self.runtime.plan.parts[key] for key in self.part.calls if key[1] == name), None)
