"""Two teams that each add a system at the same time do not meet in any file."""

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from authoring.__main__ import app
from authoring.bundles import changelog
from model.assets import Assets
from stacks.inputs import ROOT
from tests.stacks.deployment import copy_of_project

# The first and the last of the alphabet, and two neighbours: generated files are sorted by the system's name.
PAIRS = [("apples", "zebras"), ("shop", "shops")]


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def authoring(root: Path, *arguments: str) -> None:
    done = CliRunner().invoke(app, [*arguments, "--root", str(root)])
    assert done.exit_code == 0, done.output


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy_of_project(tmp_path)
    for name in ("docs", changelog.FOLDER):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "the project")
    return tmp_path


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_branches_that_each_add_a_system_merge_and_what_comes_out_is_locked(
    project: Path, pair: tuple[str, str]
) -> None:
    for name in pair:
        git(project, "checkout", "--quiet", "-b", name, "main")
        authoring(project, "new", "system", name)
        authoring(project, "assets")
        authoring(project, "lock", "--bump", "minor", "--message", f"a new system, {name}")
        git(project, "add", ".")
        git(project, "commit", "--quiet", "--message", f"catalog: add {name}")
        assert git(project, "diff", "--name-only", "--diff-filter=MDR", "main", name) == "", (
            "changes only files it adds"
        )
    git(project, "merge", "--quiet", "--no-edit", pair[0])
    authoring(project, "assets", "--check")
    bundles = {asset.bundle.name for asset in Assets.load(project).items}
    assert {f"slo-{name}" for name in pair} <= bundles
