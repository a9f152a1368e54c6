"""Runbooks: one for each alert and each alert only, with all its sections and queries that parse."""

import re

import promql_parser
import pytest

from authoring.signal_alerts import ALERTS as SIGNAL_ALERTS
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from tests.tools import PROJECT

RUNBOOKS = PROJECT / "docs" / "runbooks"
SECTIONS = ["Meaning", "Impact", "First checks", "Mitigation", "Escalation"]
READY = {BundleKind.PROMETHEUS: "promql", BundleKind.LOKI: "logql"}
# Alerts that a catalog may ask for and none of the shipped ones does.
POSSIBLE = {alert.name for alert in SIGNAL_ALERTS.values()}


def alerts(kind: BundleKind) -> set[str]:
    """Names of the alerts of all bundles of a kind."""
    return {
        alert
        for bundle in read_manifest(PROJECT, "rules").bundles
        if bundle.kind is kind
        for alert in RuleFile.parse(
            Asset(bundle, bundle.path, (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8"))
        ).alerts
    }


ALERTS = {kind: alerts(kind) for kind in READY}
EVERY = sorted((alert, kind) for kind, names in ALERTS.items() for alert in names)


def test_no_name_stands_for_an_alert_of_prometheus_and_for_one_of_loki() -> None:
    assert not ALERTS[BundleKind.PROMETHEUS] & ALERTS[BundleKind.LOKI]


def test_there_is_one_runbook_for_each_alert_and_none_besides() -> None:
    found = {path.stem for path in RUNBOOKS.glob("*.md")}
    assert found == ALERTS[BundleKind.PROMETHEUS] | ALERTS[BundleKind.LOKI] | POSSIBLE


@pytest.mark.parametrize(("alert", "kind"), EVERY)
def test_a_runbook_has_all_its_sections_and_a_ready_query(alert: str, kind: BundleKind) -> None:
    text = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {alert}\n")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == SECTIONS
    assert f"```{READY[kind]}\n" in text, "first checks need a ready query"


@pytest.mark.parametrize("alert", sorted(ALERTS[BundleKind.PROMETHEUS] | POSSIBLE))
def test_the_queries_of_a_runbook_parse(alert: str) -> None:
    text = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    for query in re.findall(r"^```promql\n(.+?)\n```$", text, flags=re.MULTILINE | re.DOTALL):
        promql_parser.parse(query)
