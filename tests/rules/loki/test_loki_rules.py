"""The shipped Loki rules: Loki's own checks, and lines for and against each alert in a real Loki."""

import re
import time
from typing import Any

import pytest

from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.dashboards import Board
from tests.configs.collectors import wait_for
from tests.rules.loki.samples import CASES, QUIET, Case
from tests.rules.loki.servers import MINUTE, Loki
from tests.tools import PROJECT, run

ASSETS = {
    bundle.name: Asset(bundle, f"rules/{bundle.path}", (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8"))
    for bundle in read_manifest(PROJECT, "rules").bundles
    if bundle.kind is BundleKind.LOKI
}
RULES = {name: RuleFile.parse(asset) for name, asset in ASSETS.items()}
ALERTS = sorted({alert for rules in RULES.values() for alert in rules.alerts})
RUNBOOKS = PROJECT / "docs" / "runbooks"

SECONDS = 20
LONGEST_WINDOW = 15 * 60


def system_of(case: Case) -> str:
    return ASSETS[case.bundle].bundle.system or "platform"


def firing(loki: Loki, case: Case, tenant: str, when: int) -> bool:
    """Whether any expression of the alert has an answer: whatever ``for`` says, it is what must hold."""
    found = [r.expr for g in RULES[case.bundle].groups for r in g.rules if r.alert == case.alert and aimed(r, case)]
    answers = [loki.ask("/loki/api/v1/query", tenant, query=expr, time=when)["data"]["result"] for expr in found]
    return any(answers)


def aimed(rule: Any, case: Case) -> bool:
    """The rule of the case's component, where each component has one."""
    component = rule.labels[labels.COMPONENT]
    return component.startswith("{{") or component in {"kubernetes-audit", *(line.component for line in case.usual)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.name}")
def test_an_alert_speaks_when_its_lines_come_and_not_before(case: Case, loki: Loki) -> None:
    tenant = f"case-{CASES.index(case)}"
    start = time.time_ns() - int((case.look + 1) * MINUTE)
    usual = [(float(minute), line) for minute in range(int(case.stops)) for line in case.usual]
    loki.push(tenant, system_of(case), start, [*usual, *((QUIET + 0.5, line) for line in case.loud)])

    assert not firing(loki, case, tenant, start + int(QUIET * MINUTE))
    assert firing(loki, case, tenant, start + int(case.look * MINUTE)) is case.fires


def test_every_alert_has_lines_for_and_against_it() -> None:
    assert {case.alert for case in CASES if case.fires} == set(ALERTS)
    assert {case.alert for case in CASES if not case.fires} == set(ALERTS)


@pytest.mark.parametrize("name", sorted(ASSETS))
def test_lokitool_accepts_the_rules(name: str) -> None:
    file = PROJECT / ASSETS[name].file

    run("lokitool", "rules", "lint", "--dry-run", file)
    run("lokitool", "rules", "check", "--strict", file)


def test_the_ruler_loads_all_rules(loki: Loki) -> None:
    wanted = {group.name for rules in RULES.values() for group in rules.groups}

    def loaded() -> bool:
        groups = loki.ask("/prometheus/api/v1/rules")["data"]["groups"]
        return {group["name"] for group in groups} == wanted

    assert wait_for(loaded, SECONDS)


@pytest.mark.parametrize("name", sorted(RULES))
def test_an_alert_carries_all_labels_and_a_dashboard_of_ours(name: str) -> None:
    for group in RULES[name].groups:
        for rule in group.rules:
            assert set(labels.ALERT_LABELS) <= set(rule.labels)
            assert rule.annotations[labels.DASHBOARD_URL] in {board.path for board in Board}


@pytest.mark.parametrize("name", sorted(RULES))
def test_no_query_reads_more_than_a_quarter_of_an_hour_or_parses_what_no_filter_has_thinned(name: str) -> None:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    for group in RULES[name].groups:
        for rule in group.rules:
            windows = re.findall(r"\[(\d+)([smhd])\]", rule.expr)
            assert windows
            assert all(int(number) * units[unit] <= LONGEST_WINDOW for number, unit in windows), rule.alert
            assert "offset" not in rule.expr
            for before in re.split(r"\|\s*(?:json|logfmt|regexp|pattern)\b", rule.expr)[:-1]:
                assert re.search(r"\|[=~]", before), f"{rule.alert} parses lines that no filter has thinned"
