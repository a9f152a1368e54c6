"""The stack's values for scraping, limits and volumes."""

import pytest

from configs.prometheus import control_plane_metrics
from configs.prometheus.keep_list import Job, relabelings
from configs.prometheus.prometheus_stack import (
    LIMITS,
    SAMPLE_LIMITS,
    kept_metrics,
    monitor,
    retention_size,
    scraped,
    spread,
)
from configs.prometheus.relabeling import METRIC, kept
from model.cluster.pods import Size


@pytest.mark.parametrize(
    ("volume_gib", "limit"),
    [pytest.param(100, "81920MiB", id="a usual volume"), pytest.param(1, "819MiB", id="the smallest volume")],
)
def test_blocks_may_fill_four_fifths_of_the_volume(volume_gib: int, limit: str) -> None:
    assert retention_size(volume_gib) == limit


def test_infrastructure_is_scraped_every_15_seconds_and_the_api_server_at_leisure() -> None:
    assert {monitor(job)["interval"] for job in Job if job is not Job.API_SERVER} == {"15s"}
    assert monitor(Job.API_SERVER)["interval"] == "30s"


def test_what_grows_with_the_cluster_may_have_more_samples_than_everybody() -> None:
    assert "enforcedSampleLimit" not in LIMITS  # the operator would raise everybody's default to it
    for job in Job:
        if job in SAMPLE_LIMITS:
            assert monitor(job)["sampleLimit"] > LIMITS["sampleLimit"]
        else:
            assert "sampleLimit" not in monitor(job)
        assert "sampleLimit" not in scraped(job)


def test_a_monitor_takes_the_keep_list_and_what_a_company_adds() -> None:
    assert monitor(Job.COREDNS)["metricRelabelings"] == kept_metrics(Job.COREDNS)
    assert kept_metrics(Job.CADVISOR) == [rule.as_object() for rule in relabelings(Job.CADVISOR)]
    assert "coredns_cache_hits_total" in kept_metrics(Job.COREDNS, ["coredns_cache_hits_total"])[0]["regex"]


def test_replicas_are_spread_over_zones_by_the_programs_own_pods() -> None:
    (constraint,) = spread("prometheus")

    assert constraint["topologyKey"] == "topology.kubernetes.io/zone"
    assert constraint["labelSelector"] == {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}
    # A pod that may stand nowhere watches nothing.
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"


def test_a_size_is_request_and_limit_of_memory_and_no_limit_of_processor_time() -> None:
    assert Size(cpu_millis=250, memory_mib=1024).resources == {
        "requests": {"cpu": "250m", "memory": "1024Mi"},
        "limits": {"memory": "1024Mi"},
    }


def test_eks_control_plane__scheduler_and_controller_manager_come_by_the_api_with_a_right_for_each_path() -> None:
    jobs = {job["job_name"]: job for job in control_plane_metrics.scrapes("main")}
    (rule,) = control_plane_metrics.rights()

    assert {name: job["metrics_path"] for name, job in jobs.items()} == {
        "kube-controller-manager": "/apis/metrics.eks.amazonaws.com/v1/kcm/container/metrics",
        "kube-scheduler": "/apis/metrics.eks.amazonaws.com/v1/ksh/container/metrics",
    }
    assert rule == {
        "apiGroups": ["metrics.eks.amazonaws.com"],
        "resources": ["kcm/metrics", "ksh/metrics"],
        "verbs": ["get"],
    }
    for job in jobs.values():
        # Scrape classes reach monitors only.
        assert job["static_configs"] == [{"targets": ["kubernetes.default.svc:443"], "labels": {"cluster": "main"}}]


def test_of_the_control_plane_only_its_pace_is_kept() -> None:
    rules = [control_plane_metrics.METRICS]

    assert kept(rules, {METRIC: "scheduler_pending_pods"})
    assert kept(rules, {METRIC: "workqueue_depth"})
    assert not kept(rules, {METRIC: "scheduler_plugin_execution_duration_seconds_bucket"})
