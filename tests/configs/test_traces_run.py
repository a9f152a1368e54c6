"""Spans and what browsers send: what Jaeger and Prometheus would get of them."""

import json
import time
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from tests.configs.collectors import wait_for
from tests.configs.sink import Record, attributes, post, send
from tests.configs.wired import SECONDS, Platform


def trace(number: int, system: str, *, milliseconds: int = 10, failed: bool = False, **more: Any) -> Any:
    """A trace of one span."""
    request = ExportTraceServiceRequest()
    block = request.resource_spans.add()
    block.resource.attributes.extend(attributes({"service.namespace": system, "service.name": "backend"}))
    span = block.scope_spans.add().spans.add(
        trace_id=number.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        name="GET /orders",
        kind=2,
        start_time_unix_nano=time.time_ns() - milliseconds * 1_000_000,
        end_time_unix_nano=time.time_ns(),
        attributes=attributes(more),
    )
    if failed:
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = "refused for jane@example.com password=hunter2"
    return request


def test_failed_and_slow_traces_are_kept_and_a_share_of_the_rest(platform: Platform) -> None:
    # Ids far apart: the share is decided by a hash of the trace id.
    for number in range(1, 201):
        send(platform.agent.listen, "/v1/traces", trace(number * 7919 << 40, "cloudmart"))
    send(platform.agent.listen, "/v1/traces", trace(1, "cloudmart", failed=True))
    send(platform.agent.listen, "/v1/traces", trace(2, "cloudmart", milliseconds=550, card="4111111111111111"))

    def kept() -> dict[int, Record]:
        return {int.from_bytes(span.value.trace_id, "big"): span for span in list(platform.sink.spans)}

    assert wait_for(lambda: {1, 2} <= kept().keys(), SECONDS), kept().keys()
    time.sleep(1)
    shared = len(kept()) - 2
    assert 5 <= shared <= 40, f"kept {shared} of 200 at 10 %"
    assert kept()[1].value.status.message == "refused for **** password=****"
    assert kept()[2].attributes["card"] == "****"


def test_a_service_that_speaks_zipkin_is_heard(platform: Platform) -> None:
    span = {
        "traceId": "0000000000000000000000000000beef",
        "id": "000000000000beef",
        "name": "old",
        "timestamp": time.time_ns() // 1000,
        "duration": 900_000,
        "localEndpoint": {"serviceName": "scheduler"},
    }
    body = json.dumps([span]).encode()
    post(platform.agent.listen.zipkin, "/api/v2/spans", body, {"Content-Type": "application/json"})

    def calls() -> list[Record]:
        return platform.points("traces.span.metrics.calls", service_name="scheduler")

    assert wait_for(calls, SECONDS)


def test_rates_and_durations_are_made_of_all_spans_with_a_way_back_to_a_trace(platform: Platform) -> None:
    send(platform.agent.listen, "/v1/traces", trace(3 << 40, "bakhmach", failed=True))

    def calls() -> list[Record]:
        return platform.points("traces.span.metrics.calls", system="bakhmach", span_name="GET /orders")

    (point, *_) = wait_for(calls, SECONDS)
    assert point.attributes["component"] == "backend"
    assert point.attributes["status.code"] == "STATUS_CODE_ERROR"
    assert point.attributes["cluster"] == "test"
    assert "collector.instance.id" not in point.attributes
    assert point.resource["service.instance.id"] == "otel-0"
    (duration, *_) = platform.points("traces.span.metrics.duration", system="bakhmach")
    assert duration.value.exemplars[0].trace_id == (3 << 40).to_bytes(16, "big")
    assert duration.value.sum < 1  # seconds


def test_a_browser_sends_web_vitals(platform: Platform) -> None:
    payload = {
        "meta": {
            "app": {"name": "frontend", "namespace": "cloudmart", "version": "1"},
            "page": {"url": "https://shop.example.com/products/123?x=1"},
            "browser": {"mobile": True},
        },
        "measurements": [{"type": "web-vitals", "values": {"lcp": 1234.5}, "timestamp": "2026-01-02T03:04:05.678Z"}],
        "exceptions": [
            {"type": "TypeError", "value": "x of jane@example.com", "timestamp": "2026-01-02T03:04:05.678Z"}
        ],
    }
    origin = "https://shop.example.com"
    headers = {"Content-Type": "application/json", "Origin": origin}
    answer = post(platform.gateway.listen.faro, "/faro", json.dumps(payload).encode(), headers)
    assert answer["Access-Control-Allow-Origin"] == origin

    (point, *_) = wait_for(lambda: platform.points("web.vitals.lcp"), SECONDS)

    assert point.value.sum == pytest.approx(1.2345)
    assert point.attributes == {
        "page": "/products/:id",
        "device": "mobile",
        "system": "cloudmart",
        "component": "frontend",
        "cluster": "test",
    }
    assert wait_for(lambda: platform.points("web.errors", kind="exception"), SECONDS)
    assert "jane" not in platform.log("TypeError").name
