"""The escalation rules at the times of the catalog, by promtool: each level once, and none without a reason."""

from pathlib import Path
from typing import Any

import pytest

from authoring.text import to_yaml
from tests.tools import PROJECT, run

ESCALATION = PROJECT / "rules" / "prometheus" / "escalation.yaml"

# One sample a minute. The alert fires two minutes after its metric does; a copy is at most a minute late.
SOURCES: dict[str, Any] = {
    "groups": [
        {
            "name": "sources",
            "rules": [
                {
                    "alert": name,
                    "expr": f"max by (system, component, pod) (broken{{level='{severity}'}}) == 1",
                    "for": "2m",
                    "labels": {"severity": severity, "team": "shop"},
                }
                for name, severity in (("ApiDown", "critical"), ("ApiSlow", "warning"), ("Watchdog", "none"))
            ],
        }
    ]
}
COPIES = 'group by (level, escalates, team, system, component, pod) (ALERTS{alertname="Escalation"})'


def copy(level: int) -> str:
    return f'{{component="api", escalates="ApiDown", level="{level}", pod="api-1", system="shop", team="shop"}}'


def broken(severity: str, values: str) -> dict[str, str]:
    return {f'broken{{level="{severity}", system="shop", component="api", pod="api-1"}}': values}


def check(folder: Path, series: dict[str, str], expected: dict[int, list[int]]) -> None:
    """``series``: selector -> values; ``expected``: minute -> the levels that are notified then."""
    (folder / "sources.yaml").write_text(to_yaml(SOURCES, ""), encoding="utf-8")
    case = {
        "interval": "1m",
        "input_series": [{"series": selector, "values": values} for selector, values in series.items()],
        "promql_expr_test": [
            {
                "expr": COPIES,
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": copy(level), "value": 1} for level in levels],
            }
            for minute, levels in expected.items()
        ],
    }
    document = {
        "rule_files": [str(folder / "sources.yaml"), str(ESCALATION)],
        "evaluation_interval": "1m",
        "group_eval_order": ["sources", "belfry.escalation"],
        "tests": [case],
    }
    (folder / "cases.test.yaml").write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", folder / "cases.test.yaml")


def test_a_critical_alert_escalates_15_30_and_60_minutes_after_its_notification(tmp_path: Path) -> None:
    # Broken at minute 1, firing at 3: the two minutes in which it was pending do not count.
    levels = {3: [], 17: [], 18: [2], 32: [2], 33: [2, 3], 62: [2, 3], 63: [2, 3, 4], 120: [2, 3, 4]}
    check(tmp_path, broken("critical", "0 1x120"), levels)


def test_the_copies_end_with_their_source_and_the_next_time_starts_from_the_beginning(tmp_path: Path) -> None:
    # Resolved at minute 40, broken again at 45, firing at 47.
    levels = {39: [2, 3], 40: [], 47: [], 61: [], 62: [2], 76: [2], 77: [2, 3]}
    check(tmp_path, broken("critical", "0 1x38 0x4 1x40"), levels)


def test_an_alert_that_was_only_pending_is_not_escalated(tmp_path: Path) -> None:
    check(tmp_path, broken("critical", "0 1 " * 20), {16: [], 39: []})


@pytest.mark.parametrize("severity", ["warning", "none"])
def test_only_critical_alerts_climb(tmp_path: Path, severity: str) -> None:
    check(tmp_path, broken(severity, "1x120"), {20: [], 120: []})


def test_the_clock_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    """promtool cannot stop evaluating. The series that a process before wrote is given, and ends in minute 10."""
    before = 'alert:firing_since:timestamp{alertname="ApiDown", severity="critical", team="shop", system="shop", '
    series = {
        before + 'component="api", pod="api-1"}': "0x10",
        # Pending again from minute 12 on, as Prometheus forgets it with a short `for`; firing again at minute 14.
        'broken{level="critical", system="shop", component="api", pod="api-1"}': "_x11 1x20",
    }
    check(tmp_path, series, {14: [], 15: [2], 29: [2], 30: [2, 3]})


def test_one_critical_finding_of_falco_without_a_silence_reaches_level_2(tmp_path: Path) -> None:
    """The finding itself goes from falcosidekick to Alertmanager; its twin that Prometheus knows is what climbs."""
    event = 'falcosecurity_falcosidekick_falco_events_total{cluster="eu", rule="CryptoMining", priority="Critical", '
    copies = 'group by (level, rule) (ALERTS{alertname="Escalation", escalates="FalcoCriticalEvent"})'
    reported = [{"labels": '{level="2", rule="CryptoMining"}', "value": 1}]
    case = {
        "interval": "1m",
        "input_series": [
            {"series": f'{event}k8s_ns_name="shop"}}', "values": "_x9 1x60"},
            {"series": 'up{cluster="eu", job="falcosidekick"}', "values": "1x70"},
        ],
        # Seen at minute 10 and firing for 20 minutes: 5 of the query, 15 of `keep_firing_for`.
        # Groups run side by side, so each may see the other a minute sooner or later.
        "promql_expr_test": [
            {"expr": copies, "eval_time": "22m", "exp_samples": []},
            {"expr": copies, "eval_time": "28m", "exp_samples": reported},
            {"expr": copies, "eval_time": "40m", "exp_samples": []},
        ],
    }
    document = {
        "rule_files": [str(PROJECT / "rules" / "prometheus" / "security.yaml"), str(ESCALATION)],
        "evaluation_interval": "1m",
        "tests": [case],
    }
    (tmp_path / "cases.test.yaml").write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "cases.test.yaml")
