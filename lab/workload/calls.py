"""Calls to what a part depends on: other services over HTTP, everything else within the process; a span for each."""

import asyncio
from collections.abc import Mapping
from time import perf_counter

import aiohttp
from opentelemetry.propagate import inject
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from lab.workload.plan import SERVING, Part
from lab.workload.runtime import Actor

# Medians of latencies within the process, seconds: a read by key in one region, a model's answer, and so on.
MEDIANS = {
    "rds-database": 0.004,
    "elasticache": 0.0006,
    "dynamodb-table": 0.006,
    "sqs-queue": 0.008,
    "opensearch-domain": 0.02,
    "external-service": 0.12,
}
OTHER_MEDIAN = 0.02
MODEL_MEDIAN = 0.5
HIT_SHARE = 0.95
# What a caller waits for an answer at most.
PATIENCE_SECONDS = 10.0

OK, BAD_GATEWAY, TIMED_OUT, FAILURES = 200, 502, 504, 500

_OPERATIONS = {
    "rds-database": ("postgresql", "SELECT"),
    "elasticache": ("redis", "GET"),
    "dynamodb-table": ("aws.dynamodb", "GetItem"),
}


def session() -> aiohttp.ClientSession:
    """For all calls of the process. Without a limit of connections: a call waits for the ones behind it."""
    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience)


class CallFailed(Exception):
    """A part that is depended on did not answer, or with an error."""


async def http(actor: Actor, target: Part, method: str, path: str, headers: Mapping[str, str]) -> int:
    """The status that ``target`` answers with; 502 and 504 when it does not. ``headers``: the request's identity."""
    address = actor.runtime.addresses[target.key]
    attributes = {"http.request.method": method, "server.address": target.name, "peer.service": target.name}
    with actor.tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=attributes) as span:
        carrier = dict(headers)
        inject(carrier)
        try:
            async with actor.runtime.session.request(method, f"http://{address}{path}", headers=carrier) as answer:
                await answer.read()
                status = answer.status
        except TimeoutError:
            status = TIMED_OUT
        except aiohttp.ClientError:
            status = BAD_GATEWAY
        span.set_attribute("http.response.status_code", status)
        if status >= FAILURES:
            failed(span, f"{target.name} answered {status}")
        return status


def failed(span: Span, why: str) -> None:
    """Mark a span."""
    span.set_status(Status(StatusCode.ERROR, why))


async def call(actor: Actor, target: Part, headers: Mapping[str, str]) -> None:
    """Call ``target`` in the way of its kind. Raises CallFailed."""
    if target.kind in SERVING:
        if await http(actor, target, "GET", "/api/internal", headers) >= FAILURES:
            raise CallFailed(f"{target.name} failed")
    elif target.kind == "elasticache":
        await look_up(actor, target)
    else:
        await ask(actor, target, MEDIANS.get(target.kind, OTHER_MEDIAN))


async def look_up(actor: Actor, cache: Part) -> bool:
    """Look something up; a cache that fails is a miss, and the caller goes on without it."""
    effect = actor.runtime.effect(cache)
    share = HIT_SHARE if effect.cache_hits is None else effect.cache_hits
    try:
        await ask(actor, cache, MEDIANS[cache.kind])
    except CallFailed:
        hit = False
    else:
        hit = actor.runtime.chance.happens(share)
    result = "hit" if hit else "miss"
    actor.runtime.store(cache).calls[result] += 1
    if metric := cache.metric("cache_lookups_total") or actor.part.metric("cache_lookups_total"):
        actor.meters.add(metric, 1, {"cache": cache.name, "result": result})
    return hit


async def send(actor: Actor, queue: Part) -> None:
    """Put a message into a queue, with the trace it belongs to. Raises CallFailed."""
    attributes = {"messaging.system": "aws_sqs", "messaging.destination.name": queue.name, "peer.service": queue.name}
    with actor.tracer.start_as_current_span(
        f"send {queue.name}", kind=SpanKind.PRODUCER, attributes=attributes
    ) as span:
        effect = actor.runtime.effect(queue)
        await asyncio.sleep(min(actor.runtime.chance.around(MEDIANS[queue.kind]) * effect.slower, PATIENCE_SECONDS))
        if effect.down or actor.runtime.chance.happens(effect.errors):
            failed(span, f"{queue.name} failed")
            raise CallFailed(f"{queue.name} failed")
        carrier: dict[str, str] = {}
        inject(carrier)
        actor.runtime.queue(queue).put(carrier)


async def ask(actor: Actor, target: Part, median: float) -> None:
    """Ask a part within the process, and measure it as a client would. Raises CallFailed."""
    runtime, effect = actor.runtime, actor.runtime.effect(target)
    system, operation = _OPERATIONS.get(target.kind, ("", "call"))
    attributes = {
        "peer.service": target.name,
        "server.address": target.name,
        **({"db.system.name": system, "db.operation.name": operation} if system else {}),
    }
    name = f"{operation} {target.name}"
    with actor.tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes) as span:
        began = perf_counter()
        broken = effect.down or runtime.chance.happens(effect.errors)
        await asyncio.sleep(0 if effect.down else min(runtime.chance.around(median) * effect.slower, PATIENCE_SECONDS))
        took = perf_counter() - began
        if broken := broken or took >= PATIENCE_SECONDS:
            failed(span, f"{target.name} does not answer" if effect.down else f"{target.name} failed")
        store = runtime.store(target)
        store.calls["failed" if broken else "done"] += 1
        store.seconds += took
        _measure(actor, target, took, broken)
        if broken:
            raise CallFailed(f"{target.name} {'does not answer' if effect.down else 'failed'}")


def _measure(actor: Actor, target: Part, took: float, broken: bool) -> None:
    """The metrics that clients declare for their calls, under the names that the catalog uses."""
    system, operation = _OPERATIONS.get(target.kind, ("", ""))
    if metric := target.metric("db_client_operation_duration_seconds"):
        actor.meters.observe(metric, took, {"db_system_name": system, "db_operation_name": operation})
    if system and (metric := _declared("(db|database)_query_duration_seconds", target, actor.part)):
        actor.meters.observe(metric, took, {"operation": operation.lower()})
    if target.kind == "external-service" and (metric := actor.part.metric("external_call_duration_seconds")):
        labels = {"provider": target.name, "status": "failure" if broken else "success"}
        actor.meters.observe(metric, took, labels)


def _declared(pattern: str, *parts: Part) -> str | None:
    return next((name for part in parts if (name := part.metric(pattern))), None)
