"""What strangers send costs only them: the real collector between bad senders and the real Prometheus and Loki."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import ResourceMetrics

from configs.collector.gateway import GatewayInput, Loki, gateway
from configs.collector.parts import Runtime
from tests.configs import collectors, servers, strangers
from tests.configs.collector_examples import CATALOG
from tests.configs.collectors import wait_for
from tests.configs.loki_examples import on_this_machine
from tests.configs.servers import get
from tests.configs.sink import attributes, post

SECONDS = 30
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@dataclass(frozen=True)
class Stores:
    """A gateway, and URLs of the stores behind it."""

    gateway: Runtime
    prometheus: str
    loki: str

    def series(self, selector: str) -> dict[str, float]:
        """Component -> sample, of the series that a Prometheus has for ``selector``."""
        answer = get(self.prometheus, "/api/v1/query", query=selector)
        assert answer, f"no JSON for {selector}"
        return {
            each["metric"].get("component", ""): float((each.get("value") or [0, "nan"])[1])
            for each in answer["data"]["result"]
        }

    def streams(self, selector: str) -> list[dict[str, Any]]:
        """Streams of Loki, each with its lines."""
        hours, now = strangers.HOUR, time.time_ns()
        answer = get(self.loki, "/loki/api/v1/query_range", query=selector, start=now - hours, end=now + hours)
        return list(answer["data"]["result"]) if answer else []


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, prometheus: str) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("strangers")
    runtime = collectors.runtime(folder / "gateway")
    with servers.running_loki(folder, on_this_machine(folder)) as port:
        config = gateway(
            GatewayInput(
                cluster="test",
                environment="dev",
                systems=CATALOG.systems,
                loki=Loki(url=f"http://127.0.0.1:{port}"),
                prometheus=[prometheus],
                samplers=["127.0.0.1:1"],
                runtime=runtime,
            )
        )
        with collectors.running(config, runtime, folder / "gateway"):
            yield Stores(gateway=runtime, prometheus=prometheus, loki=f"http://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def sent(stores: Stores) -> Stores:
    """All cases at once, so that they share the requests to the stores."""
    port = stores.gateway.listen.otlp_http
    for case, (_, _, fill) in strangers.METRICS.items():
        post(port, "/v1/metrics", strangers.metrics_request(case, f"strange.{case}", fill), PROTOBUF)
    for case, name in strangers.NAMES.items():
        post(port, "/v1/metrics", strangers.metrics_request(f"name-{case}", name, strangers.number()), PROTOBUF)
    for case, (_, of_log) in strangers.LOGS.items():
        post(port, "/v1/logs", strangers.logs_request(case, of_log), PROTOBUF)
    wait_for(lambda: len(stores.streams('{service_name=~"writer-.*"}')) >= len(strangers.LOGS), SECONDS)
    return stores


@pytest.mark.parametrize("case", [*strangers.METRICS, *(f"name-{name}" for name in strangers.NAMES)])
def test_the_points_of_others_are_stored(sent: Stores, case: str) -> None:
    assert wait_for(lambda: len(sent.series(f'good{{case="{case}"}}')) == 2, SECONDS)


@pytest.mark.parametrize("case", strangers.METRICS)
def test_what_can_be_kept_of_the_stranger_is_kept_and_the_fault_is_counted_for_it(sent: Stores, case: str) -> None:
    fault, kept, _ = strangers.METRICS[case]
    name = f"strange_{case.replace('-', '_')}"
    who = f"stranger-{case}"

    found = sent.series(f'{{__name__=~"{name}(_total|_sum)?",component="{who}"}}')

    assert bool(found) is kept
    counted = f'telemetry_faults_total{{system="strange",component="{who}"}}'
    if fault is None:
        assert not sent.series(counted)
    else:
        assert wait_for(lambda: sent.series(f'{counted} and {{telemetry_fault="{fault}"}}'), SECONDS) == {who: 1}


@pytest.mark.parametrize("case", strangers.NAMES)
def test_a_metric_whose_name_no_store_can_take_is_counted(sent: Stores, case: str) -> None:
    counted = f'telemetry_faults_total{{component="stranger-name-{case}",telemetry_fault="invalid-name"}}'

    assert wait_for(lambda: sent.series(counted), SECONDS) == {f"stranger-name-{case}": 1}


@pytest.mark.parametrize("case", strangers.LOGS)
def test_all_ten_records_are_kept_and_the_one_that_was_cut_says_so(sent: Stores, case: str) -> None:
    fault, _ = strangers.LOGS[case]
    who = f"writer-{case}"

    def lines(service: str) -> int:
        found = sent.streams(f'{{service_name="{service}"}} | case="{case}"')
        return sum(len(stream["values"]) for stream in found)

    assert wait_for(lambda: lines("first") == 9, SECONDS)
    (stream,) = wait_for(lambda: sent.streams(f'{{service_name="{who}"}}'), SECONDS)
    assert stream["stream"].get("telemetry_fault") == fault
    if fault:
        counted = f'telemetry_faults_total{{system="strange",component="{who}",telemetry_fault="{fault}"}}'
        assert wait_for(lambda: sent.series(counted), SECONDS) == {who: 1}


def test_a_stack_trace_keeps_its_beginning(sent: Stores) -> None:
    (stream,) = wait_for(lambda: sent.streams('{service_name="writer-stack-trace"}'), SECONDS)

    trace = stream["stream"]["exception_stacktrace"]
    assert trace.startswith("\tat Shop.java")
    assert trace.endswith("...[cut]")
    assert len(trace) == 8192


@pytest.fixture(scope="module")
def twice(stores: Stores) -> Stores:
    """Two points at one time of each kind of duplicate: in one request, and then the second again in another."""
    port, now = stores.gateway.listen.otlp_http, time.time_ns()
    for case in strangers.DUPLICATES:
        both = strangers.duplicates(case, now, (1, 2))
        post(port, "/v1/metrics", strangers.among_others(f"{case}-together", both), PROTOBUF)
    last = f"{case}-together"
    wait_for(lambda: len(stores.series(f'good{{case="{last}"}}')) == 2, SECONDS)
    for case in strangers.DUPLICATES:
        again = strangers.duplicates(case, now, (1, 3))[-1]
        post(port, "/v1/metrics", strangers.request_of(again), PROTOBUF)
        post(port, "/v1/metrics", strangers.among_others(f"{case}-apart", []), PROTOBUF)
    return stores


@pytest.mark.parametrize("case", strangers.DUPLICATES)
def test_two_points_of_a_series_at_one_time_cost_only_one_of_them(twice: Stores, case: str) -> None:
    assert wait_for(lambda: len(twice.series(f'good{{case="{case}-together"}}')) == 2, SECONDS)
    assert wait_for(lambda: len(twice.series(f'good{{case="{case}-apart"}}')) == 2, SECONDS)
    assert twice.series(f'{{__name__=~"x.*",component="stranger-{case}"}}')


def test_pods_without_an_instance_have_series_of_their_own(stores: Stores) -> None:
    def of(**resource: str) -> bytes:
        block = ResourceMetrics()
        block.resource.attributes.extend(attributes({"service.name": "no-instance", **resource}))
        strangers.number()(block.scope_metrics.add().metrics.add(name="here"))
        return strangers.request_of(block)

    for resource in (
        {"k8s.pod.name": "a", "k8s.node.name": "n"},
        {"k8s.pod.name": "a", "k8s.container.name": "sidecar", "k8s.node.name": "n"},
        {"k8s.pod.name": "b", "service.instance.id": "own"},
        {"k8s.node.name": "n"},
    ):
        post(stores.gateway.listen.otlp_http, "/v1/metrics", of(**resource), PROTOBUF)

    def instances() -> set[str | None]:
        return {labels.get("instance") for labels in servers.series(stores.prometheus, 'here{component="no-instance"}')}

    assert wait_for(lambda: len(instances()) == 4, SECONDS)
    assert instances() == {"a", "a/sidecar", "own", "n"}


def test_points_of_many_deltas_within_a_millisecond_add_up_and_so_do_their_faults(stores: Stores) -> None:
    who = [f"adds-up-{number}" for number in range(50)]
    for case in who:
        for value in (1, 2, 4):
            request = strangers.metrics_request(case, "adds.up", strangers.counter(strangers.DELTA, value))
            post(stores.gateway.listen.otlp_http, "/v1/metrics", request, PROTOBUF)

    def all_are(selector: str, value: float) -> bool:
        return stores.series(selector) == {f"stranger-{case}": value for case in who}

    # Another replica may have added up another part of the stream: their series are two.
    assert wait_for(lambda: all_are('adds_up_total{converted_by="otel-0"}', 7), SECONDS)
    assert wait_for(lambda: all_are('telemetry_faults_total{component=~"stranger-adds-up-.*"}', 3), SECONDS)
