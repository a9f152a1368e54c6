"""The escalation rules in real servers: Prometheus is restarted, Alertmanager silences, Loki alerts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from configs.stores.loki import Folder, LokiInput, Tenant, rules_folder
from model import labels
from model.alerting.prometheus_rules import Links, RuleFile, for_environment
from model.dashboards import Board
from model.metrics.metric_names import FIRING_SINCE
from model.yaml_file import read_yaml
from tests.configs.collectors import START_SECONDS, free_ports, wait_for
from tests.configs.loki_examples import SINGLE
from tests.configs.servers import get, running, running_loki
from tests.rules.alertmanager import Alertmanager, alertmanager
from tests.tools import PROJECT

LINKS = Links(runbooks="https://example.com/runbooks", grafana="https://grafana.example.com")
ESCALATION = PROJECT / "rules" / "prometheus" / "escalation.yaml"
LABELS = {"severity": "critical", "team": "cloudmart", "system": "cloudmart", "component": "backend", "pod": "a"}
SOURCE = {
    "alert": "ApiDown",
    "expr": "vector(1)",
    "labels": LABELS,
    "annotations": {"summary": "It is down.", "description": "Nobody answers.", "dashboard_url": Board.LOGS.path},
}


def hurried() -> list[dict[str, Any]]:
    """The shipped escalation rules, but levels 2 and 3 come after a second and level 4 after an hour."""
    groups: list[dict[str, Any]] = read_yaml(ESCALATION)["groups"]
    for rule in groups[0]["rules"]:
        rule["expr"] = rule["expr"].replace(">= 900", ">= 1").replace(">= 1800", ">= 1")
    return groups


@contextmanager
def prometheus(folder: Path, to: Alertmanager, *sources: dict[str, Any]) -> Iterator[str]:
    (port,) = free_ports(1)
    groups = [{"name": "source", "rules": list(sources)}, *hurried()] if sources else hurried()
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    config = {
        "global": {
            "evaluation_interval": "250ms",
            "external_labels": {labels.CLUSTER: "test", labels.ENVIRONMENT: "prod"},
        },
        "rule_files": [str(folder / "rules.yaml")],
        "alerting": {
            "alert_relabel_configs": list(labels.ALERT_RELABELING),
            "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{to.port}"]}]}],
        },
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    arguments = [
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--rules.alert.resend-delay=250ms",
        "--web.enable-remote-write-receiver",
    ]
    url = f"http://127.0.0.1:{port}"
    with running("prometheus", arguments, folder, f"{url}/-/ready"):
        yield url


def since(url: str) -> str | None:
    """Since when the alert has fired, as the escalation rules recorded it; None without a record."""
    found = get(url, "/api/v1/query", query=f'{FIRING_SINCE}{{alertname="ApiDown"}}')["data"]["result"]
    return found[0]["value"][1] if found else None


def evaluated(url: str) -> bool:
    """Whether this process has evaluated the escalation rules."""
    groups = get(url, "/api/v1/rules")["data"]["groups"]
    return all(not group["lastEvaluation"].startswith("0001") for group in groups)


def test_copies_reach_alertmanager_as_their_source_are_silenced_with_it_and_keep_the_clock(tmp_path: Path) -> None:
    for name in ("alertmanager", "prometheus"):
        (tmp_path / name).mkdir()
    with alertmanager(tmp_path / "alertmanager") as receiver:
        with prometheus(tmp_path / "prometheus", receiver, SOURCE) as url:
            alerts = receiver.wait_for(3)
            first = since(url)
        own = {**LABELS, "alertname": "ApiDown", "cluster": "test", "environment": "prod"}
        found = sorted((alert["labels"] for alert in alerts), key=lambda one: str(one.get("level", "")))
        assert found == [own, {**own, "level": "2"}, {**own, "level": "3"}]
        teams = {alert["labels"].get("level"): [one["name"] for one in alert["receivers"]] for alert in alerts}
        assert teams == {
            None: ["cloudmart-critical-page"],
            "2": ["cloudmart-team-lead"],
            "3": ["cloudmart-engineering-manager"],
        }

        receiver.silence(alertname="ApiDown", pod="a")
        assert {alert["status"]["state"] for alert in receiver.alerts()} == {"suppressed"}

        with prometheus(tmp_path / "prometheus", receiver, SOURCE) as url:
            wait_for(lambda: evaluated(url), START_SECONDS)
            assert first is not None
            assert since(url) == first


def test_an_alert_of_loki_is_escalated_too_because_its_ruler_writes_to_prometheus(tmp_path: Path) -> None:
    for name in ("alertmanager", "prometheus", "loki"):
        (tmp_path / name).mkdir()
    with (
        alertmanager(tmp_path / "alertmanager") as receiver,
        prometheus(tmp_path / "prometheus", receiver) as url,
        running_loki(tmp_path / "loki", loki(tmp_path / "loki", receiver.url, url)),
    ):
        alerts = receiver.wait_for(3)
    found = sorted((alert["labels"] for alert in alerts), key=lambda one: str(one.get("level", "")))
    boards = [one["annotations"][labels.DASHBOARD_URL] for one in alerts if "level" not in one["labels"]]
    # Loki's ruler fills in templates as Prometheus does; a query without a cluster leads to all of them.
    assert boards == [
        f"{LINKS.grafana}{Board.LOGS.path}?var-cluster=%24__all&var-component=backend&var-system=cloudmart"
    ]
    own = {**LABELS, "alertname": "ApiDown", "cluster": "test", "environment": "prod"}
    assert found == [own, {**own, "level": "2"}, {**own, "level": "3"}]


def loki(folder: Path, alertmanager_url: str, prometheus_url: str) -> LokiInput:
    """One whose ruler has the source alone, and evaluates every second; it notifies both."""
    given = replace(
        SINGLE,
        storage=Folder(path=str(folder / "store")),
        data_folder=str(folder / "data"),
        rules_folder=str(folder / "rules"),
        cluster="test",
        environment="prod",
        alertmanagers=[alertmanager_url],
        prometheus=[prometheus_url],
        tenants=[Tenant(name="shop")],
    )
    rules = Path(rules_folder(given, "shop"))
    rules.mkdir(parents=True)
    source = RuleFile.model_validate({"groups": [{"name": "source", "interval": "1s", "rules": [SOURCE]}]})
    shipped = for_environment(source, {}, LINKS, {Board.LOGS: (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)})
    (rules / "source.yaml").write_text(yaml.safe_dump(shipped.as_prometheus()), encoding="utf-8")
    return given
