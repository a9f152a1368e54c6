"""A workload in this process, into which only the test sends requests."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from lab.layout import Layout
from lab.workload.calls import session
from lab.workload.plan import Key, Part
from lab.workload.run import Workload
from lab.workload.visitors import Visitors
from tests.lab.workload.runtimes import KeptTelemetry, runtime

T = TypeVar("T")


class Running:
    """``telemetry``: what it would have sent."""

    def __init__(self, workload: Workload, layout: Layout) -> None:
        self.workload, self.runtime, self.layout = workload, workload.runtime, layout
        assert isinstance(self.runtime.telemetry, KeptTelemetry)
        self.telemetry: KeptTelemetry = self.runtime.telemetry

    def part(self, name: str) -> Part:
        """A part of the one system."""
        return next(part for part in self.runtime.plan.parts.values() if part.name == name)

    @property
    def visitors(self) -> Visitors:
        """Those of the first entry."""
        return self.workload.visitors[0]

    async def get(self, name: str, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        """Status and body of a part's answer."""
        url = f"http://{self.runtime.addresses[self.part(name).key]}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.runtime.session.request(method, url, headers=named) as answer:
            return answer.status, await answer.text()

    def lines(self, name: str) -> list[str]:
        """What the container of a part has written, without the runtime's own words."""
        log = self.workload.actors[self.part(name).key].log
        assert log
        log.flush()
        files = self.layout.pod_logs.glob(f"*_{name}-*/{name}/0.log")
        return [line.split(" ", 3)[3] for file in files for line in file.read_text().splitlines()]

    def records(self, name: str) -> list[dict[str, Any]]:
        """The same as JSON."""
        return [json.loads(line) for line in self.lines(name)]

    def spans(self) -> list[tuple[str, str, str]]:
        """Scope (the part), name and trace of each span."""
        return [
            (span.instrumentation_scope.name, span.name, f"{span.context.trace_id:032x}")
            for span in self.telemetry.exporter.get_finished_spans()
            if span.instrumentation_scope and span.context
        ]

    def points(self, name: str, metric: str) -> list[tuple[dict[str, object], float]]:
        """Series that a part would send."""
        return self.telemetry.points(self.key(name), metric)

    def key(self, name: str) -> Key:
        """Of a part."""
        return self.part(name).key


@asynccontextmanager
async def _running(folder: Path, system: str) -> AsyncIterator[Running]:
    layout = Layout(folder)
    async with session() as calling:
        made = runtime(layout.pod_logs, calling, system)
        made.load = 1e-9
        workload = Workload(made, layout)
        tasks = await workload.start()
        try:
            yield Running(workload, layout)
        finally:
            made.telemetry.close = lambda: None  # type: ignore[method-assign]
            await workload.stop(tasks)


def with_running(folder: Path, system: str, test: Callable[[Running], Awaitable[T]]) -> T:
    """What ``test`` answers."""

    async def run() -> T:
        async with _running(folder, system) as running:
            return await test(running)

    return asyncio.run(run())


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for it."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)
