"""Exporters that come as charts: the traps of each, and that no secret stands in what Helm keeps."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from components import cloudwatch_exporter, elasticsearch_exporter, metrics_server, opencost
from components.chart import pinned_chart
from components.cloudwatch_exporter import CloudWatchExporterArgs
from components.elasticsearch_exporter import ElasticsearchExporterArgs
from components.metrics_server import MetricsServerArgs
from components.opencost import OpenCostArgs
from model import names
from model.account.node_pools import Pool, placement
from model.cluster import network_paths
from model.cluster.workloads import CLOUDWATCH_EXPORTER
from model.metrics import metric_inventory
from model.metrics.cloudwatch_metrics import configuration
from tests.components.example_inputs import JOB

NODES = placement(Pool.OBSERVABILITY)
CLOUDWATCH = cloudwatch_exporter.values(
    CloudWatchExporterArgs(
        namespace="monitoring",
        region="eu-central-1",
        jobs=[JOB],
        role_arn="arn:aws:iam::123456789012:role/cloudwatch",
        priority_class="belfry-platform",
        placement=NODES,
    )
)
ELASTICSEARCH = elasticsearch_exporter.values(
    ElasticsearchExporterArgs(namespace="monitoring", priority_class="belfry-platform", placement=NODES)
)
OPENCOST = opencost.values(
    OpenCostArgs(namespace="monitoring", cluster="main", priority_class="belfry-platform", placement=NODES)
)
METRICS = metrics_server.values(MetricsServerArgs())
CHARTS = {
    cloudwatch_exporter.CHART: CLOUDWATCH,
    elasticsearch_exporter.CHART: ELASTICSEARCH,
    "opencost": OPENCOST,
    "metrics-server": METRICS,
}
every_chart = pytest.mark.parametrize(("chart", "values"), CHARTS.items(), ids=CHARTS.keys())


def found(values: Any, key: str) -> list[Any]:
    """Everything that stands under ``key``, at any depth."""
    if isinstance(values, Mapping):
        here = [values[key]] if key in values else []
        return here + [each for value in values.values() for each in found(value, key)]
    if isinstance(values, list):
        return [each for value in values for each in found(value, key)]
    return []


@every_chart
def test_every_container_asks_for_what_it_needs_and_has_a_limit_of_memory(chart: str, values: dict[str, Any]) -> None:
    for resources in found(values, "resources"):
        assert resources["requests"].keys() == {"cpu", "memory"}
        assert resources["limits"].keys() == {"memory"}
    assert found(values, "resources")


@every_chart
def test_prometheus_finds_it_and_writes_whose_it_is(chart: str, values: dict[str, Any]) -> None:
    (monitor,) = found(values, "serviceMonitor")
    written = {rule["targetLabel"]: rule["replacement"] for rule in monitor["relabelings"]}

    assert monitor["enabled"] is True
    assert written.keys() == {"system", "component"}
    assert written["system"] == "platform"


@pytest.mark.parametrize("values", [CLOUDWATCH, OPENCOST], ids=["cloudwatch", "opencost"])
def test_pods_are_restricted_where_the_chart_leaves_that_to_us(values: dict[str, Any]) -> None:
    assert values["podSecurityContext"]["runAsNonRoot"] is True
    assert values["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = found(values, "securityContext")
    assert container["allowPrivilegeEscalation"] is False
    assert container["capabilities"] == {"drop": ["ALL"]}


def test_they_run_beside_what_watches_and_never_push_others_away() -> None:
    assert {**CLOUDWATCH, **NODES} == CLOUDWATCH
    assert {**ELASTICSEARCH, **NODES} == ELASTICSEARCH
    assert {**OPENCOST["opencost"], **NODES} == OPENCOST["opencost"]
    for values in (CLOUDWATCH, ELASTICSEARCH, OPENCOST):
        assert values["priorityClassName"] == "belfry-platform"


def test_without_nodes_and_classes_of_its_own_nothing_is_reported() -> None:
    plain = cloudwatch_exporter.values(CloudWatchExporterArgs(namespace="monitoring", region="x", jobs=[JOB]))

    assert not {"priorityClassName", "nodeSelector", "tolerations"} & plain.keys()


@pytest.mark.parametrize(
    ("pods", "port"),
    [
        (network_paths.CLOUDWATCH_EXPORTER, CLOUDWATCH["containerPort"]),
        (network_paths.ELASTICSEARCH_EXPORTER, ELASTICSEARCH["service"]["httpPort"]),
        (network_paths.OPENCOST, OPENCOST["opencost"]["exporter"]["apiPort"]),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_prometheus_is_let_through_to_the_port_it_scrapes(pods: network_paths.Pods, port: int) -> None:
    opened = [
        path.ports
        for path in network_paths.PATHS
        if path.sender == network_paths.PROMETHEUS and path.receiver == pods and path.ports
    ]

    assert [[each.pod for each in ports] for ports in opened] == [[port]]


# YACE


def test_the_configuration_is_that_of_the_catalogs_resources() -> None:
    assert yaml.safe_load(CLOUDWATCH["config"]) == configuration([JOB], "eu-central-1")


def test_another_configuration_is_another_pod() -> None:
    other = cloudwatch_exporter.values(CloudWatchExporterArgs(namespace="monitoring", region="eu-west-1", jobs=[JOB]))

    assert other["podAnnotations"] != CLOUDWATCH["podAnnotations"]


def test_trap_yace_runs_once_or_everything_is_paid_for_and_kept_twice() -> None:
    assert CLOUDWATCH["replicaCount"] == 1


def test_trap_yaces_monitor_calls_the_scrape_timeout_timeout() -> None:
    monitor = CLOUDWATCH["serviceMonitor"]

    assert monitor["timeout"] == "30s"
    assert "scrapeTimeout" not in monitor


def test_trap_yaces_monitor_has_no_namespace_of_its_own() -> None:
    assert CLOUDWATCH["serviceMonitor"]["namespace"] == names.MONITORING


def test_cloudwatch_is_asked_every_five_minutes_and_prometheus_asks_more_often_than_it_forgets() -> None:
    assert CLOUDWATCH["extraArgs"] == {"scraping-interval": 300}
    assert CLOUDWATCH["serviceMonitor"]["interval"] == "60s"


def test_the_role_is_for_the_service_account_that_the_chart_makes() -> None:
    account = CLOUDWATCH["serviceAccount"]

    assert account["name"] == CLOUDWATCH_EXPORTER.service_account
    assert account["annotations"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/cloudwatch"}
    identity = cloudwatch_exporter.values(CloudWatchExporterArgs(namespace="monitoring", region="x", jobs=[JOB]))
    assert "annotations" not in identity["serviceAccount"]


def test_whose_metric_of_aws_it_is_comes_from_the_job_and_leaves_no_second_label() -> None:
    system, component, drop = CLOUDWATCH["serviceMonitor"]["metricRelabelings"]

    assert (system["sourceLabels"], system["targetLabel"]) == (["custom_tag_system"], "system")
    assert (component["sourceLabels"], component["targetLabel"]) == (["custom_tag_component"], "component")
    # The exporter's own metrics have no such tag, and an empty one must not take the label away.
    assert system["regex"] == component["regex"] == "(.+)"
    assert drop == {"regex": "custom_tag_.+", "action": "labeldrop"}


def test_no_pod_is_made_for_helm_test() -> None:
    assert CLOUDWATCH["testConnection"] is False


def test_the_catalogs_configuration_holds_no_template_that_helm_would_fill_in() -> None:
    assert "{{" not in CLOUDWATCH["config"]


# Elasticsearch exporter


def test_trap_the_elasticsearch_exporter_looks_for_a_clients_certificate_by_default() -> None:
    tls = ELASTICSEARCH["es"]["ssl"]

    assert tls["enabled"] is True
    assert tls["useExistingSecrets"] is True
    assert tls["client"] == {"enabled": False}
    (mount,) = ELASTICSEARCH["secretMounts"]
    assert mount["secretName"] == names.ELASTICSEARCH_CA_SECRET
    assert tls["ca"]["path"] == f"{mount['path']}/ca.crt"


def test_trap_the_elasticsearch_exporter_has_no_service_account_by_default() -> None:
    assert ELASTICSEARCH["serviceAccount"]["create"] is True
    assert ELASTICSEARCH["serviceAccount"]["automountServiceAccountToken"] is False


def test_user_and_password_of_elasticsearch_come_from_a_secret_and_not_in_the_address() -> None:
    assert ELASTICSEARCH["es"]["uri"] == "https://elasticsearch-es-http.logging.svc:9200"
    assert ELASTICSEARCH["extraEnvSecrets"] == {
        "ES_USERNAME": {"secret": "elasticsearch-user-exporter", "key": "username"},
        "ES_PASSWORD": {"secret": "elasticsearch-user-exporter", "key": "password"},
    }


def test_an_answer_that_comes_too_late_is_seen_before_the_scrape_gives_up() -> None:
    assert ELASTICSEARCH["es"]["timeout"] == "20s"
    assert ELASTICSEARCH["serviceMonitor"]["scrapeTimeout"] == "25s"
    assert ELASTICSEARCH["serviceMonitor"]["interval"] == "30s"


def test_series_for_each_field_setting_and_shard_are_not_made() -> None:
    off = {"indices_settings", "indices_mappings", "shards", "snapshots"}

    assert {key for key in off if ELASTICSEARCH["es"][key]} == set()


# OpenCost


def test_trap_opencosts_server_for_language_models_is_on_by_default_and_open_to_all() -> None:
    assert OPENCOST["opencost"]["mcp"] == {"enabled": False}


def test_opencosts_extras_are_off() -> None:
    extras = ("ui", "carbonCost", "cloudCost", "customPricing")

    assert [OPENCOST["opencost"][extra] for extra in extras] == [{"enabled": False}] * len(extras)
    assert OPENCOST["plugins"] == {"enabled": False}


def test_trap_opencost_asks_a_prometheus_that_no_chart_of_ours_makes_by_default() -> None:
    prometheus = OPENCOST["opencost"]["prometheus"]

    assert prometheus["external"] == {"enabled": False}
    assert prometheus["internal"] == {
        "enabled": True,
        "serviceName": names.PROMETHEUS,
        "namespaceName": names.MONITORING,
        "port": names.PROMETHEUS_PORT,
    }


def test_trap_opencost_repeats_metrics_of_kube_state_metrics() -> None:
    metrics = OPENCOST["opencost"]["metrics"]

    assert metrics["kubeStateMetrics"] == {"emitKsmV1Metrics": False, "emitKsmV1MetricsOnly": False}
    (keep,) = metrics["serviceMonitor"]["metricRelabelings"]
    exporters = metric_inventory.load().exporters
    assert keep["action"] == "keep"
    assert set(keep["regex"].split("|")) == {*exporters["opencost"].metrics, "process_.+"}
    assert not {*exporters["kube-state-metrics"].metrics, *exporters["node-exporter"].metrics} & set(
        keep["regex"].split("|")
    )


def test_trap_opencost_names_clusters_by_a_label_of_its_own() -> None:
    exporter = OPENCOST["opencost"]["exporter"]

    assert exporter["defaultClusterId"] == "main"
    assert exporter["extraEnv"] == {"PROM_CLUSTER_ID_LABEL": "cluster"}


def test_a_cost_belongs_to_the_namespace_of_the_workload_and_not_to_opencosts() -> None:
    assert OPENCOST["opencost"]["metrics"]["serviceMonitor"]["honorLabels"] is True


def test_trap_opencosts_monitor_has_no_namespace_of_its_own() -> None:
    assert OPENCOST["opencost"]["metrics"]["serviceMonitor"]["namespace"] == names.MONITORING


# Metrics server


def test_the_metrics_server_survives_the_drain_of_a_node() -> None:
    assert METRICS["replicas"] == 2
    assert METRICS["podDisruptionBudget"] == {"enabled": True, "minAvailable": 1}
    one = metrics_server.values(MetricsServerArgs(replicas=1))
    # A budget of one for one pod would stop every drain.
    assert one["podDisruptionBudget"] == {"enabled": False}


def test_trap_the_metrics_server_is_where_the_api_server_looks_for_it() -> None:
    assert pinned_chart("metrics-server").namespace == names.KUBE_SYSTEM
    assert pinned_chart("metrics-server").release == names.METRICS_SERVER
