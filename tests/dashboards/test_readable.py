"""What a person can take in: short legends, tables with room for their columns, few curves without a name."""

import json
import re
from typing import Any

import pytest

from checks.boards.document import Document
from tests.tools import PROJECT

BOARDS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((PROJECT / "dashboards" / "grafana").glob("*.json"))
}
boards = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
COLUMN = 66  # pixels of one of 24, on a screen of 1,600
NAME = 140
LETTER = 7  # of a heading in 12 pixels


@boards
def test_every_curve_has_a_short_name(board: dict[str, Any]) -> None:
    for panel, target in Document(board).targets:
        if panel["type"] in ("timeseries", "state-timeline"):
            legend = target.get("legendFormat") or target.get("label") or ""
            assert legend, panel["title"]
            assert len(re.findall(r"\{\{", legend)) <= 3, (panel["title"], legend)
            words = re.sub(r"\{\{.*?\}\}", "", legend)
            assert len(words) <= 40, (panel["title"], legend)


@boards
def test_the_headings_of_a_table_fit_their_columns(board: dict[str, Any]) -> None:
    for panel in Document(board).panels:
        for one in panel.get("transformations", ()):
            if one["id"] == "organize":
                options = one["options"]
                shown = [name for name in options["includeByName"] if not options["excludeByName"].get(name)]
                headings = [options["renameByName"].get(name, name) for name in shown]
                own = _widths(panel)
                fixed = [own[heading] for heading in headings if heading in own]
                rest = panel["gridPos"]["w"] * COLUMN - sum(fixed)
                share = rest / max(len(headings) - len(fixed), 1)
                for heading in headings:
                    room = own.get(heading, share)
                    assert len(heading) * LETTER + 16 <= room, (panel["title"], heading)
                    # A name of a workload or an alert has some 20 letters.
                    assert heading in own or room >= NAME, (panel["title"], heading, room)


def _widths(panel: dict[str, Any]) -> dict[str, float]:
    return {
        override["matcher"]["options"]: prop["value"]
        for override in panel["fieldConfig"]["overrides"]
        for prop in override["properties"]
        if prop["id"] == "custom.width"
    }


@boards
def test_the_title_of_a_row_fits_a_line(board: dict[str, Any]) -> None:
    for panel in board["panels"]:
        if panel["type"] == "row":
            assert len(panel["title"]) <= 80


@boards
def test_a_panels_description_fits_its_tooltip(board: dict[str, Any]) -> None:
    for panel in Document(board).panels:
        assert len(panel["description"]) <= 420, panel["title"]
