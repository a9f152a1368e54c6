"""Offline or real: the choice, its reasons, and the walls around an offline run."""

from pathlib import Path

import pytest
import yaml

from engine.modes import Mode, choose, environment_named, find_pulumi, refuse_offline_change
from engine.stack_config import offline_config
from engine.workspace import OfflineWorkspace, require_own_backend
from model.problems import BadInput
from model.vocabulary import Environment
from tests.engine.sample import SECRETS, write_project


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """A user's environment in which a real run can work."""
    program = tmp_path / "own" / "bin" / "pulumi"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / ".pulumi" / "plugins" / "resource-aws-v7.51.1").mkdir(parents=True)
    return {"HOME": str(tmp_path), "PATH": str(program.parent), "AWS_PROFILE": "watch"}


def test_a_run_is_real_where_pulumi_plugin_and_credentials_are_found(own: dict[str, str], tmp_path: Path) -> None:
    choice = choose(Environment.DEV, None, own, tmp_path / "tools")
    assert choice.mode is Mode.REAL
    assert "--offline" in choice.other


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param({"AWS_PROFILE": ""}, "no AWS credentials", id="no credentials"),
        pytest.param({"PATH": "/nowhere"}, "no pulumi installation", id="no CLI"),
        pytest.param({"PULUMI_HOME": "/nowhere"}, "no aws plugin", id="no plugin"),
    ],
)
def test_a_run_is_offline_where_something_lacks_and_says_what(
    broken: dict[str, str], reason: str, own: dict[str, str], tmp_path: Path
) -> None:
    choice = choose(Environment.PROD, None, own | broken, tmp_path / "tools")
    assert choice.offline
    assert reason in choice.reason
    assert "--real" in choice.other


@pytest.mark.parametrize("name", ["credentials", "config"])
def test_credentials_may_stand_in_a_file(name: str, own: dict[str, str], tmp_path: Path) -> None:
    del own["AWS_PROFILE"]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / name).write_text("[default]\n")
    assert choose(Environment.DEV, None, own, tmp_path / "tools").mode is Mode.REAL


def test_the_built_cli_is_not_the_users_own(own: dict[str, str], tmp_path: Path) -> None:
    assert choose(Environment.DEV, None, own, tmp_path / "own" / "bin").offline


def test_local_is_always_offline(own: dict[str, str], tmp_path: Path) -> None:
    assert choose(Environment.LOCAL, None, own, tmp_path).offline
    with pytest.raises(BadInput, match="'local' is always offline"):
        choose(Environment.LOCAL, Mode.REAL, own, tmp_path)


@pytest.mark.parametrize("mode", list(Mode))
def test_what_is_asked_for_is_done(mode: Mode, tmp_path: Path) -> None:
    assert choose(Environment.DEV, mode, {}, tmp_path).mode is mode


def test_an_offline_change_is_refused_for_every_environment_but_local(tmp_path: Path) -> None:
    for environment in Environment:
        choice = choose(environment, None, {}, tmp_path)
        if environment is Environment.LOCAL:
            refuse_offline_change(environment, choice, "up")
            continue
        with pytest.raises(BadInput, match=f"'up' of '{environment}' would be offline"):
            refuse_offline_change(environment, choice, "up")


def test_an_unknown_environment_names_the_allowed_ones() -> None:
    with pytest.raises(BadInput, match="unknown environment 'production'; allowed: local, dev, staging, prod"):
        environment_named("production")


def test_a_missing_cli_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="make tools TOOL=pulumi"):
        find_pulumi({"PATH": ""}, tmp_path)


@pytest.mark.parametrize(
    "url", ["s3://state", "https://api.pulumi.com", "file:///elsewhere", "file://~", "gs://b", "file://{folder}/../x"]
)
def test_an_offline_run_refuses_a_backend_that_is_not_its_own(url: str, tmp_path: Path) -> None:
    root = write_project(tmp_path / "project")
    workspace = OfflineWorkspace(tmp_path / "folder", root, "dev", tmp_path / "pulumi")
    with pytest.raises(BadInput, match="an offline run was given"):
        workspace.variables({}, backend_url=url.format(folder=tmp_path / "folder"))
    require_own_backend(f"file://{tmp_path / 'folder' / 'backend'}", tmp_path / "folder")


def test_what_the_users_shell_sets_for_real_runs_is_taken_back(tmp_path: Path) -> None:
    workspace = OfflineWorkspace(tmp_path, write_project(tmp_path / "project"), "dev", tmp_path / "pulumi")
    theirs = {"PATH": "/usr/bin", "PULUMI_ACCESS_TOKEN": "pul-real", "PULUMI_BACKEND_URL": "s3://real"}
    variables = workspace.variables(theirs)
    assert variables["PATH"].split(":") == [str(tmp_path / "bin"), "/usr/bin"]
    assert variables["PULUMI_BACKEND_URL"] == f"file://{tmp_path / 'backend'}"
    assert variables["PULUMI_ACCESS_TOKEN"] == ""


def test_encrypted_values_are_made_up_wherever_they_stand(tmp_path: Path) -> None:
    document = {
        "encryptionsalt": "v1:salt",
        "secretsprovider": "awskms://alias/belfry",
        "environment": ["shared/prod"],
        "config": {
            "belfry:region": "eu-west-1",
            "belfry:token": {"secure": "v1:a"},
            "belfry:nested": {"list": ["plain", {"key": {"secure": "v1:b"}}]},
            "belfry:secrets": {"pagerduty-platform": {"secure": "v1:c"}},
        },
    }
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump(document))
    config = offline_config(tmp_path, "dev", SECRETS)
    assert config.settings == {
        "config": {
            "belfry:region": "eu-west-1",
            "belfry:token": "",
            "belfry:nested": {"list": ["plain", {"key": ""}]},
            "belfry:secrets": {"pagerduty-platform": ""},
        }
    }
    assert config.secrets['belfry:secrets["pagerduty-platform"]'] == SECRETS["pagerduty-platform"]
    assert set(config.secrets) == {
        "belfry:token",
        'belfry:nested["list"][1]["key"]',
        'belfry:secrets["pagerduty-platform"]',
    }
    assert any("Pulumi ESC" in note for note in config.made_up)


def test_a_configuration_that_is_no_mapping_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: [1]\n")
    with pytest.raises(BadInput, match=r"Pulumi.dev.yaml: no mapping"):
        offline_config(tmp_path, "dev", {})
