"""SQL on the files: the named queries' answers, Athena's dialect, and that a hostile query reaches nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
import yaml
from sqlglot.optimizer.qualify import qualify
from typer.testing import CliRunner

from model.problems import BadInput
from model.vocabulary import Environment
from model.warehouse import queries
from model.warehouse.tables import KPIS, PARTITIONS, TABLES
from ops.cli import app
from ops.reports.places import Folder
from ops.reports.store import Form, Store
from ops.warehouse import database
from tests.ops.reports.warehouse_rows import FIRST, kpi, written

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).parent / "query_answers.yaml"
NAMED = queries.shipped(ROOT)
UNKNOWN = "an unknown name lists all, each with its question"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


@pytest.fixture(scope="module")
def tables(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with database.opened(written(folder)) as found:
        yield found


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["query", "--env", "prod", "--rows", str(folder), *words])


@pytest.mark.parametrize("name", NAMED)
def test_a_named_query_has_the_answer_that_one_reckons(tables: duckdb.DuckDBPyConnection, name: str) -> None:
    found = database.answer(tables, NAMED[name].sql, name)
    golden = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
    rows = [[value if value is None or isinstance(value, str) else float(value) for value in row] for row in found.rows]
    assert {"columns": list(found.columns), "rows": rows} == golden[name]


@pytest.mark.parametrize("name", NAMED)
def test_a_named_query_is_one_statement_in_the_dialect_of_athena_and_reads_columns_that_are_there(name: str) -> None:
    (statement,) = sqlglot.parse(NAMED[name].sql, dialect="athena", error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(statement, sqlglot.exp.Select)
    schema: dict[str, object] = {
        table.name: {one.name: one.type.athena for one in (*PARTITIONS, *table.columns)} for table in TABLES.values()
    }
    # Raises for a column that no table of the query has; Trino knows no function of DuckDB's own either.
    qualify(statement.copy(), schema=schema, dialect="athena")
    assert not list(statement.find_all(sqlglot.exp.Anonymous))


def test_the_page_lists_every_question_and_every_table_is_asked_by_one() -> None:
    page = (ROOT / "docs" / "analytics.md").read_text(encoding="utf-8")
    assert [name for name in NAMED if f"| `{name}` |" not in page] == []
    every = " ".join(one.sql for one in NAMED.values())
    assert {name for name in TABLES if not re.search(rf"\b(FROM|JOIN) {name}\b", every)} == {"slo_exclusions"}


def test_a_query_on_the_command_line(tables: duckdb.DuckDBPyConnection, folder: Path) -> None:
    shown = run(folder, "--name", "time-to-restore")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith("How fast were incidents restored, month by month?\n")
    assert re.search(r"^2026-11 +4 +3 +20\.0 +100\.0 *$", shown.stdout, re.MULTILINE)
    for name in NAMED:
        assert max(map(len, run(folder, "--name", name).stdout.splitlines())) <= 80, name
    wide = run(folder, "--sql", "SELECT * FROM kpi_daily WHERE day = '2026-11-02'").stdout
    assert max(map(len, wide.splitlines())) <= 80
    assert re.search(r"^covered_seconds +43200 *$", wide, re.MULTILINE)
    odd = run(folder, "--json", "--sql", "SELECT CAST('nan' AS double) AS a, CAST('inf' AS double) AS b, true AS c")
    assert json.loads(odd.stdout)["rows"] == [{"a": None, "b": None, "c": True}]
    own = run(folder, "--json", "--sql", "SELECT max(target) AS t, CAST('2026-11-01' AS date) AS d FROM slo_daily")
    assert json.loads(own.stdout) == {"question": None, "rows": [{"t": 99.9, "d": "2026-11-01"}], "cut": False}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--name", "mttr"], "time-to-restore: How fast were incidents restored", id=UNKNOWN),
        pytest.param([], "--name, --sql: found both or neither; allowed: one of them; names: alerts", id="nothing"),
        pytest.param(["--sql", "SELEC 1"], '--sql: Parser Error: syntax error at or near "SELEC"', id="syntax"),
        pytest.param(["--sql", "SELECT nope FROM alerts"], 'column "nope" not found', id="an unknown column"),
        pytest.param(["--sql", "SELECT 1 AS a, 2 AS a"], "several columns named a; allowed: a name each", id="twice"),
        pytest.param(["--sql", "SELECT 1; SELECT 2"], "found SELECT, SELECT; allowed: one SELECT", id="two"),
        pytest.param(["--sql", " "], "found nothing; allowed: one SELECT", id="empty"),
    ],
)
def test_a_mistake_is_one_clear_message(folder: Path, words: list[str], said: str) -> None:
    result = run(folder, *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


HOSTILE = {
    "a file": "SELECT * FROM read_text('{file}')",
    "a file by its name alone": "SELECT * FROM '{file}'",
    "a file inside a text": "SELECT * FROM query('SELECT * FROM read_csv(''{file}'')')",
    "the rows' own files": "SELECT * FROM read_parquet('{rows}/kpi_daily/**/*.parquet')",
    "names of files": "SELECT * FROM glob('{folder}/*')",
    "a copy": "COPY alerts TO '{folder}/copy.csv'",
    "an export": "EXPORT DATABASE '{folder}/copy'",
    "another database": "ATTACH '{folder}/copy.db'",
    "an extension": "INSTALL httpfs",
    "the way back": "SET enable_external_access = true",
    "a change": "WITH x AS (SELECT 1) DELETE FROM alerts",
    "memory": "SELECT list(range) FROM range(1000000000)",
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_query_reaches_nothing(
    tables: duckdb.DuckDBPyConnection, folder: Path, tmp_path: Path, sql: str
) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("hunter2")
    with pytest.raises(BadInput) as error:
        database.answer(tables, sql.format(file=file, folder=tmp_path, rows=folder), "--sql")
    assert "hunter2" not in str(error.value)
    assert [one.name for one in tmp_path.iterdir()] == ["secret.csv"]
    assert database.answer(tables, "SELECT count(*) AS n FROM alerts", "--sql").rows == [(4,)]


def test_what_takes_too_long_ends_and_long_answers_are_cut(
    tables: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SECONDS", 0.05)
    with pytest.raises(BadInput, match="--sql: it takes more than 0 s; allowed: a smaller join"):
        database.answer(tables, "SELECT sum(a.range * b.range) FROM range(1000000000) a, range(1000000) b", "--sql")
    monkeypatch.setattr(database, "MOST_ROWS", 3)
    assert "rows: 3; there are more, these are the first" in run(folder, "--sql", "FROM range(4)").stdout
    assert "rows: 3\n" in run(folder, "--sql", "FROM range(3)").stdout


def test_a_file_of_before_a_column_came_is_read_and_one_of_something_else_is_one_error(tmp_path: Path) -> None:
    store = Store(Folder(tmp_path), Environment.PROD)
    store.write_table(KPIS, FIRST, [kpi(FIRST, 1)], Form.PARQUET)
    file = next(tmp_path.rglob("*.parquet"))
    with duckdb.connect() as other:
        other.execute(f"CREATE TABLE old AS SELECT * EXCLUDE (total) FROM '{file}'")  # noqa: S608
        other.execute(f"COPY old TO '{file}' (FORMAT parquet)")
    found = run(tmp_path, "--json", "--sql", "SELECT day, mean, total FROM kpi_daily")
    assert json.loads(found.stdout)["rows"] == [{"day": FIRST, "mean": 1.0, "total": None}]
    store.write_table(KPIS, FIRST, [kpi(FIRST, 1)], Form.JSONL)
    assert "rows: 1\n" in run(tmp_path, "--sql", "FROM kpi_daily").stdout
    file.write_bytes(b"PAR1 no")
    result = run(tmp_path, "--sql", "SELECT 1")
    assert result.exit_code == 2
    assert f"{KPIS}: " in result.output


def test_a_named_query_without_its_question_is_refused(tmp_path: Path) -> None:
    (tmp_path / queries.FOLDER).mkdir(parents=True)
    (tmp_path / queries.FOLDER / "odd.sql").write_text("SELECT 1")
    with pytest.raises(BadInput, match=r"rules/athena/odd.sql: found no head; allowed: first `-- question: ...`"):
        queries.chosen(tmp_path, "odd")
