"""Runbooks: one for each alert and each alert only, with all its sections and queries over what there is."""

import itertools
import re
from collections.abc import Iterator

import promql_parser
import pytest

from authoring.docs import first_queries
from authoring.rules.signal_alerts import ALERTS as SIGNAL_ALERTS
from checks.rules.inference.syntax import selectors
from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.vocabulary import Severity
from model.yaml_file import read_yaml
from tests.rules.test_metric_inventory import DECLARED, EXPOSED, RECORDED, TARGET
from tests.tools import PROJECT

RUNBOOKS = PROJECT / "docs" / "runbooks"
SECTIONS = ["Meaning", "Impact", "First checks", "Mitigation", "Escalation"]
READY = {BundleKind.PROMETHEUS: "promql", BundleKind.LOKI: "logql"}
# Alerts that a catalog may ask for and none of the shipped ones does.
POSSIBLE = {alert.name for alert in SIGNAL_ALERTS.values()}
# Made by Prometheus itself for every target and rule.
OWN = {"ALERTS", "up", "scrape_samples_post_metric_relabeling"}
FILE = "tests/rules/runbook_queries.yaml"
REASONS: dict[str, dict[str, str]] = read_yaml(PROJECT / FILE, FILE)
# Share of the words of two runbooks' mitigations that may be the same.
MOST_ALIKE = 0.6


def alerts(kind: BundleKind) -> dict[str, set[str]]:
    """Alert -> its severities, of all bundles of a kind."""
    found: dict[str, set[str]] = {}
    for bundle in read_manifest(PROJECT, "rules").bundles:
        if bundle.kind is kind:
            text = (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8")
            for group in RuleFile.parse(Asset(bundle, bundle.path, text)).groups:
                for rule in group.rules:
                    if rule.alert:
                        found.setdefault(rule.alert, set()).add(rule.labels[labels.SEVERITY])
    return found


ALERTS = {kind: alerts(kind) for kind in READY}
EVERY = sorted((alert, kind) for kind, names in ALERTS.items() for alert in names)
SEVERITIES = {
    **{alert: {"warning", "critical"} for alert in POSSIBLE},
    **ALERTS[BundleKind.PROMETHEUS],
    **ALERTS[BundleKind.LOKI],
}
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(RUNBOOKS.glob("*.md"))}

every_runbook = pytest.mark.parametrize("alert", TEXTS)


def section(alert: str, name: str) -> str:
    return TEXTS[alert].partition(f"## {name}\n")[2].partition("\n## ")[0]


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def test_no_name_stands_for_an_alert_of_prometheus_and_for_one_of_loki() -> None:
    assert not ALERTS[BundleKind.PROMETHEUS].keys() & ALERTS[BundleKind.LOKI].keys()


def test_there_is_one_runbook_for_each_alert_and_none_besides() -> None:
    assert set(TEXTS) == {*ALERTS[BundleKind.PROMETHEUS], *ALERTS[BundleKind.LOKI], *POSSIBLE}


@pytest.mark.parametrize(("alert", "kind"), EVERY)
def test_a_runbook_has_all_its_sections_and_a_ready_query(alert: str, kind: BundleKind) -> None:
    assert TEXTS[alert].startswith(f"# {alert}\n")
    assert re.findall(r"^## (.+)$", TEXTS[alert], flags=re.MULTILINE) == SECTIONS
    assert f"```{READY[kind]}\n" in TEXTS[alert], "first checks need a ready query"


@every_runbook
def test_a_runbook_has_enough_to_act_on(alert: str) -> None:
    assert len(section(alert, "Meaning").split()) >= 8
    assert len(section(alert, "Impact").split()) >= 4
    checks = re.findall(r"^(\d+)\. ", section(alert, "First checks"), re.MULTILINE)
    assert checks == [str(number) for number in range(1, len(checks) + 1)], "numbered in order"
    assert len(checks) >= 2
    assert len(re.findall(r"^- ", section(alert, "Mitigation"), re.MULTILINE)) >= 2


@every_runbook
def test_a_runbook_fills_labels_in_as_variables(alert: str) -> None:
    assert re.findall(r"<[a-z_ -]+>", re.sub(r"`[^`]*\([^`]*`", "", TEXTS[alert])) == []
    assert "the given" not in TEXTS[alert]


@every_runbook
def test_the_escalation_is_that_of_the_alerts_severities(alert: str) -> None:
    linked = set(re.findall(r"\(\.\./escalation\.md#(\w+)\)", section(alert, "Escalation")))
    assert linked == SEVERITIES[alert] - {Severity.NONE}
    assert not re.search(r"ladder|rung|after 15 minutes,? the|after 30", section(alert, "Escalation"))


def test_no_two_runbooks_have_the_same_mitigation() -> None:
    found = {alert: words(section(alert, "Mitigation")) for alert in TEXTS}
    alike = [
        (one, other)
        for one, other in itertools.combinations(found, 2)
        if len(found[one] & found[other]) > MOST_ALIKE * len(found[one] | found[other])
    ]
    assert alike == []


def unknown(query: str) -> Iterator[str]:
    """Metrics of a query that are not exposed, declared or recorded, and labels that they do not have."""
    for selector in selectors(promql_parser.parse(query)):
        metric = selector.name
        if metric not in {*EXPOSED, *DECLARED, *RECORDED, *OWN}:
            yield str(metric)
        elif metric in EXPOSED and metric not in DECLARED:
            chosen = {matcher.name for matcher in selector.matchers.matchers} - EXPOSED[metric] - TARGET
            yield from (f"{metric}{{{label}}}" for label in sorted(chosen))


@every_runbook
def test_the_queries_of_a_runbook_read_what_there_is(alert: str) -> None:
    found = {
        name
        for language, query in first_queries.blocks(TEXTS[alert])
        if language == "promql"
        for name in unknown(query)
    }
    assert found == set(REASONS["unknown"].get(alert, {}))


@every_runbook
def test_a_query_of_firing_alerts_leaves_their_escalated_copies_out(alert: str) -> None:
    """A copy has the labels of its source: without `level=""` an alert at its third level is counted three times."""
    found = [
        str(selector.matchers.matchers)
        for language, query in first_queries.blocks(TEXTS[alert])
        if language == "promql"
        for selector in selectors(promql_parser.parse(query))
        if selector.name == "ALERTS"
        and not any(
            m.name == labels.LEVEL or (m.name == "alertname" and m.op is promql_parser.MatchOp.Equal)
            for m in selector.matchers.matchers
        )
    ]
    assert found == []


def test_no_reason_is_given_for_a_runbook_that_is_gone() -> None:
    assert set(REASONS["unknown"]) <= set(TEXTS)
