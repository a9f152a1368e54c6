"""The body of a CloudWatch dashboard: widgets on a grid of 24 columns, as ``put_dashboard`` takes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authoring.text import to_json
from model.problems import raise_if_any
from model.size_limits import DASHBOARD_BODY, DASHBOARD_METRICS, DASHBOARD_WIDGETS
from model.vocabulary import Severity

GRID = 24
# Three beside each other: a legend is still readable, and a screen shows nine.
WIDTH, HEIGHT = 8, 6
HEADING_HEIGHT = 2

# Filled when the dashboard is made, by string.Template: files hold no environment.
REGION, CLUSTER, ACCOUNT = "${region}", "${cluster}", "${account}"
# Charges are published in one region, whatever region they arise in.
BILLING_REGION = "us-east-1"

# CloudWatch's own palette.
COLOURS = {Severity.CRITICAL: "#d62728", Severity.WARNING: "#ff7f0e", Severity.INFO: "#1f77b4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One entry of a widget's ``metrics``: a metric, or metric math over others of the widget."""

    id: str
    label: str
    namespace: str = ""
    metric: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = ""
    expression: str = ""
    visible: bool = True

    def entry(self) -> list[Any]:
        """The entry as CloudWatch writes it: names and values in a row, options at the end."""
        options: dict[str, Any] = {"id": self.id, "label": self.label}
        if not self.visible:
            options["visible"] = False
        if self.expression:
            return [{"expression": self.expression, **options}]
        pairs = [filled(text) for pair in sorted(self.dimensions.items()) for text in pair]
        return [self.namespace, self.metric, *pairs, {"stat": self.statistic, **options}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A threshold in a graph; ``above`` says which side of it is bad."""

    value: float
    label: str
    severity: Severity
    above: bool

    def entry(self) -> dict[str, Any]:
        """The horizontal annotation."""
        side = "above" if self.above else "below"
        return {"value": self.value, "label": self.label, "color": COLOURS[self.severity], "fill": side}


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A time series widget. ``unit`` stands at the axis."""

    title: str
    unit: str
    period_seconds: int
    curves: Sequence[Curve]
    lines: Sequence[Line] = ()
    region: str = REGION

    def properties(self) -> dict[str, Any]:
        """The widget's properties."""
        shown: dict[str, Any] = {
            "title": self.title,
            "view": "timeSeries",
            "stacked": False,
            "region": self.region,
            "period": self.period_seconds,
            "metrics": [curve.entry() for curve in self.curves],
            "yAxis": {"left": {"label": self.unit, "showUnits": False, "min": 0}},
        }
        if self.lines:
            shown["annotations"] = {"horizontal": [line.entry() for line in self.lines]}
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Graphs under a heading in Markdown."""

    heading: str
    graphs: Sequence[Graph]


def body(name: str, sections: Sequence[Section]) -> str:
    """The dashboard's file. Raises BadInput for a board larger than CloudWatch takes."""
    widgets = list(_placed(sections))
    text = to_json({"start": "-PT6H", "periodOverride": "inherit", "widgets": widgets})
    metrics = sum(len(graph.curves) for section in sections for graph in section.graphs)
    sizes = ((DASHBOARD_WIDGETS, len(widgets)), (DASHBOARD_METRICS, metrics), (DASHBOARD_BODY, len(text.encode())))
    where = f"CloudWatch dashboard {name}"
    raise_if_any(problem for limit, size in sizes for problem in limit.problems(where, size, "split the system"))
    return text


def filled(text: str) -> str:
    """Alarm rows write ``{account}``, dashboards ``${account}``; a dollar sign of AWS's own is doubled."""
    return re.sub(r"\{(account|region|cluster)\}", r"${\1}", text.replace("$", "$$"))


def _placed(sections: Sequence[Section]) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = []
    row = 0
    for section in sections:
        widgets.append(
            {
                **_at(0, row, GRID, HEADING_HEIGHT),
                "type": "text",
                "properties": {"markdown": section.heading.replace("$", "$$")},
            }
        )
        row += HEADING_HEIGHT
        a_row = GRID // WIDTH
        for position, graph in enumerate(section.graphs):
            place = _at(position % a_row * WIDTH, row + position // a_row * HEIGHT, WIDTH, HEIGHT)
            widgets.append({**place, "type": "metric", "properties": graph.properties()})
        row += -(-len(section.graphs) // a_row) * HEIGHT
    return widgets


def _at(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}
