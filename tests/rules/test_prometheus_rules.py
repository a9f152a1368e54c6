"""The shipped Prometheus rules: promtool's own checks and cases, and that no alert lacks a case or a runbook."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from authoring.signal_alerts import ALERTS as SIGNAL_ALERTS
from model import labels
from model.assets import Asset, BundleKind, read_manifest
from model.dashboards import Board
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
# Written from the catalog: the systems' files share alert names, and tests of their own run cases at each line of it.
GENERATED = {asset.bundle.name for asset in ASSETS if "generated from catalog/" in asset.text.splitlines()[0]}
OTHERS = [asset for asset in ASSETS if asset.bundle.name not in GENERATED]
# Alerts that a catalog may ask for and none of the shipped ones does.
POSSIBLE = {alert.name for alert in SIGNAL_ALERTS.values()}
ALERTS = sorted({alert for rules in RULES.values() for alert in rules.alerts})


def cases(path: Path) -> list[dict[str, Any]]:
    return [case for test in read_yaml(path)["tests"] for case in test.get("alert_rule_test", [])]


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.bundle.name)
def test_promtool_accepts_the_rules(asset: Asset) -> None:
    assert "SUCCESS" in run("promtool", "check", "rules", "--lint=all", "--lint-fatal", asset.file)


@pytest.mark.parametrize("asset", OTHERS, ids=lambda asset: asset.bundle.name)
def test_every_case_of_the_bundle_comes_out_as_written(asset: Asset) -> None:
    run("promtool", "test", "rules", CASES / f"{asset.bundle.name}.test.yaml")


@pytest.mark.parametrize("bundle", sorted(set(RULES) - GENERATED))
def test_every_alert_has_a_case_that_fires_and_one_that_stays_silent(bundle: str) -> None:
    found = cases(CASES / f"{bundle}.test.yaml")
    firing = {case["alertname"] for case in found if case["exp_alerts"]}
    silent = {case["alertname"] for case in found if not case["exp_alerts"]}
    alerts = set(RULES[bundle].alerts)
    assert firing == alerts
    assert silent == alerts - {WATCHDOG}  # it always fires: that is its purpose


def test_alerts_have_one_name_each_across_all_bundles() -> None:
    names = [alert for name in set(RULES) - GENERATED for alert in RULES[name].alerts]
    assert len(names) == len(set(names))


def test_there_is_one_runbook_for_each_alert_and_none_besides() -> None:
    found = {path.stem for path in RUNBOOKS.glob("*.md")}
    assert set(ALERTS) | POSSIBLE <= found
    assert found <= set(ALERTS) | POSSIBLE


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
def test_an_alert_carries_all_labels_and_a_dashboard_of_ours(alert: str) -> None:
    rules = [r for file in RULES.values() for g in file.groups for r in g.rules if r.alert == alert]
    for rule in rules:
        assert set(labels.ALERT_LABELS) <= set(rule.labels)
        assert rule.annotations[labels.DASHBOARD_URL] in {board.path for board in Board}


@pytest.mark.parametrize("bundle", sorted(RULES))
def test_no_rule_names_an_environment(bundle: str) -> None:
    for group in RULES[bundle].groups:
        for rule in group.rules:
            assert labels.ENVIRONMENT not in rule.expr
            assert labels.ENVIRONMENT not in rule.labels
