"""What the verbs print, within 80 columns."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model.incidents.actions import ActionItem
from model.incidents.entry import Entry
from model.incidents.record import Record
from model.incidents.statistics import by_time
from ops.incidents.draft import clock, duration, percent
from ops.incidents.telling import told

WIDTH = 80
TITLES = {"detect": "MTTD", "acknowledge": "MTTA", "restore": "MTTR"}
"""What people call the mean times; here they are medians."""


def times(records: Iterable[Record]) -> dict[str, dict[str, Any]]:
    """Median, p90 and n in seconds, by time."""
    return {name: {"median": one.median, "p90": one.p90, "n": one.n} for name, one in by_time(records).items()}


def show_list(records: Sequence[Record]) -> None:
    """One line an incident."""
    console = Console(highlight=False, width=WIDTH)
    if not records:
        console.print("There is no incident.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("incident", "status", "what", "detected", "restored"):
        table.add_column(name, overflow="fold")
    for one in records:
        found = (one.id, str(one.status), one.title, duration(one.times.to_detect), duration(one.times.to_restore))
        table.add_row(*map(escape, found))
    console.print(table)
    for name, of in times(records).items():
        numbers = f"median {duration(of['median'])}, p90 {duration(of['p90'])}, n {of['n']}"
        console.print(f"{TITLES[name]}: {numbers}")


def show(record: Record, lines: Sequence[Entry]) -> None:
    """Times, impact and timeline."""
    console = Console(highlight=False, width=WIDTH)
    of = record.times
    _print(console, f"{record.id}: {record.title}, {record.status}")
    _print(console, f"onset {clock(of.onset)}; detected after {duration(of.to_detect)}")
    _print(console, f"acknowledged after {duration(of.to_acknowledge)}; restored after {duration(of.to_restore)}")
    for one in record.impact:
        budget = "unknown" if one.budget is None else percent(one.budget)
        bad = "unknown" if one.bad is None else f"{one.bad:,.0f}"
        name = f"{one.system}/{one.component} {one.objective}"
        _print(console, f"{name}: {bad} bad events, {budget} of the error budget")
    for line in told(lines):
        _print(console, f"{clock(line.at)[11:]} {line.kind:<12} {line.text}")


def show_actions(rows: Sequence[tuple[str, ActionItem]], today: str) -> None:
    """One line an action item."""
    console = Console(highlight=False, width=WIDTH)
    if not rows:
        console.print("There is no action item.")
    for of, item in rows:
        state = "done" if item.done else "overdue" if item.overdue(today) else "open"
        issue = f", {item.issue}" if item.issue else ""
        _print(console, f"{of} {item.id}: {state}, {item.owner}, due {item.due}{issue}: {item.text}")


def _print(console: Console, text: str) -> None:
    for line in textwrap.wrap(" ".join(text.split()), WIDTH, subsequent_indent="  ", break_on_hyphens=False):
        console.print(escape(line), soft_wrap=True)
