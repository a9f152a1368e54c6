"""What a view costs: queries, samples of a load over seven days, time, and size; ours beside others' boards.

    python -m benchmarks.board_views [FOLDER]

FOLDER has other boards as ``name.json`` and the rules that their recorded series come from as ``rules.yaml``.

Samples are what Prometheus itself counts for a query at one moment, times the steps of the curve: on series that are
always there each step costs the same. All boards look at one made-up cluster of 20 nodes and 300 pods, whose recorded
series come from the rules that each side ships.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from authoring.bundles.assets import generate
from benchmarks.rule_pack import recording as rule_recording
from benchmarks.rule_pack.cluster import Cluster
from checks.boards.document import Document, Json
from model.catalog.catalog import Catalog
from pictures import answers, grafana
from pictures.grafana import Choice, Query, Span
from pictures.synthetic import packs, recording, store
from pictures.synthetic.packs import Group, Rule
from pictures.synthetic.recording import ROOT, live, on_a_bad_day, shipped

WEEK = 7 * 86_400
CONNECTIONS = 6  # a browser has as many to one host
LOADS = 5
SLOWEST_LOAD = 0.25

app = typer.Typer(help=__doc__, add_completion=False)
console = Console(width=140)

# Of others, what answers the same question as a board of ours.
SAME_QUESTIONS = {
    "belfry-kubernetes": ("k8s-resources-cluster",),
    "belfry-nodes": ("node-cluster-rsrc-use",),
    "belfry-network": ("cluster-total", "k8s-coredns"),
    "belfry-monitoring": ("prometheus",),
    "belfry-slo": ("pyrra-list",),
    "belfry-slo-history": ("pyrra-detail",),
}


@dataclass(frozen=True, slots=True)
class View:
    """A board as it opens. ``samples`` are of a load over seven days."""

    name: str
    queries: int
    samples: int
    bytes: int


def samples(address: str, board: Json, choice: Choice) -> int:
    """Samples of the first view over seven days."""
    return sum(_samples(address, query, choice) for query in grafana.queries(board, grafana.open_panels(board)))


def _samples(address: str, query: Query, choice: Choice) -> int:
    span = Span.of(query.panel, WEEK)
    steps = WEEK // span.step + 1 if query.range else 1
    return store.ask(address, grafana.filled(query.text, choice, span)).samples * steps


def views(folder: Path, groups: Sequence[Group], boards: Mapping[str, Json], root: Path) -> list[View]:
    """Fill a store in ``folder`` for the boards and the rules they read, and measure each."""
    read = [*groups, *(_read_by(name, board) for name, board in sorted(boards.items()))]
    uses = rule_recording.uses_of(read)
    recorded = {rule.record for group in groups for rule in group.rules}
    raw = {metric: several for metric, several in uses.items() if metric and metric not in recorded}
    rule_recording.write_raw(folder, Cluster(Catalog.load(root / "catalog"), raw), raw)
    rule_recording.record(folder, groups, uses)
    with store.prometheus(folder) as address:
        return [
            View(name, grafana.first_view(board), samples(address, board, _choice(board)), len(json.dumps(board)))
            for name, board in sorted(boards.items())
        ]


def _read_by(name: str, board: Json) -> Group:
    """The first view as rules, over a week's intervals."""
    choice = _choice(board)
    texts = [
        grafana.filled(query.text, choice, Span.of(query.panel, WEEK))
        for query in grafana.queries(board, grafana.open_panels(board))
    ]
    return Group(name, WEEK, tuple(Rule(record="", alert="", expr=text, labels={}) for text in texts))


def _choice(board: Json) -> Choice:
    """All there is of what may be all. Others choose one cluster, which has the name of the made-up one."""
    chosen = {}
    for variable in Document(board).variables:
        several = variable.get("includeAll") or variable.get("multi")
        chosen[variable["name"]] = grafana.ALL if several else ONE.get(variable["name"], grafana.ALL)
    return chosen


ONE = {"cluster": "eu"}


def loads(address: str, boards: Iterable[Json]) -> Iterator[tuple[str, list[float]]]:
    """Seconds that each of several full first views took, over the board's own range."""
    for board in boards:
        choice = next(grafana.choices(board, answers.options(address), {}), {})
        asked = list(grafana.queries(board, grafana.open_panels(board)))
        yield board["uid"], [_load(address, board, asked, choice) for _ in range(LOADS)]


def _load(address: str, board: Json, asked: Sequence[Query], choice: Choice) -> float:
    def ask(query: Query) -> None:
        span = Span.of(query.panel, grafana.range_of(board))
        seconds = span.seconds if query.range else 0
        list(recording.evaluate(address, answers.text(board, query, choice), seconds, span.step))

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(ask, asked))
    return time.perf_counter() - began


def percentile(several: Sequence[float], percent: int) -> float:
    """Of all loads of all boards."""
    return statistics.quantiles(several, n=100, method="inclusive")[percent - 1]


@app.command()
def measure(others: Annotated[Path | None, typer.Argument(help="Folder of others' boards and rules.")] = None) -> None:
    """Measure, print and judge."""
    boards = shipped()
    began = time.perf_counter()
    generate(ROOT)
    generation = time.perf_counter() - began
    with live(on_a_bad_day(boards)) as address:
        times = dict(loads(address, track(boards, "Loading")))
    with tempfile.TemporaryDirectory() as name:
        ours = views(Path(name) / "ours", packs.belfry(ROOT), {b["uid"]: b for b in boards}, ROOT)
        theirs = _theirs(Path(name) / "theirs", others) if others else []
    every = [seconds for several in times.values() for seconds in several]
    console.print(_table(ours, times), _beside(ours, theirs))
    console.print(
        f"full load p95 {percentile(every, 95) * 1000:.0f} ms; "
        f"{len(boards)} boards and all other assets generated in {generation:.1f} s"
    )
    raise typer.Exit(int(percentile(every, 95) > SLOWEST_LOAD))


def _theirs(folder: Path, others: Path) -> list[View]:
    wanted = {name for several in SAME_QUESTIONS.values() for name in several}
    boards = {name: json.loads((others / f"{name}.json").read_text(encoding="utf-8")) for name in sorted(wanted)}
    return views(folder, packs.of_file(others / "rules.yaml"), boards, ROOT)


def _table(ours: list[View], times: dict[str, list[float]]) -> Table:
    table = Table("board", "queries", "samples in 7 days", "slowest load, ms", "KiB")
    for view in ours:
        slowest = f"{max(times[view.name]) * 1000:.0f}"
        table.add_row(view.name, str(view.queries), f"{view.samples:,}", slowest, f"{view.bytes / 1024:.0f}")
    return table


def _beside(ours: list[View], theirs: list[View]) -> Table:
    table = Table("board", "samples in 7 days", "others' boards", "queries", "samples in 7 days", "fewer")
    of = {view.name: view for view in [*ours, *theirs]}
    for name, others in SAME_QUESTIONS.items() if theirs else ():
        queries, samples = sum(of[one].queries for one in others), sum(of[one].samples for one in others)
        ratio = samples / max(of[name].samples, 1)
        fewer = f"{ratio:,.0f}x" if ratio >= 1 else f"{ratio:.2f}x"
        table.add_row(name, f"{of[name].samples:,}", ", ".join(others), str(queries), f"{samples:,}", fewer)
    return table


if __name__ == "__main__":
    app()
