"""Every board on a synthetic store.

python -m pictures draw [UID ...]  # docs/dashboards/*.png and docs/dashboards.md
python -m pictures empty           # queries without an answer in the synthetic store
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from checks.boards.document import Document, Json
from model.catalog.catalog import Catalog
from pictures import answers, drawing, frames
from pictures.grafana import first_view
from pictures.synthetic.recording import ROOT, Plan, live, on_a_bad_day, shipped
from pictures.themes import DARK, THEMES

FOLDER = ROOT / "docs" / "dashboards"

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console(width=140)

MARK = "<!-- Below: `make pictures` writes it. -->\n"


@app.command()
def draw(only: Annotated[list[str] | None, typer.Argument(help="Uids; all by default.")] = None) -> None:
    """Draw every board, and write the page that shows them."""
    boards = shipped()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.png") if not only else ():
        path.unlink()
    with live(on_a_bad_day(boards)) as address:
        for board in track([b for b in boards if not only or b["uid"] in only], "Drawing"):
            choice = drawing.chosen(address, board)
            found = frames.ask(address, board, choice)
            for theme in THEMES.values():
                ending = "" if theme is DARK else f"-{theme.name}"
                drawing.draw(board, choice, found, theme, FOLDER / f"{board['uid']}{ending}.png")
    write(ROOT / "docs" / "dashboards.md", boards)
    console.print(f"{len(boards)} boards, {len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}")


@app.command()
def empty() -> None:
    """List queries that have no answer in the synthetic store."""
    boards = shipped()
    systems = [system.system for system in Catalog.load(ROOT / "catalog").systems]
    with live(Plan(root=ROOT, boards=boards, quiet=False)) as address:
        table = Table("board", "panel", "query", "system")
        for one in answers.empty(address, boards, systems):
            table.add_row(one.board, one.panel, one.letter, one.system)
    console.print(table)


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


if __name__ == "__main__":
    app()
