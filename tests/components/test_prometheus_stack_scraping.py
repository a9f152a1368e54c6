"""kube-prometheus-stack: what it scrapes, with which limits and rights."""

from typing import Any

import pytest

from components.prometheus_stack import (
    values,
)
from configs.prometheus.keep_list import Job, watched_kinds
from configs.prometheus.prometheus_stack import kept_metrics, scraped
from tests.components.example_inputs import STACK
from tests.components.test_prometheus_stack import THANOS


def test_native_histograms_are_scraped_and_take_no_classic_one_away() -> None:
    """A target that shows both would lose the classic series, which rules of the platform's own parts read."""
    spec = values(STACK)["prometheus"]["prometheusSpec"]
    assert (spec["scrapeNativeHistograms"], spec["scrapeClassicHistograms"]) == (True, True)


def test_metrics_of_log_lines_are_taken_from_lokis_ruler() -> None:
    assert values(STACK)["prometheus"]["prometheusSpec"]["enableRemoteWriteReceiver"] is True


@pytest.mark.parametrize(
    ("path", "job"),
    [
        ("kubelet.serviceMonitor.metricRelabelings", Job.KUBELET),
        ("kubelet.serviceMonitor.cAdvisorMetricRelabelings", Job.CADVISOR),
        ("kubeApiServer.serviceMonitor.metricRelabelings", Job.API_SERVER),
        ("coreDns.serviceMonitor.metricRelabelings", Job.COREDNS),
        ("prometheusOperator.serviceMonitor.metricRelabelings", Job.OPERATOR),
        ("prometheus.serviceMonitor.metricRelabelings", Job.PROMETHEUS),
        ("alertmanager.serviceMonitor.metricRelabelings", Job.ALERTMANAGER),
        ("grafana.serviceMonitor.metricRelabelings", Job.GRAFANA),
        ("kube-state-metrics.prometheus.monitor.http.metricRelabelings", Job.KUBE_STATE_METRICS),
        ("kube-state-metrics.prometheus.monitor.metrics.metricRelabelings", Job.KUBE_STATE_METRICS),
        ("prometheus-node-exporter.prometheus.monitor.metricRelabelings", Job.NODE_EXPORTER),
    ],
)
def test_every_monitor_of_the_chart_has_the_keep_list_of_its_job_and_keeps_what_a_company_adds(
    path: str, job: Job
) -> None:
    assert at(values(STACK), path) == kept_metrics(job)
    assert at(values(THANOS), path) == kept_metrics(job, ["kube_ingress_info"])


def test_kube_state_metrics_exposes_its_own_metrics_and_watches_only_what_is_asked_about() -> None:
    """The alert on its failed lists reads its second port, which the chart does not scrape."""
    found = values(STACK)["kube-state-metrics"]

    assert found["selfMonitor"] == {"enabled": True}
    assert found["prometheus"]["monitor"]["metrics"] == scraped(Job.KUBE_STATE_METRICS)
    assert found["prometheus"]["monitor"]["sampleLimit"] == 500_000
    assert found["collectors"] == watched_kinds()
    assert "ingresses" in values(THANOS)["kube-state-metrics"]["collectors"]


def test_core_dns_kubelet_and_api_server_work_on_eks_and_are_scraped() -> None:
    for component in ("coreDns", "kubelet", "kubeApiServer"):
        assert values(STACK)[component].get("enabled", True) is True


def test_trap_the_eks_control_plane_is_scraped_through_the_api_server_with_rights_of_its_own() -> None:
    with_it, without = values(THANOS)["prometheus"], values(STACK)["prometheus"]

    assert {job["job_name"] for job in with_it["prometheusSpec"]["additionalScrapeConfigs"]} == {
        "kube-controller-manager",
        "kube-scheduler",
    }
    assert with_it["additionalRulesForClusterRole"][0]["verbs"] == ["get"]
    assert "additionalScrapeConfigs" not in without["prometheusSpec"]
    assert "additionalRulesForClusterRole" not in without


def test_one_target_cannot_fill_the_memory_of_prometheus() -> None:
    spec = values(STACK)["prometheus"]["prometheusSpec"]

    assert spec["sampleLimit"] == 20_000
    assert {key for key in spec if key.startswith("enforced")} == {
        "enforcedBodySizeLimit",
        "enforcedKeepDroppedTargets",
        "enforcedLabelLimit",
        "enforcedLabelNameLengthLimit",
        "enforcedLabelValueLengthLimit",
        "enforcedTargetLimit",
    }


def at(tree: Any, path: str) -> Any:
    """What stands at a path of keys."""
    for key in path.split("."):
        tree = tree[key]
    return tree
