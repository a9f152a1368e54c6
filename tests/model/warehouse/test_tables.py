"""One schema: rows, Parquet files and Athena's tables agree, and a column that was there stays."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb
import pytest
import yaml

from model.reports.rows import Row
from model.warehouse.columns import type_of
from model.warehouse.tables import TABLES, Table, glue_columns, glue_partitions, markdown
from ops.reports.parquet import written

COLUMNS = Path(__file__).parent / "columns.yaml"
# By the documentation of Athena ("Data types in Amazon Athena") and of Parquet: what DuckDB sees -> what Athena reads.
AS_ATHENA = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DECIMAL(8,5)": "decimal(8,5)",
}
PYTHON: dict[str, type] = {
    "string": str,
    "double": float,
    "bigint": int,
    "boolean": bool,
    "decimal(8,5)": Decimal,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_columns_of_glue_are_those_of_the_file_and_of_the_row(table: Table, tmp_path: Path) -> None:
    file = tmp_path / "part-0.parquet"
    file.write_bytes(written([], table.columns))
    described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet($1)", [str(file)]).fetchall()
    glue = [(one["name"], one["type"]) for one in glue_columns(table)]
    assert [(name, AS_ATHENA[kind]) for name, kind, *_ in described] == glue
    assert [name for name, _ in glue] == [name for name in table.row.model_fields if name not in Row.model_fields]
    for name, kind in glue:
        annotation = table.row.model_fields[name].annotation
        plain = [annotation] if isinstance(annotation, type) else [*_plain(annotation)]
        assert all(issubclass(one, PYTHON[kind]) for one in plain), name


def _plain(annotation: Any) -> list[type]:
    """The classes in an annotation, without None and without what Field says."""
    inner = [one for one in get_args(annotation) if one is not type(None)]
    if not inner:
        return [annotation if isinstance(annotation, type) else type(annotation)]
    return [kind for one in inner[:1] for kind in _plain(one)]


def test_no_column_is_in_the_path_and_in_the_file() -> None:
    path = {one["name"] for one in glue_partitions()}
    assert path == set(Row.model_fields)
    assert not [name for table in TABLES.values() for name, *_ in table.columns if name in path]


def test_columns_are_only_added_and_at_the_end() -> None:
    """Files of years lie there, and queries of others. A new column is added to columns.yaml, at the end."""
    before = yaml.safe_load(COLUMNS.read_text(encoding="utf-8"))
    now = {name: [f"{one.name} {one.type.athena}" for one in table.columns] for name, table in TABLES.items()}
    for name, known in before.items():
        assert now[name][: len(known)] == known, f"{name} lost or moved a column that files have"
    assert now == before, "a new column: add it to columns.yaml"


def test_no_table_holds_what_people_write_or_who_they_are() -> None:
    known = {"reason of slo_exclusions"}  # the reason of a window in the settings, which reports quote
    suspects = {"text", "by", "approved_by", "judged_by", "summary", "description", "user", "email", "namespace"}
    found = {f"{c.name} of {t.name}" for t in TABLES.values() for c in t.columns if c.name in suspects | {"reason"}}
    assert found - {"reason of remediations"} == known  # a word of a closed list


def test_the_documentation_names_every_column_once() -> None:
    text = "\n".join(markdown())
    for table in TABLES.values():
        part = text.partition(f"### `{table.name}`")[2].partition("###")[0]
        assert [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")] == [
            "environment",
            "day",
            *(one.name for one in table.columns),
        ]


def test_a_field_without_a_type_of_a_column_is_refused() -> None:
    assert type_of(Literal["a"] | None).athena == "string"
    for odd in (tuple[str, ...], dict[str, str] | None, type(None)):
        with pytest.raises(TypeError, match="found a field of"):
            type_of(odd)
