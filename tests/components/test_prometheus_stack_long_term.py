"""kube-prometheus-stack: where metrics go for longer, and the configuration that its operator writes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from components.prometheus_stack import (
    ManagedPrometheus,
    values,
)
from configs.prometheus import thanos
from configs.prometheus.keep_list import Job
from configs.prometheus.prometheus_stack import scraped
from model.cluster import workloads
from tests import tools
from tests.components.example_inputs import STACK
from tests.components.examples import shown
from tests.components.test_prometheus_stack import THANOS

WORKSPACE = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-0a1b2c3d"
MANAGED = replace(STACK, long_term=ManagedPrometheus(url=f"{WORKSPACE}/", region="eu-central-1"))


def test_samples_go_to_managed_prometheus_signed_and_the_pairs_copies_are_distinguished_by_its_own_label() -> None:
    shown_values, _ = shown(lambda: values(MANAGED))
    spec = shown_values["prometheus"]["prometheusSpec"]
    (target,) = spec["remoteWrite"]

    assert target["url"] == f"{WORKSPACE}/api/v1/remote_write"
    assert target["sigv4"] == {"region": "eu-central-1"}
    assert spec["replicaExternalLabelName"] == "__replica__"
    assert spec["externalLabels"]["cluster"] == "main"
    # Alerts are still evaluated here.
    assert spec["ruleSelectorNilUsesHelmValues"] is False
    assert "thanos" not in spec


def test_blocks_go_to_the_bucket_by_thanos_and_the_chart_makes_the_secret_of_it() -> None:
    found = values(THANOS)["prometheus"]
    storage = found["prometheusSpec"]["thanos"]["objectStorageConfig"]["secret"]

    assert storage["config"]["bucket"] == "long-term"
    assert storage["config"]["aws_sdk_auth"] is True
    assert not {"access_key", "secret_key"} & set(storage["config"])
    assert found["thanosService"] == {"enabled": True}
    assert found["thanosServiceMonitor"] == {"enabled": True, **scraped(Job.THANOS, THANOS.keep_metrics)}
    # The version that reads is the one that writes.
    assert found["prometheusSpec"]["thanos"]["image"] == thanos.IMAGE
    assert "remoteWrite" not in found["prometheusSpec"]


def test_nothing_leaves_where_nothing_is_kept_long() -> None:
    found = values(STACK)["prometheus"]

    assert not {"remoteWrite", "thanos", "replicaExternalLabelName"} & set(found["prometheusSpec"])
    assert "thanosService" not in found


def test_rights_in_aws_come_by_the_service_accounts_names_and_with_irsa_by_their_roles() -> None:
    assert values(STACK)["prometheus"]["serviceAccount"] == {
        "name": workloads.PROMETHEUS.service_account,
        "annotations": {},
    }
    for program in ("prometheus", "grafana"):
        annotations = values(THANOS)[program]["serviceAccount"]["annotations"]
        assert annotations == {"eks.amazonaws.com/role-arn": f"arn:{program}"}


def test_the_operator_makes_of_it_a_configuration_that_prometheus_takes(tmp_path: Path) -> None:
    shown_values, _ = shown(lambda: values(replace(THANOS, long_term=MANAGED.long_term)))
    config = tmp_path / "prometheus.yaml"
    config.write_text(yaml.safe_dump(as_the_operator_writes_it(shown_values)), encoding="utf-8")

    # The files of the pod's identity are not on this machine.
    assert "SUCCESS" in tools.run("promtool", "check", "config", "--syntax-only", config)


def as_the_operator_writes_it(found: dict[str, Any]) -> dict[str, Any]:
    """Prometheus' configuration, as far as our values decide it: the operator spells the same keys in snake case."""
    spec = found["prometheus"]["prometheusSpec"]
    (write,) = spec["remoteWrite"]
    (scrape_class,) = spec["scrapeClasses"]
    monitors = {
        "kubelet": found["kubelet"]["serviceMonitor"],
        "cadvisor": {"metricRelabelings": found["kubelet"]["serviceMonitor"]["cAdvisorMetricRelabelings"]},
        "apiserver": found["kubeApiServer"]["serviceMonitor"],
        "kube-state-metrics": found["kube-state-metrics"]["prometheus"]["monitor"]["http"],
        "node-exporter": found["prometheus-node-exporter"]["prometheus"]["monitor"],
    }
    jobs = [
        {
            "job_name": name,
            **({"scrape_interval": monitor["interval"]} if "interval" in monitor else {}),
            "sample_limit": monitor.get("sampleLimit", 0),
            "label_limit": spec["enforcedLabelLimit"],
            "label_name_length_limit": spec["enforcedLabelNameLengthLimit"],
            "label_value_length_limit": spec["enforcedLabelValueLengthLimit"],
            "target_limit": spec["enforcedTargetLimit"],
            "body_size_limit": spec["enforcedBodySizeLimit"],
            "keep_dropped_targets": spec["enforcedKeepDroppedTargets"],
            "relabel_configs": [snake(rule) for rule in scrape_class["relabelings"]],
            "metric_relabel_configs": [snake(rule) for rule in monitor["metricRelabelings"]],
        }
        for name, monitor in monitors.items()
    ]
    return {
        "global": {
            "scrape_interval": spec["scrapeInterval"],
            "external_labels": {**spec["externalLabels"], spec["replicaExternalLabelName"]: "prometheus-0"},
            "sample_limit": spec["sampleLimit"],
        },
        "storage": {
            "tsdb": {"out_of_order_time_window": spec["tsdb"]["outOfOrderTimeWindow"]},
            "exemplars": {"max_exemplars": spec["exemplars"]["maxSize"]},
        },
        "remote_write": [{**snake(write), "queue_config": snake(write["queueConfig"])}],
        "scrape_configs": [*jobs, *spec["additionalScrapeConfigs"]],
    }


def snake(mapping: dict[str, Any]) -> dict[str, Any]:
    """The same keys as Prometheus spells them."""
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in key): value for key, value in mapping.items()}


def test_series_of_the_api_server_carry_the_labels_that_its_objectives_choose_by() -> None:
    assert values(STACK)["kubeApiServer"]["serviceMonitor"]["relabelings"] == [
        {"targetLabel": "system", "replacement": "platform"},
        {"targetLabel": "component", "replacement": "kubernetes-api"},
    ]
