"""`mask_personal_data` in a real gateway: who it was is masked in records and spans, and secrets still are."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from configs.collector.gateway import GatewayInput, Loki, gateway
from configs.collector.parts import Listen
from tests.configs import collectors
from tests.configs.collector_examples import CATALOG
from tests.configs.sink import Record, Sink, any_value, attributes, pairs, send, sink
from tests.configs.wired import SECONDS

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123"
RESOURCE = {"service.namespace": "cloudmart", "service.name": "backend"}


@dataclass(frozen=True)
class Masking:
    """A running gateway, and the sink behind it: the samplers' place too."""

    sink: Sink
    listen: Listen

    def log(self, mark: str, body: Any, **given: Any) -> Record:
        """What is stored of a record with ``body``, which has ``mark`` in it."""
        request = ExportLogsServiceRequest()
        block = request.resource_logs.add()
        block.resource.attributes.extend(attributes(RESOURCE))
        block.scope_logs.add().log_records.add(
            time_unix_nano=time.time_ns(), body=any_value(body), attributes=attributes(given)
        )
        send(self.listen, "/v1/logs", request)
        (record,) = collectors.wait_for(lambda: [one for one in self.sink.logs if mark in one.name], SECONDS)
        return record


@pytest.fixture(scope="module")
def masking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Masking]:
    folder = tmp_path_factory.mktemp("masking")
    runtime = collectors.runtime(folder)
    with sink() as backends:
        store = f"http://127.0.0.1:{backends.http}"
        config = gateway(
            GatewayInput(
                cluster="test",
                environment="dev",
                systems=CATALOG.systems,
                loki=Loki(url=store),
                prometheus=[store],
                samplers=[f"127.0.0.1:{backends.grpc}"],
                masks_persons=True,
                runtime=runtime,
            )
        )
        with collectors.running(config, runtime, folder):
            yield Masking(sink=backends, listen=runtime.listen)


def test_a_line_loses_users_addresses_cards_and_tokens_and_keeps_the_rest(masking: Masking) -> None:
    line = (
        "login 17 failed username=ann remote_addr=203.0.113.9 path=/login: mail to jane@example.com, "
        f"card 4111 1111 1111 1111, token {TOKEN}"
    )
    assert masking.log("login 17", line).name == (
        "login 17 failed username=**** remote_addr=**** path=/login: mail to ****, card ****, token ****"
    )


def test_an_access_log_loses_its_client_and_its_user(masking: Masking) -> None:
    line = '203.0.113.9 - ann [10/Oct/2026:13:55:36 +0000] "GET /seventeen HTTP/1.1" 200 12'
    assert masking.log("seventeen", line).name == (
        '**** - **** [10/Oct/2026:13:55:36 +0000] "GET /seventeen HTTP/1.1" 200 12'
    )


def test_json_stays_json(masking: Masking) -> None:
    fields = {"message": "paid 17", "client_ip": "203.0.113.9", "user_id": 4711, "password": "hunter2", "n": 3}
    kept = json.loads(masking.log("paid 17", json.dumps(fields)).name)
    assert kept == {**fields, "client_ip": "****", "user_id": "****", "password": "****"}


def test_fields_of_a_body_and_attributes_are_masked_by_their_keys_at_any_depth(masking: Masking) -> None:
    body = {"text": "fields 17", "deep": {"x-forwarded-for": "203.0.113.9, 10.0.0.1", "userAgent": "curl"}}
    record = masking.log("fields 17", body, **{"client.address": "203.0.113.9", "enduser.id": "ann", "users": 2})
    assert "203.0.113.9" not in record.name
    assert "curl" in record.name
    assert record.attributes.items() >= {"client.address": "****", "enduser.id": "****", "users": 2}.items()


def test_a_span_loses_them_in_attributes_events_and_status(masking: Masking) -> None:
    request = ExportTraceServiceRequest()
    block = request.resource_spans.add()
    block.resource.attributes.extend(attributes(RESOURCE))
    span = block.scope_spans.add().spans.add(
        trace_id=(17).to_bytes(16, "big"),
        span_id=(17).to_bytes(8, "big"),
        name="GET /orders",
        start_time_unix_nano=time.time_ns(),
        end_time_unix_nano=time.time_ns(),
        attributes=attributes(
            {"client.address": "203.0.113.9", "user.name": "ann", "card": "4111111111111111", "http.route": "/orders"}
        ),
    )
    span.status.code = Status.STATUS_CODE_ERROR
    span.status.message = f"user=ann refused for jane@example.com with {TOKEN}"
    span.events.add(name="exception", attributes=attributes({"exception.message": "no username=ann here"}))
    send(masking.listen, "/v1/traces", request)

    (kept,) = collectors.wait_for(lambda: list(masking.sink.spans), SECONDS)

    assert {key: kept.attributes[key] for key in ("client.address", "user.name", "card", "http.route")} == {
        "client.address": "****",
        "user.name": "****",
        "card": "****",
        "http.route": "/orders",
    }
    assert kept.value.status.message == "user=**** refused for **** with ****"
    (event,) = kept.value.events
    assert pairs(event.attributes)["exception.message"] == "no username=**** here"
