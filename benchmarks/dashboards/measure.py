"""What a view costs: queries, samples of a load over seven days, time, and size; ours beside others' boards.

Samples are what Prometheus itself counts for a query at one moment, times the steps of the curve: on series that are
always there each step costs the same. All boards look at one made-up cluster of 20 nodes and 300 pods, whose recorded
series come from the rules that each side ships.
"""

import json
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from authoring.dashboard_linter.document import Document, Json
from benchmarks.dashboards import answers, grafana, recording
from benchmarks.dashboards.grafana import Choice, Query, Span
from benchmarks.rule_pack import recording as rule_recording
from benchmarks.rule_pack import store
from benchmarks.rule_pack.cluster import Cluster
from benchmarks.rule_pack.packs import Group, Rule
from model.catalog.catalog import Catalog

WEEK = 7 * 86_400
CONNECTIONS = 6  # a browser has as many to one host
LOADS = 5

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


def first_view(board: Json) -> int:
    """Queries of all languages that opening asks."""
    return sum(not target.get("hide") for panel in grafana.open_panels(board) for target in panel.get("targets", ()))


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
            View(name, first_view(board), samples(address, board, _choice(board)), len(json.dumps(board)))
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
