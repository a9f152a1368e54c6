"""A part's own port: opened, closed while the part is down, and made known to Prometheus and the prober."""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from lab.ports import HOST
from lab.servers import targets
from lab.workload.plan import LISTENING, Part
from lab.workload.runtime import Runtime
from model.vocabulary import ComponentKind, ProbeKind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Below the lab's own ports, and far below those that the system gives outgoing connections: a caller that got the
# number of a closed port would talk to itself.
FIRST, LAST = 16_000, 20_999
# From anywhere between them: of two labs on one machine, the second would take what a part of the first has just
# closed, and answer its probes.
_start = random.randrange(FIRST, LAST)  # noqa: S311 (no secret)
_next = iter([*range(_start, LAST), *range(FIRST, _start)])
# How soon an effect closes or opens ports.
LOOK_SECONDS = 0.2


class Listener:
    """Of one part. ``certificate``: of its second port, which speaks TLS, where a probe asks for that.

    ``moved`` is called when a port had to change, because another program took it while the part was down.
    """

    def __init__(
        self, runtime: Runtime, part: Part, handler: Handler, *, certificate: ssl.SSLContext, moved: Callable[[], None]
    ) -> None:
        self._runtime, self._part, self._handler, self._moved = runtime, part, handler, moved
        self._certificate = certificate if _wants_tls(part) else None
        self._runner: web.AppRunner | None = None
        self.port, self.tls_port = 0, 0

    async def follow(self) -> None:
        """Be open while the part is up; forever."""
        while True:
            up = self._runtime.lives(self._part.key)
            if up and self._runner is None:
                await self.open()
            elif not up and self._runner is not None:
                await self.close()
            await asyncio.sleep(LOOK_SECONDS)

    async def open(self) -> None:
        """Listen; on the same ports as before, if they are free."""
        before = self.port, self.tls_port
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handler)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self.port = await self._bind(self.port, None)
        if self._certificate:
            self.tls_port = await self._bind(self.tls_port, self._certificate)
        self._runtime.addresses[self._part.key] = f"{HOST}:{self.port}"
        if any(before) and before != (self.port, self.tls_port):
            self._moved()

    async def close(self) -> None:
        """Refuse connections."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _bind(self, port: int, context: ssl.SSLContext | None) -> int:
        assert self._runner
        while True:
            chosen = port or next(_next)
            try:
                await web.TCPSite(self._runner, HOST, chosen, ssl_context=context).start()
            except OSError:
                port = 0
            else:
                return chosen


def register(folder: Path, runtime: Runtime, listeners: dict[tuple[str, str], Listener]) -> None:
    """Say in ``folder`` where every part is scraped and probed."""
    for key, listener in listeners.items():
        part = runtime.plan.parts[key]
        if part.component is None:
            continue
        address, name = f"{HOST}:{listener.port}", f"{part.system}-{part.name}"
        if part.component.telemetry.scrape:
            targets.scrape(folder, name, [address], {"pod": part.pod, "container": part.name})
        for health in part.component.health:
            targets.answer_probe(folder, f"{name}-{health.kind}", f"http://{address}{health.path}")
        for probe in part.component.probes:
            if probe.kind is ProbeKind.HTTP:
                # From outside one comes in at the front.
                front = part if part.kind == ComponentKind.EXTERNAL_SERVICE else runtime.plan.front_of(part)
                if part.kind == ComponentKind.FRONTEND:
                    front = part
                path = "/" + probe.target.partition("://")[2].partition("/")[2]
                targets.answer_probe(folder, f"{name}-{probe.name}", f"http://{runtime.addresses[front.key]}{path}")
            elif probe.kind in (ProbeKind.TLS, ProbeKind.TCP):
                targets.answer_probe(folder, f"{name}-{probe.name}", f"{HOST}:{listener.tls_port or listener.port}")


def listens(part: Part) -> bool:
    """Whether a part has a port."""
    return part.kind in LISTENING


def _wants_tls(part: Part) -> bool:
    return part.component is not None and any(probe.kind is ProbeKind.TLS for probe in part.component.probes)
