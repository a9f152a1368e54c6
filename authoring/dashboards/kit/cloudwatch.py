"""Panels that ask CloudWatch itself: what no exporter brings into Prometheus, in rows that are closed until needed.

CloudWatch bills each query, so such a board chooses one resource, is refreshed as seldom as CloudWatch's exporter asks,
and says what it costs.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Unpack

from authoring.dashboards.kit import panels, targets
from authoring.dashboards.kit.board import Row
from authoring.dashboards.kit.panels import PanelOptions
from authoring.dashboards.kit.targets import Target
from authoring.docs import cloudwatch as cloudwatch_docs
from model.alarms.runbooks import FOLDER, page

REFRESH: Final = "5m"
"""Of dashboards with such rows: the CloudWatch exporter polls as often, and an open row costs a tenth of what 30 s
would."""

BILLED: Final = "CloudWatch bills each query: 0.01 USD per 1,000, sent every five minutes while the row is open."
SILENT: Final = "No data: CloudWatch sends no zeros"

ANY: Final = "*"
"""Every value of a dimension, each with its own series (and charge)."""


def row(title: str, shown: Sequence[panels.PanelBuilder], width: int = panels.HALF) -> Row:
    """A closed row; its heading says that opening it costs."""
    return Row(f"{title} (queries CloudWatch: billed per query)", shown, width=width)


def curves(title: str, description: str, *asked: Target, **options: Unpack[PanelOptions]) -> panels.PanelBuilder:
    """Curves of CloudWatch's. A panel's limits must be those of the alarms that its runbooks are of."""
    return panels.curves(title, f"{description} {BILLED}", *asked, **options)


def metric(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    statistic: str = "Sum",
    *,
    legend: str = "",
    period: int = 300,
) -> Target:
    """A metric; without a legend a curve is named after what tells it from others."""
    varying = [dimension for dimension, value in sorted(dimensions.items()) if value == ANY]
    shown = legend or " ".join(f"${{PROP('Dim.{dimension}')}}" for dimension in varying) or name
    return targets.cloudwatch(namespace, name, dimensions, statistic=statistic, legend=shown, period=period)


def alarm(*rows: str) -> tuple[str, ...]:
    """The runbooks of rows of ``rules/cloudwatch``. Raises KeyError for a row that no file has."""
    return tuple(_sections()[row] for row in rows)


@functools.cache
def _sections() -> Mapping[str, str]:
    """Row -> page and section of its runbook."""
    return {
        row.name: f"{FOLDER}/{page(file.namespace)}#{row.name}"
        for file in cloudwatch_docs.read(Path(__file__).parents[3]).values()
        for row in file.alarms
    }
