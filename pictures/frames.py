"""What the queries of a panel answered, in the forms that panels are drawn of."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from checks.boards.document import Document, Json
from pictures import answers, grafana
from pictures.grafana import Choice, Query, Span
from pictures.synthetic import recording
from pictures.synthetic.fleet import Labels
from pictures.synthetic.recording import Point

ASKING = 3
# The store's own step, of what is hours ago.
LEAST_STEP = 300


@dataclass(frozen=True, slots=True)
class Curve:
    """A series with its name in the legend, and the letter of its query."""

    name: str
    letter: str
    labels: Labels
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; a number stays one, so that a cell can be coloured by it."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]


Answers = Mapping[int, Sequence[Curve]]
"""A panel's id -> its series."""


def ask(address: str, board: Json, choice: Choice) -> Answers:
    """What the panels that are open get."""
    asked = list(grafana.queries(board, grafana.open_panels(board)))
    with ThreadPoolExecutor(ASKING) as pool:
        answered = list(pool.map(lambda query: list(_curves(address, board, query, choice)), asked))
    found: dict[int, list[Curve]] = {}
    for query, curves in zip(asked, answered, strict=True):
        found.setdefault(query.panel["id"], []).extend(curves)
    return found


def _curves(address: str, board: Json, query: Query, choice: Choice) -> Iterator[Curve]:
    span = Span.of(query.panel, grafana.range_of(board))
    seconds = span.seconds if query.range else 0
    legend = next(t.get("legendFormat") or "" for t in query.panel["targets"] if t["refId"] == query.letter)
    for labels, points in recording.evaluate(
        address, answers.text(board, query, choice), seconds, max(span.step, LEAST_STEP)
    ):
        real = [(t, value) for t, value in points if not math.isnan(value)]
        if real:
            yield Curve(name(legend, labels), query.letter, labels, real)


def name(legend: str, labels: Labels) -> str:
    """What stands in the legend."""
    if legend and legend != "__auto":
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda use: labels.get(use[1], ""), legend)
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "Value"


def title(board: Json, panel: Json, choice: Choice) -> str:
    """The panel's title with its variables."""
    known = {variable["name"] for variable in Document(board).variables}
    chosen = {key: "All" if value == grafana.ALL else value for key, value in choice.items() if key in known}
    return re.sub(r"\$\{?(\w+)\}?", lambda use: chosen.get(use[1], use[0]), str(panel["title"]))


def table(panel: Json, curves: Sequence[Curve]) -> Table:
    """The rows of a table panel, after its transformations ``merge`` and ``organize``."""
    several = len({target["refId"] for target in panel["targets"]}) > 1
    rows: dict[tuple[tuple[str, str], ...], dict[str, str | float]] = {}
    for curve in curves:
        row = rows.setdefault(tuple(sorted(curve.labels.items())), dict(curve.labels))
        row[f"Value #{curve.letter}" if several else "Value"] = curve.points[-1][1]
    organize: Json = next((t["options"] for t in panel.get("transformations", ()) if t["id"] == "organize"), {})
    every = sorted({key for row in rows.values() for key in row})
    wanted = organize.get("includeByName") or dict.fromkeys(every, True)
    left_out = organize.get("excludeByName", {})
    order = organize.get("indexByName", {})
    fields = sorted(
        (field for field in wanted if wanted[field] and not left_out.get(field)),
        key=lambda field: (order.get(field, len(order)), field),
    )
    heading = organize.get("renameByName", {})
    return Table([heading.get(f, f) for f in fields], [[row.get(f) for f in fields] for row in rows.values()])
