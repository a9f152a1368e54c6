"""The table of kube-prometheus-stack's default rules: each alert of ours that it names is really there."""

from pathlib import Path

import pytest

from authoring.docs import default_rules
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.problems import BadInput
from model.versions import versions
from tests.tools import PROJECT

RULES = default_rules.load(PROJECT)


def test_every_alert_that_replaces_a_default_one_is_shipped() -> None:
    shipped: set[str] = set()
    for bundle in read_manifest(PROJECT, "rules").bundles:
        if bundle.kind is BundleKind.PROMETHEUS:
            path = f"rules/{bundle.path}"
            shipped |= set(RuleFile.parse(Asset(bundle, path, (PROJECT / path).read_text(encoding="utf-8"))).alerts)
    assert {alert for fate in RULES.alerts.values() for alert in fate.by} <= shipped


def test_the_decisions_are_about_the_chart_that_is_installed() -> None:
    """Another version brings other rules: `python -m benchmarks.rule_pack` names those that nobody decided on."""
    pinned = versions().charts["kube-prometheus-stack"].version
    assert RULES.chart == f"kube-prometheus-stack {pinned}"


def test_the_page_has_a_line_for_every_default_rule() -> None:
    page = default_rules.generate(PROJECT)[default_rules.PATH]
    assert all(f"| {name} |" in page for name in (*RULES.alerts, *RULES.groups))


def test_a_rule_that_is_neither_replaced_nor_dropped_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model" / "alerting").mkdir(parents=True)
    text = "chart: x 1\nalerts:\n  Lost: {why: Nobody decided.}\ngroups: {}\n"
    (tmp_path / default_rules.SOURCE).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="neither of by and dropped"):
        default_rules.generate(tmp_path)
