"""``python -m authoring`` as a person runs it: what it writes, what it says, and how it ends."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from authoring.__main__ import main
from authoring.new_system import renamed
from model.catalog.catalog import Catalog
from tests.model.catalogs import good_organization, good_system, write_catalog
from tests.tools import PROJECT


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


class Command(Protocol):
    def __call__(self, *arguments: str | Path) -> Done: ...


@pytest.fixture
def authoring(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process: the same entry point without the start of a new Python."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["authoring", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_catalog(tmp_path / "catalog")
    return tmp_path


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "catalog", tmp_path / "catalog")
    return tmp_path


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_assets_are_written_once_and_then_left_alone(authoring: Command, root: Path) -> None:
    first = authoring("assets", "--root", root)
    assert first.returncode == 0
    assert "written   rules/alertmanager/alertmanager.yaml" in first.stdout
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    second = authoring("assets", "--root", root)
    assert "unchanged rules/alertmanager/alertmanager.yaml" in second.stdout
    assert "written" not in second.stdout
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()} == times


def test_check_writes_nothing_and_ends_with_1_when_a_file_is_stale(authoring: Command, root: Path) -> None:
    before = files(root)
    done = authoring("assets", "--root", root, "--check")
    assert done.returncode == 1
    assert "stale     rules/alertmanager/alertmanager.yaml" in done.stdout
    assert files(root) == before
    authoring("assets", "--root", root)
    assert authoring("assets", "--root", root, "--check").returncode == 0


def test_assets_speak_json_to_programs(authoring: Command, root: Path) -> None:
    data = json.loads(authoring("assets", "--root", root, "--json").stdout)
    assert {"file": "catalog/schema/system.schema.json", "state": "written"} in data
    assert [entry["file"] for entry in data] == sorted(entry["file"] for entry in data)


def test_a_broken_catalog_is_one_message_exit_code_2_and_no_file(authoring: Command, root: Path) -> None:
    (root / "catalog" / "teams.yaml").write_text('platform_team: "[red]nobody[/red]"\n', encoding="utf-8")
    before = files(root)
    done = authoring("assets", "--root", root)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("4 errors in the input, nothing was changed:\n")
    assert "catalog/teams.yaml: teams: missing" in done.stderr
    assert "catalog/teams.yaml: platform_team: found '[red]nobody[/red]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert files(root) == before


def test_mistakes_that_only_a_generator_sees_are_reported_together(authoring: Command, root: Path) -> None:
    organization, system = good_organization(), good_system()
    organization["teams"][1]["receivers"][0]["severities"] = ["info"]
    system["components"][0]["thresholds"] = [
        {"signal": "ai-cost", "unit": "usd-per-hour", "warning": 5, "reason": "It is dear."}
    ]
    write_catalog(root / "catalog", [system], organization)
    before = files(root)
    done = authoring("assets", "--root", root)
    assert done.returncode == 2
    assert "catalog/teams.yaml: teams[shop].receivers: found none for critical" in done.stderr
    assert (
        "catalog/shop.yaml: api.thresholds[ai-cost]: found a threshold on a signal that no declared metric "
        "measures" in done.stderr
    )
    assert files(root) == before


def test_a_broken_catalog_and_broken_rows_are_reported_together(authoring: Command, shipped: Path) -> None:
    shutil.copytree(PROJECT / "rules", shipped / "rules")
    for name in ("dynamodb", "rds"):
        (shipped / f"rules/cloudwatch/{name}.yaml").write_text("applies_to: nothing\n", encoding="utf-8")
    (shipped / "rules/cloudwatch/sqs.yaml").unlink()
    (shipped / "catalog/bakhmach.yaml").write_text("system: bakhmach\n", encoding="utf-8")
    done = authoring("assets", "--root", shipped)
    assert done.returncode == 2
    for line in (
        "catalog/bakhmach.yaml: title: missing",
        "rules/cloudwatch/dynamodb.yaml: alarms: missing",
        "rules/cloudwatch/rds.yaml: alarms: missing",
        "found no file rules/cloudwatch/sqs.yaml; allowed: an existing file, or remove the entry",
    ):
        assert line in done.stderr


def test_the_schemas_name_every_key_and_say_what_it_means(authoring: Command, root: Path) -> None:
    assert authoring("schema", "--root", root).returncode == 0
    schema = json.loads((root / "catalog/schema/system.schema.json").read_text(encoding="utf-8"))
    assert schema["required"][0] == "system"
    assert schema["additionalProperties"] is False
    words = schema["$defs"]["ComponentKind"]["oneOf"]
    assert all(word["description"] for word in words)
    teams = (root / "catalog/schema/teams.schema.json").read_text(encoding="utf-8")
    assert teams.endswith("}\n")
    assert list(json.loads(teams)) == sorted(json.loads(teams))


def test_every_catalog_file_names_its_schema_for_editors() -> None:
    for path in (PROJECT / "catalog").glob("*.yaml"):
        kind = "teams" if path.name == "teams.yaml" else "system"
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=schema/{kind}.schema.json"
        assert (PROJECT / "catalog" / "schema" / f"{kind}.schema.json").is_file()
    for path in (PROJECT / "catalog").glob("*/*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../schema/system-part.schema.json"


def test_a_new_system_loads_at_once_under_its_own_name(authoring: Command, shipped: Path) -> None:
    done = authoring("new", "system", "new-shop", "--root", shipped)
    assert done.returncode == 0, done.stderr
    assert "catalog/new-shop.yaml" in done.stdout
    assert "make preview ENV=dev" in done.stdout
    system = next(s for s in Catalog.load(shipped / "catalog").systems if s.system == "new-shop")
    assert system.title == "New shop"
    text = (shipped / "catalog/new-shop.yaml").read_text(encoding="utf-8")
    assert "generic" not in text
    starter = (shipped / "catalog/generic.yaml").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.lstrip().startswith("#")] == [
        line for line in starter.splitlines() if line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("generic", "catalog/generic.yaml: the file exists already"),
        ("New_Shop", "found the name 'New_Shop'"),
        ("../shop", "found the name '../shop'"),
        ("a" * 41, "at most 40 characters"),
        ("teams", "that file holds the teams"),
        ("platform", "found 'platform', which the platform or Kubernetes owns"),
        ("monitoring", "found 'monitoring', which the platform or Kubernetes owns"),
        ("default", "found 'default', which the platform or Kubernetes owns"),
        ("kube-system", "found 'kube-system', which the platform or Kubernetes owns"),
    ],
)
def test_a_bad_name_for_a_new_system_is_refused_and_writes_nothing(
    authoring: Command, shipped: Path, name: str, message: str
) -> None:
    before = files(shipped)
    done = authoring("new", "system", name, "--root", shipped)
    assert done.returncode == 2
    assert message in done.stderr
    assert files(shipped) == before


def test_the_starters_name_is_replaced_in_values_but_not_in_comments() -> None:
    starter = "system: generic\ntitle: Starter\ntable: generic-items # a generic word\n# generic\ngenerics: 1\n"
    assert renamed(starter, "my-shop") == (
        "system: my-shop\ntitle: My shop\ntable: my-shop-items # a generic word\n# generic\ngenerics: 1\n"
    )


def test_lock_refuses_a_changed_bundle_by_name_with_exit_code_2(authoring: Command, shipped: Path) -> None:
    for folder in ("rules", "dashboards"):
        shutil.copytree(PROJECT / folder, shipped / folder)
    assert authoring("lock", "--root", shipped, "--json").returncode == 0
    rules = shipped / "rules/prometheus/platform.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    refused = authoring("lock", "--root", shipped)
    assert refused.returncode == 2
    assert "rules/manifest.yaml: platform: the file changed" in refused.stderr
    raised = authoring("lock", "--root", shipped, "--bump", "patch", "--json")
    changed = [entry for entry in json.loads(raised.stdout) if entry["changed"]]
    assert [entry["name"] for entry in changed] == ["platform"]


def test_it_starts_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "authoring", "--help"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("assets", "lock", "schema", "new"))


def test_an_unknown_option_is_refused_with_exit_code_2(authoring: Command) -> None:
    assert authoring("assets", "--chekc").returncode == 2
