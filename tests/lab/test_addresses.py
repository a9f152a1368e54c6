"""Addresses of the cluster become addresses of this machine, and none leads elsewhere."""

from pathlib import Path

import pytest

from lab.addresses import local, refuse_outward
from lab.layout import Layout
from lab.ports import Ports
from model import names
from model.problems import BadInput


@pytest.mark.parametrize(
    ("deployed", "server", "port"),
    [
        (names.prometheus_replica(0), "prometheus", 9090),
        (names.prometheus_replica(1), "prometheus", 9090),
        (names.service(names.PROMETHEUS, names.MONITORING, 9090, "http"), "prometheus", 9090),
        (names.alertmanager_replica(0), "alertmanager", 9093),
        (names.service(names.LOKI_GATEWAY, names.LOGGING, 80, "http"), "loki", 3100),
        ("http://loki-gateway.logging.svc.cluster.local", "loki", 3100),
        (names.service(names.JAEGER, names.TRACING, 4317), "jaeger", 4317),
        (names.service(names.COLLECTOR_GATEWAY, names.COLLECTORS, 4317), "otel-gateway", 4317),
        ("otel-sampler.collectors.svc:4317", "otel-sampler", 4317),
        (names.service(names.BLACKBOX_EXPORTER, names.MONITORING, 9115), "blackbox", 9115),
    ],
)
def test_each_service_of_the_platform_has_its_stand_in(tmp_path: Path, deployed: str, server: str, port: int) -> None:
    ports = Ports(Layout(tmp_path))
    scheme = "http://" if deployed.startswith("http://") else ""

    assert local(f"{deployed}/path", ports, "x") == f"{scheme}127.0.0.1:{ports.of(server, port)}/path"


def test_several_addresses_in_one_text_are_all_replaced(tmp_path: Path) -> None:
    both = f"{names.alertmanager_replica(0)},{names.alertmanager_replica(1)}"

    assert ".svc" not in local(both, Ports(Layout(tmp_path)), "x")


def test_a_service_without_a_stand_in_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"elasticsearch-es-http\.logging\.svc:9200.*otel-gateway"):
        local("https://elasticsearch-es-http.logging.svc:9200", Ports(Layout(tmp_path)), "the gateway's configuration")


def test_a_way_out_of_this_machine_is_refused() -> None:
    refuse_outward({"a": {"endpoint": "http://127.0.0.1:1/x"}, "b": ["localhost:3", "127.0.0.1:2"]}, "exporters")

    with pytest.raises(BadInput, match=r"https://traces\.example\.com"):
        refuse_outward({"zipkin": {"endpoint": "https://traces.example.com/api"}}, "exporters")
