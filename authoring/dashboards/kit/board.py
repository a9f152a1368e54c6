"""A whole board: its head, its rows, and the text of its file.

The first row is open and answers the board's question; the others are collapsed and ask Prometheus only when somebody
opens them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, GridPos, Panel, RowPanel

from authoring.dashboards.kit import links, targets, variables
from authoring.dashboards.kit.colours import BAD, NEUTRAL, WARN
from authoring.dashboards.kit.panels import HALF, WIDTH
from authoring.dashboards.queries import alerts, workloads
from authoring.text import to_json
from model import dashboards, labels
from model.catalog.system import System

FOLDER: Final = "dashboards/grafana"

# As often as Prometheus scrapes: a faster reload shows the same numbers again.
REFRESH: Final = "30s"

_SOURCE = {"type": targets.PROMETHEUS.type_val, "uid": targets.PROMETHEUS.uid}

Annotation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """Panels below a heading. They flow from left to right; a line is as high as its highest panel.

    ``width`` replaces the usual one of curves, half a line; tables in such a row name theirs, which their columns need.
    """

    title: str
    panels: Sequence[Builder[Panel]]
    collapsed: bool = True
    width: int = HALF


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board. With ``system`` it is the one of its kind that is about this system only.

    ``variables`` come after the data source, which every board has. ``chosen`` are the labels they choose by: what
    annotations are narrowed to. ``to`` are other boards, linked at the top beside the list of all; ``reports`` adds the
    SLO reports.
    """

    uid: dashboards.Board
    system: System | None = None
    question: str
    rows: Sequence[Row]
    variables: Sequence[variables.Variable]
    chosen: Sequence[str] = (labels.CLUSTER,)
    tags: Sequence[str] = ()
    to: Sequence[dashboards.Board] = ()
    reports: bool = False
    since: str = "now-6h"
    refresh: str = REFRESH

    @property
    def name(self) -> str:
        """The uid, and the name of the file."""
        return f"{self.uid}-{self.system.system}" if self.system else str(self.uid)

    @property
    def path(self) -> str:
        """Its file, below the project."""
        return f"{FOLDER}/{self.name}.json"

    def document(self) -> dict[str, Any]:
        """The board as Grafana reads it."""
        head = (
            builders.Dashboard(f"{self.system.title if self.system else 'Belfry'} / {self.uid.heading}")
            .uid(self.name)
            .description(self.question)
            .tags([labels.PROJECT, *self.tags])
            .readonly()
            .timezone("browser")
            .time(self.since, "now")
            .refresh(self.refresh)
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .links([links.all_boards(), *map(links.at_top, self.to), *([links.reports()] if self.reports else [])])
        )
        for variable in (variables.datasource(), *self.variables, variables.runbooks()):
            head.with_variable(variable)
        built = head.build()
        built.panels = list(_placed(self.rows))
        document: dict[str, Any] = json.loads(json.dumps(built, cls=JSONEncoder))
        document["annotations"] = {"list": for_variables(*self.chosen)}
        _number(document["panels"])
        return document

    def text(self) -> str:
        """The file: sorted keys, indent of 2, newline at the end."""
        return to_json(self.document())


def _placed(rows: Sequence[Row]) -> Iterator[Panel | RowPanel]:
    top = 0
    for row in rows:
        heading = builders.Row(row.title).collapsed(row.collapsed).build()
        heading.grid_pos = GridPos(x=0, y=top, w=WIDTH, h=1)
        panels, height = _flow(row, top + 1)
        if row.collapsed:
            heading.panels = panels
        yield heading
        if not row.collapsed:
            yield from panels
        # A collapsed row takes its heading's line only; Grafana moves what is below when it opens.
        top += 1 if row.collapsed else 1 + height


def _flow(row: Row, top: int) -> tuple[list[Panel], int]:
    placed, left, line, begin = [], 0, 0, top
    for builder in row.panels:
        panel = builder.build()
        assert panel.grid_pos
        if panel.grid_pos.w == HALF:
            panel.grid_pos.w = row.width
        if left + panel.grid_pos.w > WIDTH:
            top, left, line = top + line, 0, 0
        panel.grid_pos.x, panel.grid_pos.y = left, top
        left, line = left + panel.grid_pos.w, max(line, panel.grid_pos.h)
        placed.append(panel)
    return placed, top + line - begin


def _number(panels: list[dict[str, Any]]) -> None:
    place = 0
    for panel in panels:
        for one in (panel, *panel.get("panels", ())):
            place += 1
            one["id"] = place
            # Grafana tells the queries of a panel apart by these letters; the builder leaves them empty.
            for letter, target in zip(ascii_uppercase, one.get("targets", ()), strict=False):
                target["refId"] = letter


def for_variables(*chosen: str) -> list[Annotation]:
    """The annotations of a dashboard with the variables ``chosen`` (labels), for the chosen values only.

    Plain data: the SDK's type knows only Grafana's own annotations, not the titles and tags of those from Prometheus.
    """
    return [
        _query("Critical alerts", alerts.firing_series("critical", *chosen), BAD, "{{alertname}}"),
        _query("Warnings", alerts.firing_series("warning", *chosen), WARN, "{{alertname}}", shown=False),
        _query("Deployments", workloads.new_versions(*chosen), NEUTRAL, "New version of {{component}}"),
    ]


def _query(name: str, expr: str, colour: str, title: str, *, shown: bool = True) -> Annotation:
    return {
        "datasource": _SOURCE,
        "enable": shown,
        "expr": expr,
        "hide": False,
        "iconColor": colour,
        "name": name,
        # Coarse on purpose: a day then has some hundred steps to evaluate.
        "step": "60s",
        "tagKeys": "system,component,team",
        "titleFormat": title,
    }
