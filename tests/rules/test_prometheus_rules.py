"""The shipped Prometheus rules: promtool's own checks and cases, and that no alert lacks a case or a runbook."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.dashboards import Board
from model.names import WATCHDOG
from model.quantities import Duration
from model.yaml_file import read_yaml
from tests.tools import PROJECT, run

CASES = PROJECT / "tests" / "rules" / "prometheus"

ASSETS = [
    Asset(bundle, f"rules/{bundle.path}", (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8"))
    for bundle in read_manifest(PROJECT, "rules").bundles
    if bundle.kind is BundleKind.PROMETHEUS
]
RULES = {asset.bundle.name: RuleFile.parse(asset) for asset in ASSETS}
# Written from the catalog: the systems' files share alert names, and tests of their own run cases at each line of it.
# Bundles whose cases lie elsewhere.
ELSEWHERE = {
    "dashboards": "tests/authoring/rules/recording/test_infrastructure.py",
    "service-baselines": "tests/rules/test_anomalies.py",
    "slo-platform": "tests/rules/slo/platform.test.yaml",
}
GENERATED = {asset.bundle.name for asset in ASSETS if "generated from catalog/" in asset.text.splitlines()[0]} | {
    bundle for bundle, file in ELSEWHERE.items() if (PROJECT / file).is_file()
}
OTHERS = [asset for asset in ASSETS if asset.bundle.name not in GENERATED]
ALERTS = sorted({alert for rules in RULES.values() for alert in rules.alerts})


def cases(path: Path) -> list[dict[str, Any]]:
    return [case for test in read_yaml(path)["tests"] for case in test.get("alert_rule_test", [])]


def seconds(moment: str) -> Decimal:
    return Decimal(0) if moment == "0m" else Duration(moment).seconds


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


@pytest.mark.parametrize("bundle", sorted(set(RULES) - GENERATED))
def test_every_alert_is_quiet_a_while_before_it_fires_on_the_same_series(bundle: str) -> None:
    """Two cases on two worlds would not show that it is the change which makes the alert speak."""
    quiet_before = set()
    for test in read_yaml(CASES / f"{bundle}.test.yaml")["tests"]:
        for case in test.get("alert_rule_test", []):
            earlier = [
                other
                for other in test["alert_rule_test"]
                if other["alertname"] == case["alertname"] and seconds(other["eval_time"]) < seconds(case["eval_time"])
            ]
            if case["exp_alerts"] and any(not other["exp_alerts"] for other in earlier):
                quiet_before.add(case["alertname"])
    assert quiet_before >= set(RULES[bundle].alerts) - {WATCHDOG}


def test_alerts_have_one_name_each_across_all_bundles() -> None:
    names = [alert for name in set(RULES) - GENERATED for alert in RULES[name].alerts]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_carries_all_labels_and_a_dashboard_of_ours(alert: str) -> None:
    rules = [r for file in RULES.values() for g in file.groups for r in g.rules if r.alert == alert]
    for rule in rules:
        assert set(labels.ALERT_LABELS) <= set(rule.labels)
        own = Board.BUSINESS.path_of(rule.labels[labels.SYSTEM])
        assert rule.annotations[labels.DASHBOARD_URL] in {*(board.path for board in Board), own}


@pytest.mark.parametrize("bundle", sorted(RULES))
def test_no_rule_names_an_environment(bundle: str) -> None:
    for group in RULES[bundle].groups:
        for rule in group.rules:
            # As a label: a value such as `environment-budget` names none.
            assert not re.search(rf"(?<![\w-]){labels.ENVIRONMENT}(?![\w-])", rule.expr)
            assert labels.ENVIRONMENT not in rule.labels
