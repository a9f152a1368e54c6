"""Runs of the real engine with the offline providers."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from engine.driver import Driver, Program
from engine.errors import EngineError
from engine.events import Change
from engine.modes import Choice, Mode, choose
from engine.stack_config import Changes
from engine.workspace import REPOSITORY
from model.problems import BadInput
from model.vocabulary import Environment
from tests.engine.conftest import Deployment, Planned
from tests.engine.sample import ALERT_TEXT, ENCRYPTED, SECRETS, driver, run, write_project

pytestmark = pytest.mark.engine

LOCAL = choose(Environment.LOCAL, None, {}, Path("nowhere"))
OFFLINE = choose(Environment.DEV, Mode.OFFLINE, {}, Path("nowhere"))


def _without_stack(urns: Iterator[str]) -> set[str]:
    return {urn.split("::", 2)[2].replace("belfry-dev", "").replace("belfry-local", "") for urn in urns}


def test_a_preview_registers_the_same_names_as_an_update(deployment: Deployment, planned: Planned) -> None:
    previewed = _without_stack(step.urn for step in planned.first.steps)
    deployed = _without_stack(step.urn for step in deployment.first.steps)
    assert previewed == deployed
    assert len(deployed) == 10


def test_a_preview_does_not_know_what_only_a_cloud_could_compute(planned: Planned) -> None:
    inputs = {step.name: step.inputs for step in planned.first.steps}
    assert inputs["orders-throttles"]["alarmActions"] == ["known-after-deployment"]
    assert planned.first.outputs["topic"] == "known-after-deployment"
    assert planned.first.outputs["table"] == "known-after-deployment"
    assert inputs["stack"]["namespace"] == "monitoring", "a name the program gave is known at once"


def test_an_update_makes_up_outputs_in_the_shape_of_aws(deployment: Deployment) -> None:
    name = deployment.first.outputs["topic"].rsplit(":", 1)[-1]
    assert deployment.first.outputs["topic"] == f"arn:aws:sns:eu-central-1:000000000000:{name}"
    assert deployment.first.outputs["table"] == "arn:aws:dynamodb:eu-central-1:000000000000:table/orders"
    assert deployment.first.outputs["region"] == "eu-central-1"
    assert deployment.first.outputs["offline"] is True


def test_the_second_update_changes_nothing(deployment: Deployment) -> None:
    assert set(deployment.first.changes) == {Change.CREATE}
    assert dict(deployment.second.changes) == {Change.SAME: deployment.first.changes[Change.CREATE]}
    assert not deployment.second.changed


def test_no_secret_stands_in_any_file_that_a_deployment_wrote(deployment: Deployment) -> None:
    files = [path for path in (deployment.root / ".local").rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(path.name == "local.json" for path in files), "the state is among the files that are read here"
    for text in (*SECRETS.values(), ALERT_TEXT):
        holders = [path for path in files if text.encode() in path.read_bytes()]
        assert holders == []


def test_secrets_are_masked_in_outputs_and_inputs(deployment: Deployment) -> None:
    inputs = {step.name: step.inputs for step in deployment.first.steps}
    assert deployment.first.outputs["password"] == "[secret]"
    assert inputs["stack"]["values"] == {"grafana": {"adminPassword": "[secret]"}}
    assert inputs["receivers"]["stringData"] == "[secret]"


@pytest.mark.parametrize("environment", ["local", "dev"])
def test_an_offline_run_leaves_the_configuration_of_the_repository_as_it_is(
    environment: str, deployment: Deployment, planned: Planned, tmp_path: Path
) -> None:
    untouched = write_project(tmp_path)
    root = deployment.root if environment == "local" else planned.root
    for name in ("Pulumi.yaml", f"Pulumi.{environment}.yaml"):
        assert (root / name).read_bytes() == (untouched / name).read_bytes()
    left = {path.name for path in planned.root.iterdir()} - {path.name for path in untouched.iterdir()}
    assert left == set(), "a throw-away run leaves nothing behind"


def test_simulation_is_reported_also_for_encrypted_configuration(planned: Planned) -> None:
    said = " ".join(planned.first.made_up)
    assert "the secrets in belfry:secrets: pagerduty-platform" in said
    assert "000000000000" in said
    assert ENCRYPTED not in said


def test_changes_are_shown_as_update_and_replacement_and_down_leaves_nothing(pulumi_cli: None, tmp_path: Path) -> None:
    root = write_project(tmp_path)
    ours = driver(root)
    ours.up(Environment.LOCAL, LOCAL)
    write_project(root, display="Other", key="other", namespace="watch")
    previewed = ours.preview(Environment.LOCAL, LOCAL)
    changes = {step.name: step.change for step in previewed.steps if step.change is not Change.SAME}
    assert changes == {
        "alarms": Change.UPDATE,
        "orders": Change.REPLACE,
        "monitoring": Change.REPLACE,
        "stack": Change.REPLACE,
        "receivers": Change.REPLACE,
    }
    assert next(step.changed for step in previewed.steps if step.type.endswith(":Table")) == ("hashKey",)
    down = ours.down(Environment.LOCAL, LOCAL)
    assert set(down.changes) == {Change.DELETE}
    assert not (root / ".local" / "state").exists()
    again = ours.down(Environment.LOCAL, LOCAL)
    assert not again.changed


def test_down_names_what_is_protected_before_anything_is_deleted(pulumi_cli: None, tmp_path: Path) -> None:
    ours = driver(write_project(tmp_path, protect="true"))
    ours.up(Environment.LOCAL, LOCAL)
    saved = ours.kept / "backend" / ".pulumi" / "stacks" / "belfry" / "local.json"
    before = json.loads(saved.read_text())["checkpoint"]["latest"]["resources"]

    with pytest.raises(EngineError) as refused:
        ours.down(Environment.LOCAL, LOCAL)

    assert re.findall(r'resource "\S+::(\S+)" cannot be deleted', str(refused.value)) == ["alarms"]
    assert json.loads(saved.read_text())["checkpoint"]["latest"]["resources"] == before
    write_project(tmp_path, protect="false")
    ours.up(Environment.LOCAL, LOCAL)
    assert set(ours.down(Environment.LOCAL, LOCAL).changes) == {Change.DELETE}
    assert not ours.kept.exists(), "nothing is left"


def test_what_was_uploaded_from_a_file_is_deleted_like_everything_else(pulumi_cli: None, tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"programs")
    ours = driver(write_project(tmp_path / "project", archive=archive))
    ours.up(Environment.LOCAL, LOCAL)
    assert not ours.up(Environment.LOCAL, LOCAL).changed, "an unchanged file is no change"

    down = ours.down(Environment.LOCAL, LOCAL)

    assert set(down.changes) == {Change.DELETE}
    assert not (ours.root / ".local" / "state").exists()


def test_bad_input_found_by_the_program_comes_out_whole_and_nothing_is_left(pulumi_cli: None, tmp_path: Path) -> None:
    root = write_project(tmp_path, mistake="two")
    with pytest.raises(BadInput, match="belfry:mistake: two; allowed: nothing") as caught:
        driver(root).up(Environment.LOCAL, LOCAL)
    assert caught.value.exit_code == 2
    assert "Traceback" not in str(caught.value)
    assert not (root / ".local" / "state").exists()


def test_bad_input_found_by_the_check_stops_before_the_engine_starts(tmp_path: Path) -> None:
    def check(environment: str, changes: Changes) -> None:
        raise BadInput(()) if not environment else AssertionError(f"checked {environment}")

    ours = Driver(root=tmp_path, program=Program(run=run, check=check))
    with pytest.raises(AssertionError, match="checked dev"):
        ours.preview(Environment.DEV, OFFLINE)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_program_names_the_line_once(pulumi_cli: None, tmp_path: Path) -> None:
    def broken(offline: bool) -> None:
        raise KeyError("orders")

    ours = driver(write_project(tmp_path), Program(run=broken))
    with pytest.raises(EngineError, match="the program failed with KeyError: 'orders'") as caught:
        ours.preview(Environment.DEV, OFFLINE)
    assert str(caught.value).count("KeyError:") == 1
    assert "test_runs.py" in str(caught.value)


def test_a_function_that_has_no_offline_answer_is_an_error(pulumi_cli: None, tmp_path: Path) -> None:
    def asks(offline: bool) -> None:
        pulumi.runtime.invoke("aws:ec2/getAmi:getAmi", {})

    ours = driver(write_project(tmp_path), Program(run=asks))
    with pytest.raises(EngineError, match="the offline provider has no invoke aws:ec2/getAmi:getAmi"):
        ours.preview(Environment.DEV, OFFLINE)


@pytest.mark.parametrize("operation", ["up", "down"])
def test_an_offline_change_of_a_real_environment_is_refused(operation: str, tmp_path: Path) -> None:
    root = write_project(tmp_path)
    with pytest.raises(BadInput, match="its state would be simulated") as caught:
        getattr(driver(root), operation)(Environment.DEV, OFFLINE)
    assert caught.value.exit_code == 2
    assert not (root / ".local").exists()


def test_the_provider_itself_refuses_to_create_outside_of_local(pulumi_cli: None, tmp_path: Path) -> None:
    """The second lock: the driver's refusal is passed by, so that the provider is asked."""
    command = [sys.executable, "-m", "tests.engine.forced_update", str(write_project(tmp_path))]
    forced = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert forced.returncode == 0, forced.stdout + forced.stderr
    assert re.search(r"refused to create urn:pulumi:dev::\S+: .*offline provider", forced.stdout)
    assert "the state of 'dev' must come from the real provider plugins" in forced.stdout
    assert "Traceback" not in forced.stdout
    assert "File " not in forced.stdout, "the provider's own frames say nothing to a user"


def test_a_preview_against_an_exported_state_shows_only_what_differs(
    deployment: Deployment, pulumi_cli: None, tmp_path: Path
) -> None:
    """The exported state is one of ``local`` with its stack renamed: an export of ``dev`` has the same form."""
    saved = deployment.root / ".local" / "state" / "backend" / ".pulumi" / "stacks" / "belfry" / "local.json"
    renamed = saved.read_text().replace("urn:pulumi:local::", "urn:pulumi:dev::").replace("belfry-local", "belfry-dev")
    checkpoint = json.loads(renamed)
    exported = tmp_path / "dev.json"
    exported.write_text(json.dumps({"version": 3, "deployment": checkpoint["checkpoint"]["latest"]}))
    before = exported.read_bytes()
    root = write_project(tmp_path / "project", display="Other")
    outcome = driver(root).preview(Environment.DEV, OFFLINE, state=exported)
    changes = {step.name: step.change for step in outcome.steps if step.change is not Change.SAME}
    assert changes == {"alarms": Change.UPDATE}
    assert exported.read_bytes() == before


def test_a_state_is_refused_where_a_run_has_its_own(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="given for a run on the offline stack 'local'"):
        driver(write_project(tmp_path)).preview(Environment.LOCAL, LOCAL, state=tmp_path / "state.json")


def test_the_real_mode_leaves_the_users_installation_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the user's CLI writes down how it was called: no plugin folder, home or backend of ours."""
    home = tmp_path / "home" / "bin"
    home.mkdir(parents=True)
    log = tmp_path / "calls"
    stand_in = home / "pulumi"
    stand_in.write_text(
        '#!/bin/sh\nif [ "$1" = version ]; then echo 3.250.0; exit 0; fi\n'
        f'echo "$*|$PULUMI_HOME|$PULUMI_BACKEND_URL|$PULUMI_CONFIG_PASSPHRASE|$PWD|$PATH" >> {log}\n'
        "echo \"error: no stack named 'dev' found\" >&2\nexit 1\n"
    )
    stand_in.chmod(0o755)
    path = f"{home}{os.pathsep}/usr/bin{os.pathsep}/bin"
    for name, value in {"PATH": path, "PULUMI_HOME": "/theirs", "PULUMI_BACKEND_URL": "s3://theirs"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    root = write_project(tmp_path / "project")
    real = Choice(mode=Mode.REAL, reason="", other="")
    ours = Driver(root=root, program=Program(run=run), environ={"PATH": path})
    with pytest.raises(EngineError, match="pulumi stack init dev"):
        ours.preview(Environment.DEV, real)
    command, *variables = log.read_text().splitlines()[0].split("|")
    assert "stack select --stack dev" in command
    assert variables[:4] == ["/theirs", "s3://theirs", "", str(root)]
    assert "belfry" not in variables[4].replace(str(tmp_path), "")
