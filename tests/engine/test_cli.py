"""The command line: exit codes, what goes to stdout and what to stderr, and JSON for machines."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import engine.cli
from engine.belfry import ROOT, made_up_secrets
from engine.cli import app
from engine.driver import Driver
from engine.modes import Choice, Mode
from model.plan import read_plan
from tests.engine.sample import driver, write_project

CLI = CliRunner()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project in the place of Belfry's, and as the working folder."""
    root = write_project(tmp_path)
    monkeypatch.setattr(engine.cli, "make_driver", lambda: driver(root))
    monkeypatch.chdir(root)
    return root


@pytest.mark.engine
def test_up_twice_then_down_on_the_screen(pulumi_cli: None, project: Path) -> None:
    first = CLI.invoke(app, ["up", "local"])
    assert first.exit_code == 0, first.output
    assert "local is up." in first.stdout
    assert "AWS alarms" in first.stdout
    assert "these are simulated" in first.stdout
    assert "the stack 'local' is always offline" in " ".join(first.stderr.split())
    second = CLI.invoke(app, ["up", "local"])
    assert "local is up; nothing changed." in second.stdout
    down = CLI.invoke(app, ["down"])
    assert "local is down: everything was deleted." in down.stdout
    again = CLI.invoke(app, ["down", "--json"])
    assert again.exit_code == 0
    assert json.loads(again.stdout)["changed"] is False
    assert not (project / ".local" / "state").exists()


@pytest.mark.engine
def test_json_is_all_that_a_preview_prints_on_stdout(pulumi_cli: None, project: Path) -> None:
    result = CLI.invoke(app, ["preview", "dev", "--offline", "--json"])
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["offline"] is True
    assert summary["reason"] == "requested by --offline"
    assert summary["changes"] == {"create": 10}
    assert summary["kinds"]["Helm releases"] == 1
    assert sum(summary["kinds"].values()) == 10
    assert summary["counts"] == {"alarms": 1, "slos": 0, "rules": 0, "dashboards": 0}
    assert any("ARNs" in thing for thing in summary["made_up"])
    assert "preview dev: starting the engine" in result.stderr
    assert "\x1b[" not in result.stdout + result.stderr, "colours only on a terminal"


@pytest.mark.engine
def test_a_plan_goes_to_its_folder_and_compares_with_another(pulumi_cli: None, project: Path) -> None:
    result = CLI.invoke(app, ["plan", "dev", "--offline"])
    assert result.exit_code == 0, result.output
    written = project / "build" / "dev" / "plan.json"
    assert "The plan is in build/dev/plan.json." in result.stdout
    write_project(project, key="other")
    other = project / "other.json"
    planned = CLI.invoke(app, ["plan", "dev", "--offline", "--json", "--out", str(other)])
    assert json.loads(planned.stdout)["plan"] == str(other)
    assert len(read_plan(written)["resources"]) == 10
    shown = CLI.invoke(app, ["diff", str(written), str(other)])
    assert shown.exit_code == 0
    assert "aws:dynamodb/table:Table::orders (replaced)" in shown.stdout
    assert 'hashKey: "id" -> "other"' in shown.stdout
    assert "0 added, 0 removed, 0 changed, 1 replaced" in shown.stdout
    machine = json.loads(CLI.invoke(app, ["diff", str(written), str(other), "--json"]).stdout)
    assert machine["changed"][0]["properties"] == [{"path": "hashKey", "old": "id", "new": "other"}]


@pytest.mark.engine
def test_bad_input_of_the_program_exits_with_2_and_one_message(pulumi_cli: None, project: Path) -> None:
    write_project(project, mistake="two")
    result = CLI.invoke(app, ["up", "local", "--json"])
    assert result.exit_code == 2
    assert "belfry:mistake: two; allowed: nothing" in json.loads(result.stdout)["error"]
    assert result.stderr.count("belfry:mistake") == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["preview", "production"], "unknown environment 'production'; allowed: local, dev,", id="unknown"),
        pytest.param(["up", "dev", "--offline"], "its state would be simulated", id="an offline update of dev"),
        pytest.param(["down", "prod", "--offline"], "its state would be simulated", id="an offline deletion of prod"),
        pytest.param(["up", "local", "--real"], "'local' is always offline", id="real plugins on local"),
        pytest.param(["up", "dev", "--real"], "there is no terminal to confirm", id="a real update without a person"),
        pytest.param(["diff", "a.json", "b.json"], "a.json", id="a missing plan"),
        pytest.param(["preview", "dev", "--offline", "--state", "none.json"], "none.json", id="a missing state"),
        pytest.param(["plan", "local", "--state", "none.json"], "use their own state", id="state of local"),
    ],
)
def test_bad_input_exits_with_2_and_says_what_is_allowed(
    arguments: list[str], message: str, project: Path, pulumi_cli: None
) -> None:
    before = sorted(project.rglob("*"))
    result = CLI.invoke(app, arguments)
    assert result.exit_code == 2, result.output
    assert message.rsplit("|", maxsplit=1)[-1] in result.stderr
    assert "Traceback" not in result.output
    assert sorted(project.rglob("*")) == before


def test_a_run_on_real_resources_is_asked_for_by_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Choice] = []

    def preview(self: Driver, environment: str, choice: Choice, **options: object) -> None:
        asked.append(choice)
        raise KeyboardInterrupt

    monkeypatch.setattr(Driver, "preview", preview)
    result = CLI.invoke(app, ["preview", "dev", "--real"])
    assert result.exit_code == 130
    assert [choice.mode for choice in asked] == [Mode.REAL]


def test_the_module_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "engine", "preview", "production", "--json"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "unknown environment 'production'" in json.loads(result.stdout)["error"]
    assert "Traceback" not in result.stderr


def test_each_secret_has_a_made_up_value_of_its_own() -> None:
    secrets = made_up_secrets(["slack-webhook", "pagerduty-payments"])
    assert secrets.keys() >= {"slack-webhook", "pagerduty-payments", "dead-mans-switch"}
    # The pager's is an address, and its form is checked before anything is registered.
    assert all("made-up" in value for value in secrets.values())
    assert len(set(secrets.values())) == len(secrets)
