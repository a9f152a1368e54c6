"""``python -m ops query``: its options, and the table that it shows."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model.problems import BadInput, Problem
from model.vocabulary import Environment
from model.warehouse import queries
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.reports.places import place
from ops.reports.store import Store
from ops.reports.summary import WIDTH
from ops.reports.verbs import Rows, folder_of, sign_in_for

_MOST_FOLDED = 8
"""Columns of a table that is wider than the terminal: each has still ten letters."""


def query(
    *,
    env: Env,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="A file of rules/athena, without .sql.")] = None,
    sql: Annotated[str | None, typer.Option(metavar="TEXT", help="One SELECT of your own.")] = None,
    rows: Rows = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Answer a named query, or SQL, from the rows that `warehouse` keeps; nothing else is read, and nothing written."""
    with errors(as_json):
        environment = word("--env", env, Environment)
        if (name is None) == (sql is None):
            known = ", ".join(queries.shipped(root))
            raise BadInput([Problem("--name, --sql", "found both or neither", f"one of them; names: {known}")])
        named = None if name is None else queries.chosen(root, name)
        sign_in_for(root, env, rows)
        # DuckDB takes a quarter of a second to load, and is not in every environment.
        from ops.warehouse import database  # noqa: PLC0415

        store = Store(place(rows or str(folder_of(root, environment) / "rows")), environment)
        with database.opened(store) as tables:
            where = "--sql" if named is None else f"{queries.FOLDER}/{named.name}.sql"
            found = database.answer(tables, named.sql if named else str(sql), where)
        if as_json:
            lines = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in found.rows]
            print_json({"question": named.question if named else None, "rows": lines, "cut": found.cut})
        else:
            _show(found, named)


def _show(found: Any, named: queries.Query | None) -> None:
    console = Console(width=WIDTH, highlight=False)
    if named:
        console.print(escape(named.question))
        console.print(escape(f"{named.columns}\n"), style="dim")
    texts = [[_shown(value) for value in row] for row in found.rows]
    widths = [max(map(len, column)) + 2 for column in zip(found.columns, *texts, strict=True)]
    if len(widths) > _MOST_FOLDED and sum(widths) > WIDTH:
        _show_records(console, found.columns, texts)
    else:
        _show_table(console, found, texts)
    more = "; there are more, these are the first" if found.cut else ""
    console.print(f"rows: {len(found.rows)}{more}")


def _show_table(console: Console, found: Any, texts: list[list[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for at, title in enumerate(found.columns):
        number = all(isinstance(row[at], int | float | Decimal | None) for row in found.rows)
        table.add_column(escape(title), justify="right" if number else "left", overflow="fold")
    for row in texts:
        table.add_row(*map(escape, row))
    console.print(table)


def _show_records(console: Console, titles: Sequence[str], texts: list[list[str]]) -> None:
    """A line a value: so many columns would be a few letters wide each."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in texts:
        for title, value in zip(titles, row, strict=True):
            table.add_row(escape(title), escape(value))
        table.add_row()
    console.print(table)


def _plain(value: Any) -> Any:
    """As JSON has it, which knows neither infinity nor what is no number."""
    if isinstance(value, Decimal | float):
        return float(value) if math.isfinite(value) else None
    return value if isinstance(value, int | None) else str(value)


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, Decimal) else str(value)
