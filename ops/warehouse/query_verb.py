"""``python -m ops query``: its options, and the table that it shows."""

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
    table = Table(box=None, pad_edge=False)
    numbers = [
        all(isinstance(row[place], int | float | Decimal | None) for row in found.rows)
        for place in range(len(found.columns))
    ]
    for title, number in zip(found.columns, numbers, strict=True):
        table.add_column(escape(title), justify="right" if number else "left", overflow="fold")
    for row in found.rows:
        table.add_row(*(escape(_shown(value)) for value in row))
    console.print(table)
    more = "; there are more, these are the first" if found.cut else ""
    console.print(f"rows: {len(found.rows)}{more}")


def _plain(value: Any) -> Any:
    return (
        float(value)
        if isinstance(value, Decimal)
        else value
        if isinstance(value, int | float | bool) or value is None
        else str(value)
    )


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, Decimal) else str(value)
