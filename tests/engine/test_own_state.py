"""Where a real run's state lies, as Pulumi finds it, and what production refuses."""

import json
from pathlib import Path

import pytest

from engine.own_state import backend, refuse_unsafe_state
from model.problems import BadInput


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: belfry\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    return tmp_path


def logged_in(home: Path, content: str) -> dict[str, str]:
    (home / ".pulumi").mkdir()
    (home / ".pulumi" / "credentials.json").write_text(content)
    return {"HOME": str(home)}


def test_the_variable_goes_before_the_project_and_that_before_the_login(project: Path) -> None:
    environ = logged_in(project, json.dumps({"current": "file://~"}))
    assert backend(project, environ) == "file://~"
    (project / "Pulumi.yaml").write_text("name: belfry\nbackend: {url: 's3://theirs'}\n")
    assert backend(project, environ) == "s3://theirs"
    assert backend(project, {**environ, "PULUMI_BACKEND_URL": "gs://other"}) == "gs://other"


@pytest.mark.parametrize("content", ["", "[]", '{"current": null}'])
def test_a_login_that_says_nothing_is_an_unknown_backend(content: str, project: Path) -> None:
    assert backend(project, logged_in(project, content)) == ""


def test_production_on_a_local_disk_is_refused_before_anything_is_registered(project: Path) -> None:
    with pytest.raises(BadInput, match="found a state backend on a local disk"):
        refuse_unsafe_state(project, "prod", {"PULUMI_BACKEND_URL": "file:///tmp/state"})


def test_a_passphrase_is_refused_and_not_shown(project: Path) -> None:
    (project / "Pulumi.prod.yaml").write_text("encryptionsalt: v1:abcdef\nconfig: {}\n")
    with pytest.raises(BadInput) as refused:
        refuse_unsafe_state(project, "prod", {"PULUMI_BACKEND_URL": "s3://theirs"})
    assert "encryptionsalt: found secrets encrypted with a passphrase" in str(refused.value)
    assert "abcdef" not in str(refused.value)


def test_a_good_backend_and_an_unknown_stack_pass(project: Path) -> None:
    refuse_unsafe_state(project, "prod", {"PULUMI_BACKEND_URL": "s3://theirs"})
    refuse_unsafe_state(project, "nonsense", {"PULUMI_BACKEND_URL": "file:///tmp"})
