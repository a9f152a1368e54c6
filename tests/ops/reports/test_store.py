"""Rows as files: the same rows are the same bytes, and a file of something else is one clear error."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from model.problems import BadInput
from model.reports.history import Rows
from model.vocabulary import Environment
from model.warehouse.tables import ALERTS, EXCLUSIONS, OBJECTIVES
from ops.http import Unreachable
from ops.reports.places import Bucket, Folder, place
from ops.reports.store import Form, Store
from tests.model.reports.examples import alert, exclusion, row

DAY = "2026-11-30"
ROWS = Rows(
    objectives=[row(DAY, cluster="a", bad=None), row(DAY, cluster="b", valid=0.1 + 0.2, feature="pay", remaining=-0.5)],
    exclusions=[exclusion(DAY)],
    alerts=[alert(DAY, 50, 5, component=""), alert(DAY, 5, 5)],
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Folder(tmp_path), Environment.PROD)


@pytest.mark.parametrize("form", list(Form))
def test_what_is_written_is_read_again_and_is_the_same_bytes(store: Store, tmp_path: Path, form: Form) -> None:
    store.write(DAY, ROWS, form)
    first = {path: path.read_bytes() for path in tmp_path.rglob("part-*")}
    assert len(first) == len([OBJECTIVES, EXCLUSIONS, ALERTS])
    assert store.read([DAY]) == ROWS
    assert store.days() == [DAY]
    shutil.rmtree(tmp_path / "slo_daily")
    store.write(DAY, store.read([DAY]) and ROWS, form)
    assert {path: path.read_bytes() for path in tmp_path.rglob("part-*")} == first


def test_both_forms_are_read_together_and_only_the_days_asked_for(store: Store) -> None:
    store.write(DAY, ROWS, Form.PARQUET)
    store.write("2026-11-29", Rows(objectives=[row("2026-11-29")]), Form.JSONL)
    store.write("2026-11-28", Rows(objectives=[row("2026-11-28")]), Form.JSONL)
    found = store.read([DAY, "2026-11-29"])
    assert [one.day for one in found.objectives] == ["2026-11-29", DAY, DAY]
    assert Store(store.place, Environment.DEV).days() == []


def test_any_reader_of_hives_layout_reads_the_files(store: Store, tmp_path: Path) -> None:
    store.write(DAY, ROWS, Form.PARQUET)
    query = f"SELECT environment, day, sum(valid) FROM read_parquet('{tmp_path}/slo_daily/**') GROUP BY ALL"  # noqa: S608
    [(environment, day, valid)] = duckdb.execute(query).fetchall()
    assert (environment, str(day), valid) == ("prod", DAY, pytest.approx(1000.3))
    query = f"DESCRIBE SELECT * FROM read_parquet('{tmp_path}/slo_daily/**')"  # noqa: S608
    described = duckdb.execute(query).fetchall()
    [kind] = [kind for name, kind, *_ in described if name == "target"]
    assert kind == "DECIMAL(8,5)"


def test_a_file_of_before_a_column_came_has_the_columns_default(store: Store, tmp_path: Path) -> None:
    store.write(DAY, ROWS, Form.PARQUET)
    file = next((tmp_path / OBJECTIVES).rglob("*.parquet"))
    duckdb.sql(f"CREATE OR REPLACE TABLE old AS SELECT * EXCLUDE (gaps, time_zone) FROM '{file}'")  # noqa: S608
    duckdb.sql(f"COPY old TO '{file}' (FORMAT parquet)")
    assert {(one.gaps, one.time_zone) for one in store.read([DAY]).objectives} == {(0, "UTC")}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda file: file.write_bytes(b"PAR1 no"),
            "day=2026-11-30/part-0.parquet: the file cannot be read as Parquet",
        ),
        (lambda file: duckdb.sql(f"COPY (SELECT 1 AS one) TO '{file}' (FORMAT parquet)"), "one: unknown key"),
    ],
)
def test_a_parquet_file_of_something_else_is_one_error(
    store: Store, tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    store.write(DAY, ROWS, Form.PARQUET)
    spoil(next((tmp_path / ALERTS).rglob("*.parquet")))
    with pytest.raises(BadInput, match=message) as error:
        store.read([DAY])
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize(
    ("line", "message"), [("{", "jsonl:1: found no JSON object"), ('{"alert": 3}', "jsonl:1: alert")]
)
def test_a_line_of_something_else_is_one_error(store: Store, tmp_path: Path, line: str, message: str) -> None:
    store.write(DAY, ROWS, Form.JSONL)
    next((tmp_path / ALERTS).rglob("*.jsonl")).write_text(line)
    with pytest.raises(BadInput, match=message):
        store.read([DAY])


def test_a_folder_that_cannot_be_written_and_a_file_that_is_gone_are_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="the file cannot be written"):
        Folder(tmp_path / "file").write("a/b.json", b"")
    with pytest.raises(BadInput, match="the file cannot be read"):
        Folder(tmp_path).read("nothing")


def test_a_bucket_that_does_not_answer_is_unreachable(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = place(f"s3://{bucket}/a/")
    assert found == Bucket(bucket, "a/")
    assert found.write("x.json", b"{}") == "s3://belfry/a/x.json"
    assert (found.read("x.json"), found.names("")) == (b"{}", ["x.json"])
    other = Bucket("nobodys", "")
    for call in (lambda: other.names(""), lambda: other.read("x"), lambda: other.write("x", b"")):
        with pytest.raises(Unreachable, match="s3://nobodys/"):
            call()
    monkeypatch.setattr("ops.reports.places._MOST", 1)
    with pytest.raises(BadInput, match="too large"):
        found.read("x.json")
