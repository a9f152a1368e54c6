"""Runs the workload: every part of the plan, and its visitors."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from lab.events import Events, report
from lab.layout import Layout
from lab.servers import targets
from lab.servers.certificates import server_context
from lab.workload import models, proxy, visitors, worker
from lab.workload.api import Api
from lab.workload.arrivals import Punctuality, arrive
from lab.workload.behaviour import Behaviour, behaviour
from lab.workload.business import Business
from lab.workload.calls import session
from lab.workload.demand import Demand
from lab.workload.exporters import Page
from lab.workload.listener import Listener, listens, register
from lab.workload.plan import Key, Part, Plan
from lab.workload.runtime import Actor, Runtime
from lab.workload.service import Service
from lab.workload.telemetry import Telemetry
from lab.workload.visitors import Visitors, attack
from lab.workload.worker import Worker
from model.catalog.catalog import Catalog
from model.vocabulary import ComponentKind

# How often gauges are set, and lines are written to the containers' files.
SHOW_SECONDS, FLUSH_SECONDS = 5.0, 0.5

# Metrics that are made by doing what they count; the rest is business.
MADE = "|".join(
    (
        models.METRICS,
        proxy.METRICS,
        visitors.METRICS,
        worker.METRICS,
        ".*_requests_received_total|active_connections|db_pool_connections|external_call_duration_seconds",
        "cache_lookups_total|(db|database)_query_duration_seconds|(.*_)?logins_total|.*attack_signatures_total",
    )
)


class Workload:
    """All parts, built and not yet running."""

    def __init__(self, runtime: Runtime, layout: Layout) -> None:
        self.runtime, self.punctuality, self._layout = runtime, Punctuality(), layout
        self._events, self._registered = Events(layout), True
        plan = runtime.plan
        self.behaviours = {part.key: behaviour(plan, part, MADE) for part in plan.parts.values() if part.component}
        self.actors = {part.key: Actor(runtime, part) for part in plan.parts.values() if listens(part)}
        self.listeners: dict[Key, Listener] = {}
        self.visitors: list[Visitors] = []
        self._shown: list[Service | Worker | Visitors] = []
        self._tasks: list[Coroutine[Any, Any, None]] = []
        certificate = server_context(layout)
        for actor in self.actors.values():
            part = actor.part
            own = self.behaviours.get(part.key, Behaviour())
            business = Business(actor, own)
            service = Service(actor, own, business)
            self.listeners[part.key] = Listener(
                runtime, part, service.handle, certificate=certificate, moved=self._register
            )
            self._shown.append(service)
            if part.kind == ComponentKind.WORKER:
                self._employ(Worker(actor, business, self._queue(part)))
        # A queue that no worker takes from is taken from by the service that it belongs to.
        for part in plan.parts.values():
            owner = next((one for one in self.actors.values() if part.key in one.part.calls), None)
            if part.queue and owner and not self._has_worker(part):
                self._employ(Worker(owner, None, part))
        self._invite()

    def _employ(self, made: Worker) -> None:
        self._shown.append(made)
        self._tasks += made.tasks()

    def _invite(self) -> None:
        for system in self.runtime.plan.systems:
            for entry in self.runtime.plan.entries(system.system):
                actor = self.actors[entry.part.key]
                # Those of a service are its own requests': only a browser has something to tell of a view.
                behaviour = (
                    self.behaviours[entry.part.key] if entry.part.kind == ComponentKind.FRONTEND else Behaviour()
                )
                made = Visitors(
                    self.runtime, entry, self.behaviours[entry.path[-1].key], actor, Business(actor, behaviour)
                )
                self.visitors.append(made)
                self._tasks.append(arrive(self.runtime, entry, self.punctuality, made.visit))

    def _queue(self, part: Part) -> Part | None:
        return next((found for key in part.calls if (found := self.runtime.plan.parts[key]).queue), None)

    def _has_worker(self, queue: Part) -> bool:
        return any(
            queue.key in actor.part.calls for actor in self.actors.values() if actor.part.kind == ComponentKind.WORKER
        )

    async def start(self) -> list[asyncio.Task[None]]:
        """Open every port, say where they are, and let visitors in."""
        for listener in self.listeners.values():
            await listener.open()
        targets.forget_all(self._layout.targets)
        self._layout.pod_logs.mkdir(parents=True, exist_ok=True)
        self._register()
        follow = [listener.follow() for listener in self.listeners.values()]
        whole = [
            *(self._tasks + follow),
            self._show(),
            self._flush(),
            self._watch(),
            attack(self.runtime, self.behaviours),
            self.runtime.telemetry.send_metrics(self.runtime.lives),
        ]
        return [asyncio.create_task(each) for each in whole]

    def _register(self) -> None:
        try:
            register(self._layout.targets, self.runtime, self.listeners)
        except OSError as error:  # a full disk: `_flush` tries again
            self._registered = False
            report(f"targets are not written: {error}")
        else:
            self._registered = True

    async def stop(self, tasks: list[asyncio.Task[None]]) -> None:
        """Close every port and send what waits."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        targets.forget_all(self._layout.targets)
        for listener in self.listeners.values():
            await listener.close()
        self._write_lines()
        await asyncio.to_thread(self.runtime.telemetry.close)

    @property
    def dropped(self) -> int:
        """Log lines that a full disk refused."""
        return sum(actor.log.dropped for actor in self.actors.values() if actor.log)

    def _write_lines(self) -> None:
        for actor in self.actors.values():
            if actor.log:
                actor.log.flush()

    async def _flush(self) -> None:
        while True:
            self._write_lines()
            if not self._registered:
                self._register()
            await asyncio.sleep(FLUSH_SECONDS)

    async def _show(self) -> None:
        while True:
            for one in self._shown:
                one.show()
            await asyncio.sleep(SHOW_SECONDS)

    async def _watch(self) -> None:
        """Say it when the machine does not carry the load, and when it does again; and how many lines are lost."""
        carried, dropped = True, 0
        while True:
            await asyncio.sleep(SHOW_SECONDS)
            if (now := self.dropped) != dropped:
                text = f"{now - dropped} log lines were dropped: the disk is full"
                dropped = now
                self._events.say("workload", "lines-dropped", text)
            if self.punctuality.carried != carried:
                carried = not carried
                late = f"visits began up to {self.punctuality.lag:.1f} s late, {self.punctuality.skipped} never"
                text = "carries the load again" if carried else f"does not carry load {self.runtime.load:g}: {late}"
                self._events.say("workload", "carried" if carried else "overloaded", f"this machine {text}")
                report(f"this machine {text}")


async def run(layout: Layout, port: int, agent: str, demand: Demand) -> None:
    """Run until the process is asked to end."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    plan = Plan.of(Catalog.load(layout.root / "catalog"), demand.systems)
    async with session() as calling:
        runtime = Runtime(
            plan=plan,
            telemetry=Telemetry(agent),
            session=calling,
            pod_logs=layout.pod_logs,
            load=demand.load,
            day=demand.day,
        )
        workload = Workload(runtime, layout)
        tasks = await workload.start()
        api = Api(
            runtime, workload.punctuality, Page(runtime), [one.log for one in workload.actors.values() if one.log]
        )
        async with api.listening(port):
            targets.scrape(layout.targets, targets.SIMULATED, [api.address])
            ending = asyncio.create_task(ended.wait())
            # One that ends by itself has failed: the process ends too, and the watch says so.
            done, _ = await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
            await workload.stop(tasks)
        for task in done - {ending}:
            with suppress(asyncio.CancelledError):
                task.result()
