"""Prometheus's configuration follows the deployed objects."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.prometheus.prometheus_stack import EXEMPLARS, LIMITS
from lab.layout import Layout
from lab.servers import targets
from lab.servers.prometheus import prometheus
from tests import tools
from tests.lab import resources as given


def written(folder: Path, **spec: Any) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(prometheus(given.context(folder, **spec)).files["prometheus.yaml"])
    return config


def test_the_settings_of_the_release_become_flags_and_sections(tmp_path: Path) -> None:
    context = given.context(tmp_path, scrapeInterval="20s", exemplars={"maxSize": 50})
    server = prometheus(context)
    config = yaml.safe_load(server.files["prometheus.yaml"])

    assert config["global"]["scrape_interval"] == "20s"
    assert config["global"]["evaluation_interval"] == "30s"
    assert config["storage"] == {"tsdb": {"out_of_order_time_window": "30m"}, "exemplars": {"max_exemplars": 50}}
    assert config["alerting"]["alert_relabel_configs"] == given.SPEC["additionalAlertRelabelConfigs"]
    assert {"--enable-feature=exemplar-storage", "--web.enable-otlp-receiver"} <= set(server.run.command)
    assert "--storage.tsdb.retention.time=100d" in server.run.command
    assert "--web.enable-remote-write-receiver" not in server.run.command


def test_the_limits_of_a_scrape_are_the_deployed_ones(tmp_path: Path) -> None:
    limits: dict[str, Any] = {"sampleLimit": 20_000, "enforcedLabelLimit": 64, "enforcedBodySizeLimit": "256MB"}
    server = prometheus(given.context(tmp_path, **limits))
    settings = yaml.safe_load(server.files["prometheus.yaml"])["global"]

    assert (settings["sample_limit"], settings["label_limit"], settings["body_size_limit"]) == (20_000, 64, "256MB")
    assert not any("Limit" in note for note in server.notes)


def test_its_own_scrapes_keep_only_what_the_deployed_monitors_keep(tmp_path: Path) -> None:
    kept = {"action": "keep", "regex": "prometheus_.+", "sourceLabels": ["__name__"]}
    resources = given.resources()
    resources[1]["inputs"]["values"]["prometheus"]["serviceMonitor"] = {"interval": "15s", "metricRelabelings": [kept]}
    config = yaml.safe_load(prometheus(given.context(tmp_path, resources[1])).files["prometheus.yaml"])

    (job,) = [job for job in config["scrape_configs"] if job["job_name"] == "platform/prometheus"]
    assert job["scrape_interval"] == "15s"
    assert job["metric_relabel_configs"] == [
        {"action": "keep", "regex": "prometheus_.+", "source_labels": ["__name__"]}
    ]


def test_remote_write_is_taken_where_the_deployment_takes_it(tmp_path: Path) -> None:
    server = prometheus(given.context(tmp_path, enableRemoteWriteReceiver=True))

    assert "--web.enable-remote-write-receiver" in server.run.command


def test_alerts_say_the_rehearsed_environment_and_the_screen_says_so(tmp_path: Path) -> None:
    rehearsed = prometheus(given.context(tmp_path / "a", environment="prod"))
    plain = prometheus(given.context(tmp_path / "b", environment="local"))

    labels = yaml.safe_load(rehearsed.files["prometheus.yaml"])["global"]["external_labels"]
    assert labels == {"cluster": "belfry-local", "environment": "prod"}
    assert any("environment prod" in note for note in rehearsed.notes)
    assert not any("environment" in note for note in plain.notes)


def test_a_setting_without_meaning_here_is_named(tmp_path: Path) -> None:
    notes = prometheus(given.context(tmp_path, thanos={"image": "x"})).notes

    assert any("thanos" in note for note in notes)
    assert any("PodMonitor other" in note for note in notes)


def test_rules_are_the_deployed_ones_to_the_letter(tmp_path: Path) -> None:
    files = prometheus(given.context(tmp_path)).files

    assert yaml.safe_load(files["rules/shop.yaml"]) == given.RULES


def test_a_monitor_becomes_a_job_with_the_labels_that_the_operator_writes(tmp_path: Path) -> None:
    (job,) = [job for job in written(tmp_path)["scrape_configs"] if job["job_name"].startswith("serviceMonitor/")]

    assert job["scrape_interval"] == "15s"
    assert job["metrics_path"] == "/metrics"
    constants = {each["target_label"]: each["replacement"] for each in job["relabel_configs"] if "target_label" in each}
    assert constants == {
        "cluster": "belfry-local",
        "job": "backend",
        "service": "backend",
        "namespace": "shop",
        "endpoint": "http-metrics",
        "system": "shop",
    }


def test_every_job_takes_its_own_file_of_one_discovery_that_all_share(tmp_path: Path) -> None:
    """Prometheus watches equal configurations once; one watch a job would use up what Linux gives a user."""
    layout = Layout(tmp_path)
    jobs = {job["job_name"]: job for job in written(tmp_path)["scrape_configs"] if "file_sd_configs" in job}
    monitor, probe = jobs["serviceMonitor/monitoring/shop-backend/0"], jobs["probe/monitoring/shop-page"]

    assert len({str(job["file_sd_configs"]) for job in jobs.values()}) == 1
    for job, own, other in ((monitor, "monitors/shop-backend", "probes/a"), (probe, "probes/shop-page", "monitors/a")):
        (kept, *_) = job["relabel_configs"]
        assert (kept["source_labels"], kept["action"]) == (["__meta_filepath"], "keep")
        assert re.fullmatch(kept["regex"], str(layout.targets / f"{own}.json"))
        assert not re.fullmatch(kept["regex"], str(layout.targets / f"{other}.json"))


def test_a_probe_asks_the_stand_in_and_bears_the_deployed_target(tmp_path: Path) -> None:
    (job,) = [job for job in written(tmp_path)["scrape_configs"] if job["job_name"].startswith("probe/")]

    assert job["params"] == {"module": ["http"]}
    *_, asked, instance, address = job["relabel_configs"]
    assert asked == {"source_labels": ["__address__"], "target_label": "__param_target"}
    assert instance == {"target_label": "instance", "replacement": "https://shop.example.com"}
    assert address["replacement"].startswith("127.0.0.1:")


def test_promtool_accepts_the_result_with_rules_and_targets(tmp_path: Path) -> None:
    context = given.context(tmp_path, **LIMITS, exemplars={"maxSize": EXEMPLARS})
    targets.scrape(context.layout.targets, "shop-backend", ["127.0.0.1:1"], {"pod": "backend-0"})
    targets.answer_probe(context.layout.targets, "shop-page", "http://127.0.0.1:1/health")
    for name, text in prometheus(context).files.items():
        context.layout.write(context.layout.config("prometheus") / name, text)

    said = tools.run("promtool", "check", "config", context.layout.config("prometheus") / "prometheus.yaml")

    assert "1 rule files found" in said
    assert "SUCCESS" in said


@pytest.mark.parametrize("kind", ["monitors", "probes"])
def test_targets_are_forgotten_when_the_workload_ends(tmp_path: Path, kind: str) -> None:
    targets.scrape(tmp_path, "a", ["127.0.0.1:1"])
    targets.answer_probe(tmp_path, "b", "http://127.0.0.1:1")
    assert list((tmp_path / kind).iterdir())

    targets.forget_all(tmp_path)

    assert not list((tmp_path / kind).iterdir())
