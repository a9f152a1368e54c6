"""What Grafana does to a board before a data source sees a query: choose variables, and put values in their places."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.boards.document import Document, Json, language

Choice = Mapping[str, str]
"""Variable -> what stands in its place in PromQL."""
Options = Callable[[str, str], Sequence[str]]
"""Selector and label -> the label's values, sorted."""

ALL: Final = ".*"
SCRAPE: Final = 30
COLUMN: Final = 66  # pixels of a column on a screen of 1,600; Grafana asks for a point each, if a panel says nothing
SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
# Grafana takes a step that people can read: at most twice what the pixels ask for.
STEPS: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)

_LISTS = re.compile(r"label_values\((?P<selector>.+),\s*(?P<label>\w+)\)", re.DOTALL)
_USE = re.compile(r"\$\{(\w+)(?::[^}]*)?\}|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL query of a panel, before its variables are known. ``range`` is whether it asks for a curve."""

    panel: Json
    letter: str
    text: str
    range: bool

    @property
    def title(self) -> str:
        """Of the panel."""
        return str(self.panel["title"])


@dataclass(frozen=True, slots=True)
class Span:
    """A time range of ``seconds``, seen through a panel."""

    seconds: int
    step: int

    @classmethod
    def of(cls, panel: Json, seconds: int) -> "Span":
        """As Grafana chooses the step: by the panel's points, and never below its own least interval."""
        least = duration(str(panel.get("interval") or f"{SCRAPE}s"))
        wide = panel.get("gridPos", {}).get("w", 24) * COLUMN
        wanted = seconds / int(panel.get("maxDataPoints") or wide)
        return cls(seconds, max(least, next((step for step in STEPS if step >= wanted), STEPS[-1])))


def duration(text: str) -> int:
    """Seconds of ``now-6h`` or ``30s``."""
    found = re.fullmatch(r"(?:now-)?(\d+)([smhdw])(?:/\w)?", text)
    assert found, text
    return int(found[1]) * SECONDS[found[2]]


def range_of(board: Json) -> int:
    """Seconds that the board shows when it opens."""
    return duration(board["time"]["from"])


def queries(board: Json, panels: Sequence[Json] | None = None) -> Iterator[Query]:
    """PromQL of the panels, by default of all."""
    for panel in Document(board).panels if panels is None else panels:
        for target in panel.get("targets", ()):
            if language(panel, target) == "prometheus" and not target.get("hide"):
                yield Query(
                    panel,
                    str(target.get("refId", "")),
                    target["expr"],
                    bool(target.get("range", not target.get("instant"))),
                )


def open_panels(board: Json) -> list[Json]:
    """Those that are there without a click."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def filled(query: str, choice: Choice, span: Span) -> str:
    """The query as the data source gets it."""
    given = {
        "__interval": f"{span.step}s",
        "__interval_ms": str(span.step * 1000),
        "__rate_interval": f"{max(span.step + SCRAPE, 4 * SCRAPE)}s",
        "__range": f"{span.seconds}s",
        "__range_s": str(span.seconds),
        "__range_ms": str(span.seconds * 1000),
        **choice,
    }
    return _USE.sub(lambda use: use[0] if (use[1] or use[2]).isdigit() else given[use[1] or use[2]], query)


def anything(board: Json) -> Choice:
    """Every variable chosen as all there is: to find out what a board reads."""
    return {variable["name"]: ALL for variable in Document(board).variables}


def lists(board: Json) -> Iterator[str]:
    """What the variables list, with everything chosen."""
    for variable in Document(board).of_type("query"):
        if found := _LISTS.fullmatch(str(variable["query"])):
            yield filled(found["selector"], anything(board), Span(3600, 30))


def choices(board: Json, options: Options, fixed: Choice) -> Iterator[Choice]:
    """Every way to choose: what may be "All" is all, what is ``fixed`` is that, of the rest each in turn.

    Nothing for a board whose variables have no value to choose.
    """
    known: list[Choice] = [{}]
    for variable in Document(board).variables:
        known = [
            {**choice, variable["name"]: one} for choice in known for one in _values(variable, options, fixed, choice)
        ]
    yield from known


def _values(variable: Json, options: Options, fixed: Choice, before: Choice) -> Sequence[str]:
    if variable["type"] != "query" or not (found := _LISTS.fullmatch(str(variable["query"]))):
        return [str((variable.get("current") or {}).get("value") or variable.get("query") or "")]
    listed = options(filled(found["selector"], before, Span(3600, 30)), found["label"])
    if variable["name"] in fixed:
        return [fixed[variable["name"]]] if fixed[variable["name"]] in listed else []
    if variable.get("includeAll"):
        return [str(variable.get("allValue") or "|".join(listed))] if listed else []
    return listed


def first_view(board: Json) -> int:
    """Queries of all languages that opening asks."""
    return sum(not target.get("hide") for panel in open_panels(board) for target in panel.get("targets", ()))
