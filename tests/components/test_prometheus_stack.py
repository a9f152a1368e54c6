"""kube-prometheus-stack: values that the chart has, that hold no secret, and that fit EKS."""

from dataclasses import replace
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.chart import Chart, check_values
from components.prometheus_stack import PrometheusStack, values
from model import names
from model.problems import BadInput
from stacks.inputs import ROOT
from tests.components.examples import EXAMPLES, STACK, deploy

Release = kubernetes.helm.v3.Release

ONE = replace(STACK, prometheus_replicas=1, alertmanager_replicas=1)


def test_every_value_is_one_that_the_chart_has() -> None:
    assert check_values("kube-prometheus-stack", values(STACK)) == []
    assert check_values("kube-prometheus-stack", values(ONE)) == []


def test_the_definitions_are_a_release_of_their_own_that_comes_first_and_keeps_them() -> None:
    result = deploy(EXAMPLES[PrometheusStack])
    definitions = result.of(Release)["prometheus-crds-release"]
    stack = result.of(Release)["prometheus-stack-release"]

    assert definitions.inputs["chart"] == "prometheus-operator-crds"
    assert definitions.inputs["values"] == {"crds": {"annotations": {"helm.sh/resource-policy": "keep"}}}
    # A release waits for its component, which waits for this.
    assert definitions.key in result.of(Chart)["prometheus-stack"].dependencies
    assert stack.inputs["values"]["crds"] == {"enabled": False}


def test_both_releases_go_where_they_are_told_and_come_from_the_mirror() -> None:
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


def test_no_input_of_the_releases_is_secret() -> None:
    for release in deploy(EXAMPLES[PrometheusStack]).of(Release).values():
        assert not release.secrets


def test_a_secret_among_the_values_is_refused() -> None:
    leaking = replace(STACK, grafana_admin_secret=pulumi.Output.secret("hush"))

    with pytest.raises(BadInput, match=r"grafana\.admin\.existingSecret: found a secret") as refused:
        deploy(lambda: PrometheusStack("prometheus", leaking))

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("volume_gib", "limit"),
    [pytest.param(100, "81920MiB", id="a usual volume"), pytest.param(1, "819MiB", id="the smallest volume")],
)
def test_blocks_may_fill_four_fifths_of_the_volume(volume_gib: int, limit: str) -> None:
    spec = values(replace(STACK, prometheus_volume_gib=volume_gib))["prometheus"]["prometheusSpec"]

    assert spec["retentionSize"] == limit
    assert spec["retention"] == "15d"
    assert spec["storageSpec"]["volumeClaimTemplate"]["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{volume_gib}Gi"}},
    }


def test_silences_survive_a_restart() -> None:
    storage = values(STACK)["alertmanager"]["alertmanagerSpec"]["storage"]

    assert storage["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]


@pytest.mark.parametrize("component", ["kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"])
def test_what_aws_runs_out_of_reach_is_neither_scraped_nor_missed(component: str) -> None:
    assert values(STACK)[component] == {"enabled": False}


def test_the_charts_rules_are_off_because_each_is_replaced_or_dropped_with_its_reason() -> None:
    assert values(STACK)["defaultRules"] == {"create": False}
    table = yaml.safe_load((ROOT / "model" / "default_rules.yaml").read_text())
    assert names.WATCHDOG in str(table)


def test_what_the_collectors_kept_during_an_outage_is_taken_afterwards() -> None:
    spec = values(STACK)["prometheus"]["prometheusSpec"]
    assert spec["enableOTLPReceiver"] is True
    assert spec["tsdb"]["outOfOrderTimeWindow"] == "30m"


def test_the_node_exporter_keeps_the_charts_filters_and_counts_exceeded_allowances() -> None:
    arguments = values(STACK)["prometheus-node-exporter"]["extraArgs"]
    assert "--collector.ethtool" in arguments
    assert any("mount-points-exclude" in argument for argument in arguments)
    assert any("fs-types-exclude" in argument and "overlay" in argument for argument in arguments)


@pytest.mark.parametrize("kind", ["podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor"])
def test_objects_of_every_team_are_taken_and_not_only_those_of_the_release(kind: str) -> None:
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


def test_endpoints_are_found_by_slices_everywhere() -> None:
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


def test_the_node_exporter_runs_where_pods_may_use_the_host() -> None:
    namespace = values(STACK)["prometheus-node-exporter"]["namespaceOverride"]

    assert names.POD_SECURITY[namespace] is names.PodSecurity.PRIVILEGED


def test_links_in_mails_lead_to_grafana_and_only_belfrys_boards_are_in_it() -> None:
    grafana: dict[str, Any] = values(STACK)["grafana"]

    assert grafana["grafana.ini"] == {"server": {"root_url": "https://grafana.example.com"}}
    assert grafana["defaultDashboardsEnabled"] is False
    assert grafana["sidecar"]["dashboards"]["searchNamespace"] == "ALL"
    assert grafana["sidecar"]["dashboards"]["provider"] == {"foldersFromFilesStructure": True}


def test_trace_ids_stay_with_the_samples() -> None:
    assert "exemplar-storage" in values(STACK)["prometheus"]["prometheusSpec"]["enableFeatures"]
