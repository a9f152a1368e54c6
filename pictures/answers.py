"""Whether every panel of every board has data, for every system."""

import json
import math
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache

from checks.boards.document import Json
from model import labels
from pictures import grafana
from pictures.grafana import Choice, Options, Query
from pictures.synthetic import recording
from pictures.synthetic.store import NOW

ASKING = 4


@dataclass(frozen=True, slots=True, order=True)
class Empty:
    """A query without an answer. ``system`` is empty for a board that is not chosen by system."""

    board: str
    panel: str
    letter: str
    system: str
    query: str = field(compare=False)


def options(address: str) -> Options:
    """Values of labels, as the store has them."""

    @cache
    def listed(selector: str, label: str) -> Sequence[str]:
        form = urllib.parse.urlencode({"match[]": selector, "start": NOW - 300, "end": NOW})
        with urllib.request.urlopen(f"{address}/api/v1/label/{label}/values?{form}") as answer:  # noqa: S310 (loopback)
            found: list[str] = json.load(answer)["data"]
        return sorted(found)

    return listed


def empty(address: str, boards: Sequence[Json], systems: Sequence[str]) -> list[Empty]:
    """Queries that have no answer, whatever is chosen of their system; sorted."""
    asked = [one for board in boards for one in _asked(board, options(address), systems)]
    every = sorted({query for *_, queries in asked for query in queries})
    with ThreadPoolExecutor(ASKING) as pool:
        answered: Mapping[str, bool] = dict(
            zip(every, pool.map(lambda query: _answers(address, query), every), strict=True)
        )
    return sorted(
        Empty(board["uid"], query.title, query.letter, system, texts[0])
        for board, query, system, texts in asked
        if not any(answered[text] for text in texts)
    )


def _asked(board: Json, listed: Options, systems: Sequence[str]) -> Iterator[tuple[Json, Query, str, list[str]]]:
    """Queries with their texts, one for each choice. A system that a board does not offer is not chosen."""
    by_system = any(one["name"] == labels.SYSTEM for one in board["templating"]["list"])
    for system in systems if by_system else ("",):
        fixed = {labels.SYSTEM: system} if system else {}
        chosen = list(grafana.choices(board, listed, fixed))
        for query in grafana.queries(board) if chosen else ():
            yield board, query, system, list(dict.fromkeys(text(board, query, choice) for choice in chosen))


def offered(address: str, board: Json, systems: Sequence[str]) -> list[str]:
    """Systems that the board's variables offer something of; all of them where it is not chosen by system."""
    listed = options(address)
    return [one for one in systems if any(grafana.choices(board, listed, {labels.SYSTEM: one}))]


def text(board: Json, query: Query, choice: Choice) -> str:
    """What the data source is asked."""
    return grafana.filled(query.text, choice, grafana.Span.of(query.panel, grafana.range_of(board)))


def _answers(address: str, query: str) -> bool:
    # NaN draws nothing.
    return any(not math.isnan(points[-1][1]) for _, points in recording.evaluate(address, query, 0))
