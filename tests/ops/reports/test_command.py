"""``python -m ops report``: from Prometheus to files, and what it says of bad input."""

import json
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.ops.reports.prometheus import FakePrometheus

REPORT = ("report", "--env", "prod", "--for", "2026-11")
URL = ("--prometheus", "http://prometheus.example.com")


def run(project: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words, "--root", str(project)], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def written(project: Path) -> dict[str, bytes]:
    folder = project / "build" / "prod" / "reports"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("slo-*"))}


def document(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(project)["slo-2026-11.json"])
    return found


@pytest.mark.usefixtures("server")
def test_a_month_is_read_from_prometheus_and_written_in_three_forms(project: Path) -> None:
    code, said, _ = run(project, *REPORT, *URL)
    assert code == 0
    assert max(map(len, said.splitlines()[:4])) <= 80
    assert "0 met, 0 missed, 2 unknown" in said
    assert sorted(written(project)) == ["slo-2026-11.html", "slo-2026-11.json", "slo-2026-11.md"]
    errors = document(project)["objectives"][1]
    # 30 days of recorded days; the gap of the 20th is in its coverage, and nobody knows what was in it.
    assert (errors["valid"], errors["bad"]) == (30 * 288 * 288, 30 * 72)
    assert (errors["coverage"], errors["gaps"], errors["verdict"]) == ("99.8", 1, "unknown")
    assert errors["rolling"] == {
        "window": "30d",
        "until": "2026-11-30",
        "valid": 288.0 * 288 * 30,
        "bad": 72.0 * 30,
        "remaining": 0.125,
    }
    assert document(project)["objectives"][0]["why"] == "not measured"


@pytest.mark.usefixtures("server")
def test_incidents_maintenance_and_the_agreement_are_in_the_report(project: Path) -> None:
    run(project, *REPORT, *URL)
    found = document(project)
    assert [(one["alerts"], one["end"] - one["start"]) for one in found["incidents"]] == [(["SloOutage"], 300)]
    # 62 minutes were announced: twelve whole five minutes are left out.
    assert [(one["name"], one["seconds"], one["valid"], one["bad"]) for one in found["exclusions"]] == [
        ("upgrade", 3600, 3456.0, 3.0)
    ]
    assert [one["result"]["least"] for one in found["agreements"]] == ["0"]
    assert {"A new database."} == {one["reason"] for one in found["exclusions"]}


def test_a_second_run_asks_for_no_day_again_and_writes_the_same_bytes(project: Path, server: FakePrometheus) -> None:
    run(project, *REPORT, *URL)
    first, asked = written(project), len(server.asked)
    run(project, *REPORT, *URL)
    assert written(project) == first
    assert len(server.asked) - asked < 10
    # From the kept rows alone, and after a backfill from nothing.
    run(project, *REPORT)
    assert written(project) == first
    shutil.rmtree(project / "build")
    run(project, *REPORT, *URL, "--rows-format", "jsonl")
    assert written(project) == first


def test_a_day_that_prometheus_knows_only_in_part_is_not_kept(project: Path, server: FakePrometheus) -> None:
    server.warnings = ["store 2 did not answer"]
    code, said, _ = run(project, *REPORT, *URL)
    assert (code, "found no data of this month" in said) == (2, False)
    assert not (project / "build").exists()


def test_a_period_that_is_not_over_holds_today_so_far(project: Path, server: FakePrometheus) -> None:
    code, said, _ = run(project, "report", "--env", "prod", "--period", "week", "--for", "current", *URL)
    assert code == 0
    assert "not over: counted through 2026-12-02" in " ".join(said.split())
    found = json.loads(written(project)["slo-2026-W49.json"])
    # Two days and the 15 minutes that had passed of the third, in whole five minutes.
    assert (found["until"], found["objectives"][1]["expected_seconds"]) == ("2026-12-02", 2 * 86_400 + 900)
    assert found["objectives"][1]["valid"] == 2 * 288 * 288 + 3 * 288
    days = sorted(path.name for path in (project / "build/prod/reports/rows/slo_daily/environment=prod").iterdir())
    assert days[-1] == "day=2026-12-01"
    assert server.now > 0


@pytest.mark.usefixtures("server")
def test_a_report_is_reduced_and_says_so(project: Path) -> None:
    run(project, *REPORT, *URL, "--feature", "pay", "--team", "shop")
    found = json.loads(written(project)["slo-2026-11-feature-pay-team-shop.json"])
    assert [one["objective"] for one in found["objectives"]] == ["checkout"]
    assert found["filters"] == ["feature pay", "team shop"]


@pytest.mark.usefixtures("server")
def test_rows_and_reports_are_kept_in_s3(project: Path, bucket: str) -> None:
    places = ("--rows", f"s3://{bucket}/rows", "--out", f"s3://{bucket}/reports/slo/")
    (project / "Pulumi.prod.yaml").unlink()  # credentials are those of the environment
    code, said, error = run(project, *REPORT, *URL, *places)
    assert (code, error) == (0, "")
    keys = [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert "reports/slo/slo-2026-11.html" in keys
    assert "rows/slo_daily/environment=prod/day=2026-11-30/part-0.parquet" in keys
    assert f"Written: s3://{bucket}/reports/slo/slo-2026-11.md" in said
    kind = boto3.client("s3").head_object(Bucket=bucket, Key="reports/slo/slo-2026-11.html")["ContentType"]
    assert kind == "text/html; charset=utf-8"
    assert run(project, *REPORT, *places)[0] == 0


@pytest.mark.usefixtures("server")
def test_a_list_of_alerts_takes_the_place_of_the_recorded_ones(project: Path) -> None:
    alert = {"alert": "SloOutage", "system": "shop", "component": "api", "team": "shop"}
    file = project / "alerts.json"
    file.write_text(json.dumps([{**alert, "start": 1_794_000_000, "end": 1_794_000_600}]))
    run(project, *REPORT, *URL, "--alerts", str(file))
    found = document(project)
    assert [one["start"] for one in found["incidents"]] == [1_794_000_000]
    assert "Incidents: alerts of the list that was given." in found["sources"]


@pytest.mark.usefixtures("server")
def test_planted_secrets_are_in_no_form_of_a_report(project: Path) -> None:
    secret = "AKIAABCDEFGHIJKLMNOP"
    text = (project / "Pulumi.prod.yaml").read_text()
    (project / "Pulumi.prod.yaml").write_text(text.replace("A new database.", f"Rotated {secret} of the database."))
    sla = project / "catalog" / "shop.yaml"
    hook = "https://hooks.slack.com/services/T000/B000/XXXX"
    sla.write_text(sla.read_text().replace("The contract.", f"Agreed at {hook}."))
    code, said, _ = run(project, *REPORT, *URL, "--json")
    assert code == 0
    assert "secret removed" in said
    for text in (said, *(content.decode() for content in written(project).values())):
        assert secret not in text
        assert hook not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--env", "qa"), "--env: found 'qa'; allowed: local, dev, staging, prod"),
        (("--period", "year"), "--period: found 'year'; allowed: week, month"),
        (("--for", "2026-W48"), "--for: found '2026-W48'; allowed: a month, such as 2026-11"),
        (("--for", "2027-01"), "--for: found 2027-01, which begins on 2027-01-01; allowed: 2026-12 or earlier"),
        (("--for", "2026-05"), "--for 2026-05: found no data of this month; allowed: there are no rows at all, and"),
        (("--system", "shoq"), "--system: found unknown system 'shoq'; allowed: shop"),
        (("--feature", "pey"), "--feature: found unknown feature 'pey'; allowed: pay"),
        (("--team", "sales"), "--team: found unknown team 'sales'; allowed: shop"),
        (("--format", "docx"), "--format: found 'docx'; allowed: md, html, json, pdf"),
        (("--rows-format", "csv"), "--rows-format: found 'csv'; allowed: parquet, jsonl"),
        (("--prometheus", "https://u:p@a"), "--prometheus: found a URL with a user or a password"),
        (("--prometheus", "https://a/?b"), "--prometheus: found 'https://a/?b'"),
        (("--out", "s3://"), "s3://: found no bucket; allowed: s3://bucket/prefix"),
        (("--alerts", "/nowhere.json"), "/nowhere.json: the file does not exist"),
    ],
)
@pytest.mark.usefixtures("server")
def test_bad_input_is_one_clear_error_and_nothing_is_written(
    project: Path, words: tuple[str, ...], message: str
) -> None:
    code, _, said = run(project, *REPORT, *URL, *words)
    assert code == 2
    assert message in " ".join(said.split())
    assert written(project) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "found dict; allowed: a list of alerts"),
        ([7], "[0]: found no alert"),
        ([{"alert": "A", "end": 5}], "[0].start: missing"),
        ([{"alert": "A", "end": "soon"}], "[0]: found no alert"),
    ],
)
def test_a_list_of_something_else_is_bad_input(project: Path, content: object, message: str) -> None:
    file = project / "alerts.json"
    file.write_text(json.dumps(content))
    code, _, said = run(project, *REPORT, "--alerts", str(file))
    assert code == 2
    assert message in said


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ("{name: x}", "found dict; allowed: a list of windows"),
        ("[{name: x, reason: It., time_zone: UTC, start: 2026-11-10T22:00}]", "maintenance[0].end: missing"),
    ],
)
def test_a_maintenance_window_that_is_none_is_bad_input(project: Path, window: str, message: str) -> None:
    (project / "Pulumi.prod.yaml").write_text(f"config: {{'belfry:alerting': {{maintenance: {window}}}}}")
    code, _, said = run(project, *REPORT)
    assert (code, message in said) == (2, True), said


@pytest.mark.usefixtures("server")
def test_a_window_that_is_longer_than_the_data_names_what_there_is(project: Path) -> None:
    run(project, *REPORT, *URL)
    code, _, said = run(project, "report", "--env", "prod", "--for", "2026-05")
    assert code == 2
    assert "there are rows of 2026-11-01 to 2026-12-01" in said


def test_without_rows_and_without_prometheus_it_says_where_both_come_from(project: Path) -> None:
    code, _, said = run(project, *REPORT)
    assert code == 2
    assert "there are no rows at all; with --prometheus URL it also reads what Prometheus has" in said


def test_no_network_is_a_failure_of_its_own(project: Path) -> None:
    code, _, said = run(project, *REPORT, "--prometheus", "http://127.0.0.1:9")
    assert code == 1
    assert "http://127.0.0.1:9" in said
    assert "refused" in said


def test_the_local_environment_is_asked_where_it_runs_about_the_current_period(
    project: Path, server: FakePrometheus
) -> None:
    code, _, said = run(project, "report", "--env", "local")
    assert (code, "found no data of this month" in said) == (2, True)
    folder = project / ".local" / "lab"
    folder.mkdir(parents=True)
    (folder / "endpoints.json").write_text('{"prometheus": "http://127.0.0.1:1"}')
    assert run(project, "report", "--env", "local", "--period", "week")[0] == 0
    assert (project / "build/local/reports/slo-2026-W49.md").exists()
    (folder / "endpoints.json").write_text("{")
    asked = len(server.asked)
    run(project, "report", "--env", "local", "--period", "week", "--for", "2026-W49")
    assert len(server.asked) == asked
