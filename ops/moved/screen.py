"""What moved, on the terminal, 80 columns wide."""

import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.moved.command import SHOWN
from ops.reports.summary import WIDTH


def show(document: Mapping[str, Any], console: Console | None = None) -> None:
    """The largest effects first. Colours only on a terminal."""
    console = console or Console(width=WIDTH, highlight=False)
    found = document["moved"]
    if found:
        table = Table(box=None, pad_edge=False, width=WIDTH)
        table.add_column("series", overflow="fold", ratio=1)
        for title in ("before", "during", "effect", "lag"):
            table.add_column(title, justify="right", no_wrap=True)
        for one in found[:SHOWN]:
            labels = " ".join(f"{value}" for _, value in sorted(one["labels"].items()))
            table.add_row(
                escape(f"{one['series']} {labels}"),
                f"{one['before']:.4g}",
                f"{one['during']:.4g}",
                f"{one['effect']:.3g}x",
                f"{one['lag_seconds']:+.0f} s",
            )
        console.print(table)
    lines = [
        f"{len(found)} of {document['compared']} series moved; by chance alone it would be "
        f"{document['by_chance_at_most']} at most. {document['silent']} have too little data.",
        "Effect: the step by the largest of the day before. Lag: when half of it was done, from the start. None of "
        "these is called a cause.",
        *([f"{len(found) - SHOWN} more by --json."] if len(found) > SHOWN else []),
        *document["notes"],
    ]
    for line in lines:
        for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False):
            console.print(escape(part), soft_wrap=True)
