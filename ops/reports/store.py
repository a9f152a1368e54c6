"""The daily rows as files: ``<table>/environment=<env>/day=<day>/part-0.parquet``, or ``.jsonl``.

The layout is Hive's, so that DuckDB and Athena read the same files. Environment and day are in the path alone, because
a column of the path may not be in the file too. The same rows give the same bytes.
"""

import importlib
import json
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pydantic import ValidationError

from model.problems import BadInput, Problem, from_validation
from model.reports.history import Rows
from model.reports.rows import DailyExclusion, DailyObjective, EndedAlert, Row
from model.vocabulary import Environment, Vocabulary
from model.warehouse.tables import ALERTS, EXCLUSIONS, OBJECTIVES, TABLES, Table
from ops.reports.places import Place

_PATH = re.compile(
    r"(?P<table>[a-z_]+)/environment=(?P<environment>[a-z]+)/day=(?P<day>[0-9-]{10})/part-0\.(?P<form>\w+)"
)
R = TypeVar("R", bound=Row)


class Form(Vocabulary):
    """How a file holds its rows."""

    PARQUET = ("parquet", "Columns, as DuckDB and Athena read them.")
    JSONL = ("jsonl", "A JSON document per line, for programs without DuckDB.")


@dataclass(frozen=True, slots=True)
class Store:
    """The rows of one environment at a place."""

    place: Place
    environment: Environment

    def days(self) -> Sequence[str]:
        """The days of which there are rows, sorted."""
        return list(self.kept(OBJECTIVES))

    def write(self, day: str, rows: Rows, form: Form) -> None:
        """Keep a day's rows, in place of what was kept. The objectives last: they say that the day is complete."""
        tables: dict[str, Sequence[Row]] = {
            ALERTS: rows.alerts,
            EXCLUSIONS: rows.exclusions,
            OBJECTIVES: rows.objectives,
        }
        for table, content in tables.items():
            self.write_table(table, day, content, form)

    def write_table(self, table: str, day: str, rows: Sequence[Row], form: Form) -> None:
        """Keep a day's rows of one table of the warehouse, in place of what was kept."""
        self.place.write(self._path(table, day, form), _bytes(rows, TABLES[table], form))

    def read_table(self, table: str, day: str) -> Sequence[Any]:
        """A day's rows of one table of the warehouse. Raises BadInput and Unreachable."""
        return self._table(table, TABLES[table].row, [day])

    def kept(self, table: str) -> Mapping[str, Sequence[str]]:
        """The days of which a table has files, sorted, each with its files."""
        found: dict[str, list[str]] = {}
        for name, one in self._files(table):
            found.setdefault(one["day"], []).append(name)
        return found

    def as_parquet(self, name: str) -> bytes:
        """A file of any form as Parquet. Raises BadInput for one that holds something else, and Unreachable."""
        one = _PATH.fullmatch(name)
        assert one is not None, name
        content, table = self.place.read(name), TABLES[one["table"]]
        if one["form"] == Form.PARQUET:
            return content
        lines = _lines(content, name)
        rows = [self._row(table.row, row, one["day"], f"{name}:{number}") for number, row in lines]
        return _bytes(rows, table, Form.PARQUET)

    def read(self, days: Collection[str]) -> Rows:
        """The rows of ``days``. Raises BadInput for a file that holds something else, and Unreachable."""
        return Rows(
            objectives=self._table(OBJECTIVES, DailyObjective, days),
            exclusions=self._table(EXCLUSIONS, DailyExclusion, days),
            alerts=self._table(ALERTS, EndedAlert, days),
        )

    def _table(self, table: str, model: type[R], days: Collection[str]) -> list[R]:
        wanted = set(days)
        found = [(name, one) for name, one in self._files(table) if one["day"] in wanted]
        rows: list[R] = []
        columns = [(name, one["day"]) for name, one in found if one["form"] == Form.PARQUET]
        with tempfile.TemporaryDirectory() as folder:
            files = {}
            for number, (name, day) in enumerate(columns):
                copy = Path(folder) / f"{number}.parquet"
                copy.write_bytes(self.place.read(name))
                files[copy] = (name, day)
            shown = {path: name for path, (name, _) in files.items()}
            for path, row in _parquet().read(list(files), shown) if files else ():
                name, day = files[path]
                rows.append(self._row(model, row, day, name))
        for name, one in found:
            if one["form"] == Form.JSONL:
                for number, row in _lines(self.place.read(name), name):
                    rows.append(self._row(model, row, one["day"], f"{name}:{number}"))
        return sorted(rows, key=lambda row: tuple(map(str, row.model_dump().values())))

    def _path(self, table: str, day: str, form: Form) -> str:
        return f"{table}/environment={self.environment}/day={day}/part-0.{form}"

    def _files(self, table: str) -> list[tuple[str, re.Match[str]]]:
        names = self.place.names(f"{table}/environment={self.environment}/")
        return [(name, one) for name in names if (one := _PATH.fullmatch(name))]

    def _row(self, model: type[R], row: dict[str, Any], day: str, where: str) -> R:
        # A file of before a column came has none of it: the field's default holds.
        row = {name: value for name, value in row.items() if value is not None}
        try:
            return model.model_validate({**row, "environment": str(self.environment), "day": day})
        except ValidationError as error:
            raise BadInput(from_validation(where, error, model)) from None


def _bytes(rows: Iterable[Row], table: Table, form: Form) -> bytes:
    content = [row.model_dump(exclude=set(Row.model_fields)) for row in rows]
    if form is Form.PARQUET:
        return bytes(_parquet().written(content, table.columns))
    lines = (json.dumps(row, sort_keys=True, ensure_ascii=False, default=str) for row in content)
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet() -> ModuleType:
    """Only where it is needed: DuckDB takes a quarter of a second to load, and is not in every environment."""
    return importlib.import_module("ops.reports.parquet")


def _lines(content: bytes, name: str) -> Iterable[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise BadInput([Problem(f"{name}:{number}", "found no JSON object", "a row per line")])
        yield number, row
