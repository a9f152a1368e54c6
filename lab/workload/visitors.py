"""Visitors: with a browser, which begins the trace, or without one; and those who mean harm."""

import asyncio
from collections.abc import Coroutine
from time import perf_counter
from typing import Any

import aiohttp
from opentelemetry._logs import SeverityNumber
from opentelemetry.propagate import inject
from opentelemetry.trace import SpanKind

from lab.workload import calls
from lab.workload.behaviour import LOGIN, Behaviour, Route
from lab.workload.business import Business
from lab.workload.guard import ATTACKER, SCRIPT_QUERY, SQL_QUERY, VICTIM, WRONG_PASSWORD
from lab.workload.plan import Entry, Key, Part
from lab.workload.runtime import Actor, Runtime
from lab.workload.service import CORRELATION, FORWARDED, USER
from model.vocabulary import ComponentKind

ACCOUNTS, IDENTIFIERS = 500, 2000
# Who mistypes a password.
MISTYPED = 0.03
DEVICES, DEVICE_WEIGHTS = ("mobile", "desktop"), (3.0, 2.0)

# Web vitals of a good page: median, spread. The largest paint waits for the answer besides.
VITALS = {"lcp_seconds": (1.3, 0.25), "inp_seconds": (0.08, 0.4), "cls": (0.03, 0.5)}
METRICS = "web_vitals_.*|web_page_views_total|web_errors_total"
_ATTACK_SECONDS = 0.5


class Visitors:
    """Those of one entry; ``routes``: of the service at the path's end. ``actor``: of the browser, if it is one."""

    def __init__(self, runtime: Runtime, entry: Entry, routes: Behaviour, actor: Actor, business: Business) -> None:
        self._runtime, self._entry, self._business = runtime, entry, business
        self._routes, self._weights = routes.routes, [route.weight for route in routes.routes]
        self._actor = actor
        part = entry.part
        self.browser = part.kind == ComponentKind.FRONTEND
        self._logger = runtime.telemetry.logger(part) if self.browser else None
        self._labels = {metric.name: set(metric.labels) for metric in part.metrics}

    async def visit(self) -> None:
        """One visit: a view with its calls, or one request."""
        route = self._runtime.chance.one_of(self._routes, self._weights)
        headers = self._identity(route)
        path = route.path.replace("{id}", str(int(self._runtime.chance.between(1, IDENTIFIERS))))
        if not self.browser:
            await _request(self._runtime, self._entry.part, route.method, path, headers)
        elif self._runtime.lives(self._entry.part.key):
            await self._view(route, path, headers)

    def _identity(self, route: Route) -> dict[str, str]:
        chance = self._runtime.chance
        headers = {CORRELATION: chance.identifier(), USER: f"user-{int(chance.between(2, ACCOUNTS))}"}
        if route.action == LOGIN and chance.happens(MISTYPED):
            headers |= WRONG_PASSWORD
        return headers

    async def _view(self, route: Route, path: str, headers: dict[str, str]) -> None:
        actor, chance = self._actor, self._runtime.chance
        labels = {"page": route.path, "device": chance.one_of(DEVICES, DEVICE_WEIGHTS)}
        attributes = {"url.path": path, "correlation_id": headers[CORRELATION]}
        with actor.tracer.start_as_current_span(
            f"view {route.path}", kind=SpanKind.INTERNAL, attributes=attributes
        ) as span:
            began, status = perf_counter(), calls.OK
            if len(self._entry.path) > 1:
                status = await calls.http(actor, self._entry.path[1], route.method, path, headers)
            broken = chance.happens(actor.effect.errors)
            if status >= calls.FAILURES or broken:
                calls.failed(span, f"a call answered {status}" if status >= calls.FAILURES else "script error")
            self._measure(labels, perf_counter() - began, status, broken)
            self._record(headers, path, status, broken)
        self._business.happened(route.path)

    def _measure(self, labels: dict[str, str], took: float, status: int, broken: bool) -> None:
        actor = self._actor
        for vital, (median, spread) in VITALS.items():
            if metric := actor.part.metric(f"web_vitals_{vital}"):
                value = self._runtime.chance.around(median, spread) * actor.effect.slower
                actor.meters.observe(
                    metric, value + (took if vital.startswith("lcp") else 0), self._only(metric, labels)
                )
        if metric := actor.part.metric("web_page_views_total"):
            actor.meters.add(metric, 1, self._only(metric, labels))
        if (status >= calls.FAILURES or broken) and (metric := actor.part.metric("web_errors_total")):
            kind = {"kind": "script" if broken else "request"}
            actor.meters.add(metric, 1, self._only(metric, {**labels, **kind}))

    def _only(self, metric: str, labels: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in labels.items() if name in self._labels[metric]}

    def _record(self, headers: dict[str, str], path: str, status: int, broken: bool) -> None:
        """What a browser reports; it has no container whose lines somebody reads."""
        assert self._logger
        bad = broken or status >= calls.FAILURES
        self._logger.emit(
            severity_number=SeverityNumber.ERROR if bad else SeverityNumber.INFO,
            severity_text="ERROR" if bad else "INFO",
            body=f"{path} answered {status}" + (", and a script failed" if broken else ""),
            attributes={"correlation_id": headers[CORRELATION], "user": headers[USER], "action": "view"},
        )
        self._runtime.records += 1

    def show(self) -> None:
        """Set the gauges of the browsers."""
        self._business.show()


async def attack(runtime: Runtime, routes: dict[Key, Behaviour]) -> None:
    """Send the requests that effects ask for; forever."""
    owed: dict[tuple[Key, str], float] = {}
    at_work: set[asyncio.Task[int]] = set()
    while True:
        await asyncio.sleep(_ATTACK_SECONDS)
        for effect in runtime.effects:
            part = runtime.plan.parts[effect.system, effect.component]
            wanted = {
                "login": effect.login_failures,
                SQL_QUERY: effect.sql_injections,
                SCRIPT_QUERY: effect.script_injections,
            }
            for kind, per_second in wanted.items():
                owed[part.key, kind] = owed.get((part.key, kind), 0.0) + per_second * _ATTACK_SECONDS
                while owed[part.key, kind] >= 1:
                    owed[part.key, kind] -= 1
                    task = asyncio.create_task(_harm(runtime, part, kind, routes))
                    at_work.add(task)
                    task.add_done_callback(at_work.discard)


def _harm(runtime: Runtime, part: Part, kind: str, routes: dict[Key, Behaviour]) -> Coroutine[Any, Any, int]:
    behind = next((e.path[-1] for e in runtime.plan.entries(part.system) if part in e.path), part)
    known = routes[behind.key].routes
    headers = {USER: VICTIM, FORWARDED: ATTACKER}
    if kind == "login":
        login = next(route for route in known if route.action == LOGIN)
        return _request(runtime, part, "POST", login.path, headers | WRONG_PASSWORD)
    path = known[0].path.replace("{id}", "1")
    return _request(runtime, part, "GET", f"{path}?{kind}", headers)


async def _request(runtime: Runtime, part: Part, method: str, path: str, headers: dict[str, str]) -> int:
    """From outside, where nobody traces; a partner's own trace would begin here."""
    inject(headers)
    try:
        async with runtime.session.request(
            method, f"http://{runtime.addresses[part.key]}{path}", headers=headers
        ) as answer:
            await answer.read()
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0
