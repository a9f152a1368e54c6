"""Pulumi.yaml describes the settings as their types are, and `make assets` keeps it so."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from engine import cli, project_config
from model.problems import BadInput
from stacks.settings import StackFile

ROOT = Path(__file__).resolve().parents[2]
HEAD = "name: belfry\n# Of people.\n"


def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(project_config.config())
    return {name.removeprefix("belfry:"): value for name, value in found.items()}


def test_the_file_is_what_the_settings_say() -> None:
    assert CliRunner().invoke(cli.app, ["schema", "--check"]).output == ""
    assert not project_config.write(ROOT, check=True)


def test_every_setting_is_described_once_and_the_secrets_are_secret() -> None:
    assert list(described()) == [*StackFile.model_fields, "secrets"]
    assert described()["secrets"]["secret"] is True
    assert [name for name, one in described().items() if "secret" in one] == ["secrets"]


@pytest.mark.parametrize(
    ("key", "kind", "said"),
    [
        pytest.param("account", "string", "12 digits", id="own text"),
        pytest.param("protect", "boolean", "Protect", id="boolean"),
        pytest.param("account_wide", "string", " Allowed: all, region or none.", id="words"),
        pytest.param(
            "sizing", "object", "profile (single, ha or distributed), load_percent, nodes.", id="words of a key"
        ),
        pytest.param("alerting", "object", "mute_times (teams, systems,", id="keys of a key"),
        pytest.param("storage", "object", "function_log_groups, class.", id="as the file spells it"),
        pytest.param("cluster", "object", "Keys with mode adopt: name, endpoint,", id="kinds"),
        pytest.param("accept", "array", "Keys: check, until, reason.", id="list"),
    ],
)
def test_a_setting_is_described_with_its_type_and_its_keys(key: str, kind: str, said: str) -> None:
    assert described()[key]["type"] == kind
    assert said in described()[key]["description"]


def test_items_and_defaults_are_those_of_the_type() -> None:
    found = described()

    assert (found["systems"]["items"], found["systems"]["default"]) == ({"type": "string"}, [])
    assert found["accept"]["items"] == {"type": "object"}
    assert (found["account"]["default"], found["protect"]["default"], found["secret_source"]["default"]) == (
        "",
        True,
        "stack",
    )
    assert "default" not in found["region"]


def test_only_the_part_config_is_written_and_a_check_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    path = tmp_path / "Pulumi.yaml"
    path.write_text(f"{HEAD}config:\n  belfry:old: {{type: string}}\n")
    checked = CliRunner().invoke(cli.app, ["schema", "--check"])

    assert (checked.exit_code, checked.output) == (1, "stale  Pulumi.yaml\n")
    assert "belfry:old" in path.read_text()
    assert CliRunner().invoke(cli.app, ["schema"]).output == "written  Pulumi.yaml\n"
    assert path.read_text() == f"{HEAD}config:\n{project_config.config()}"
    assert CliRunner().invoke(cli.app, ["schema"]).output == ""


def test_a_file_without_the_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(HEAD)
    with pytest.raises(BadInput, match=r"Pulumi\.yaml: found no config; allowed: the key config"):
        project_config.write(tmp_path, check=False)
