"""What incidents say of a fault is compared with what is known of it, also where several faults are one incident."""

import dataclasses
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lab.faults import screen
from lab.faults.proof import Proof, proofs
from lab.faults.trial import Trial
from lab.layout import Layout
from model.incidents.entry import Entry, Kind, State
from model.incidents.from_catalog import scope
from model.incidents.grouping import groups
from model.incidents.record import record
from model.vocabulary import Environment, Severity
from ops.incidents.places import store
from tests.lab.faults.fakes import EXPECTED, NOW, FakeServers, begun
from tests.model.incidents.examples import catalog


def line(at: float, kind: Kind, state: State, **given: Any) -> Entry:
    of = {"system": "shop", "component": "api", "source": "s", "text": "It.", **given}
    return Entry(at=NOW + at, kind=kind, state=state, **of)


def of_fault(start: float, end: float, told: float) -> list[Entry]:
    """Lines of one fault that an incident saw from ``start`` to ``end``, notified at ``told``."""
    about = {"name": "SloOutage", "objective": "o"}
    return [
        line(start, Kind.SLI, State.BAD, objective="o"),
        line(start + 20, Kind.ALERT, State.FIRING, severity="critical", **about),
        line(told, Kind.NOTIFICATION, State.FIRING, name="SloOutage"),
        line(end, Kind.SLI, State.GOOD, objective="o"),
        line(end + 60, Kind.ALERT, State.RESOLVED, severity="critical", **about),
    ]


def written(layout: Layout, lines: list[Entry]) -> str:
    (group,) = groups(lines, scope(catalog()).parts, NOW + 5000)
    kept = store(layout.root, Environment.LOCAL, None)
    folder = kept.new("shop", NOW, kept.all())
    folder.append(lines)
    folder.claim(record(folder.id, Environment.LOCAL, group, lines))
    return folder.id


def trial(began: float = 0, **changes: Any) -> Trial:
    found = begun(FakeServers())
    found.began, found.injected, found.notified, found.ended = NOW + began, NOW + began + 2, 26.0, NOW + began + 100
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_each_of_two_faults_that_are_one_incident_is_compared_with_its_own_truth(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    identity = written(layout, [*of_fault(9, 108, 26), *of_fault(300, 440, 333)])
    first, second = proofs(layout, [trial(), trial(300)])
    assert (first.incident, first.onset, first.detected, first.restored) == (identity, 7, 0, 8)
    assert (second.incident, second.onset, second.detected, second.restored) == (identity, -2, 7, 40)
    assert (first.exact, second.exact) == (True, False)


def test_a_fault_without_an_incident_is_seen_and_one_that_calls_nobody_is_left_out(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    (none,) = proofs(layout, [trial()])
    assert (none.incident, none.onset, none.exact) == ("", None, False)
    warning = trial()
    expected = dataclasses.replace(EXPECTED, severity=Severity.WARNING)
    target = dataclasses.replace(warning.plan.target, expected=expected)
    warning.plan = dataclasses.replace(warning.plan, target=target)
    assert proofs(layout, [warning, trial(injected=None)]) == []


@pytest.mark.parametrize(
    ("incident", "restored", "words"),
    [("2027-01-15-shop-01", 8.0, "+7 -1 +8 right"), ("x", 40.0, "off"), ("", None, "no incident was written")],
)
def test_the_table_says_by_how_much_within_80_columns(incident: str, restored: float | None, words: str) -> None:
    shown = StringIO()
    proof = Proof(fault="outage", target="shop/api", incident=incident, onset=7.0, detected=-1.0, restored=restored)
    screen.show_proofs(Console(file=shown, width=80), [proof])
    text = shown.getvalue()
    assert words in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
