"""Every panel of every board has data, for every system: asked of a real Prometheus with the shipped rules' series."""

import json
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.yaml_file import read_yaml
from pictures import answers
from pictures.answers import Empty
from tests.tools import PROJECT

BOARDS = [json.loads(path.read_text("utf-8")) for path in sorted((PROJECT / "dashboards" / "grafana").glob("*.json"))]
SYSTEMS = [system.system for system in Catalog.load(PROJECT / "catalog").systems]
FILE = "pictures/rightly_empty.yaml"
RIGHTLY: dict[str, dict[str, dict[str, str]]] = read_yaml(PROJECT / FILE, FILE)


@pytest.fixture(scope="module")
def empty(address: str) -> list[Empty]:
    return answers.empty(address, BOARDS, SYSTEMS)


def listed(kind: str) -> set[tuple[str, str]]:
    return {(board, panel) for board, panels in (RIGHTLY[kind] or {}).items() for panel in panels}


def everywhere(empty: list[Empty]) -> set[tuple[str, str]]:
    """Panels with a query that has no data, whichever system is chosen."""
    systems: dict[tuple[str, str, str], set[str]] = {}
    for one in empty:
        systems.setdefault((one.board, one.panel, one.letter), set()).add(one.system)
    return {key[:2] for key, found in systems.items() if found == {""} or found >= OFFERED[key[0]]}


OFFERED: dict[str, set[str]] = {}


@pytest.fixture(scope="module", autouse=True)
def offered(address: str) -> None:
    OFFERED.update({board["uid"]: set(answers.offered(address, board, SYSTEMS)) for board in BOARDS})


@pytest.mark.parametrize("board", BOARDS, ids=[board["uid"] for board in BOARDS])
def test_the_variables_of_a_board_offer_something(board: dict[str, Any]) -> None:
    assert OFFERED[board["uid"]]


def test_every_panel_has_data_for_some_system(empty: list[Empty]) -> None:
    assert everywhere(empty) - listed("always") == set()


def test_every_panel_has_data_for_every_system_or_a_reason_why_not(empty: list[Empty]) -> None:
    known = listed("always") | listed("for_some_systems")
    assert [one for one in empty if (one.board, one.panel) not in known] == []


def test_no_reason_is_left_of_a_panel_that_has_data(empty: list[Empty]) -> None:
    found = {(one.board, one.panel) for one in empty}
    assert (listed("always") | listed("for_some_systems")) - found == set()
    assert listed("always") - everywhere(empty) == set()


def test_a_query_without_an_answer_is_found(address: str) -> None:
    board = {
        "uid": "broken",
        "time": {"from": "now-1h"},
        "templating": {"list": []},
        "panels": [
            {
                "type": "stat",
                "title": "Nothing",
                "targets": [{"refId": "A", "expr": "nothing", "datasource": {"type": "prometheus"}}],
            }
        ],
    }
    assert [(one.board, one.panel) for one in answers.empty(address, [board], SYSTEMS)] == [("broken", "Nothing")]
