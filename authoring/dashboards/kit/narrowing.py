"""Curves of many components, three in a line: a click on one leaves that component alone on the same board."""

from typing import Unpack

from authoring.dashboards.kit import links, panels, targets
from authoring.dashboards.kit.blocks import BY_COMPONENT
from authoring.dashboards.kit.panels import PanelOptions
from model import labels
from model.dashboards import Board

TITLE = "Only this one"


def link(board: Board) -> links.Link:
    """For curves with the labels ``system`` and ``component``."""
    return links.of_series(board, labels.SYSTEM, labels.COMPONENT, title=TITLE)


def row_link(board: Board) -> links.Link:
    """For tables with those columns."""
    return links.of_row(board, labels.SYSTEM, labels.COMPONENT, title=TITLE)


def curves(
    board: Board, title: str, description: str, expr: str, legend: str = BY_COMPONENT, **options: Unpack[PanelOptions]
) -> panels.PanelBuilder:
    """One query of ``board``, a curve a component."""
    given = PanelOptions(**{"width": 8, "data_links": (link(board),), **options})
    return panels.curves(title, description, targets.over_time(expr, legend), **given)
