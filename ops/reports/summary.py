"""A report on the terminal, 80 columns wide."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDTH = 80
_STYLES = {"met": "green", "missed": "red", "unknown": "yellow"}


def show(document: Mapping[str, Any], written: Sequence[str]) -> None:
    """The verdicts, and where the files are. Colours only on a terminal."""
    console = Console(width=WIDTH, highlight=False)
    table = Table(box=None, pad_edge=False, width=WIDTH)
    table.add_column("objective", overflow="fold", ratio=1)
    table.add_column("verdict", no_wrap=True)
    for title in ("target", "achieved", "spent %", "coverage"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in document["objectives"]:
        feature = f" [{one['feature']}]" if one["feature"] else ""
        verdict = one["verdict"]
        table.add_row(
            escape(f"{one['system']}/{one['component']} {one['objective']}{feature}"),
            f"[{_STYLES[verdict]}]{verdict}[/]",
            one["target"],
            one["achieved"] or "-",
            one["budget_spent"] or "-",
            f"{one['coverage']} %",
        )
    console.print(table)
    state = "" if document["complete"] else f", not over: counted through {document['until']}"
    lines = [
        f"{document['environment']} {document['period']}{state}: {document['met']} met, {document['missed']} missed, "
        f"{document['unknown']} unknown; lowest coverage {document['least_coverage']} %",
        f"{len(document['incidents'])} incidents, {len(document['exclusions'])} exclusions, "
        f"{len(document['agreements'])} agreements",
        *document["notes"],
    ]
    for line in lines:
        for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False):
            console.print(escape(part), soft_wrap=True)
    for path in written:
        console.print(escape(f"Written: {path}"), soft_wrap=True)
