"""Forecasts on the terminal, 80 columns wide."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.reports.render import days, share
from ops.reports.summary import WIDTH

_SHOWN: Final = 15


def show(document: Mapping[str, Any], written: Sequence[str], console: Console | None = None) -> None:
    """The most urgent items, counts, notes, and where the files are. Colours only on a terminal."""
    console = console or Console(width=WIDTH, highlight=False)
    table = Table(box=None, pad_edge=False, width=WIDTH)
    table.add_column("limit", overflow="fold", ratio=1)
    for title in ("now", "days left", "likely", "covered"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in document["rows"][:_SHOWN]:
        left = "[yellow]no forecast[/]" if row["refused"] else str(days(row["days_left"], document["days"]))
        table.add_row(
            escape(row["title"]),
            str(share(row["now"])),
            f"[red]{left}[/]" if row["alerts"] else left,
            "" if row["refused"] else str(days(row["likely"], document["days"])),
            "" if row["refused"] else str(share(row["coverage"])),
        )
    console.print(table)
    lines = [
        f"{document['environment']} {document['written']} UTC: limits: {document['items']}; met within "
        f"{document['days']} days: {document['within']}; sooner than they can be raised: {document['alerts']}; "
        f"without a forecast: {document['refused']}, the report says why",
        *document["notes"],
    ]
    for line in lines:
        for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False):
            console.print(escape(part), soft_wrap=True)
    for path in written:
        console.print(escape(f"Written: {path}"), soft_wrap=True)
