"""Routes and business metrics: what is written, and what follows from the catalog."""

import re

import pytest

from lab.workload.behaviour import Series, behaviour, written
from lab.workload.plan import Part
from lab.workload.run import MADE
from model.vocabulary import MetricType
from tests.lab.workload.runtimes import plan

WHOLE = plan()
PARTS = [part for part in WHOLE.parts.values() if part.component]
every_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: "/".join(part.key))


def test_what_is_written_is_about_parts_that_exist() -> None:
    assert set(written()) <= {"/".join(part.key) for part in PARTS}


@every_part
def test_every_declared_metric_has_series_with_the_declared_labels(part: Part) -> None:
    found = behaviour(WHOLE, part, MADE)

    for metric in part.metrics:
        if metric.name in found.metrics:
            assert found.metrics[metric.name]
            assert all(set(one.labels) == set(metric.labels) for one in found.metrics[metric.name]), metric.name
        else:
            assert re.fullmatch(MADE, metric.name)
    assert set(found.metrics) <= {metric.name for metric in part.metrics}


@every_part
def test_every_route_calls_parts_that_its_service_depends_on(part: Part) -> None:
    found = behaviour(WHOLE, part, MADE)
    names = {key[1] for key in part.calls}
    paths = {route.path for route in found.routes}

    assert all(set(route.calls) <= names for route in found.routes)
    assert any(route.action == "login" for route in found.routes)
    assert all(set(one.routes) <= paths for series in found.metrics.values() for one in series)


@every_part
def test_a_request_has_one_route(part: Part) -> None:
    found = [(route.method, route.path) for route in behaviour(WHOLE, part, MADE).routes]

    assert len(found) == len(set(found))


def test_every_series_that_a_kpi_asks_for_is_made() -> None:
    """A KPI without data would be an alert that nobody can rehearse."""
    for system in WHOLE.systems:
        made = [behaviour(WHOLE, part, MADE) for part in PARTS if part.system == system.system]
        for kpi in system.kpis:
            for chosen in re.findall(r"'metric': '(\w+)', 'where': \[(.*?)\]", str(kpi.model_dump(mode="json"))):
                name, where = chosen
                asked = dict(re.findall(r'(\w+)="([^"]+)"', where))
                series = [one for each in made for one in each.metrics.get(name, ())]
                assert any(asked.items() <= one.labels.items() for one in series) or re.fullmatch(
                    MADE, name.removesuffix("_count")
                ), (kpi.name, name)


def test_a_system_that_no_file_mentions_gets_routes_and_the_series_that_are_asked_for() -> None:
    made = behaviour(WHOLE, WHOLE.parts["generic", "worker"], MADE)
    api = behaviour(WHOLE, WHOLE.parts["generic", "api"], MADE)

    assert made.metrics == {}
    assert {route.calls for route in api.routes} == {("items",), ("work",), ("mail-provider",), ()}


def test_a_gauge_without_a_written_level_is_one() -> None:
    part = WHOLE.parts["generic", "worker"]
    (slots,) = [metric for metric in part.metrics if metric.name == "worker_ready_slots"]
    assert slots.type is MetricType.GAUGE

    assert behaviour(WHOLE, part, "nothing").metrics[slots.name] == (Series(value=(1, 1)),)
