"""Mute times and maintenance windows: what a settings file may say, and what each slip is told."""

from typing import Any

import pytest

from model.alerting.maintenance import MOST_BRANCHES, MaintenanceWindow, MuteTime, problems
from tests.model.catalogs import Key, changed
from tests.model.refusals import refusal

NIGHT: dict[str, Any] = {
    "name": "nightly-import",
    "reason": "The import makes the shop slow.",
    "systems": ["shop"],
    "time_zone": "Europe/Berlin",
    "times": [{"start": "22:00", "end": "24:00"}, {"start": "00:00", "end": "02:00"}],
    "weekdays": ["monday"],
}
UPGRADE: dict[str, Any] = {
    "name": "database-upgrade",
    "reason": "PostgreSQL 17.",
    "systems": ["shop"],
    "components": ["database"],
    "time_zone": "UTC",
    "start": "2026-03-07T22:30",
    "end": "2026-03-09T02:00",
}
KNOWN = {"teams": ["platform"], "systems": ["shop"], "components": ["api", "database"], "alerts": ["ApiDown"]}


def told(mute_times: list[dict[str, Any]], windows: list[dict[str, Any]]) -> list[str]:
    found = problems(
        [MuteTime.model_validate(one) for one in mute_times],
        [MaintenanceWindow.model_validate(one) for one in windows],
        KNOWN,
        "belfry:alerting",
    )
    return [str(problem) for problem in found]


def test_a_mute_time_leaves_critical_alerts_alone_unless_it_names_them() -> None:
    assert MuteTime.model_validate(NIGHT).matchers == ['system="shop"', 'severity=~"info|warning"']
    loud = MuteTime.model_validate({**NIGHT, "severities": ["critical"], "alerts": ["ApiDown", "A"]})
    assert loud.matchers == ['system="shop"', 'alertname=~"A|ApiDown"', 'severity="critical"']


def test_a_mute_time_is_written_as_alertmanager_reads_it() -> None:
    assert MuteTime.model_validate({**NIGHT, "days_of_month": [1], "months": ["may"]}).intervals() == [
        {
            "times": [{"start_time": "22:00", "end_time": "24:00"}, {"start_time": "00:00", "end_time": "02:00"}],
            "weekdays": ["monday"],
            "days_of_month": ["1"],
            "months": ["may"],
            "location": "Europe/Berlin",
        }
    ]


def test_a_window_is_cut_at_midnight_and_ends_when_it_says() -> None:
    days = MaintenanceWindow.model_validate(UPGRADE).intervals()
    assert [(day["years"], day["months"], day["days_of_month"]) for day in days] == [
        (["2026"], ["3"], ["7"]),
        (["2026"], ["3"], ["8"]),
        (["2026"], ["3"], ["9"]),
    ]
    assert [(day["times"][0]["start_time"], day["times"][0]["end_time"]) for day in days] == [
        ("22:30", "24:00"),
        ("00:00", "24:00"),
        ("00:00", "02:00"),
    ]


def test_a_window_until_midnight_has_no_piece_of_the_next_day() -> None:
    until = MaintenanceWindow.model_validate({**UPGRADE, "end": "2026-03-08T00:00"})
    assert [day["days_of_month"] for day in until.intervals()] == [["7"]]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("time_zone",), "Berlin", "time_zone: found unknown time zone 'Berlin'; allowed", id="no zone"),
        pytest.param(("times",), [], "times: found []", id="no times"),
        pytest.param(("times", 0, "start"), "24:00", "times[0].start: found '24:00'", id="a start after the last hour"),
        pytest.param(
            ("times", 0, "end"),
            "02:00",
            "times[0]: found start 22:00 and end 02:00; allowed: start before end; past midnight is two entries",
            id="a night in one piece",
        ),
        pytest.param(("weekdays",), ["mon"], "weekdays[0]: found 'mon'", id="an unknown day"),
        pytest.param(("days_of_month",), [32], "days_of_month[0]: found 32", id="a day that there is not"),
        pytest.param(("severities",), ["none"], "severities[0]: found 'none'", id="the dead-man's switch"),
        pytest.param(("severities",), [], "severities: found []", id="no severity"),
        pytest.param(("alerts",), ["api.*"], "alerts[0]: found 'api.*'", id="a pattern in place of a name"),
        pytest.param(("system",), "shop", "system: unknown key", id="an unknown key"),
    ],
)
def test_a_broken_mute_time_is_refused(key: Key, value: object, message: str) -> None:
    assert refusal(MuteTime, changed(NIGHT, key, value)).startswith(message)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("end",), "2026-03-07T22:30", "found start 2026-03-07 22:30:00 and end", id="over at once"),
        pytest.param(("end",), "2026-05-07T22:30", "found start 2026-03-07 22:30:00 and end", id="months long"),
        pytest.param(("end",), "2026-03-08T00:00:30", "found start 2026-03-07 22:30:00 and end", id="seconds"),
        pytest.param(("start",), "2026-03-07T22:30Z", "start: found '2026-03-07T22:30Z'", id="two time zones"),
        pytest.param(("start",), "tonight", "start: found 'tonight'", id="no moment"),
    ],
)
def test_a_broken_window_is_refused(key: Key, value: object, message: str) -> None:
    assert message in refusal(MaintenanceWindow, changed(UPGRADE, key, value))


def test_good_ones_have_no_problem_and_a_mute_time_may_meet_a_window() -> None:
    assert told([NIGHT], [{**UPGRADE, "severities": ["warning"], "components": []}]) == []


def test_two_mute_times_for_the_same_alerts_at_the_same_time_are_one_mistake() -> None:
    again = {**NIGHT, "name": "again", "components": ["api"], "times": [{"start": "01:00", "end": "03:00"}]}
    assert told([NIGHT, again], []) == [
        "belfry:alerting.mute_times[again]: found hours in which 'nightly-import' mutes the same alerts already; "
        "allowed: other hours, other alerts, or one of the two"
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"times": [{"start": "02:00", "end": "03:00"}]}, id="right after it"),
        pytest.param({"weekdays": ["tuesday"]}, id="another day"),
        pytest.param({"systems": ["bank"]}, id="another system"),
        pytest.param({"severities": ["critical"]}, id="another severity"),
        pytest.param({"time_zone": "UTC"}, id="another time zone, which is not compared"),
    ],
)
def test_two_mute_times_that_share_no_minute_or_no_alert_are_fine(other: dict[str, Any]) -> None:
    known = {**KNOWN, "systems": ["shop", "bank"]}
    both = [MuteTime.model_validate(one) for one in (NIGHT, {**NIGHT, "name": "other", **other})]
    assert not list(problems(both, [], known, "x"))


def test_two_windows_for_the_same_alerts_at_the_same_time_are_one_mistake() -> None:
    later = {**UPGRADE, "name": "later", "start": "2026-03-09T01:59", "end": "2026-03-10T00:00"}
    [message] = told([], [UPGRADE, later])
    assert message.startswith("belfry:alerting.maintenance[later]: found hours in which 'database-upgrade' mutes")
    assert told([], [UPGRADE, {**later, "start": "2026-03-09T02:00"}]) == []


def test_every_unknown_name_is_told_with_those_there_are() -> None:
    assert told([{**NIGHT, "systems": ["shp"], "alerts": ["ApiDwn"]}], [{**UPGRADE, "teams": ["shop"]}]) == [
        "belfry:alerting.mute_times[nightly-import].systems: found unknown 'shp'; allowed: shop",
        "belfry:alerting.mute_times[nightly-import].alerts: found unknown 'ApiDwn'; allowed: ApiDown",
        "belfry:alerting.maintenance[database-upgrade].teams: found unknown 'shop'; allowed: platform",
    ]


def test_a_name_is_used_once_and_the_business_hours_keep_theirs() -> None:
    where = "belfry:alerting.mute_times, belfry:alerting.maintenance: found the name"
    assert told([{**NIGHT, "name": "one"}], [{**UPGRADE, "name": "one"}]) == [
        f"{where} 'one' twice; allowed: each name once"
    ]
    assert told([{**NIGHT, "name": "business-hours"}], []) == [
        f"{where} 'business-hours' twice; allowed: each name once"
    ]


def test_scopes_that_cross_in_too_many_ways_are_refused_before_the_secret_bursts() -> None:
    fields = [("teams", "platform"), ("systems", "shop"), ("components", "api"), ("alerts", "ApiDown")]
    scopes = [{"systems": [], field: [name]} for field, name in fields]
    scopes += [{**scopes[0], **scopes[2], "systems": []}, {"systems": [], "teams": ["platform"], "alerts": ["ApiDown"]}]
    crossing = [
        {**NIGHT, **scope, "name": f"time-{hour}", "times": [{"start": f"0{hour}:00", "end": f"0{hour}:30"}]}
        for hour, scope in enumerate(scopes)
    ]
    assert told(crossing[:5], []) == []  # 31 combinations
    assert told(crossing, []) == [
        "belfry:alerting: found 63 combinations of scopes that one alert can be in; "
        f"allowed: {MOST_BRANCHES} at most: the same lists, or lists that share nothing"
    ]
