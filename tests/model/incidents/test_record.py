"""The times of an incident, and which lines are of its timeline."""

from typing import Any

import pytest

from model.incidents.entry import Entry, Kind, State
from model.incidents.grouping import groups
from model.incidents.objective_states import states, threshold
from model.incidents.record import Record, Status, Times, belongs, record
from model.incidents.statistics import by_time, statistics
from model.vocabulary import Environment
from tests.model.incidents.examples import PARTS, T0, alert, notified, outage, silence, sli


def made(entries: list[Entry], at: float = 86_400.0) -> Record:
    (group,) = groups(entries, PARTS, T0 + at)
    return record("2027-01-15-shop-01", Environment.PROD, group, entries)


def test_the_three_times_are_those_of_the_definitions() -> None:
    acknowledged = Entry(at=T0 + 100, kind=Kind.HUMAN, source="pagerduty", text="ana acknowledged", system="shop")
    found = made([*outage(), acknowledged])
    assert (found.times.to_detect, found.times.to_acknowledge, found.times.to_restore) == (40, 60, 600)
    assert (found.title, found.status, found.severity) == ("SloOutage of shop/api", Status.CLOSED, "critical")
    assert [one.bad_minutes for one in found.impact] == [10.0]


def test_a_time_that_is_missing_is_unknown_and_never_zero() -> None:
    found = made([alert(0, objective="")])
    assert (found.times.to_detect, found.times.to_acknowledge, found.times.to_restore) == (None, None, None)
    assert found.status is Status.OPEN
    lasting = made([sli(0, State.BAD), alert(30), notified(40)])
    assert (lasting.times.to_detect, lasting.times.to_restore) == (40, None)
    assert [one.bad_minutes for one in lasting.impact] == [None]


def test_times_in_the_wrong_order_are_unknown() -> None:
    assert Times(onset=20, detected=10).to_detect is None


def test_a_notification_of_another_alert_or_of_an_end_detects_nothing() -> None:
    quiet = [sli(0, State.BAD), alert(30), sli(600, State.GOOD)]
    others = [notified(35, State.RESOLVED), notified(36, name="Other"), notified(-10), notified(50, component="")]
    assert made([*quiet, *others]).times.detected == T0 + 50


def test_a_person_who_acts_before_the_page_did_not_acknowledge_it() -> None:
    assert made([*outage(), silence(20, 3600, component="web")]).times.acknowledged is None
    assert made([*outage(), silence(90, 3600)]).times.to_acknowledge == 50


def test_a_component_of_another_system_is_named_with_it() -> None:
    assert made([*outage(), *outage(60, system="pay", component="ledger")]).components == ("api", "pay/ledger")


def line(at: float, kind: Kind, **given: Any) -> Entry:
    return Entry(at=T0 + at, kind=kind, source="x", text="x", **given)


@pytest.mark.parametrize(
    ("entry", "belonging"),
    [
        (line(-3599, Kind.CHANGE, system="shop", component="web"), True),
        (line(-3601, Kind.CHANGE, system="shop"), False),
        (line(-60, Kind.CHANGE, system="platform"), True),
        (line(-60, Kind.CHANGE), True),
        (line(-60, Kind.CHANGE, system="blog"), False),
        (line(60, Kind.LOG, system="shop", component="api"), True),
        (line(60, Kind.LOG, system="shop", component="web"), False),
        (line(60, Kind.SLI, system="shop", component="web"), False),
        (line(3600, Kind.ACTION, system="shop"), False),
        (alert(30), True),
        (alert(30, name="Other"), False),
        (notified(40), True),
        (notified(-10), False),
        (silence(60, 600, component="api"), True),
        (silence(60, 600, component="web"), False),
    ],
)
def test_a_timeline_has_what_is_about_its_parts_from_an_hour_before_on(entry: Entry, belonging: bool) -> None:
    (group,) = groups([*outage(), entry] if entry.kind is Kind.SLI else outage(), PARTS, T0 + 86_400)
    assert belongs(entry, group, T0 + 86_400) is belonging


def test_an_evaluation_without_a_sample_is_unknown_and_nothing_is_said_before_the_first() -> None:
    times = [0.0, 15.0, 30.0, 45.0, 60.0, 75.0]
    lines = states(("shop", "api", "errors"), 0.99, {15.0: 0.0, 30.0: 0.3, 45.0: 0.4, 75.0: 0.01}, times)
    assert [(one.at, one.state) for one in lines] == [
        (15.0, State.GOOD),
        (30.0, State.BAD),
        (60.0, State.UNKNOWN),
        (75.0, State.GOOD),
    ]
    assert lines[1].text == "errors: 30 % of events are bad (threshold 6 %)"


def test_an_incident_that_lasts_has_no_time_to_restore_yet() -> None:
    lasting = made(outage(), at=700.0)
    assert lasting.times.to_restore == 600
    assert {name: one.n for name, one in by_time([lasting]).items()}["restore"] == 0


def test_the_threshold_never_asks_for_more_than_an_outage() -> None:
    assert threshold(0.999) == pytest.approx(0.006)
    assert threshold(0.9) == 0.5


def test_statistics_are_median_p90_and_n_of_what_is_known() -> None:
    known = statistics([10.0, None, 20.0, 30.0, 40.0])
    assert (known.median, known.n) == (25.0, 4)
    assert known.p90 == pytest.approx(37.0)
    assert statistics([7.0]).p90 == 7.0
    nothing = statistics([None])
    assert (nothing.median, nothing.p90, nothing.n) == (None, None, 0)
    assert {name: one.n for name, one in by_time([made(outage())]).items()} == {
        "detect": 1,
        "acknowledge": 0,
        "restore": 1,
    }
