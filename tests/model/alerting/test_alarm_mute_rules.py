"""Maintenance windows for composite alarms: whole systems only, by moments, within what CloudWatch takes."""

from typing import Any

import pytest

from model.alerting.alarm_mute_rules import MOST_TARGETS, MuteRule, mute_rules
from model.alerting.maintenance import MaintenanceWindow
from model.vocabulary import Severity

COMPOSITES = {
    (system, severity): f"prod-{system}-{severity}"
    for system in ("bakhmach", "cloudmart")
    for severity in (Severity.CRITICAL, Severity.WARNING)
}


def window(**changes: Any) -> MaintenanceWindow:
    fields = {
        "name": "upgrade",
        "reason": "PostgreSQL 17.",
        "systems": ["bakhmach"],
        "time_zone": "Europe/Berlin",
        "start": "2026-03-07T22:30",
        "end": "2026-03-08T02:00",
    }
    return MaintenanceWindow.model_validate({**fields, **changes})


def rules(**changes: Any) -> list[MuteRule]:
    return list(mute_rules([window(**changes)], COMPOSITES))


def test_a_window_of_a_system_mutes_its_composites() -> None:
    assert rules() == [
        MuteRule(
            name="upgrade-1-1",
            at="2026-03-07T22:30",
            duration="PT3H30M",
            time_zone="Europe/Berlin",
            reason="PostgreSQL 17.",
            alarms=("prod-bakhmach-critical", "prod-bakhmach-warning"),
        )
    ]


def test_a_window_of_all_systems_mutes_all() -> None:
    (rule,) = rules(systems=[])
    assert set(rule.alarms) == set(COMPOSITES.values())


def test_a_window_of_some_severities_mutes_those() -> None:
    (rule,) = rules(severities=["warning"])
    assert rule.alarms == ("prod-bakhmach-warning",)


@pytest.mark.parametrize("narrower", [{"components": ["postgres"]}, {"teams": ["data"]}, {"alerts": ["RdsCpu"]}])
def test_a_narrower_window_mutes_no_composite_which_would_hide_more_than_it_means(narrower: dict[str, Any]) -> None:
    assert rules(**narrower) == []


def test_a_window_of_a_system_without_alarms_is_no_rule() -> None:
    assert rules(systems=["generic"]) == []


@pytest.mark.parametrize(
    ("start", "end", "duration"),
    [
        ("2026-03-29T01:00", "2026-03-29T04:00", "PT2H"),  # clocks go forward in Berlin
        ("2026-10-25T01:00", "2026-10-25T04:00", "PT4H"),  # and back
        ("2026-03-07T22:30", "2026-03-09T22:30", "P2D"),
        ("2026-03-07T22:30", "2026-03-07T22:45", "PT15M"),
        ("2026-03-07T22:30", "2026-03-09T23:31", "P2DT1H1M"),
    ],
)
def test_a_window_lasts_as_long_as_the_clocks_on_the_wall_say(start: str, end: str, duration: str) -> None:
    assert [rule.duration for rule in rules(start=start, end=end)] == [duration]


def test_a_window_longer_than_a_rule_may_last_is_several_that_follow_each_other() -> None:
    found = rules(start="2026-01-01T00:00", end="2026-01-31T12:00")

    assert [(rule.name, rule.at, rule.duration) for rule in found] == [
        ("upgrade-1-1", "2026-01-01T00:00", "P15D"),
        ("upgrade-2-1", "2026-01-16T00:00", "P15D"),
        ("upgrade-3-1", "2026-01-31T00:00", "PT12H"),
    ]


def test_more_composites_than_one_rule_takes_are_spread() -> None:
    many = {(f"s{number}", Severity.CRITICAL): f"prod-s{number:03d}" for number in range(MOST_TARGETS + 1)}
    found = list(mute_rules([window(systems=[])], many))

    assert [len(rule.alarms) for rule in found] == [MOST_TARGETS, 1]
    assert [rule.name for rule in found] == ["upgrade-1-1", "upgrade-1-2"]
