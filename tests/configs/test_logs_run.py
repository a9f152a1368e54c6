"""Lines of containers, and what Loki would get of them."""

import json
import time
from datetime import UTC, datetime

from tests.configs.collector_examples import CATALOG
from tests.configs.collectors import wait_for
from tests.configs.sink import Record
from tests.configs.wired import POD, SECONDS, Platform, structured

PROXY = "alchemorsel_{name}-5c6d_0b1c2d3e-0000-4000-8000-000000000002"


def test_a_line_of_the_contract_becomes_a_record_with_its_fields(platform: Platform) -> None:
    platform.write(
        POD,
        "backend",
        structured(
            level="ERROR",
            message="card declined",
            request_id="req-77",
            correlation_id="req-12345",
            trace_id="0af7651916cd43dd8448eb211c80319c",
            user_id="user-789",
            action="payment_processing",
            error_code="PAYMENT_001",
            duration_ms=245,
        ),
    )

    record = platform.log("card declined")

    assert record.attributes == {
        "request_id": "req-77",
        "correlation_id": "req-12345",
        "user": "user-789",
        "action": "payment_processing",
        "error_code": "PAYMENT_001",
        "duration_ms": 245.0,
        "log.iostream": "stdout",
    }
    assert record.value.severity_text == "ERROR"
    assert record.value.severity_number == 17
    assert record.value.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    body = json.loads(record.name)
    written = datetime.fromisoformat(body["timestamp"])
    assert abs(record.value.time_unix_nano / 1e9 - written.timestamp()) < 0.001


def test_a_record_says_whose_it_is(platform: Platform) -> None:
    platform.write(POD, "backend", structured(message="whose"))

    resource = platform.log("whose").resource

    assert resource["service.namespace"] == "cloudmart"
    assert resource["service.name"] == "backend"
    assert resource["k8s.cluster.name"] == "test"
    assert resource["deployment.environment.name"] == "dev"
    assert resource["k8s.pod.name"] == "backend-7d9f"


def test_a_stack_trace_is_one_record(platform: Platform) -> None:
    platform.write(
        POD.replace("backend-7d9f", "worker-1a2b").replace("cloudmart", "elsewhere"),
        "worker",
        "ERROR could not ship order 1",
        "Traceback (most recent call last):",
        '  File "ship.py", line 7, in ship',
        "    raise ShipError('no truck')",
        "ship.ShipError: no truck",
        "INFO next order",
    )

    assert platform.log("could not ship").name.splitlines()[-1] == "ship.ShipError: no truck"
    assert platform.log("next order").name == "INFO next order"


def test_lines_that_break_the_contract_are_kept_marked_and_counted(platform: Platform) -> None:
    platform.write(POD, "backend", "plain text instead", '{"level":"INFO","message":"no service"}')

    assert platform.log("plain text instead").attributes["log.malformed"] == "not-json"
    assert platform.log("no service").attributes["log.malformed"] == "incomplete"

    def counted(reason: str) -> list[Record]:
        return platform.points("log.lines.malformed", log_malformed=reason, system="cloudmart", component="backend")

    for reason in ("not-json", "incomplete"):
        (point, *_) = wait_for(lambda reason=reason: counted(reason), SECONDS)  # type: ignore[misc]
        assert point.value.as_int == 1
        assert point.attributes["cluster"] == "test"
        assert point.resource["service.instance.id"] == "otel-0"
    assert wait_for(lambda: platform.points("log.lines", system="cloudmart", component="backend"), SECONDS)


def test_an_access_log_becomes_fields(platform: Platform) -> None:
    common = next(
        component.name
        for system in CATALOG.systems
        if system.system == "alchemorsel"
        for component in system.components
        if component.telemetry.logs == "common-log"
    )
    now = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    platform.write(
        PROXY.format(name=common),
        common,
        f'203.0.113.7 - jane [{now}] "GET /recipes/7?token=abc&q=soup HTTP/1.1" 502 157 "-" "curl/8.5" '
        "request_time=0.25 request_id=req-9",
        "something else",
    )

    record = platform.log("203.0.113.7")

    assert record.attributes == {
        "client.address": "203.0.113.7",
        "user": "jane",
        "http.request.method": "GET",
        "url.path": "/recipes/7",
        "url.query": "token=****&q=soup",
        "http.response.status_code": 502,
        "http.response.body.size": 157,
        "user_agent.original": "curl/8.5",
        "request_id": "req-9",
        "duration_ms": 250.0,
        "log.iostream": "stdout",
    }
    assert record.value.severity_text == "ERROR"
    assert abs(record.value.time_unix_nano / 1e9 - time.time()) < 60
    assert platform.log("something else").attributes["log.malformed"] == "not-access-log"


def test_an_outage_of_a_store_loses_nothing(platform: Platform) -> None:
    platform.sink.refusing = True
    platform.write(POD, "backend", structured(message="during the outage"))
    time.sleep(1)
    assert not [record for record in platform.sink.logs if "during the outage" in record.name]
    platform.sink.refusing = False

    assert platform.log("during the outage")
