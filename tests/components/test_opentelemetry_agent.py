"""The agent's release: what it may read, what it opens, and the traps of its chart."""

from pathlib import Path
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.chart import pinned_chart
from components.opentelemetry_agent import OpenTelemetryAgent, OpenTelemetryAgentArgs, values
from configs.collector.agent import AgentInput, agent
from configs.collector.release import IMAGE_TAG
from tests.synth import synth

ARGS = OpenTelemetryAgentArgs(namespace="node-agents", config=AgentInput())
VALUES = values(ARGS)


def release(args: OpenTelemetryAgentArgs = ARGS) -> dict[str, Any]:
    return synth(lambda: OpenTelemetryAgent("agent", args)).only(kubernetes.helm.v3.Release).inputs


def test_the_release_is_named_as_others_call_its_service() -> None:
    inputs = release()

    assert (inputs["name"], inputs["namespace"], inputs["chart"]) == (
        "otel-agent",
        "node-agents",
        "opentelemetry-collector",
    )
    assert inputs["values"]["fullnameOverride"] == "otel-agent"


def test_trap_mode_and_image_have_no_default() -> None:
    assert VALUES["mode"] == "daemonset"
    assert VALUES["image"]["repository"].endswith("/opentelemetry-collector-contrib")


def test_trap_an_image_of_another_version_than_the_charts_does_not_know_its_component_names() -> None:
    assert pinned_chart("opentelemetry-collector").app_version == IMAGE_TAG
    assert VALUES["image"]["tag"] == IMAGE_TAG


def test_trap_the_charts_own_configuration_would_be_merged_into_config() -> None:
    assert "config" not in VALUES
    assert VALUES["alternateConfig"] == agent(ARGS.config)


def test_trap_presets_stand_before_the_memory_limiter_so_there_are_none() -> None:
    assert "presets" not in VALUES


def test_trap_ports_of_the_node_are_open_by_default() -> None:
    ports = VALUES["ports"]

    opened = {name for name, port in ports.items() if port["enabled"]}
    assert opened == {"otlp", "otlp-http", "jaeger-grpc", "jaeger-thrift", "zipkin", "metrics"}
    assert not ports["jaeger-compact"]["enabled"]
    # null deletes the chart's 4317, 4318, ...; left out, it would stay.
    for name in opened - {"metrics"}:
        assert ports[name]["hostPort"] is None


def test_trap_a_service_monitor_needs_the_metrics_port_and_a_daemonset_has_no_service() -> None:
    assert VALUES["serviceMonitor"]["enabled"]
    assert VALUES["ports"]["metrics"]["enabled"]
    assert VALUES["service"] == {"enabled": True}


def test_trap_resources_are_empty_by_default() -> None:
    assert VALUES["resources"] == {
        "requests": {"cpu": "100m", "memory": "512Mi"},
        "limits": {"memory": "512Mi"},
    }


def test_trap_component_names_are_the_new_ones_of_the_charts_version() -> None:
    config = VALUES["alternateConfig"]

    assert "file_log" in config["receivers"]
    assert "k8s_attributes" in config["processors"]
    assert not {"filelog", "k8sattributes"} & {*config["receivers"], *config["processors"]}


def test_trap_the_health_check_is_what_the_probes_ask() -> None:
    assert VALUES["alternateConfig"]["extensions"]["health_check"]["endpoint"].endswith(":13133")
    assert "health_check" in VALUES["alternateConfig"]["service"]["extensions"]


def test_it_reads_the_nodes_files_and_writes_its_queue_alone() -> None:
    mounts = {mount["name"]: mount for mount in VALUES["extraVolumeMounts"]}
    volumes = {volume["name"]: volume["hostPath"]["path"] for volume in VALUES["extraVolumes"]}

    assert volumes == {"pod-logs": "/var/log/pods", "queue": "/var/lib/otelcol", "host": "/"}
    assert {name for name, mount in mounts.items() if not mount.get("readOnly")} == {"queue"}
    assert VALUES["alternateConfig"]["extensions"]["file_storage"]["directory"] == mounts["queue"]["mountPath"]
    assert VALUES["alternateConfig"]["receivers"]["host_metrics"]["root_path"] == mounts["host"]["mountPath"]


def test_without_node_metrics_the_nodes_root_stays_out_of_sight() -> None:
    given = values(OpenTelemetryAgentArgs(namespace="node-agents", config=AgentInput(node_metrics=False)))

    assert {volume["name"] for volume in given["extraVolumes"]} == {"pod-logs", "queue"}


def test_it_is_root_without_roots_powers() -> None:
    context = VALUES["securityContext"]

    assert context["runAsUser"] == 0
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"] is True
    assert context["allowPrivilegeEscalation"] is False


def test_it_runs_on_every_node_and_may_read_what_its_configuration_asks_for() -> None:
    assert VALUES["tolerations"] == [{"operator": "Exists"}]
    may = {kind for rule in VALUES["clusterRole"]["rules"] for kind in rule["resources"]}
    assert {"pods", "namespaces", "replicasets", "nodes/stats"} <= may
    assert not {"secrets", "configmaps"} & may


@pytest.mark.parametrize("given", [None, "node-critical"])
def test_a_priority_class_is_passed_on_where_there_is_one(given: str | None) -> None:
    made = values(OpenTelemetryAgentArgs(namespace="n", config=AgentInput(), priority_class=given))

    assert made.get("priorityClassName") == given


def test_the_log_folder_is_the_one_that_the_configuration_reads() -> None:
    (include,) = VALUES["alternateConfig"]["receivers"]["file_log"]["include"]

    assert Path(include).is_relative_to("/var/log/pods")
