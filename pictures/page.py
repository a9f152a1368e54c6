"""The page of the documentation that shows every board."""

import json
from collections.abc import Sequence
from pathlib import Path

from checks.boards.document import Document, Json
from pictures.grafana import first_view

MARK = "<!-- Below: `make pictures` writes it. -->\n"


def write(path: Path, boards: Sequence[Json]) -> None:
    """Renew what is below the mark; what is above is written by hand."""
    above = path.read_text(encoding="utf-8").split(MARK)[0]
    path.write_text(f"{above}{MARK}{text(boards)}", encoding="utf-8")


def text(boards: Sequence[Json]) -> str:
    """A table of the boards and a picture of each."""
    rows = [_row(board) for board in boards]
    shown = [_shown(board) for board in boards]
    head = "| Board | Question | Queries at once | In all | KiB |\n|---|---|---|---|---|"
    return "\n".join(["", head, *rows, "", *shown])


def _row(board: Json) -> str:
    every = sum(len(panel.get("targets", ())) for panel in Document(board).panels)
    anchor = f"[{board['title']}](#{board['uid']})"
    size = len(json.dumps(board, indent=2)) / 1024
    return f"| {anchor} | {board['description']} | {first_view(board)} | {every} | {size:.0f} |"


def _shown(board: Json) -> str:
    uid, rows = board["uid"], [panel for panel in board["panels"] if panel.get("collapsed")]
    more = "; ".join(row["title"] for row in rows)
    return (
        f'<a id="{uid}"></a>\n\n### {board["title"]}\n\n{board["description"]}'
        f"{f' Below, collapsed: {more}.' if more else ''}\n\n"
        f'<picture><source media="(prefers-color-scheme: light)" srcset="dashboards/{uid}-light.png">'
        f'<img alt="{board["title"]}" src="dashboards/{uid}.png"></picture>\n'
    )
