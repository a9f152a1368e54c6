"""Parquet by DuckDB: rows to bytes, files to rows. It fetches no extension, and needs no network.

DuckDB is in requirements-dev.txt: a program in a pod keeps its rows as JSON lines instead.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from model.problems import BadInput, Problem
from model.warehouse.columns import Column

_READ = "SELECT * FROM read_parquet($files, filename = true, union_by_name = true)"


def written(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> bytes:
    """A file with the rows in their order."""
    with tempfile.TemporaryDirectory() as folder, _database().cursor() as database:
        target = Path(folder) / "part-0.parquet"
        described = ", ".join(f'"{column.name}" {column.type.duckdb}' for column in columns)
        database.execute(f"CREATE OR REPLACE TEMP TABLE rows ({described})")
        if rows:
            places = ", ".join("?" for _ in columns)
            values = [[row[column.name] for column in columns] for row in rows]
            statement = f"INSERT INTO rows VALUES ({places})"  # noqa: S608 (question marks)
            database.executemany(statement, values)
        database.execute(f"COPY rows TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        return target.read_bytes()


def read(files: Sequence[Path], shown: Mapping[Path, str]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The rows of all files, each with its file. ``shown`` names the files in errors. Raises BadInput."""
    if not files:
        return
    with _database().cursor() as database:
        try:
            found = database.execute(_READ, {"files": list(map(str, files))})
            names = [column[0] for column in found.description]
            rows = found.fetchall()
        except duckdb.Error as error:
            raise BadInput([_problem(files, shown, error)]) from None
    for row in rows:
        content = dict(zip(names, row, strict=True))
        yield Path(content.pop("filename")), content


def _problem(files: Sequence[Path], shown: Mapping[Path, str], error: duckdb.Error) -> Problem:
    text = str(error).split("\n")[0]
    where = next((name for path, name in shown.items() if str(path) in text), shown[files[0]])
    for path in files:
        text = text.replace(str(path), shown[path])
    return Problem(where, f"the file cannot be read as Parquet: {text}", "a file that `ops report` wrote")


@cache
def _database() -> duckdb.DuckDBPyConnection:
    # In memory; to open one takes longer than to write a day's rows.
    # One thread: the order of rows, and so the bytes, is that of the rows given.
    return duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
