"""Follows every path of docs/data-paths.md: from the sender's configuration to a port that the receiver opens."""

import re
from pathlib import Path
from typing import Any

import pytest

from components import jaeger as jaeger_component
from components import opentelemetry_agent, opentelemetry_gateway
from configs.collector.agent import AgentInput
from configs.stores import jaeger
from model import names
from tests.components.test_opentelemetry_gateway import ARGS
from tests.configs.collector_examples import CONFIGS

PAGE = (Path(__file__).parents[2] / "docs" / "data-paths.md").read_text(encoding="utf-8")
JAEGER = jaeger.JaegerInput(storage=jaeger.Memory(), prometheus="http://prometheus:9090", grafana="https://grafana")

# Service -> values of its release.
RELEASES: dict[str, dict[str, Any]] = {
    "otel-agent.node-agents": opentelemetry_agent.values(
        opentelemetry_agent.OpenTelemetryAgentArgs(namespace=names.NODE_AGENTS, config=AgentInput())
    ),
    "otel-gateway.collectors": opentelemetry_gateway.gateway_values(ARGS),
    "otel-sampler.collectors": opentelemetry_gateway.sampler_values(ARGS),
}
DRAWN = sorted(set(re.findall(r"`([a-z-]+\.[a-z-]+)\.svc:([0-9]+)`", PAGE)))


def listens(config: Any) -> set[int]:
    """Every port that receivers of a configuration listen on."""
    return {int(port) for port in re.findall(r"'endpoint': '[^']*:([0-9]+)'", str(config["receivers"]))}


@pytest.mark.parametrize(("service", "port"), DRAWN, ids=[f"{service}:{port}" for service, port in DRAWN])
def test_the_receiver_opens_the_port_and_listens_on_it(service: str, port: str) -> None:
    if service == f"{names.JAEGER}.{names.TRACING}":
        # The chart opens all of Jaeger's ports, also those that nobody listens on.
        values = jaeger_component.values(jaeger_component.JaegerArgs(namespace=names.TRACING, config=JAEGER))
        assert int(port) in listens(values["userconfig"])
        return
    release = RELEASES[service]
    opened = {known["containerPort"] for known in release["ports"].values() if known["enabled"]}
    assert int(port) in opened
    assert int(port) in listens(release["alternateConfig"])
    assert release["fullnameOverride"] == service.partition(".")[0]


@pytest.mark.parametrize(("service", "release"), RELEASES.items(), ids=RELEASES.keys())
def test_every_open_port_is_drawn(service: str, release: dict[str, Any]) -> None:
    opened = {
        str(port["containerPort"])
        for name, port in release["ports"].items()
        if port["enabled"] and name != "metrics"  # one line for all of them
    }
    drawn = {port for known, port in DRAWN if known == service}
    # The gateway also takes OTLP over HTTP, for senders that no node's agent serves.
    assert opened - drawn <= {"4318"}


def test_senders_call_the_services_that_are_drawn() -> None:
    endpoints = {
        CONFIGS["agent"]["exporters"]["otlp_grpc/gateway"]["endpoint"],
        CONFIGS["agent"]["exporters"]["otlp_grpc/gateway-metrics"]["endpoint"],
        CONFIGS["cluster"]["exporters"]["otlp_grpc/gateway"]["endpoint"],
        CONFIGS["sampler"]["exporters"]["otlp_grpc/jaeger"]["endpoint"],
    }
    resolver = CONFIGS["gateway"]["exporters"]["load_balancing"]["resolver"]["dns"]
    endpoints.add(f"{resolver['hostname']}:{resolver['port']}")

    for endpoint in endpoints:
        assert f"`{endpoint}`" in PAGE


def test_own_metrics_and_health_are_where_scrapes_and_probes_look() -> None:
    for release in RELEASES.values():
        (reader,) = release["alternateConfig"]["service"]["telemetry"]["metrics"]["readers"]
        assert reader["pull"]["exporter"]["prometheus"]["port"] == release["ports"]["metrics"]["containerPort"] == 8888
        assert release["alternateConfig"]["extensions"]["health_check"]["endpoint"].endswith(":13133")
