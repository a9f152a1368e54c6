"""Boards on live data.

    python -m benchmarks.dashboards pictures          # docs/dashboards/*.png and docs/dashboards.md
    python -m benchmarks.dashboards empty             # queries without an answer in the synthetic store
    python -m benchmarks.dashboards measure [FOLDER]  # what a view costs, beside the boards of others in FOLDER

FOLDER has other boards as ``name.json`` and the rules that their recorded series come from as ``rules.yaml``.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from authoring.assets import generate
from authoring.dashboard_linter.document import Json
from benchmarks.dashboards import answers, frames, measure, page, pictures, recording
from benchmarks.dashboards.recording import Plan
from benchmarks.dashboards.themes import DARK, THEMES
from benchmarks.rule_pack import packs, store
from model.catalog.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "dashboards"
SLOWEST_LOAD = 0.25

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console(width=140)


def shipped() -> list[Json]:
    """All boards, by uid."""
    files = sorted((ROOT / "dashboards" / "grafana").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in files]


def _pictured(boards: list[Json]) -> Plan:
    """As on a bad day: a few things are wrong, most are well."""
    return Plan(root=ROOT, boards=boards, curves=True, firing=17, trouble=0.1, quiet=False)


@contextmanager
def _live(plan: Plan) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        recording.write(Path(name), plan)
        with store.prometheus(Path(name)) as address:
            yield address


@app.command("pictures")
def _pictures(only: Annotated[list[str] | None, typer.Argument(help="Uids; all by default.")] = None) -> None:
    """Draw every board, and write the page that shows them."""
    boards = shipped()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.png") if not only else ():
        path.unlink()
    with _live(_pictured(boards)) as address:
        for board in track([b for b in boards if not only or b["uid"] in only], "Drawing"):
            choice = pictures.chosen(address, board)
            found = frames.ask(address, board, choice)
            for theme in THEMES.values():
                ending = "" if theme is DARK else f"-{theme.name}"
                pictures.draw(board, choice, found, theme, FOLDER / f"{board['uid']}{ending}.png")
    page.write(ROOT / "docs" / "dashboards.md", boards)
    console.print(f"{len(boards)} boards, {len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}")


@app.command()
def empty() -> None:
    """List queries that have no answer in the synthetic store."""
    boards = shipped()
    systems = [system.system for system in Catalog.load(ROOT / "catalog").systems]
    with _live(Plan(root=ROOT, boards=boards, quiet=False)) as address:
        table = Table("board", "panel", "query", "system")
        for one in answers.empty(address, boards, systems):
            table.add_row(one.board, one.panel, one.letter, one.system)
    console.print(table)


@app.command("measure")
def _measure(others: Annotated[Path | None, typer.Argument(help="Folder of others' boards and rules.")] = None) -> None:
    """Measure, print and judge."""
    boards = shipped()
    began = time.perf_counter()
    generate(ROOT)
    generation = time.perf_counter() - began
    with _live(_pictured(boards)) as address:
        times = dict(measure.loads(address, track(boards, "Loading")))
    with tempfile.TemporaryDirectory() as name:
        ours = measure.views(Path(name) / "ours", packs.belfry(ROOT), {b["uid"]: b for b in boards}, ROOT)
        theirs = _theirs(Path(name) / "theirs", others) if others else []
    every = [seconds for several in times.values() for seconds in several]
    console.print(_views(ours, times), _beside(ours, theirs))
    console.print(
        f"full load p95 {measure.percentile(every, 95) * 1000:.0f} ms; "
        f"{len(boards)} boards and all other assets generated in {generation:.1f} s"
    )
    raise typer.Exit(int(measure.percentile(every, 95) > SLOWEST_LOAD))


def _theirs(folder: Path, others: Path) -> list[measure.View]:
    wanted = {name for several in measure.SAME_QUESTIONS.values() for name in several}
    boards = {name: json.loads((others / f"{name}.json").read_text(encoding="utf-8")) for name in sorted(wanted)}
    return measure.views(folder, packs.of_file(others / "rules.yaml"), boards, ROOT)


def _views(ours: list[measure.View], times: dict[str, list[float]]) -> Table:
    table = Table("board", "queries", "samples in 7 days", "slowest load, ms", "KiB")
    for view in ours:
        slowest = f"{max(times[view.name]) * 1000:.0f}"
        table.add_row(view.name, str(view.queries), f"{view.samples:,}", slowest, f"{view.bytes / 1024:.0f}")
    return table


def _beside(ours: list[measure.View], theirs: list[measure.View]) -> Table:
    table = Table("board", "samples in 7 days", "others' boards", "queries", "samples in 7 days", "fewer")
    of = {view.name: view for view in [*ours, *theirs]}
    for name, others in measure.SAME_QUESTIONS.items() if theirs else ():
        queries, samples = sum(of[one].queries for one in others), sum(of[one].samples for one in others)
        ratio = samples / max(of[name].samples, 1)
        fewer = f"{ratio:,.0f}x" if ratio >= 1 else f"{ratio:.2f}x"
        table.add_row(name, f"{of[name].samples:,}", ", ".join(others), str(queries), f"{samples:,}", fewer)
    return table


if __name__ == "__main__":
    app()
