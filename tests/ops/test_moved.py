"""The verb ``moved``: from an incident or a time to the series that moved."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from model.analysis.moved import BEFORE_SECONDS, STEP, Window
from ops.cli import app
from ops.moved import command, screen
from ops.reports.api import Api
from tests.model.analysis.test_moved import START, series
from tests.model.catalogs import good_organization, good_system, write_catalog

WINDOW = Window(start=START, end=START + 1800)


class Prometheus(Api):
    """Two recorded series: errors that step up, and a calm one."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.asked: list[tuple[str, float, float]] = []

    def now(self) -> float:
        return START + 1800

    def instant(self, query: str, at: float) -> list[Any]:
        self.asked.append((query, at, at))
        return [({"__name__": "system:calm:value"}, 1.0), ({"__name__": "component:errors:ratio"}, 1.0)]

    def over(self, query: str, start: float, end: float, step: int) -> list[Any]:
        assert step == STEP
        self.asked.append((query, start, end))
        rises = "errors" in query
        labels = {"__name__": "x", "cluster": "eu", "system": "shop", "component": "api"}
        return [(labels, series(lambda at: 0.5 if rises and at >= 60 else 0.001))]


def test_a_day_before_the_window_is_read_of_every_recorded_series_and_ranked() -> None:
    api = Prometheus()

    found, notes = command.answer(api, WINDOW, ["shop"])
    content = command.document(found, WINDOW, notes)

    assert [(one["series"], one["labels"], one["lag_seconds"]) for one in content["moved"]] == [
        ("component:errors:ratio", {"system": "shop", "component": "api"}, 60)
    ]
    assert (content["compared"], content["silent"], content["notes"]) == (2, 0, [])
    count, *ranges = api.asked
    # Thresholds, baselines and objectives move with every incident by definition.
    assert 'system=~"|shop"' in count[0]
    assert "slo_|threshold" in count[0]
    assert [start for _, start, _ in ranges] == [START - BEFORE_SECONDS] * 2
    assert [end for _, _, end in ranges] == [START + 1800 - STEP] * 2
    json.dumps(content, allow_nan=False)


def test_more_series_than_can_be_compared_are_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MOST_SERIES", 1)

    found, notes = command.answer(Prometheus(), WINDOW, [])

    assert found.compared == 1
    assert notes == ["system:calm:value was left out: more than 1 series. Choose systems."]


def test_the_screen_fits_80_columns_and_calls_nothing_a_cause() -> None:
    found, notes = command.answer(Prometheus(), WINDOW, [])
    console = Console(width=80, record=True, highlight=False, quiet=False)

    screen.show(command.document(found, WINDOW, notes), console)

    text = console.export_text()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "+60 s" in text
    assert "None of these is called a cause." in text.replace("\n  ", " ")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_catalog(tmp_path / "catalog", [good_system()], good_organization())
    monkeypatch.setattr("ops.moved.verb.Api", lambda _: Prometheus())
    return tmp_path


def run(project: Path, *options: str) -> Any:
    given = ["moved", "--env", "prod", "--prometheus", "http://127.0.0.1:1", "--root", str(project)]
    return CliRunner().invoke(app, [*given, *options])


def test_a_time_is_read_as_utc_and_ends_now_where_no_end_is_given(project: Path) -> None:
    done = run(project, "--from", "2026-11-30T00:53:20", "--json")

    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert (content["start"], content["end"]) == (START, START + 1800)


def test_an_incident_gives_its_time_and_its_system(project: Path) -> None:
    folder = project / ".local/incidents/prod/2026/2026-11-30-shop-01"
    folder.mkdir(parents=True)
    record = {
        "id": folder.name,
        "environment": "prod",
        "system": "shop",
        "components": ["api"],
        "severity": "critical",
        "status": "open",
        "opened": START + 60,
        "alerts": ["SloOutage"],
        "times": {"onset": START},
    }
    (folder / "record.json").write_text(json.dumps(record))

    done = run(project, "--id", folder.name, "--json")

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["start"] == START

    record["times"]["restored"] = START + 40  # type: ignore[index]
    (folder / "record.json").write_text(json.dumps(record))
    assert json.loads(run(project, "--id", folder.name, "--json").stdout)["end"] == START + 300


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--id, --from: found both or neither"),
        (["--id", "x", "--from", "2026-11-30T10:00"], "found both or neither"),
        (["--from", "yesterday"], "--from: found 'yesterday'"),
        (["--from", "2026-11-30T00:53:20", "--to", "2026-11-30T00:54"], "allowed: at least 300 s"),
        (["--from", "2026-11-30T00:53:20", "--system", "moon"], "--system: found unknown 'moon'"),
    ],
)
def test_bad_input_is_one_clear_error(project: Path, options: list[str], said: str) -> None:
    done = run(project, *options)

    assert done.exit_code == 2
    assert said in done.stderr
