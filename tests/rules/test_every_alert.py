"""One list of all alerts beside the lists of what each must have: a case for, one against, a runbook, a known board."""

from collections.abc import Iterable
from functools import cache

import pytest
import yaml

from authoring.rules import anomalies, kpis
from model import labels, names
from model.alerting.prometheus_rules import Rule, RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.metrics import metric_names
from model.yaml_file import read_yaml
from tests.rules import test_anomalies, test_kpis, test_node_thresholds, test_thresholds
from tests.rules.falco import test_falco_rules
from tests.rules.loki import samples
from tests.rules.promtool import Case
from tests.tools import PROJECT

TESTS = PROJECT / "tests" / "rules"
RUNBOOKS = PROJECT / "docs" / "runbooks"
BUNDLES = read_manifest(PROJECT, "rules").bundles
BOARDS = {f"/d/{path.stem}" for path in (PROJECT / "dashboards" / "grafana").glob("*.json")}

# Alerts of generated files whose cases are tests of their own, for and against in one.
ESCALATION = {names.ESCALATION}  # test_escalation.py
OF_SYSTEMS = {"DiskFilling", "NetworkNearlySaturated"}  # test_thresholds.py
ANOMALIES = {anomaly.alert for anomaly in anomalies.ANOMALIES}  # test_anomalies.py
RUSH = {kpis.OUTSIDE_BAND}  # test_kpis.py


@cache
def rules(name: str) -> tuple[Rule, ...]:
    """The alerts of a bundle."""
    bundle = next(bundle for bundle in BUNDLES if bundle.name == name)
    path = f"rules/{bundle.path}"
    asset = Asset(bundle, path, (PROJECT / path).read_text(encoding="utf-8"))
    return tuple(rule for group in RuleFile.parse(asset).groups for rule in group.rules if rule.alert)


def alerts(kind: BundleKind, *beginnings: str) -> set[str]:
    """Alerts of the bundles of a kind, all or those whose names begin so."""
    chosen = (b for b in BUNDLES if b.kind is kind and b.name.startswith(beginnings or ("",)))
    return {str(rule.alert) for bundle in chosen for rule in rules(bundle.name)}


def promtool(folder: str) -> tuple[set[str], set[str]]:
    """Alerts of promtool's cases: those that fire in one, and those that stay silent in one."""
    found = [
        case
        for path in (TESTS / folder).glob("*.test.yaml")
        for test in read_yaml(path)["tests"]
        for case in test.get("alert_rule_test", ())
    ]
    return (
        {case["alertname"] for case in found if case["exp_alerts"]},
        {case["alertname"] for case in found if not case["exp_alerts"]},
    )


def made(cases: Iterable[Case]) -> tuple[set[str], set[str]]:
    """The same of the cases that tests make of the catalog's lines."""
    found = list(cases)
    return {c.alert for c in found if c.loud is not None}, {c.alert for c in found if list(c.quiet)}


GENERATED = ("slo-", "thresholds-", "kpis-", "escalation", "node-thresholds")
HAND_WRITTEN = tuple(b.name for b in BUNDLES if b.kind is BundleKind.PROMETHEUS and not b.name.startswith(GENERATED))


def test_hand_written_alerts() -> None:
    firing, silent = promtool("prometheus")
    assert firing == alerts(BundleKind.PROMETHEUS, *HAND_WRITTEN)
    assert silent == firing - {names.WATCHDOG}  # it always fires: that is its purpose


def test_alerts_of_objectives() -> None:
    firing, silent = promtool("slo")
    assert firing == silent == alerts(BundleKind.PROMETHEUS, "slo-")
    assert firing >= set(metric_names.SLO_ALERTS)


@pytest.mark.parametrize("system", sorted(test_thresholds.SYSTEMS))
def test_alerts_of_thresholds(system: str) -> None:
    firing, silent = made(test_thresholds.cases(test_thresholds.SYSTEMS[system]))
    assert firing == silent
    assert firing == alerts(BundleKind.PROMETHEUS, f"thresholds-{system}") - OF_SYSTEMS - ANOMALIES


def test_alerts_of_anomalies() -> None:
    firing, silent = made(test_anomalies.cases())
    assert firing == silent == ANOMALIES <= alerts(BundleKind.PROMETHEUS, "thresholds-")


def test_alerts_of_nodes() -> None:
    firing, silent = made(test_node_thresholds.cases())
    assert firing == silent == alerts(BundleKind.PROMETHEUS, "node-thresholds")


@pytest.mark.parametrize("system", sorted(test_kpis.SYSTEMS))
def test_alerts_of_business_numbers(system: str) -> None:
    firing, silent = made(test_kpis.cases(test_kpis.SYSTEMS[system]))
    assert firing == silent
    assert firing == alerts(BundleKind.PROMETHEUS, f"kpis-{system}") - RUSH


def test_alerts_on_logs() -> None:
    firing, silent = ({case.alert for case in samples.CASES if case.fires is fires} for fires in (True, False))
    assert firing == silent == alerts(BundleKind.LOKI)


def test_findings_of_falco() -> None:
    documents = [
        yaml.safe_load((PROJECT / "rules" / b.path).read_text()) for b in BUNDLES if b.kind is BundleKind.FALCO
    ]
    shipped = {item["rule"] for document in documents for item in document if "desc" in item}
    assert set(test_falco_rules.SPEAKS) == set(test_falco_rules.QUIET) == shipped
    assert {path.stem for path in (RUNBOOKS / "falco").glob("*.md")} == {*shipped, "README"}


def test_each_alert_of_prometheus_and_loki_is_in_one_of_these_lists() -> None:
    looked_at = alerts(
        BundleKind.PROMETHEUS, *HAND_WRITTEN, "slo-", "thresholds-", "kpis-", "node-thresholds"
    ) | alerts(BundleKind.LOKI)
    assert alerts(BundleKind.PROMETHEUS) | alerts(BundleKind.LOKI) == looked_at | ESCALATION


@pytest.mark.parametrize("kind", [BundleKind.PROMETHEUS, BundleKind.LOKI])
def test_every_alert_has_a_runbook_and_leads_to_a_board_that_is_shipped(kind: BundleKind) -> None:
    reported = [rule for bundle in BUNDLES if bundle.kind is kind for rule in rules(bundle.name)]
    assert [rule.alert for rule in reported if not (RUNBOOKS / f"{rule.alert}.md").is_file()] == []
    assert sorted({rule.annotations[labels.DASHBOARD_URL] for rule in reported} - BOARDS) == []
