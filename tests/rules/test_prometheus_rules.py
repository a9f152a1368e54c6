"""The shipped Prometheus rules: promtool's own checks and cases, and that no alert lacks a case or a runbook."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from model import labels
from model.assets import Asset, BundleKind, read_manifest
from model.names import WATCHDOG
from model.prometheus_rules import RuleFile
from model.yaml_file import read_yaml
from tests.tools import PROJECT, run

CASES = PROJECT / "tests" / "rules" / "prometheus"
RUNBOOKS = PROJECT / "docs" / "runbooks"
SECTIONS = ["Meaning", "Impact", "First checks", "Mitigation", "Escalation"]

ASSETS = [
    Asset(bundle, f"rules/{bundle.path}", (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8"))
    for bundle in read_manifest(PROJECT, "rules").bundles
    if bundle.kind is BundleKind.PROMETHEUS
]
RULES = {asset.bundle.name: RuleFile.parse(asset) for asset in ASSETS}
ALERTS = sorted(alert for rules in RULES.values() for alert in rules.alerts)


def cases(path: Path) -> list[dict[str, Any]]:
    return [case for test in read_yaml(path)["tests"] for case in test["alert_rule_test"]]


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.bundle.name)
def test_promtool_accepts_the_rules(asset: Asset) -> None:
    assert "SUCCESS" in run("promtool", "check", "rules", "--lint=all", "--lint-fatal", asset.file)


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.bundle.name)
def test_every_case_of_the_bundle_comes_out_as_written(asset: Asset) -> None:
    run("promtool", "test", "rules", CASES / f"{asset.bundle.name}.test.yaml")


@pytest.mark.parametrize("bundle", sorted(RULES))
def test_every_alert_has_a_case_that_fires_and_one_that_stays_silent(bundle: str) -> None:
    found = cases(CASES / f"{bundle}.test.yaml")
    firing = {case["alertname"] for case in found if case["exp_alerts"]}
    silent = {case["alertname"] for case in found if not case["exp_alerts"]}
    alerts = set(RULES[bundle].alerts)
    assert firing == alerts
    assert silent == alerts - {WATCHDOG}  # it always fires: that is its purpose


def test_alerts_have_one_name_each_across_all_bundles() -> None:
    assert len(ALERTS) == len(set(ALERTS))


def test_there_is_one_runbook_for_each_alert_and_none_besides() -> None:
    assert sorted(path.stem for path in RUNBOOKS.glob("*.md")) == ALERTS


@pytest.mark.parametrize("alert", ALERTS)
def test_a_runbook_has_all_its_sections_and_queries_that_parse(alert: str) -> None:
    text = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {alert}\n")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == SECTIONS
    queries = re.findall(r"^```promql\n(.+?)\n```$", text, flags=re.MULTILINE | re.DOTALL)
    assert queries, "first checks need a ready query"
    for query in queries:
        promql_parser.parse(query)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_carries_all_labels_and_a_dashboard_that_exists(alert: str) -> None:
    rules = [r for file in RULES.values() for g in file.groups for r in g.rules if r.alert == alert]
    for rule in rules:
        assert set(labels.ALERT_LABELS) <= set(rule.labels)
        path = rule.annotations[labels.DASHBOARD_URL]
        uid = path.removeprefix("/d/")
        board = PROJECT / "dashboards" / "grafana" / f"{uid}.json"
        assert json.loads(board.read_text(encoding="utf-8"))["uid"] == uid


@pytest.mark.parametrize("bundle", sorted(RULES))
def test_no_rule_names_an_environment(bundle: str) -> None:
    for group in RULES[bundle].groups:
        for rule in group.rules:
            assert labels.ENVIRONMENT not in rule.expr
            assert labels.ENVIRONMENT not in rule.labels
