"""Mute times and maintenance windows: what a settings file may say, and the message for each mistake."""

from typing import Any

import pytest

from model.alerting import endless
from model.alerting.maintenance import MaintenanceWindow, MuteTime, problems
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


def reported(mute_times: list[dict[str, Any]], windows: list[dict[str, Any]]) -> list[str]:
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
        pytest.param(("severities",), ["none"], "severities[0]: found 'none'", id="the dead man's switch"),
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
    assert reported([NIGHT], [{**UPGRADE, "severities": ["warning"], "components": []}]) == []


def test_two_mute_times_for_the_same_alerts_at_the_same_time_are_one_mistake() -> None:
    again = {**NIGHT, "name": "again", "components": ["api"], "times": [{"start": "01:00", "end": "03:00"}]}
    assert reported([NIGHT, again], []) == [
        "belfry:alerting.mute_times[again]: found hours in which 'nightly-import' mutes the same alerts already; "
        "allowed: other hours, other alerts, or only one of the two"
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
    [message] = reported([], [UPGRADE, later])
    assert message.startswith("belfry:alerting.maintenance[later]: found hours in which 'database-upgrade' mutes")
    assert reported([], [UPGRADE, {**later, "start": "2026-03-09T02:00"}]) == []


def test_every_unknown_name_is_reported_with_those_there_are() -> None:
    assert reported([{**NIGHT, "systems": ["shp"], "alerts": ["ApiDwn"]}], [{**UPGRADE, "teams": ["shop"]}]) == [
        "belfry:alerting.mute_times[nightly-import].systems: found unknown 'shp'; allowed: shop",
        "belfry:alerting.mute_times[nightly-import].alerts: found unknown 'ApiDwn'; allowed: ApiDown",
        "belfry:alerting.maintenance[database-upgrade].teams: found unknown 'shop'; allowed: platform",
    ]


def test_a_name_is_used_once_and_the_business_hours_keep_theirs() -> None:
    where = "belfry:alerting.mute_times, belfry:alerting.maintenance: found the name"
    assert reported([{**NIGHT, "name": "one"}], [{**UPGRADE, "name": "one"}]) == [
        f"{where} 'one' twice; allowed: each name once"
    ]


def test_an_alert_that_watches_alerting_itself_is_never_muted() -> None:
    known = {**KNOWN, "alerts": ["ApiDown", "Watchdog", "AlertsNotDelivered"]}
    night = MuteTime.model_validate({**NIGHT, "alerts": ["Watchdog", "AlertsNotDelivered", "ApiDown"]})
    assert [str(problem) for problem in problems([night], [], known, "belfry:alerting")] == [
        f"belfry:alerting.mute_times[nightly-import].alerts: found {name!r}, which watches alerting itself; "
        "allowed: any other alert"
        for name in ("Watchdog", "AlertsNotDelivered")
    ]


DAY = [{"start": "00:00", "end": "24:00"}]
ALL = {**NIGHT, "systems": [], "weekdays": [], "times": DAY, "severities": ["critical", "warning", "info"]}
MONTHS = ["january", "february", "march", "april", "may", "june"]
MONTHS += ["july", "august", "september", "october", "november", "december"]
HALVES = ([{"start": "00:00", "end": "12:00"}], [{"start": "12:00", "end": "24:00"}])
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


PARTS = {
    endless.Part("shop", "shop", ""),
    endless.Part("shop", "shop", "api"),
    endless.Part("payments", "shop", "database"),
    endless.Part("bank", "bank", "api"),
    endless.Part("platform", "platform", ""),
}


def unsafe(*mute_times: dict[str, Any]) -> list[str]:
    given = [MuteTime.model_validate({**one, "name": f"time-{i}"}) for i, one in enumerate(mute_times)]
    return [problem.where for problem in endless.problems(given, (), PARTS, "alerting")]


def test_of_several_mute_times_those_are_named_that_do_it_alone() -> None:
    given = [{**ALL, "name": "all"}, {**ALL, "name": "nights", "times": HALVES[0], "systems": ["shop"]}]
    mute_times = [MuteTime.model_validate(one) for one in given]

    (problem,) = endless.problems(mute_times, (), PARTS, "alerting")

    assert problem.where == "alerting.mute_times[all]"
    assert "together" not in problem.found


@pytest.mark.parametrize(
    "mute_times",
    [
        pytest.param([ALL], id="everything"),
        pytest.param([{**ALL, "severities": ["critical"]}], id="critical alone"),
        pytest.param([{**ALL, "teams": ["platform"]}], id="of one team"),
        pytest.param([{**ALL, "weekdays": WEEK}], id="every day by name"),
        pytest.param([{**ALL, "days_of_month": list(range(1, 32))}], id="every day by number"),
        pytest.param([{**ALL, "times": [*HALVES[0], *HALVES[1]]}], id="both halves of the day"),
        pytest.param([{**ALL, "times": half} for half in HALVES], id="the halves in two"),
        pytest.param([{**ALL, "weekdays": WEEK[:5]}, {**ALL, "weekdays": WEEK[5:]}], id="the week in two"),
        pytest.param(
            [{**ALL, "times": HALVES[0]}, {**ALL, "times": HALVES[1], "systems": ["shop"]}],
            id="a half of one system, the other of all",
        ),
        pytest.param(
            [
                {**ALL, "times": HALVES[0], "time_zone": "Asia/Tokyo"},
                {**ALL, "times": [{"start": "04:00", "end": "17:00"}]},
            ],
            id="halves in two time zones",
        ),
        pytest.param([{**ALL, "months": MONTHS[:6]}, {**ALL, "months": MONTHS[6:]}], id="the halves of the year"),
        pytest.param(
            [{**ALL, "days_of_month": list(range(1, 16))}, {**ALL, "days_of_month": list(range(16, 32))}],
            id="the halves of each month",
        ),
        pytest.param([{**ALL, "times": [{"start": "00:00", "end": "23:59"}]}], id="all but a minute of each day"),
        pytest.param([{**ALL, "months": ["december", "january"]}], id="two months over the new year"),
        pytest.param(
            [{**ALL, "times": HALVES[0], "systems": ["shop"]}, {**ALL, "times": HALVES[1], "teams": ["payments"]}],
            id="a half of a system, the other of a team that has a part of it",
        ),
        pytest.param(
            [{**ALL, "times": HALVES[0], "alerts": ["SloOutage"]}, {**ALL, "times": HALVES[1], "systems": ["shop"]}],
            id="a half of one alert, the other of a system",
        ),
        pytest.param(
            [
                {**ALL, "times": HALVES[0], "systems": ["shop", "bank"]},
                {**ALL, "times": HALVES[1], "components": ["api"]},
            ],
            id="a half of two systems, the other of components",
        ),
    ],
)
def test_mute_times_that_mute_critical_alerts_for_more_than_a_month_are_unsafe(
    mute_times: list[dict[str, Any]],
) -> None:
    assert unsafe(*mute_times)


@pytest.mark.parametrize(
    "mute_times",
    [
        pytest.param([NIGHT], id="a night"),
        pytest.param([{**ALL, "severities": ["warning", "info"]}], id="no critical alerts"),
        pytest.param([{**ALL, "times": HALVES[0]}], id="half a day"),
        pytest.param([{**ALL, "weekdays": WEEK[:6]}], id="six days"),
        pytest.param([{**ALL, "months": ["july"]}], id="one month"),
        pytest.param([{**ALL, "times": [{"start": "00:00", "end": "23:00"}]}], id="all but an hour of each day"),
        pytest.param(
            [
                {**ALL, "times": HALVES[0], "systems": ["shop"]},
                {**ALL, "times": HALVES[1], "systems": ["bank"]},
            ],
            id="halves of two systems",
        ),
        pytest.param(
            [{**ALL, "times": HALVES[0], "systems": ["bank"]}, {**ALL, "times": HALVES[1], "teams": ["payments"]}],
            id="halves of a system and of a team that has nothing of it",
        ),
    ],
)
def test_mute_times_that_leave_some_are_safe(mute_times: list[dict[str, Any]]) -> None:
    assert not unsafe(*mute_times)


def window(name: str, start: str, end: str, **more: Any) -> MaintenanceWindow:
    return MaintenanceWindow.model_validate({**UPGRADE, "name": name, "start": start, "end": end, **more})


def test_windows_that_follow_each_other_for_more_than_a_month_are_unsafe() -> None:
    march = window("march", "2026-03-01T00:00", "2026-04-01T00:00")
    april = window("april", "2026-04-01T00:30", "2026-05-01T00:00")
    found = [str(problem) for problem in endless.problems((), [march, april], PARTS, "alerting")]
    assert found[0].startswith(
        "alerting.maintenance[april]: found critical alerts muted for more than 31 days on end together with march"
    )
    later = window("april", "2026-04-01T01:00", "2026-05-01T00:00")
    quiet = window("april", "2026-04-01T00:00", "2026-05-01T00:00", severities=["warning"])
    assert not list(endless.problems((), [march, later], PARTS, "alerting"))
    assert not list(endless.problems((), [march, quiet], PARTS, "alerting"))
