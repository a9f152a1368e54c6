"""What a person reads of a timeline: every event, and not twenty log records of one kind."""

import json

from model.incidents.entry import Entry, Kind, State
from ops.incidents.telling import told
from tests.model.incidents.examples import T0, alert, sli


def log(at: float, text: str) -> Entry:
    return Entry(at=T0 + at, kind=Kind.LOG, source="Loki", text=text, system="shop", component="api")


def test_log_records_of_one_kind_are_one_line_with_their_message() -> None:
    records = [
        log(number, json.dumps({"message": f"GET /items/{number} answered 500", "trace_id": f"{number:032x}"}))
        for number in range(12)
    ]
    other = log(3, 'panic: "a" is not there')
    assert [(line.at - T0, line.text) for line in told([*records, other])] == [
        (0, "GET /items/0 answered 500 (12 such records)"),
        (3, 'panic: "a" is not there'),
    ]


def test_an_alert_that_two_sources_tell_of_is_one_line_and_one_that_comes_back_another() -> None:
    lines = [
        alert(29, source="Alertmanager"),
        alert(30),
        alert(300, State.RESOLVED),
        alert(400),
        alert(401, name="Other"),
    ]
    assert [(line.at - T0, line.name, line.state) for line in told(lines)] == [
        (29, "SloOutage", State.FIRING),
        (300, "SloOutage", State.RESOLVED),
        (400, "SloOutage", State.FIRING),
        (401, "Other", State.FIRING),
    ]


def test_an_objective_is_news_from_its_first_bad_window_on() -> None:
    lines = [
        sli(-60, State.GOOD),
        sli(-60, State.GOOD, objective="other"),
        sli(0, State.BAD),
        sli(90, State.GOOD),
        sli(95, State.UNKNOWN, objective="other"),
    ]
    assert [line.at - T0 for line in told(lines)] == [0, 90]


def test_a_long_record_is_cut_and_strange_json_is_shown_as_it_is() -> None:
    long, listed = told([log(0, "x" * 1000), log(1, "[1]")])
    assert len(long.text) == 303
    assert listed.text == "[1]"
