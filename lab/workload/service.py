"""A part that answers requests over HTTP: load balancer, service, AI service. Also what every part answers: health."""

import asyncio
import re
from collections.abc import Mapping
from time import perf_counter

from aiohttp import hdrs, web
from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, get_current_span
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from lab.workload import calls
from lab.workload.behaviour import LOGIN, Behaviour, Route
from lab.workload.business import Business
from lab.workload.guard import BAD_REQUEST, WRONG_PASSWORD, Guard
from lab.workload.lines import access_line, is_access_log, structured_line
from lab.workload.meters import ScrapedMeters
from lab.workload.models import Models
from lab.workload.plan import SERVING
from lab.workload.proxy import ProxyMetrics
from lab.workload.runtime import Actor
from model.vocabulary import ComponentKind

CORRELATION, REQUEST, USER = "X-Correlation-Id", "X-Request-Id", "X-Demo-User"
FORWARDED = "X-Forwarded-For"
OK, UNAVAILABLE, ERROR = 200, 503, 500
WARNING_FROM = 400

# Medians of a part's own work, seconds.
OWN_MEDIANS = {"load-balancer": 0.001, "http-service": 0.008, "ai-service": 0.02}
# What goes wrong on a good day: a fifth of what three nines allow.
ALWAYS_FAILING = 0.0002


class Service:
    """``handle`` is its HTTP handler."""

    def __init__(self, actor: Actor, behaviour: Behaviour, business: Business) -> None:
        self.actor, self._routes, self._business = actor, _by_request(behaviour), business
        part = actor.part
        self._guard, self._models = Guard(actor), Models(actor) if part.kind == ComponentKind.AI_SERVICE else None
        self._proxy = ProxyMetrics(actor) if part.kind == ComponentKind.LOAD_BALANCER else None
        self._received = part.metric(".*_requests_received_total")
        self._requests = part.component.telemetry.requests if part.component else None
        scrape = part.component.telemetry.scrape if part.component else None
        self._metrics_path = scrape.path if scrape else None
        self._health = {health.path for health in part.component.health} if part.component else set()
        self.at_work = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer anything."""
        if request.path == self._metrics_path and isinstance(self.actor.meters, ScrapedMeters):
            body = generate_latest(self.actor.meters.registry)  # type: ignore[no-untyped-call]
            return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})
        if request.path in self._health:
            return web.json_response({"status": "up"}, status=self._state(request.path))
        if self.actor.part.kind not in SERVING:
            return web.Response(text=f"{self.actor.part.name}\n")
        self.at_work += 1
        try:
            return await self._serve(request)
        finally:
            self.at_work -= 1

    def _state(self, path: str) -> int:
        """A part is alive as long as it answers; it is ready while what keeps its data answers too."""
        runtime = self.actor.runtime
        needed = [key for key in self.actor.part.calls if runtime.plan.parts[key].kind == "rds-database"]
        ready = path.endswith("/live") or all(runtime.lives(key) for key in needed)
        return OK if ready else UNAVAILABLE

    async def _serve(self, request: web.Request) -> web.Response:
        began = perf_counter()
        path = re.sub(r"/\d+(?=/|$)", "/{id}", request.path)
        route = self._routes.get((request.method, path))
        template = path if route else "/" if self._proxy else "/{other}"
        headers = {
            CORRELATION: request.headers.get(CORRELATION) or self.actor.runtime.chance.identifier(),
            REQUEST: self.actor.runtime.chance.identifier(),
            USER: request.headers.get(USER, ""),
        }
        if self._received:
            self.actor.meters.add(self._received, 1, {"http_route": template})
        attributes = {"http.request.method": request.method, "http.route": template, "url.path": request.path}
        name = request.method if self._proxy else f"{request.method} {template}"
        with self.actor.tracer.start_as_current_span(
            name, context=extract(request.headers), kind=SpanKind.SERVER, attributes=attributes
        ) as span:
            status, why = await self._answer(request, route, headers)
            took = perf_counter() - began
            self._tell(span, request, headers, status, why)
            self._measure(request.method, template, status, took)
            self._write(request, route, headers, (status, why), took)
        if status < WARNING_FROM and route:
            self._business.happened(route.path)
        return web.json_response({"status": status}, status=status)

    async def _answer(self, request: web.Request, route: Route | None, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status, and why when it is no success."""
        actor, effect = self.actor, self.actor.effect
        await asyncio.sleep(actor.runtime.chance.around(OWN_MEDIANS[actor.part.kind]) * effect.slower)
        if actor.runtime.chance.happens(effect.errors) or actor.runtime.chance.happens(ALWAYS_FAILING):
            return ERROR, "unexpected state"
        if self._proxy:
            return await self._pass_on(request, headers)
        if self._guard.attack(request.query_string):
            return BAD_REQUEST, "refused query"
        try:
            if route and route.action == LOGIN:
                (wrong,) = WRONG_PASSWORD
                status = self._guard.login(headers[USER], wrong not in request.headers)
                if status != OK:
                    return status, "wrong password"
            if self._models:
                await self._models.answer()
            await self._call(route.calls if route else (), headers)
        except calls.CallFailed as error:
            return calls.BAD_GATEWAY, str(error)
        return OK, ""

    async def _pass_on(self, request: web.Request, headers: Mapping[str, str]) -> tuple[int, str]:
        for key in self.actor.part.calls:
            behind = self.actor.runtime.plan.parts[key]
            if behind.kind in SERVING:
                passed = {name: value for name, value in request.headers.items() if name.startswith("X-Demo")}
                status = await calls.http(
                    self.actor,
                    behind,
                    request.method,
                    request.path_qs,
                    {**passed, **headers, FORWARDED: _client(request)},
                )
                return status, f"{behind.name} answered {status}" if status >= ERROR else ""
        return OK, ""

    async def _call(self, names: tuple[str, ...], headers: Mapping[str, str]) -> None:
        """What the route needs, in turn; what is in the cache need not be read from the database."""
        cached = False
        for name in names:
            target = self.actor.behind(name)
            if target is None or (cached and target.kind == "rds-database"):
                continue
            if target.kind == "elasticache":
                cached = await calls.look_up(self.actor, target)
            elif target.kind == "sqs-queue":
                await calls.send(self.actor, target)
            else:
                await calls.call(self.actor, target, headers)

    def _tell(self, span: Span, request: web.Request, headers: Mapping[str, str], status: int, why: str) -> None:
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("correlation_id", headers[CORRELATION])
        if status >= ERROR:
            calls.failed(span, why)

    def _measure(self, method: str, template: str, status: int, took: float) -> None:
        if self._proxy:
            self._proxy.answered(status, self.at_work)
        if names := self._requests:
            labels = {"method": method, names.route_label: template, names.status_label: str(status)}
            self.actor.meters.observe(names.duration, took, labels)
            if names.requests != f"{names.duration}_count":
                self.actor.meters.add(names.requests, 1, labels)

    def _write(
        self,
        request: web.Request,
        route: Route | None,
        headers: Mapping[str, str],
        answer: tuple[int, str],
        took: float,
    ) -> None:
        status, why = answer
        if (log := self.actor.log) is None:
            return
        if is_access_log(self.actor.part):
            who, number = _client(request), headers[REQUEST]
            log.write(access_line(request.method, request.path_qs, status, client=who, request_id=number, seconds=took))
            return
        level = "INFO" if status < WARNING_FROM else "WARN" if status < ERROR else "ERROR"
        context = get_current_span().get_span_context()
        fields = {
            "request_id": headers[REQUEST],
            "correlation_id": headers[CORRELATION],
            "user": headers[USER],
            "action": route.action if route else "",
            "duration_ms": round(took * 1000, 1),
            "trace_id": f"{context.trace_id:032x}",
            "span_id": f"{context.span_id:016x}",
            **({"error_code": f"HTTP_{status}"} if why else {}),
        }
        message = f"{request.method} {request.path_qs} answered {status}" + (f": {why}" if why else "")
        log.write(structured_line(self.actor.part, level, message, fields))

    def show(self) -> None:
        """Set the gauges."""
        self._business.show()
        if metric := self.actor.part.metric("active_connections"):
            self.actor.meters.set(metric, self.at_work + 1)
        if self._proxy:
            self._proxy.show()


def _by_request(behaviour: Behaviour) -> dict[tuple[str, str], Route]:
    return {(route.method, route.path): route for route in behaviour.routes}


def _client(request: web.Request) -> str:
    return request.headers.get(FORWARDED) or request.remote or "-"
