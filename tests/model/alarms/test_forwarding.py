"""What Alertmanager hears of alarms: each leaf by itself, whatever comes twice, late, out of order or never."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.alarms.forwarding import (
    HOLD_SECONDS,
    NO_DATA_SECONDS,
    RESOLVED_SECONDS,
    Alarms,
    AlarmState,
    Alert,
    AlertText,
    read_table,
)

LEVELS = {900.0: {"level": "2"}, 1800.0: {"level": "3"}}


def text(name: str, **changes: Any) -> AlertText:
    fields: dict[str, Any] = {
        "labels": {"alertname": "RdsCpu", "alarm": name, "severity": "critical"},
        "annotations": {"summary": f"shop/{name}: the CPU is full", "description": "Queries wait."},
        "url": f"https://console/{name}",
    }
    return AlertText(**{**fields, **changes})


def alarms(**changes: Any) -> Alarms:
    return Alarms({name: text(name, **changes) for name in ("storage", "connections")})


def state(name: str, value: str, at: float, reason: str = "") -> AlarmState:
    return AlarmState(name=name, value=value, at=at, reason=reason)


def firing(found: list[Alert], now: float) -> list[str]:
    return [alert.labels["alarm"] for alert in found if alert.ends > now]


def test_a_further_leaf_of_a_system_that_already_fires_is_an_alert_of_its_own() -> None:
    known = alarms()
    known.learn(state("connections", "ALARM", 100))

    assert firing(known.alerts(200), 200) == ["connections"]
    assert known.learn(state("storage", "ALARM", 300))
    assert firing(known.alerts(300), 300) == ["connections", "storage"]


def test_an_alert_says_since_when_why_and_how_long_it_may_be_believed() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 100, "Threshold Crossed: 1 datapoint"))

    assert known.alerts(160) == [
        Alert(
            labels={"alertname": "RdsCpu", "alarm": "storage", "severity": "critical"},
            annotations={
                "summary": "shop/storage: the CPU is full",
                "description": "Queries wait. CloudWatch: Threshold Crossed: 1 datapoint",
            },
            starts=100,
            ends=160 + HOLD_SECONDS,
            url="https://console/storage",
        )
    ]


def test_the_end_is_posted_for_a_while_and_then_forgotten() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 100))
    known.learn(state("storage", "OK", 400))

    (ended,) = known.alerts(500)
    assert (ended.starts, ended.ends) == (100, 400)
    assert known.alerts(400 + RESOLVED_SECONDS) == [ended]
    assert known.alerts(401 + RESOLVED_SECONDS) == []


def test_an_alarm_that_comes_back_fires_again() -> None:
    known = alarms()
    for value, at in (("ALARM", 100), ("OK", 200), ("ALARM", 300)):
        known.learn(state("storage", value, at))

    assert [(alert.starts, alert.ends > 310) for alert in known.alerts(310)] == [(300, True)]


def test_a_duplicate_and_a_late_message_change_nothing() -> None:
    known = alarms()
    assert known.learn(state("storage", "ALARM", 100))
    assert known.learn(state("storage", "OK", 200))

    assert not known.learn(state("storage", "OK", 200))
    assert not known.learn(state("storage", "ALARM", 100))
    assert firing(known.alerts(210), 210) == []


@given(st.permutations([("ALARM", 100.0), ("OK", 200.0), ("ALARM", 300.0), ("OK", 400.0), ("ALARM", 500.0)]))
def test_whatever_the_order_of_messages_the_newest_state_counts(order: list[tuple[str, float]]) -> None:
    known = alarms()
    for value, at in order:
        known.learn(state("storage", value, at))

    assert firing(known.alerts(510), 510) == ["storage"]


def test_an_alarm_that_is_not_of_the_table_is_nobodys_business() -> None:
    known = alarms()

    assert not known.learn(state("somebody-elses", "ALARM", 100))
    assert known.alerts(110) == []


def test_an_alarm_without_data_goes_on_for_an_hour_and_begins_nothing() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 100))
    known.learn(state("storage", "INSUFFICIENT_DATA", 200))
    known.learn(state("connections", "INSUFFICIENT_DATA", 200))

    assert firing(known.alerts(200 + NO_DATA_SECONDS), 200 + NO_DATA_SECONDS) == ["storage"]
    (ended,) = known.alerts(201 + NO_DATA_SECONDS)
    assert ended.ends == 200 + NO_DATA_SECONDS


def test_an_alarm_that_has_data_again_and_still_fires_never_stopped() -> None:
    known = alarms()
    for value, at in (("ALARM", 100), ("INSUFFICIENT_DATA", 200), ("ALARM", 300)):
        known.learn(state("storage", value, at))

    assert [alert.starts for alert in known.alerts(310)] == [100]


def test_an_alarm_that_fires_again_after_hours_without_data_has_a_new_start() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 100))
    known.learn(state("storage", "INSUFFICIENT_DATA", 200))
    known.learn(state("storage", "ALARM", 300 + NO_DATA_SECONDS))

    now = 310 + NO_DATA_SECONDS
    assert [alert.starts for alert in known.alerts(now)] == [300 + NO_DATA_SECONDS]


def test_a_lost_end_is_found_when_cloudwatch_is_asked() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 100))

    assert known.reconcile([state("storage", "OK", 150), state("connections", "OK", 50)], asked=400) == 1
    assert [alert.ends for alert in known.alerts(400)] == [150]


def test_after_a_restart_cloudwatch_gives_everything_that_fires() -> None:
    known = alarms()

    assert known.reconcile([state("storage", "ALARM", 100), state("connections", "OK", 50)], asked=400) == 1
    assert [(alert.labels["alarm"], alert.starts) for alert in known.alerts(400)] == [("storage", 100)]


def test_an_alarm_that_was_deleted_is_over_and_one_that_was_made_meanwhile_is_not() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 100))
    known.learn(state("connections", "ALARM", 450))

    assert known.reconcile([], asked=400) == 1
    assert firing(known.alerts(460), 460) == ["connections"]


def test_an_answer_of_cloudwatch_that_is_older_than_an_event_changes_nothing() -> None:
    known = alarms()
    known.learn(state("storage", "ALARM", 410))

    assert known.reconcile([state("storage", "OK", 50)], asked=400) == 0
    assert firing(known.alerts(420), 420) == ["storage"]


def test_a_critical_alert_has_a_copy_for_each_level_that_it_has_reached() -> None:
    known = alarms(levels=LEVELS)
    known.learn(state("storage", "ALARM", 0))

    assert [alert.labels.get("level") for alert in known.alerts(899)] == [None]
    assert [alert.labels.get("level") for alert in known.alerts(900)] == [None, "2"]
    found = known.alerts(1800)
    assert [(alert.labels.get("level"), alert.starts) for alert in found] == [(None, 0), ("2", 900), ("3", 1800)]
    assert found[1].annotations["summary"] == "Level 2: shop/storage: the CPU is full"
    assert {alert.labels["alertname"] for alert in found} == {"RdsCpu"}


def test_the_copies_end_with_their_source_and_a_level_that_was_not_reached_never_comes() -> None:
    known = alarms(levels=LEVELS)
    known.learn(state("storage", "ALARM", 0))
    known.learn(state("storage", "OK", 1000))

    assert [(alert.labels.get("level"), alert.ends) for alert in known.alerts(1850)] == [(None, 1000), ("2", 1000)]


def test_an_alarm_counts_once_however_many_copies_it_has() -> None:
    known = alarms(levels=LEVELS)
    known.learn(state("storage", "ALARM", 0))
    known.learn(state("connections", "ALARM", 0))
    known.learn(state("connections", "OK", 1700))

    assert known.firing(1800) == 1


def test_the_table_gives_copies_to_those_that_escalate() -> None:
    alarm = {"labels": {"alertname": "A"}, "annotations": {"summary": "s", "description": "d"}, "url": "u"}
    document = {
        "levels": [{"after": 900, "labels": {"level": "2"}}],
        "alarms": {"a": {**alarm, "escalates": True}, "b": {**alarm, "escalates": False}},
    }
    other = {"levels": [], "alarms": {"c": {**alarm, "escalates": True}}}

    found = read_table([json.dumps(document), json.dumps(other)])

    assert {name: dict(one.levels) for name, one in found.items()} == {"a": {900.0: {"level": "2"}}, "b": {}, "c": {}}


def test_a_table_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        read_table(["nothing"])
