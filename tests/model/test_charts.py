"""The table of charts and the check of values against what a pinned chart accepts."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.charts import Tree, check_values, join_path, read_charts, read_inventory, split_path
from model.problems import BadInput

COMPONENTS = Path(__file__).parents[2] / "components"
TABLE = read_charts(COMPONENTS)


def inventory(key: str) -> Tree:
    return read_inventory(COMPONENTS, key, TABLE.charts[key])


def problems(key: str, values: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in check_values(key, inventory(key), values)]


def test_every_chart_has_an_inventory_of_its_pinned_version_and_every_inventory_a_chart() -> None:
    assert {file.stem for file in (COMPONENTS / "chart_values").iterdir()} == set(TABLE.charts)
    for key in TABLE.charts:
        assert inventory(key)


def test_the_operator_and_its_crds_are_of_one_version() -> None:
    charts = TABLE.charts

    assert charts["prometheus-operator-crds"].app_version == charts["kube-prometheus-stack"].app_version


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("loki.storage.bucketNam", "perhaps loki.storage.bucketNames"),
        ("lokki", "perhaps loki"),
        ("singleBinary.replica", "perhaps singleBinary.replicas"),
        ("bucketNames", "perhaps loki.storage.bucketNames"),
    ],
)
def test_a_misspelt_or_misplaced_key_is_refused_with_the_nearest_known_one(path: str, nearest: str) -> None:
    values: Any = "x"
    for key in reversed(path.split(".")):
        values = {key: values}

    assert problems("loki", values) == [f"chart loki: {path}: the chart has no such key; allowed: {nearest}"]


def test_a_key_that_resembles_nothing_is_refused_with_the_keys_there_are() -> None:
    [problem] = problems("metrics-server", {"service": {"zzz": 1}})

    assert problem == (
        "chart metrics-server: service.zzz: the chart has no such key; allowed: annotations, labels, port, type"
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            {"loki": {"auth_enabled": "no"}},
            "loki.auth_enabled: found text; allowed: true or false",
            id="text for a bool",
        ),
        pytest.param(
            {"singleBinary": {"replicas": "3"}},
            "singleBinary.replicas: found text; allowed: a number",
            id="text for a number",
        ),
        pytest.param(
            {"singleBinary": {"replicas": True}},
            "singleBinary.replicas: found true or false; allowed: a number",
            id="a bool for a number",
        ),
        pytest.param(
            {"deploymentMode": False}, "deploymentMode: found true or false; allowed: text", id="a bool for text"
        ),
        pytest.param({"imagePullSecrets": {}}, "imagePullSecrets: found a map; allowed: a list", id="a map for a list"),
        pytest.param({"commonLabels": []}, "commonLabels: found a list; allowed: a map", id="a list for an open map"),
        pytest.param({"migrate": True}, "migrate: found true or false; allowed: a map with", id="a leaf for a map"),
    ],
)
def test_a_leaf_of_a_wrong_type_is_refused(values: dict[str, Any], message: str) -> None:
    [problem] = problems("loki", values)

    assert problem.startswith(f"chart loki: {message}")


def test_a_message_never_quotes_a_value() -> None:
    assert "hush" not in " ".join(problems("loki", {"loki": {"auth_enabled": "hush"}, "lokki": "hush"}))


def test_null_is_allowed_where_a_key_is_known_since_it_deletes_the_default() -> None:
    assert problems("loki", {"loki": {"auth_enabled": None, "storage": None}}) == []
    assert len(problems("loki", {"lokki": None})) == 1


def test_what_is_no_plain_data_fits_any_known_place() -> None:
    output = object()

    assert problems("loki", {"loki": {"auth_enabled": output, "storage": output}, "extraObjects": output}) == []


# What the platform needs of each chart, each with the trap that it guards against being refused by mistake.
GOOD: dict[str, dict[str, Any]] = {
    "aws-load-balancer-controller": {
        "clusterName": "dev",
        "region": "eu-central-1",
        "vpcId": "v",
        "keepTLSSecret": True,
    },
    "cluster-autoscaler": {"autoDiscovery": {"clusterName": "dev"}, "extraArgs": {"expander": "least-waste"}},
    "eck-operator": {"managedNamespaces": ["logging"], "config": {"metrics": {"port": "9090"}}},
    "eck-stack": {"eck-elasticsearch": {"nodeSets": [], "updateStrategy": {"changeBudget": {"maxUnavailable": 1}}}},
    "external-secrets": {"serviceMonitor": {"enabled": True, "renderMode": "alwaysRender"}, "replicaCount": 2},
    "falco": {
        "driver": {"kind": "modern_ebpf", "modernEbpf": {"leastPrivileged": True}},
        "customRules": {"ours.yaml": "- rule: x"},
        "falcoctl": {"config": {"artifact": {"install": {"refs": ["falco-rules:5.1.0"]}}}},
        "falco": {"http_output": {"enabled": True, "url": "http://x"}, "json_output": True},
    },
    "falcosidekick": {
        "config": {"existingSecret": "s", "alertmanager": {"hostport": "http://a:9093", "endpoint": "/api/v2/alerts"}}
    },
    "jaeger": {
        "userconfig": {"service": {}},
        "jaeger": {"topologySpreadConstraints": [], "podLabels": {"config": "1"}},
    },
    "karpenter": {"settings": {"clusterName": "dev", "interruptionQueue": "q"}},
    "kube-prometheus-stack": {
        "defaultRules": {"disabled": {"KubeVersionMismatch": True}},
        "alertmanager": {"alertmanagerSpec": {"useExistingSecret": True, "configSecret": "alertmanager"}},
        "grafana": {
            "admin": {"existingSecret": "grafana"},
            "grafana.ini": {"auth.generic_oauth": {"enabled": True}},
            "persistence": {"enabled": True, "storageClassName": "gp3"},
            "sidecar": {"datasources": {"exemplarTraceIdDestinations": {"datasourceUid": "jaeger"}}},
        },
        "prometheus": {
            "podDisruptionBudget": {"minAvailable": "50%"},
            "prometheusSpec": {
                "enforcedSampleLimit": 100_000,
                "storageSpec": {"volumeClaimTemplate": {"spec": {}}},
                "resources": {"requests": {"cpu": "1"}},
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            },
        },
        "prometheus-node-exporter": {"tolerations": [], "nodeSelector": {"kubernetes.io/arch": "arm64"}},
    },
    "loki": {
        "loki": {
            "limits_config": {"retention_period": "168h"},
            "compactor": {"retention_enabled": True, "delete_request_store": "s3"},
            "storage": {"type": "s3", "bucketNames": {"chunks": "c"}, "s3": {"region": "eu-central-1"}},
            "rulerConfig": {"storage": {"type": "local", "local": {"directory": "/rules"}}},
            "schemaConfig": {"configs": []},
        },
        "monitoring": {"serviceMonitor": {"enabled": True}},
    },
    "karpenter-crd": {"additionalAnnotations": {"helm.sh/resource-policy": "keep"}},
    "metrics-server": {"replicas": 2, "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1}},
    "opencost": {"opencost": {"mcp": {"enabled": False}, "prometheus": {"internal": {"serviceName": "prometheus"}}}},
    "opentelemetry-collector": {
        "mode": "daemonset",
        "config": {"receivers": {"jaeger": None, "faro": {"endpoint": "0.0.0.0:8027"}}},
        "ports": {"metrics": {"enabled": True}},
        "presets": {"logsCollection": {"enabled": True}},
    },
    "prometheus-blackbox-exporter": {
        "config": {"modules": {"tcp": {"prober": "tcp"}}},
        "serviceMonitor": {"targets": []},
    },
    "prometheus-elasticsearch-exporter": {"es": {"ssl": {"client": {"enabled": False}}}, "extraEnvSecrets": {"A": {}}},
    "prometheus-operator-crds": {"crds": {"annotations": {"helm.sh/resource-policy": "keep"}}},
    "prometheus-yet-another-cloudwatch-exporter": {
        "config": "x",
        "serviceMonitor": {"enabled": True, "timeout": "30s"},
        "extraArgs": {"scraping-interval": 300},
    },
}


@pytest.mark.parametrize("key", sorted(TABLE.charts))
def test_values_that_the_platform_needs_are_accepted(key: str) -> None:
    assert problems(key, GOOD[key]) == []


def test_a_part_of_a_pod_is_open_to_the_fields_kubernetes_knows_and_to_no_others() -> None:
    assert problems("metrics-server", {"resources": {"limit": {"memory": "1Gi"}}}) == [
        "chart metrics-server: resources.limit: the chart has no such key; allowed: perhaps resources.limits"
    ]


def test_a_path_keeps_the_dots_inside_its_keys() -> None:
    assert split_path(r"grafana.grafana\.ini.server") == ["grafana", "grafana.ini", "server"]
    assert join_path(("grafana", "grafana.ini", "server")) == r"grafana.grafana\.ini.server"


def test_an_inventory_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chart_values").mkdir()
    (tmp_path / "chart_values/loki.json").write_text(json.dumps({"chart": "loki", "version": "1.0.0", "values": {}}))

    with pytest.raises(BadInput, match=r"loki\.json: made from version 1\.0\.0; allowed: 18\.11\.0, as pinned"):
        read_inventory(tmp_path, "loki", TABLE.charts["loki"])


def test_a_missing_inventory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"loki\.json: no inventory of the values of chart loki"):
        read_inventory(tmp_path, "loki", TABLE.charts["loki"])


@pytest.mark.parametrize(
    ("line", "replacement", "message"),
    [
        pytest.param('version = "18.11.0"', 'version = "latest"', "charts.loki.version", id="not exact"),
        pytest.param("release: loki", "realease: loki", "charts.loki.realease: unknown key", id="unknown key"),
        pytest.param("type: map", "type: object", "accepts", id="unknown type"),
        pytest.param(
            "path: loki.frontend\n        type: map",
            "path: loki.server\n        type: any",
            "found 'loki.server' 2 times",
            id="a path twice",
        ),
        pytest.param("[charts.loki]", "[charts.lokki]", "versions.toml: charts.loki: required", id="no version"),
        pytest.param("  jaeger:\n", "  tracing:\n", "charts.yaml: charts.jaeger: required", id="no row"),
    ],
)
def test_a_mistake_in_the_tables_is_named(tmp_path: Path, line: str, replacement: str, message: str) -> None:
    (tmp_path / "components").mkdir()
    found = 0
    for name in ("components/charts.yaml", "versions.toml"):
        text = (COMPONENTS.parent / name).read_text(encoding="utf-8")
        found += line in text
        (tmp_path / name).write_text(text.replace(line, replacement), encoding="utf-8")
    assert found == 1

    with pytest.raises(BadInput, match=message):
        read_charts(tmp_path / "components")
