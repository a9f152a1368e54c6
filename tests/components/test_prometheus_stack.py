"""kube-prometheus-stack: values that the chart has, that hold no secret, and that fit EKS."""

import json
from dataclasses import replace

import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.chart import Chart, chart_table, check_values
from components.prometheus_stack import (
    PODS_OF_STACK,
    Identity,
    PrometheusStack,
    PrometheusStackArgs,
    Thanos,
    values,
)
from configs.grafana.datasources import DatasourcesInput
from configs.prometheus import prometheus_stack as stack
from model import names
from model.cluster import guard_rails
from stacks.inputs import ROOT
from tests.components.example_inputs import STACK
from tests.components.examples import EXAMPLES, deploy
from tests.configs.grafana.test_sign_on import OIDC

Release = kubernetes.helm.v3.Release

ONE = replace(STACK, prometheus_replicas=1, alertmanager_replicas=1)
THANOS = replace(
    STACK,
    long_term=Thanos(bucket="long-term", region="eu-central-1"),
    prometheus_url="https://queries.example.com",
    alertmanager_url="https://alerts.example.com",
    keep_metrics=("kube_ingress_info",),
    control_plane_metrics=True,
    datasources=DatasourcesInput(region="eu-central-1", tenants=("shop",)),
    elasticsearch=True,
    oidc=OIDC,
    identities={
        workload: Identity(role_arn=f"arn:{workload.name}", pod_annotations={"belfry.dev/identity": workload.name})
        for workload in PODS_OF_STACK
    },
    storage_class="gp3",
    prioritized=True,
)
every_form = pytest.mark.parametrize("args", [ONE, STACK, THANOS], ids=["one", "pair", "everything"])


@every_form
def test_every_value_is_one_that_the_chart_has(args: PrometheusStackArgs) -> None:
    assert check_values("kube-prometheus-stack", values(args)) == []


@every_form
def test_trap_values_go_through_templates_and_a_release_must_fit_into_a_secret(
    args: PrometheusStackArgs,
) -> None:
    """The chart passes scrape classes, relabelings and data sources through Helm's templates. A Secret has 1 MiB."""
    text = json.dumps(values(args))

    assert "{{" not in text
    assert len(text) < 2**16


def test_trap_helm_never_upgrades_definitions_in_a_crds_folder_so_they_are_a_release_of_their_own() -> None:
    result = deploy(EXAMPLES[PrometheusStack])
    definitions = result.of(Release)["prometheus-crds-release"]
    stack = result.of(Release)["prometheus-stack-release"]

    assert definitions.inputs["chart"] == "prometheus-operator-crds"
    assert definitions.inputs["values"] == {"crds": {"annotations": {"helm.sh/resource-policy": "keep"}}}
    # A release waits for its component, which waits for this.
    assert definitions.key in result.of(Chart)["prometheus-stack"].dependencies
    assert stack.inputs["values"]["crds"] == {"enabled": False}


def test_escalated_copies_get_the_name_of_their_source_on_the_way_to_alertmanager() -> None:
    assert values(STACK)["prometheus"]["prometheusSpec"]["additionalAlertRelabelConfigs"] == [
        {"source_labels": ["escalates"], "regex": "(.+)", "target_label": "alertname"},
        {"regex": "escalates", "action": "labeldrop"},
    ]


def test_both_releases_run_where_they_are_placed_and_come_from_the_mirror() -> None:
    args = replace(STACK, namespace="elsewhere", chart_mirror="https://charts.example.com/all")
    releases = deploy(lambda: PrometheusStack("prometheus", args)).of(Release).values()

    assert {release.inputs["namespace"] for release in releases} == {"elsewhere"}
    assert {release.inputs["repositoryOpts"]["repo"] for release in releases} == {"https://charts.example.com/all"}


def test_secrets_are_named_and_never_quoted() -> None:
    found = values(STACK)

    assert found["grafana"]["admin"] == {
        "existingSecret": "grafana-admin",
        "userKey": names.GRAFANA_ADMIN_USER_KEY,
        "passwordKey": names.GRAFANA_ADMIN_PASSWORD_KEY,
    }
    assert (
        found["alertmanager"]["alertmanagerSpec"].items()
        >= {
            "useExistingSecret": True,  # without it the chart makes a configuration of its own and ignores ours
            "configSecret": "alertmanager-config",
            "secrets": ["alertmanager-receivers"],
        }.items()
    )
    # A configuration among the values would be a second, readable copy of it.
    assert "config" not in found["alertmanager"]
    assert "adminPassword" not in found["grafana"]


def test_blocks_may_fill_four_fifths_of_the_volume() -> None:
    spec = values(STACK)["prometheus"]["prometheusSpec"]

    assert spec["retentionSize"] == "81920MiB"
    assert spec["retention"] == "15d"
    assert spec["storageSpec"]["volumeClaimTemplate"]["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "100Gi"}},
    }


def test_silences_survive_a_restart() -> None:
    storage = values(STACK)["alertmanager"]["alertmanagerSpec"]["storage"]

    assert storage["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]


@pytest.mark.parametrize("component", ["kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"])
def test_trap_absent_control_plane_jobs_would_page_forever(component: str) -> None:
    assert values(STACK)[component] == {"enabled": False}


def test_the_charts_rules_are_off_because_each_is_replaced_or_dropped_with_its_reason() -> None:
    assert values(STACK)["defaultRules"] == {"create": False}
    table = yaml.safe_load((ROOT / "model" / "alerting" / "default_rules.yaml").read_text())
    assert names.WATCHDOG in str(table)


def test_what_the_collectors_kept_during_an_outage_is_taken_afterwards() -> None:
    spec = values(STACK)["prometheus"]["prometheusSpec"]
    assert spec["enableOTLPReceiver"] is True
    assert spec["tsdb"]["outOfOrderTimeWindow"] == f"{stack.LATE_MINUTES}m"


def test_the_node_exporter_keeps_the_charts_filters_and_counts_exceeded_allowances() -> None:
    arguments = values(STACK)["prometheus-node-exporter"]["extraArgs"]
    assert "--collector.ethtool" in arguments
    assert any("mount-points-exclude" in argument for argument in arguments)
    assert any("fs-types-exclude" in argument and "overlay" in argument for argument in arguments)


@pytest.mark.parametrize("kind", ["podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor"])
def test_trap_selectors_take_only_the_releases_own_objects_by_default(kind: str) -> None:
    assert values(STACK)["prometheus"]["prometheusSpec"][f"{kind}SelectorNilUsesHelmValues"] is False


@pytest.mark.parametrize(("program", "spec"), [("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec")])
def test_one_replica_may_be_drained_and_several_stand_on_several_nodes(program: str, spec: str) -> None:
    one, several = values(ONE)[program], values(STACK)[program]

    assert one["podDisruptionBudget"] == {"enabled": False}
    assert (one[spec]["replicas"], one[spec]["podAntiAffinity"]) == (1, "soft")
    assert several["podDisruptionBudget"] == {"enabled": True}
    assert several[spec]["replicas"] > 1
    assert several[spec]["podAntiAffinity"] == "hard"


def test_the_cluster_is_on_every_series_and_the_environment_on_all_that_leaves() -> None:
    spec = values(STACK)["prometheus"]["prometheusSpec"]
    (default,) = (each for each in spec["scrapeClasses"] if each.get("default"))

    assert default["relabelings"] == [{"targetLabel": "cluster", "replacement": "main"}]
    assert spec["externalLabels"] == {"cluster": "main", "environment": "prod"}


def test_trap_endpoints_objects_are_deprecated_and_still_the_default() -> None:
    found = values(STACK)

    assert found["prometheus"]["prometheusSpec"]["serviceDiscoveryRole"] == "EndpointSlice"
    assert found["prometheusOperator"]["kubeletEndpointsEnabled"] is False
    assert found["prometheusOperator"]["kubeletEndpointSliceEnabled"] is True


def test_what_watches_runs_on_the_nodes_kept_for_it_and_agents_run_everywhere() -> None:
    found = values(STACK)
    operator = found["prometheusOperator"]
    for part in (
        found["prometheus"]["prometheusSpec"],
        found["alertmanager"]["alertmanagerSpec"],
        found["grafana"],
        found["kube-state-metrics"],
        operator,
        operator["admissionWebhooks"]["patch"],
    ):
        assert part["nodeSelector"] == {"belfry.dev/pool": "observability"}
        assert part["tolerations"][0]["effect"] == "NoSchedule"
    assert "nodeSelector" not in found["prometheus-node-exporter"]


def test_trap_the_node_exporter_needs_the_host_and_lives_in_a_restricted_release() -> None:
    namespace = values(STACK)["prometheus-node-exporter"]["namespaceOverride"]

    assert names.POD_SECURITY[namespace] is names.PodSecurity.PRIVILEGED


def test_links_in_mails_lead_to_grafana_and_alertmanager_and_only_belfrys_boards_are_there() -> None:
    found = values(THANOS)

    assert found["grafana"]["grafana.ini"]["server"] == {"root_url": "https://grafana.example.com"}
    assert found["grafana"]["defaultDashboardsEnabled"] is False
    # Without it a link to a silence leads to a name of the cluster, which no browser knows.
    assert found["alertmanager"]["alertmanagerSpec"]["externalUrl"] == "https://alerts.example.com"
    assert found["prometheus"]["prometheusSpec"]["externalUrl"] == "https://queries.example.com"
    for program in ("alertmanager", "prometheus"):
        assert "externalUrl" not in values(STACK)[program][f"{program}Spec"]


def test_trace_ids_stay_with_the_samples() -> None:
    assert "exemplar-storage" in values(STACK)["prometheus"]["prometheusSpec"]["enableFeatures"]
    assert values(STACK)["prometheus"]["prometheusSpec"]["exemplars"] == {"maxSize": 100_000}


def test_trap_the_charts_policy_cuts_kube_state_metrics_off_from_the_api_server() -> None:
    assert "networkPolicy" not in values(STACK)["kube-state-metrics"]


def test_trap_the_charts_policy_of_alertmanager_blocks_gossip() -> None:
    assert "networkPolicy" not in values(STACK)["alertmanager"]


def test_trap_a_disruption_budget_with_both_bounds_is_refused_by_the_api_server() -> None:
    for program in ("prometheus", "alertmanager"):
        assert set(values(STACK)[program]["podDisruptionBudget"]) == {"enabled"}  # beside the chart's minAvailable


def test_trap_definitions_of_another_operator_than_the_one_that_runs() -> None:
    charts = chart_table().charts

    assert charts["prometheus-operator-crds"].app_version == charts["kube-prometheus-stack"].app_version


def test_trap_template_files_are_ignored_beside_a_secret_of_ones_own() -> None:
    assert not {"config", "stringConfig", "templateFiles"} & set(values(STACK)["alertmanager"])


def test_replicas_stand_in_different_zones_where_there_are_several() -> None:
    for program, spec in (("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec")):
        assert values(STACK)[program][spec]["topologySpreadConstraints"]
        assert "topologySpreadConstraints" not in values(ONE)[program][spec]


def test_what_an_alert_passes_goes_before_everything_and_nothing_is_named_that_may_not_exist() -> None:
    found = values(THANOS)
    for part in (
        found["prometheus"]["prometheusSpec"],
        found["alertmanager"]["alertmanagerSpec"],
        found["prometheusOperator"],
        found["kube-state-metrics"],
    ):
        assert part["priorityClassName"] == guard_rails.ALERTING.name
    assert found["grafana"]["priorityClassName"] == guard_rails.PLATFORM.name
    assert found["prometheus-node-exporter"]["priorityClassName"] == guard_rails.NODE_AGENTS.name
    assert "priorityClassName" not in json.dumps(values(STACK))


def test_every_pod_asks_for_memory_and_processor_time() -> None:
    found = values(STACK)
    for part in (
        found["prometheus"]["prometheusSpec"],
        found["alertmanager"]["alertmanagerSpec"],
        found["grafana"],
        found["grafana"]["sidecar"],
        found["kube-state-metrics"],
        found["prometheus-node-exporter"],
        found["prometheusOperator"],
        found["prometheusOperator"]["prometheusConfigReloader"],
        found["prometheusOperator"]["admissionWebhooks"]["patch"],
        values(THANOS)["prometheus"]["prometheusSpec"]["thanos"],
    ):
        assert set(part["resources"]["requests"]) == {"cpu", "memory"}
        assert part["resources"]["limits"]["memory"] == part["resources"]["requests"]["memory"]


def test_volumes_are_of_the_given_class() -> None:
    found = values(THANOS)
    claims = (
        found["prometheus"]["prometheusSpec"]["storageSpec"]["volumeClaimTemplate"]["spec"],
        found["alertmanager"]["alertmanagerSpec"]["storage"]["volumeClaimTemplate"]["spec"],
        found["grafana"]["persistence"],
    )

    assert {claim["storageClassName"] for claim in claims} == {"gp3"}
