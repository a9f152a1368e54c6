"""``python -m ops.reports``: what is due is written once, and a run that failed is made up for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from model.calendar import midnight
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.reports.__main__ import main
from ops.reports.project import subject_of
from tests.ops.reports.others import Others, others
from tests.ops.reports.prometheus import FakePrometheus

LAST_WEEK, LAST_MONTH = "2026-W48", "2026-11"
FORMS = ("html", "json", "md")


@pytest.fixture(name="subject")
def mounted(project: Path) -> Path:
    """As the job's ConfigMap has it, of the project's catalog and settings."""
    file = project / "subject.json"
    file.write_text(subject_of(project, Environment.PROD).model_dump_json(exclude_defaults=True))
    return file


@pytest.fixture(name="alertmanager")
def without_silences() -> Iterator[Others]:
    with others() as found:
        found.answers["/api/v2/silences"] = []
        yield found


def run(subject: Path, alertmanager: Others, place: str, *words: str) -> int:
    return main(
        [
            *("--subject", str(subject), "--alertmanager", alertmanager.url),
            *("--rows", f"{place}/rows", "--out", f"{place}/reports"),
            *(words or ("--prometheus", "http://prometheus.example.com")),
        ]
    )


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "reports").glob("*"))


def named(kind: str, period: str) -> set[str]:
    return {f"{kind}-{period}.{form}" for form in FORMS}


ALL = sorted({name for kind in ("slo", "review") for period in (LAST_WEEK, LAST_MONTH) for name in named(kind, period)})


@pytest.mark.usefixtures("server")
def test_the_last_week_and_month_are_reported_and_reviewed_and_then_nothing_is_left_to_do(
    subject: Path, alertmanager: Others, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(subject, alertmanager, str(tmp_path)) == 0
    assert files(tmp_path) == ALL
    assert [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()] == ["written"] * len(ALL)
    report = json.loads((tmp_path / "reports" / "slo-2026-11.json").read_text())
    assert [one["reason"] for one in report["exclusions"]] == ["A new database."], "windows come with the subject"
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "reports").iterdir()}

    assert run(subject, alertmanager, str(tmp_path)) == 0
    assert capsys.readouterr().out == ""
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "reports").iterdir()} == before


@pytest.mark.usefixtures("server")
def test_what_a_failed_run_left_undone_the_next_one_writes(subject: Path, alertmanager: Others, tmp_path: Path) -> None:
    run(subject, alertmanager, str(tmp_path))
    # It ended between the files of the review: JSON is the last of the three.
    (tmp_path / "reports" / f"review-{LAST_WEEK}.json").unlink()
    (tmp_path / "reports" / f"review-{LAST_WEEK}.html").unlink()
    (tmp_path / "reports" / f"slo-{LAST_MONTH}.md").write_text("as it was")

    assert run(subject, alertmanager, str(tmp_path)) == 0
    assert files(tmp_path) == ALL
    assert (tmp_path / "reports" / f"slo-{LAST_MONTH}.md").read_text() == "as it was"


def test_each_day_its_rows_are_kept_and_a_week_waits_until_it_is_over(
    subject: Path, alertmanager: Others, tmp_path: Path, server: FakePrometheus
) -> None:
    server.now = midnight("2026-11-29", "UTC") + 13 * 3600  # the Sunday of the week 48
    assert run(subject, alertmanager, str(tmp_path)) == 0
    assert files(tmp_path) == sorted(named("slo", "2026-W47") | named("review", "2026-W47"))
    days = sorted(path.name for path in (tmp_path / "rows/slo_daily/environment=prod").iterdir())
    assert (days[0], days[-1]) == ("day=2026-11-01", "day=2026-11-28")
    assert {path.suffix for path in (tmp_path / "rows").rglob("part-0.*")} == {".jsonl"}


@pytest.mark.usefixtures("server")
def test_places_are_in_the_bucket(subject: Path, alertmanager: Others, bucket: str) -> None:
    assert run(subject, alertmanager, f"s3://{bucket}/slo") == 0
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix="slo/reports/")["Contents"]
    assert sorted(one["Key"].removeprefix("slo/reports/") for one in listed) == ALL
    assert run(subject, alertmanager, f"s3://{bucket}/slo") == 0


def test_before_anything_was_measured_there_is_nothing_to_report(
    subject: Path, alertmanager: Others, tmp_path: Path, server: FakePrometheus
) -> None:
    server.series.clear()
    assert run(subject, alertmanager, str(tmp_path)) == 0
    assert files(tmp_path) == []


def test_an_environment_without_objectives_asks_nobody(
    subject: Path, alertmanager: Others, tmp_path: Path, server: FakePrometheus
) -> None:
    subject.write_text('{"environment": "prod", "objectives": []}')
    assert run(subject, alertmanager, str(tmp_path)) == 0
    assert server.asked == []


def test_a_day_without_numbers_fails_the_run_after_all_that_could_be_written(
    subject: Path, alertmanager: Others, tmp_path: Path, server: FakePrometheus, capsys: pytest.CaptureFixture[str]
) -> None:
    server.series = [
        (name, labels, until(midnight("2026-12-01", "UTC"), value)) for name, labels, value in server.series
    ]
    assert run(subject, alertmanager, str(tmp_path)) == 1
    assert files(tmp_path) == ALL
    assert "no numbers of 2026-12-01; the last day that is kept is 2026-11-30" in capsys.readouterr().out


def until(end: int, value: Any) -> Any:
    return lambda at: value(at) if at <= end else None


@pytest.fixture(name="down")
def two_that_do_not_answer(server: FakePrometheus, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    def ask(url: str, *, shown: str) -> Any:
        if url.startswith("http://down"):
            raise Unreachable(f"{shown} does not answer")
        return server.ask("GET", url)

    monkeypatch.setattr("ops.reports.api.get", ask)
    return ("--prometheus", "http://down-0", "--prometheus", "http://down-1")


def test_the_next_replica_is_asked_when_one_does_not_answer(
    subject: Path, alertmanager: Others, tmp_path: Path, down: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(subject, alertmanager, str(tmp_path), *down) == 1
    assert "http://down-0 does not answer; http://down-1 does not answer" in capsys.readouterr().out
    assert run(subject, alertmanager, str(tmp_path), *down, "--prometheus", "http://up") == 0
    assert files(tmp_path) == ALL


def test_a_subject_that_is_none_is_bad_input(
    subject: Path, alertmanager: Others, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject.write_text('{"environment": "prod", "objectives": [{"system": "shop"}], "more": 1}')
    assert run(subject, alertmanager, str(tmp_path)) == 2
    said = capsys.readouterr().out
    assert "objectives[0].target" in said
    assert "more: unknown key" in said
