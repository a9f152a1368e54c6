"""The configuration of the agent and of the cluster's single collector."""

import re

import pytest

from configs.collector.agent import AgentInput, agent
from configs.collector.cluster import ClusterInput, cluster
from configs.collector.logs import CONTINUATION
from configs.collector.ottl import quote
from tests.configs.collector_examples import CLUSTER, CONFIGS

AGENT = CONFIGS["agent"]


@pytest.mark.parametrize(
    "line",
    [
        "    at com.shop.Cart.add(Cart.java:17)",
        "\tat main.go:12",
        "",
        "Caused by: java.io.IOException: broken pipe",
        "Traceback (most recent call last):",
        "shop.cart.CartError: no such cart",
        "TypeError: x is undefined",
        "goroutine 17 [running]:",
        "created by net/http.(*Server).Serve",
    ],
)
def test_a_line_of_a_stack_trace_continues_the_record(line: str) -> None:
    assert re.search(CONTINUATION, line)


@pytest.mark.parametrize(
    "line",
    [
        '{"timestamp":"2026-01-02T03:04:05Z","level":"ERROR"}',
        "2026-01-02 03:04:05 ERROR it broke",
        '203.0.113.7 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1',
        "ERROR could not ship",
        "Listening on port 8080",
        "Error while shipping order 7",
        "panic: runtime error: index out of range",
        "level=info msg=ready",
    ],
)
def test_any_other_line_starts_a_record(line: str) -> None:
    assert not re.search(CONTINUATION, line)


def test_the_collectors_do_not_collect_themselves() -> None:
    exclude = AGENT["receivers"]["file_log"]["exclude"]

    assert exclude == ["/var/log/pods/node-agents_otel-agent-*/*/*.log", "/var/log/pods/collectors_*/*/*.log"]


def test_files_are_read_from_where_the_last_agent_stopped_and_wait_while_the_gateway_is_away() -> None:
    receiver = AGENT["receivers"]["file_log"]

    assert receiver["storage"] == "file_storage"
    assert receiver["start_at"] == "beginning"
    assert receiver["retry_on_failure"] == {"enabled": True, "max_elapsed_time": "0s"}


def test_the_parts_of_a_long_line_are_joined_before_lines_are() -> None:
    assert [operator["type"] for operator in AGENT["receivers"]["file_log"]["operators"]] == ["container", "recombine"]


def test_an_agent_watches_the_pods_of_its_own_node_only() -> None:
    assert AGENT["processors"]["k8s_attributes"]["filter"] == {"node_from_env_var": "OTEL_K8S_NODE_NAME"}


def test_system_and_component_come_from_the_labels_that_kubernetes_recommends() -> None:
    labels = AGENT["processors"]["k8s_attributes"]["extract"]["labels"]

    assert {label["key"]: label["tag_name"] for label in labels} == {
        "app.kubernetes.io/part-of": "k8s.pod.label.app.kubernetes.io/part-of",
        "app.kubernetes.io/name": "k8s.pod.label.app.kubernetes.io/name",
    }


def test_older_protocols_are_heard_on_the_ports_their_clients_know() -> None:
    assert AGENT["receivers"]["zipkin"] == {"endpoint": "${env:MY_POD_IP}:9411"}
    assert AGENT["receivers"]["jaeger"]["protocols"] == {
        "grpc": {"endpoint": "${env:MY_POD_IP}:14250"},
        "thrift_http": {"endpoint": "${env:MY_POD_IP}:14268"},
    }


def test_node_metrics_are_the_ratios_that_no_other_source_gives() -> None:
    scrapers = AGENT["receivers"]["host_metrics"]["scrapers"].values()
    metrics = [AGENT["receivers"]["kubeletstats"]["metrics"], *(scraper["metrics"] for scraper in scrapers)]

    switched = {name: state["enabled"] for group in metrics for name, state in group.items()}

    assert len([name for name, on in switched.items() if on]) == 11
    assert all(on is name.endswith("utilization") for name, on in switched.items())


def test_the_node_has_series_of_its_own() -> None:
    (group,) = AGENT["processors"]["transform/sender"]["metric_statements"]
    node = 'resource.attributes["k8s.node.name"]'

    assert f'set({node}, "${{env:OTEL_K8S_NODE_NAME}}") where {node} == nil' in group["statements"]
    assert AGENT["service"]["pipelines"]["metrics"]["processors"].index("transform/sender") > 0


def test_an_agent_without_node_metrics_asks_no_kubelet() -> None:
    config = agent(AgentInput(node_metrics=False))

    assert not {"host_metrics", "kubeletstats"} & set(config["receivers"])
    assert config["service"]["pipelines"]["metrics"]["receivers"] == ["otlp"]


def test_an_agent_outside_of_kubernetes_asks_neither_the_kubelet_nor_the_api_server() -> None:
    config = agent(AgentInput(kubernetes=False))

    assert "k8s_attributes" not in config["processors"]
    assert "kubeletstats" not in config["receivers"]
    assert "host_metrics" in config["receivers"]


def test_events_and_audit_go_through_the_gateway_as_the_platforms_own() -> None:
    config = cluster(CLUSTER)

    assert config["receivers"]["k8sobjects"]["objects"][0]["mode"] == "watch"
    audit = config["receivers"]["aws_cloudwatch/audit"]
    assert audit["storage"] == "file_storage"
    assert audit["logs"]["groups"]["named"] == {"/aws/eks/main/cluster": {"prefixes": ["kube-apiserver-audit"]}}
    for name in ("events", "audit"):
        assert config["processors"][f"resource/{name}"]["attributes"][0]["value"] == "platform"
        assert config["service"]["pipelines"][f"logs/{name}"]["exporters"] == ["otlp_grpc/gateway"]
    assert config["exporters"]["otlp_grpc/gateway"]["endpoint"] == "otel-gateway.collectors.svc:4317"


def test_there_is_no_audit_where_the_control_plane_writes_none() -> None:
    config = cluster(ClusterInput(region="eu-central-1"))

    assert list(config["service"]["pipelines"]) == ["logs/events"]
    assert "aws_cloudwatch/audit" not in config["receivers"]


def test_a_literal_survives_quotes_backslashes_and_dollars() -> None:
    assert quote('a"b\\d${1}') == '"a\\"b\\\\d$${1}"'
