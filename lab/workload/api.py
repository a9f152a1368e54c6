"""The workload's own page on loopback: effects, how it is, and the simulated exporters."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pydantic
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from lab.web import JSON, application, body, listening
from lab.workload.arrivals import Punctuality
from lab.workload.control import Part, State
from lab.workload.effects import Effect, Effects
from lab.workload.exporters import Page
from lab.workload.lines import PodLog
from lab.workload.runtime import Runtime
from model.problems import Problem, from_validation


class Api:
    """See `lab.workload.control` for its client."""

    def __init__(self, runtime: Runtime, punctuality: Punctuality, page: Page, logs: Sequence[PodLog]) -> None:
        self._runtime, self._punctuality, self._logs = runtime, punctuality, logs
        self._registry = CollectorRegistry()
        self._registry.register(page)
        self.address = ""

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """Answer on ``port``."""
        made = application()
        made.router.add_get("/-/ready", self._ready)
        made.router.add_get("/effects", self._effects)
        made.router.add_put("/effects", self._change)
        made.router.add_delete("/effects", self._clear)
        made.router.add_get("/state", self._state)
        made.router.add_get("/metrics", self._metrics)
        async with listening(made, port) as self.address:
            yield

    async def _ready(self, request: web.Request) -> web.Response:
        return web.Response(text="ready\n")

    async def _effects(self, request: web.Request) -> web.Response:
        return _json(Effects.dump_json(self._runtime.effects, exclude_unset=True))

    async def _change(self, request: web.Request) -> web.Response:
        try:
            effects = Effects.validate_json(await body(request, JSON))
        except pydantic.ValidationError as error:
            return _refused(from_validation("effects", error, Effect))
        if problems := self._runtime.problems(effects):
            return _refused(problems)
        self._runtime.change(effects)
        return await self._effects(request)

    async def _clear(self, request: web.Request) -> web.Response:
        self._runtime.change(())
        return await self._effects(request)

    async def _state(self, request: web.Request) -> web.Response:
        return _json(self.state().model_dump_json().encode())

    async def _metrics(self, request: web.Request) -> web.Response:
        body = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def state(self) -> State:
        """How the workload is."""
        runtime, plan = self._runtime, self._runtime.plan
        entries = [entry for system in plan.systems for entry in plan.entries(system.system)]
        return State(
            parts=tuple(Part(system=p.system, component=p.name, kind=p.kind) for p in plan.parts.values()),
            load=runtime.load,
            offered_per_second=round(sum(runtime.rate(entry) for entry in entries), 2),
            lag_seconds=round(self._punctuality.lag, 3),
            carried=self._punctuality.carried,
            requests=self._punctuality.started,
            skipped=self._punctuality.skipped,
            spans=runtime.telemetry.spans,
            log_records=runtime.records,
            log_lines=sum(log.lines for log in self._logs),
            log_lines_dropped=sum(log.dropped for log in self._logs),
        )


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=JSON)


def _refused(problems: Sequence[Problem]) -> web.Response:
    listed = [[problem.where, problem.found, problem.allowed] for problem in problems]
    return web.json_response({"problems": listed}, status=400)
