"""SQL on the files of an environment by DuckDB, which can read nothing else and write nothing.

The rows are copied into memory, and only then is DuckDB shut off from files, network, extensions and Python's
variables, for good: a statement cannot open what is closed. The rows of a year are a few megabytes.
"""

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from model.problems import BadInput, Problem
from model.warehouse.tables import PARTITIONS, TABLES, Table
from ops.reports.store import Store

MOST_ROWS: Final = 1000
"""More is read by nobody on a terminal; a query that aggregates gives fewer."""
MEMORY: Final = "512MB"
"""A hundred times the rows of a year of a hundred objectives and KPIs; a runaway join ends here."""
SECONDS: Final = 60.0
"""Every named query takes below a second on a year of rows; whoever waits a minute has written another join."""
_CLOSED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": MEMORY,
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    # What does not fit into memory is an error, and no file.
    "temp_directory": "",
}


class Answer(NamedTuple):
    """``cut``: there are more rows than these."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    cut: bool


@contextmanager
def opened(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables of the warehouse, in memory; empty where there is no file. Raises BadInput and Unreachable."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config=_CLOSED) as database:
        for table in TABLES.values():
            _load(database, store, table, Path(folder))
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        yield database


def answer(database: duckdb.DuckDBPyConnection, sql: str, where: str) -> Answer:
    """The first rows of one SELECT. Raises BadInput, which names ``where``, for all that is none or fails."""
    try:
        statements = database.extract_statements(sql)
    except duckdb.Error as error:
        raise BadInput([Problem(where, _said(error))]) from None
    if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
        kinds = ", ".join(one.type.name for one in statements) or "nothing"
        raise BadInput([Problem(where, f"found {kinds}", "one SELECT")])
    timer = threading.Timer(SECONDS, database.interrupt)
    timer.start()
    try:
        found = database.execute(statements[0])
        rows = found.fetchmany(MOST_ROWS + 1)
    except duckdb.InterruptException:
        raise BadInput([Problem(where, f"it takes more than {SECONDS:.0f} s", "a smaller join")]) from None
    except duckdb.Error as error:
        raise BadInput([Problem(where, _said(error))]) from None
    finally:
        timer.cancel()
    columns = [column[0] for column in found.description]
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise BadInput([Problem(where, f"found several columns named {', '.join(twice)}", "a name each, by AS")])
    return Answer(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)


def _load(database: duckdb.DuckDBPyConnection, store: Store, table: Table, folder: Path) -> None:
    columns = (*PARTITIONS, *table.columns)
    described = ", ".join(f'"{column.name}" {column.type.duckdb}' for column in columns)
    database.execute(f"CREATE TABLE {table.name} ({described})")
    # Of a day in both forms one: its rows are the same, and would count twice.
    copies = [_copy(store, names[-1], folder) for names in store.kept(table.name).values()]
    if not copies:
        return
    # By name: a file of before a column came has none of it.
    statement = (
        f"INSERT INTO {table.name} BY NAME SELECT * FROM read_parquet($files, union_by_name = true, "  # noqa: S608
        "hive_partitioning = true, hive_types = {'environment': VARCHAR, 'day': VARCHAR})"
    )
    try:
        database.execute(statement, {"files": copies})
    except duckdb.Error as error:
        raise BadInput([Problem(table.name, _said(error).replace(f"{folder}/", ""))]) from None


def _copy(store: Store, name: str, folder: Path) -> str:
    target = (folder / name).with_suffix(".parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(store.as_parquet(name))
    return str(target)


def _said(error: duckdb.Error) -> str:
    """The first lines of DuckDB's message; it draws an arrow below."""
    return " ".join(str(error).partition("\n\nLINE")[0].split())[:300]
