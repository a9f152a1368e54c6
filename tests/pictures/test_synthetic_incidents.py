"""The synthetic store's incidents: of the catalog's systems and teams, with times that can be so."""

import itertools

from model.catalog.catalog import Catalog
from pictures.synthetic import shapes
from pictures.synthetic.fleet import Fleet
from pictures.synthetic.store import NOW
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
TIMES = ("detect", "acknowledge", "restore")


def test_incidents_are_of_the_catalogs_systems_and_action_items_of_their_teams() -> None:
    fleet = Fleet(CATALOG)
    for metric in ("incident_time_seconds", "incident_times_measured", "incidents_open"):
        assert [owned.thing for owned in fleet.metric(metric)] == [{"system": one.system} for one in CATALOG.systems]
    for metric in ("incident_actions_open", "incident_actions_overdue"):
        found = [owned.thing["owner"] for owned in fleet.metric(metric)]
        assert found == sorted({one.owner for one in CATALOG.systems})


def test_a_median_is_never_above_its_90th_percentile_and_nothing_is_restored_before_it_is_detected() -> None:
    day = range(NOW - shapes.DAY, NOW + 1, 1_800)

    def seconds(system: str, time: str, quantile: str) -> list[float]:
        given = {"cluster": "eu-1", "system": system, "time": time, "quantile": quantile}
        value = shapes.of("incident_time_seconds", given, NOW)
        return [value(moment) for moment in day]

    for system in CATALOG.systems:
        for time in TIMES:
            halves, most = (seconds(system.system, time, quantile) for quantile in ("0.5", "0.9"))
            assert all(half <= long for half, long in zip(halves, most, strict=True)), (system.system, time)
        for sooner, later in itertools.pairwise(TIMES):
            both = zip(seconds(system.system, sooner, "0.5"), seconds(system.system, later, "0.5"), strict=True)
            assert all(first < second for first, second in both), (system.system, sooner, later)


def test_a_team_has_a_whole_number_of_overdue_action_items_and_some_team_has_one() -> None:
    counts = [
        shapes.of("incident_actions_overdue", {"cluster": "eu-1", "owner": one.owner}, NOW)(NOW)
        for one in CATALOG.systems
    ]
    assert all(count == int(count) for count in counts)
    assert sum(counts)
