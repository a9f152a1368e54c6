"""The map: layers by dependency, nothing over anything else, and no catalog that it cannot draw."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest

from lab.console.graph import HEIGHT, TALL, WIDE, Graph, Style, draw
from model.catalog.catalog import Catalog
from model.catalog.system import System

CATALOG = Catalog.load(Path(__file__).resolve().parents[3] / "catalog")
every_system = pytest.mark.parametrize("system", CATALOG.systems, ids=lambda system: system.system)
every_style = pytest.mark.parametrize("style", [WIDE, TALL], ids=["wide", "tall"])


def system_of(needs: dict[str, list[str]]) -> System:
    """A system whose parts depend on each other as given."""
    about = {"kind": "worker", "title": "t", "description": "d"}
    return System.model_validate(
        {
            "system": "shop",
            "title": "t",
            "description": "d",
            "owner": "shop",
            "tracing": {"sample_percent": 10, "slow": "1s"},
            "components": [{"name": name, "depends_on": needed, **about} for name, needed in needs.items()],
        }
    )


def columns(graph: Graph) -> list[set[str]]:
    """Names of the parts by column."""
    return [{box.name for box in graph.boxes if box.x == x} for x in sorted({box.x for box in graph.boxes})]


@every_system
@every_style
def test_boxes_lie_apart_and_inside(system: System, style: Style) -> None:
    graph = draw(system, style)
    for one, other in combinations(graph.boxes, 2):
        assert abs(one.x - other.x) >= style.width or abs(one.y - other.y) >= HEIGHT, (one, other)
    for box in graph.boxes:
        assert 0 <= box.x <= graph.width - style.width
        assert 0 <= box.y <= graph.height - HEIGHT
    assert graph.width <= style.most + 4


@every_system
def test_every_part_and_every_dependency_is_drawn(system: System) -> None:
    graph = draw(system, WIDE)
    parts = {part.name: part.depends_on for part in (*system.components, *system.resources)}
    assert {box.name for box in graph.boxes if not box.of} == set(parts)
    drawn = {(curve.source, curve.target) for curve in graph.curves}
    assert drawn == {(name, needed) for name, each in parts.items() for needed in each}


@every_system
def test_whoever_depends_stands_left_of_what_it_needs(system: System) -> None:
    graph = draw(system, WIDE)
    at = {box.name: box.x for box in graph.boxes}
    for curve in graph.curves:
        assert at[curve.source] < at[curve.target.rpartition("/")[2]]


def test_a_part_stands_after_the_last_that_needs_it() -> None:
    graph = draw(system_of({"web": ["api", "store"], "api": ["store"], "store": []}), WIDE)
    assert columns(graph) == [{"web"}, {"api"}, {"store"}]


def test_a_circle_is_drawn_all_the_same() -> None:
    graph = draw(system_of({"web": ["api"], "api": ["worker"], "worker": ["api", "worker"]}), WIDE)
    assert columns(graph) == [{"web"}, {"api"}, {"worker"}]
    assert len(graph.curves) == 4


def test_a_part_of_another_system_says_so() -> None:
    graph = draw(system_of({"web": ["payments/very-long-name-of-a-part"]}), WIDE)
    (other,) = [box for box in graph.boxes if box.of]
    assert (other.of, other.name) == ("payments", "very-long-name-of-a-part")
    assert other.shown == "payments/very-long-name-of-a-part", "the browser cuts what a box has no room for"


def test_a_curve_that_passes_a_layer_passes_between_its_boxes() -> None:
    graph = draw(system_of({"web": ["api", "store"], "api": ["store"], "store": []}), WIDE)
    (direct,) = [curve for curve in graph.curves if (curve.source, curve.target) == ("web", "store")]
    (api,) = [box for box in graph.boxes if box.name == "api"]
    # After the first curve a straight line passes the column of the api.
    _, _, passing = direct.path.partition("L")
    x, y = (int(each) for each in passing.partition("C")[0].split())
    assert x == api.x + WIDE.width
    assert not api.y <= y <= api.y + HEIGHT


def test_rows_of_a_phone_go_down_layer_by_layer() -> None:
    graph = draw(system_of({"web": ["a", "b", "c"], "a": [], "b": [], "c": []}), TALL)
    rows = [{box.name for box in graph.boxes if box.y == y} for y in sorted({box.y for box in graph.boxes})]
    assert [len(row) for row in rows] == [1, 2, 1]
    assert rows[0] == {"web"}
    assert all(one != other for one, other in pairwise(rows))
