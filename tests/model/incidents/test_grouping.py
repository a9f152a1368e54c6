"""What opens, joins, closes and reopens an incident."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.incidents.entry import Entry, Kind, State, merged, missing
from model.incidents.grouping import CLOSE_SECONDS, CLOSING, REOPEN_SECONDS, Group, groups
from model.incidents.record import ClosedBy, Status, belongs, record
from model.vocabulary import Environment
from tests.model.incidents.examples import PARTS, T0, alert, notified, outage, silence, sli

DAY = 86_400.0


def found(entries: list[Entry], at: float = DAY) -> list[Group]:
    return groups(entries, PARTS, T0 + at)


def test_the_first_paging_alert_opens_it_and_a_warning_alone_does_not() -> None:
    assert found([alert(0, severity="warning")]) == []
    (one,) = found(outage())
    assert (one.opening.start, one.opening.subject[3]) == (T0 + 30, "SloOutage")


def test_a_silence_that_was_there_before_keeps_it_from_paging_and_a_later_one_does_not() -> None:
    assert found([silence(-60, 7200), *outage()]) == []
    assert len(found([silence(-7200, -60), *outage()])) == 1
    assert len(found([silence(60, 7200), *outage()])) == 1
    assert len(found([silence(-60, 7200, system="blog"), *outage()])) == 1


@pytest.mark.parametrize(
    ("other", "incidents"),
    [
        ({"component": "web"}, 1),
        ({"system": "pay", "component": "gateway"}, 1),
        ({"system": "pay", "component": "ledger"}, 1),  # through the gateway
        ({"system": "blog", "component": "site"}, 2),
    ],
)
def test_alerts_join_along_the_dependencies_of_the_catalog(other: dict[str, Any], incidents: int) -> None:
    entries = [*outage(), *outage(120, **other)]
    one, *rest = found(entries)
    assert 1 + len(rest) == incidents
    assert len(one.spans) == 3 - incidents


def test_it_is_closed_by_the_sli_and_not_by_the_end_of_the_alert() -> None:
    lasting = [sli(0, State.BAD), alert(30), alert(600, State.RESOLVED)]
    (one,) = found(lasting)
    assert one.closed is None
    (one,) = found([*lasting, sli(900, State.GOOD)], 900 + CLOSE_SECONDS - 1)
    assert one.closed is None
    (one,) = found([*lasting, sli(900, State.GOOD)], 900 + CLOSE_SECONDS)
    assert one.closed == T0 + 900 + CLOSE_SECONDS


def test_an_objective_without_events_is_not_good_again() -> None:
    entries = [sli(0, State.BAD), alert(30), alert(600, State.RESOLVED), sli(300, State.UNKNOWN)]
    assert found(entries)[0].closed is None
    assert found(entries)[0].restored is None


def test_the_end_of_a_part_without_objectives_is_that_of_its_alerts() -> None:
    entries = [alert(0, objective=""), alert(600, State.RESOLVED, objective="")]
    (one,) = found(entries)
    assert one.closed == T0 + 600 + CLOSE_SECONDS
    made = record("x", Environment.PROD, one, entries)
    assert (made.closed_by, made.times.restored, made.status) == (ClosedBy.ALERTS, None, Status.CLOSED)


def test_a_warning_that_lasts_holds_nothing_open() -> None:
    (one,) = found([*outage(), alert(60, severity="warning", name="DiskFilling", objective="")])
    assert one.closed is not None
    assert len(one.spans) == 2


@pytest.mark.parametrize(
    ("after", "incidents", "reopened"),
    [(CLOSE_SECONDS - 60, 1, 0), (CLOSE_SECONDS + 60, 1, 1), (CLOSE_SECONDS + REOPEN_SECONDS + 60, 2, 0)],
)
def test_what_comes_back_soon_reopens_it(after: float, incidents: int, reopened: int) -> None:
    ended = 600 + 300
    entries = [*outage(), *outage(ended + after)[1:]]
    one, *rest = found(entries)
    assert (1 + len(rest), one.reopened) == (incidents, reopened)


def test_what_fires_after_a_person_has_closed_an_incident_is_another_one() -> None:
    by_hand = {"name": CLOSING, "component": "api", "text": "Closed by ana."}
    lasting = [sli(0, State.BAD), alert(30), silence(3600, 3600, **by_hand)]

    one, another = found([*lasting, alert(7200, name="LatencyHigh")])

    assert one.by_hand == T0 + 3600
    assert (another.opening.start, another.by_hand) == (T0 + 7200, None)


def test_neither_a_warning_nor_an_objective_that_pages_nobody_reopens_it() -> None:
    again = 600 + 300 + CLOSE_SECONDS + 60
    (one,) = found([*outage(), *outage(again, severity="warning")[1:], sli(again, State.BAD, objective="latency")])
    assert (one.reopened, one.closed, one.restored) == (0, T0 + 900 + CLOSE_SECONDS, T0 + 600)


def test_what_turns_bad_after_an_alert_has_joined_still_holds_it_open() -> None:
    late = [sli(700, State.BAD, objective="latency"), sli(1200, State.GOOD, objective="latency")]
    (one,) = found([*outage(), alert(400, name="DiskFilling", severity="warning"), *late])
    assert (one.closed, one.restored) == (T0 + 1200 + CLOSE_SECONDS, T0 + 1200)


def test_the_onset_is_the_first_evaluation_of_the_run_that_led_to_the_page() -> None:
    stray = [sli(-500, State.BAD), sli(-440, State.GOOD)]
    near = [sli(-90, State.BAD), sli(-30, State.GOOD)]
    assert found([*outage(), *stray])[0].onset == T0
    assert found([*outage(), *stray, *near])[0].onset == T0 - 90
    before = [sli(-150, State.BAD), sli(-100, State.GOOD)]
    assert found([*outage(), *stray, *near, *before])[0].onset == T0 - 150
    assert found([alert(0), sli(20, State.BAD)])[0].onset == T0 + 20
    assert found([alert(0), alert(10, State.RESOLVED), sli(20, State.BAD)])[0].onset is None


SYSTEMS = st.sampled_from([("shop", "api"), ("shop", "web"), ("pay", "ledger"), ("blog", "site")])


@st.composite
def timelines(draw: st.DrawFn) -> list[Entry]:
    entries: list[Entry] = []
    for _ in range(draw(st.integers(1, 4))):
        system, component = draw(SYSTEMS)
        severity = draw(st.sampled_from(["critical", "warning"]))
        at, minutes = draw(st.integers(0, 200)) * 60, draw(st.integers(1, 60))
        entries += outage(at, minutes, system=system, component=component, severity=severity)
    if draw(st.booleans()):
        entries.append(silence(draw(st.integers(0, 200)) * 60, 13_000))
    return entries


@settings(max_examples=60, deadline=None)
@given(timelines(), st.randoms(use_true_random=False), st.integers(0, 30_000))
def test_any_order_of_events_gives_the_same_records_and_timelines(entries: list[Entry], random: Any, at: int) -> None:
    def all_of(lines: list[Entry]) -> list[object]:
        return [
            (record("x", Environment.PROD, one, lines), merged(e for e in lines if belongs(e, one, T0 + at)))
            for one in found(lines, at)
        ]

    mixed = [*entries, *random.sample(entries, len(entries) // 2)]
    random.shuffle(mixed)
    assert all_of(mixed) == all_of(entries)


@settings(max_examples=60, deadline=None)
@given(timelines(), st.randoms(use_true_random=False))
def test_a_timeline_loses_no_line_whatever_comes_in_which_portions(entries: list[Entry], random: Any) -> None:
    random.shuffle(entries)
    cut = random.randint(0, len(entries))
    kept: list[Entry] = []
    for portion in (entries[:cut], entries, entries[cut:]):
        before = list(kept)
        kept += missing(kept, portion)
        assert kept[: len(before)] == before
    assert {line.identity for line in kept} == {line.identity for line in entries}
    assert len(kept) == len({line.identity for line in kept})


def test_of_one_instant_the_cause_stands_first() -> None:
    change = Entry(at=T0, kind=Kind.CHANGE, source="a", text="A deployment.")
    lines = [notified(0), alert(0), sli(0, State.BAD), change]
    assert [line.kind for line in merged(lines)] == [Kind.CHANGE, Kind.SLI, Kind.ALERT, Kind.NOTIFICATION]
