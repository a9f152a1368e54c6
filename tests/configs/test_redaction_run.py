"""Real lines with secrets, and what is left of them."""

import json
import time

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests.configs.collectors import wait_for
from tests.configs.sink import any_value, attributes, send
from tests.configs.wired import POD, SECONDS, Platform, structured

SECRETS = {
    "a Visa card": ("paid with 4111 1111 1111 1111 ok", "4111 1111 1111 1111"),
    "a Mastercard": ("paid with 5500005555555559 ok", "5500005555555559"),
    "an American Express card": ("paid with 3782-822463-10005 ok", "3782-822463-10005"),
    "a JSON Web Token": ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123 back", "eyJzdWIiOiIxMjM0In0"),
    "a bearer token": ("sent Bearer abcdefghijklmnop0123456789 on", "abcdefghijklmnop0123456789"),
    "a basic authorization": ("sent Authorization: Basic dXNlcjpwYXNz on", "dXNlcjpwYXNz"),
    "an AWS key": ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
    "a mail address": ("mail to jane.doe+shop@example.co.uk sent", "jane.doe+shop@example.co.uk"),
    "a password in a form": ("POST user=jane&password=hunter2&x=1 done", "hunter2"),
    "an API key in a query": ("GET /v1?api_key=abc123def&x=1 done", "abc123def"),
    "a password in prose": ("login with password: hunter2 failed", "hunter2"),
    "a password in an address": ("dial postgres://shop:hunter2@db:5432/orders failed", "hunter2"),
}


@pytest.fixture(scope="module")
def lines_with_secrets(platform: Platform) -> None:
    """All written at once: each would wait for its batch."""
    lines = [structured(message=f"{case}: {line}") for case, (line, _) in SECRETS.items()]
    platform.write(POD, "backend", *lines)


@pytest.mark.usefixtures("lines_with_secrets")
@pytest.mark.parametrize("case", SECRETS)
def test_a_secret_in_a_line_is_masked_and_the_rest_stays(platform: Platform, case: str) -> None:
    line, secret = SECRETS[case]

    message = json.loads(platform.log(f"{case}: ").name)["message"]

    before, after = line.split(secret)
    assert secret not in message
    assert message.startswith(f"{case}: {before.split(' ')[0]}")
    assert message.endswith(after.split(" ")[-1])
    assert "****" in message


def test_a_secret_under_its_key_is_masked_and_the_line_stays_json(platform: Platform) -> None:
    platform.write(
        POD,
        "backend",
        structured(
            message="keys", password='a"b\\c', accessToken="t0p", cvv=123, nested={"api_key": "k"}, input_tokens=12
        ),
    )

    body = json.loads(platform.log('"keys"').name)

    assert (body["password"], body["accessToken"], body["cvv"]) == ("****", "****", "****")
    assert body["nested"] == {"api_key": "****"}
    assert body["input_tokens"] == 12


def test_what_only_looks_like_a_secret_stays(platform: Platform) -> None:
    harmless = (
        "order 4111-22 took 1732185600123 ms of 1732185600123456789, tokens=12, "
        "uuid 12345678-4444-4444-4444-444444444444"
    )
    platform.write(POD, "backend", structured(message=harmless))

    assert harmless in platform.log("order 4111-22").name


def test_a_record_of_an_sdk_is_redacted_at_any_depth_and_not_held_to_the_contract(platform: Platform) -> None:
    request = ExportLogsServiceRequest()
    block = request.resource_logs.add()
    block.resource.attributes.extend(attributes({"service.namespace": "cloudmart", "service.name": "backend"}))
    block.scope_logs.add().log_records.add(
        time_unix_nano=time.time_ns(),
        body=any_value({"text": "from an sdk", "deep": {"card": 4111111111111111, "password": "hunter2"}}),
        attributes=attributes({"db.password": "hunter2", "to": "jane@example.com", "n": 4111111111111111}),
    )
    send(platform.agent.listen, "/v1/logs", request)

    record = platform.log("from an sdk")

    assert "4111111111111111" not in record.name
    assert "hunter2" not in record.name
    assert (record.attributes["db.password"], record.attributes["to"]) == ("****", "****")
    assert record.attributes["n"] == "****"
    assert "log.malformed" not in record.attributes


def test_a_metric_carries_system_component_and_cluster_and_no_secret(platform: Platform) -> None:
    request = ExportMetricsServiceRequest()
    block = request.resource_metrics.add()
    block.resource.attributes.extend(attributes({"service.namespace": "cloudmart", "service.name": "backend"}))
    metric = block.scope_metrics.add().metrics.add(name="cloudmart.carts")
    metric.gauge.data_points.add(
        as_int=3, time_unix_nano=time.time_ns(), attributes=attributes({"customer": "jane@example.com", "n": 16})
    )
    send(platform.agent.listen, "/v1/metrics", request)

    (point, *_) = wait_for(lambda: platform.points("cloudmart.carts"), SECONDS)

    assert point.attributes == {
        "customer": "****",
        "n": 16,
        "system": "cloudmart",
        "component": "backend",
        "cluster": "test",
    }
