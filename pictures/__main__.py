"""Every board on a synthetic store.

python -m pictures draw [UID ...]  # docs/dashboards/*.png and docs/dashboards.md
python -m pictures empty           # queries without an answer in the synthetic store
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from model.catalog.catalog import Catalog
from pictures import answers, drawing, frames, page
from pictures.synthetic.live import ROOT, live, on_a_bad_day, shipped
from pictures.synthetic.recording import Plan
from pictures.themes import DARK, THEMES

FOLDER = ROOT / "docs" / "dashboards"

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console(width=140)


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
    page.write(ROOT / "docs" / "dashboards.md", boards)
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


if __name__ == "__main__":
    app()
