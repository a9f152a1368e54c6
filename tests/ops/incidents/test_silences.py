"""What a silence says of an incident: who is silent, who acted, and whether an alert pages."""

from collections.abc import Iterator
from typing import Any

import pytest

from model.alerting.acknowledgements import AUTHOR
from model.incidents.entry import Entry, Kind
from ops.incidents.alertmanager import Alertmanager
from tests.ops.incidents.world import T0, World, served, stamp


class Silent(World):
    silences: tuple[dict[str, Any], ...] = ()

    def _silences(self) -> list[dict[str, Any]]:
        return list(self.silences)


@pytest.fixture
def world() -> Iterator[Silent]:
    with served(Silent()) as found:
        assert isinstance(found, Silent)
        yield found


def read(world: Silent, author: str, *matchers: tuple[str, str, bool, bool]) -> list[Entry]:
    """Matchers: name, value, whether it is a regular expression, whether it must fit."""
    listed = [{"name": n, "value": v, "isRegex": regex, "isEqual": equal} for n, v, regex, equal in matchers]
    times = {"startsAt": stamp(T0), "endsAt": stamp(T0 + 3600)}
    world.silences = ({"matchers": listed, **times, "createdBy": author, "comment": "it", "id": "s"},)
    return Alertmanager(world.url, programs=("belfry lab",)).read(T0 - 60, T0 + 3600)


def test_names_in_an_alternation_are_silenced_one_by_one(world: Silent) -> None:
    found = read(world, "ana", ("alertname", "DnsDown|Other", True, True))
    assert [(one.name, one.kind, one.until) for one in found] == [
        ("DnsDown", Kind.HUMAN, T0 + 3600),
        ("Other", Kind.HUMAN, T0 + 3600),
    ]


def test_a_silence_of_a_program_mutes_and_is_no_trace_of_a_person(world: Silent) -> None:
    (found,) = read(world, "belfry lab", ("alertname", "DnsDown", True, True))
    assert (found.kind, found.until) == (Kind.ACTION, T0 + 3600)


def test_a_silence_from_before_is_read_as_long_as_it_lasts(world: Silent) -> None:
    read(world, "ana", ("alertname", "DnsDown", False, True))
    assert len(Alertmanager(world.url).read(T0 + 1800, T0 + 1900)) == 1
    assert Alertmanager(world.url).read(T0 + 3700, T0 + 3800) == []


def test_a_silence_that_names_no_alert_exactly_is_ignored(world: Silent) -> None:
    assert read(world, "ana", ("alertname", "Slo.*", True, True)) == []
    assert read(world, "ana", ("alertname", "LogsMissing", False, True), ("system", "shop", False, False)) == []
    (found,) = read(world, "ana", ("system", "shop", False, True), ("pod", "a", False, True))
    assert (found.system, found.until) == ("shop", None)


def test_who_acknowledged_in_pagerduty_is_seen_by_the_silence_of_the_escalation(world: Silent) -> None:
    page = (("alertname", "SloOutage", False, True), ("system", "shop", False, True), ("level", "", False, False))
    assert read(world, "ana", *page) == []
    (found,) = read(world, AUTHOR, *page)
    assert (found.kind, found.until, found.text, found.name) == (Kind.HUMAN, None, "it", "SloOutage")
