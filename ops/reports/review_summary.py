"""A review on the terminal, 80 columns wide."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.reports import render
from ops.reports.summary import WIDTH

_SHOWN = 10


def show(document: Mapping[str, Any], written: Sequence[str], console: Console | None = None) -> None:
    """The noisiest alerts, and where the files are. Colours only on a terminal."""
    console = console or Console(width=WIDTH, highlight=False)
    table = Table(box=None, pad_edge=False, width=WIDTH)
    table.add_column("alert", overflow="fold", ratio=1)
    for title in ("times", "in all", "flaps", "acted"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in document["noise"][:_SHOWN]:
        table.add_row(
            escape(f"{one['alert']} {one['severity']} [{one['team']}]"),
            str(one["times"]),
            str(render.length(one["seconds"])),
            str(one["flaps"]),
            str(render.share(one["acted_share"])),
        )
    console.print(table)
    state = "" if document["complete"] else f", not over: counted through {document['until']}"
    patterns = document["patterns"]
    replayed = [one for one in document["thresholds"] if not one["why"]]
    lines = [
        f"{document['environment']} {document['period']}{state}: {document['times']} alerts ended",
        f"acted on: {render.share(document['acted_share'])}",
        f"thresholds replayed: {len(replayed)} of {len(document['thresholds'])}",
        f"objectives without traffic: {len(document['quiet_objectives'])}",
        f"error patterns: {'not available' if patterns is None else len(patterns)}",
        *document["notes"],
    ]
    for line in lines:
        for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False):
            console.print(escape(part), soft_wrap=True)
    for path in written:
        console.print(escape(f"Written: {path}"), soft_wrap=True)
