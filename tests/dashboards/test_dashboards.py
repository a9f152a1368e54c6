"""The shipped Grafana dashboards: that Grafana can read them, and that a person can."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest

from authoring.assets import generate
from tests.tools import PROJECT

FILES = sorted((PROJECT / "dashboards" / "grafana").glob("*.json"))
GENERATED = generate(PROJECT)
# Angular panels that Grafana removed, by type; "graph" and "singlestat" are the ones people still copy.
REMOVED = {"graph", "singlestat", "table-old", "grafana-worldmap-panel", "grafana-piechart-panel"}
# What Grafana puts in place of its variables before Prometheus sees the query.
VARIABLES = {"$__rate_interval": "5m", "$__range": "6h", "$cluster": ".*"}

boards = pytest.mark.parametrize(
    "board", [json.loads(path.read_text(encoding="utf-8")) for path in FILES], ids=[path.stem for path in FILES]
)


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All panels but the rows' headings, those of collapsed rows among them."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def test_the_uid_is_the_name_of_the_file() -> None:
    for path in FILES:
        assert json.loads(path.read_text(encoding="utf-8"))["uid"] == path.stem


@boards
def test_every_query_parses(board: dict[str, Any]) -> None:
    queries = [target["expr"] for panel in panels(board) for target in panel["targets"]]
    assert queries
    for query in queries:
        for variable, value in VARIABLES.items():
            query = query.replace(variable, value)  # noqa: PLW2901 (one query, step by step)
        assert "$" not in query, f"a variable nobody knows: {query}"
        promql_parser.parse(query)


@boards
def test_every_query_follows_the_chosen_data_source_and_cluster(board: dict[str, Any]) -> None:
    assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource", "cluster"]
    for panel in panels(board):
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in panel["targets"]:
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert 'cluster=~"$cluster"' in target["expr"]


@boards
def test_every_panel_has_a_title_a_description_and_a_unit(board: dict[str, Any]) -> None:
    for panel in panels(board):
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]


@boards
def test_panels_are_of_living_types_numbered_and_do_not_overlap(board: dict[str, Any]) -> None:
    assert not {panel["type"] for panel in panels(board)} & REMOVED
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    for panel in panels(board):
        letters = [target["refId"] for target in panel["targets"]]
        assert all(letters)
        assert len(letters) == len(set(letters))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, f"{panel['title']} lies on another panel"
        taken |= cells


@pytest.mark.parametrize("file", sorted(GENERATED))
def test_generated_files_stand_in_the_project_as_generated(file: str) -> None:
    assert (PROJECT / file).read_text(encoding="utf-8") == GENERATED[file], "run `make assets` and `make lock`"


def test_generated_files_are_not_ignored_by_git() -> None:
    done = subprocess.run(["git", "check-ignore", *GENERATED], cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout == ""


def test_generating_twice_gives_the_same_bytes() -> None:
    assert generate(PROJECT) == GENERATED
