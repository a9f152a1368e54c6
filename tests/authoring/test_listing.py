"""A new system is an edit of the catalog only: its generated bundles list themselves."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from authoring.__main__ import app
from model.assets import Assets
from stacks.inputs import ROOT
from tests.stacks.deployment import copy_of_project, deploy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    return copy_of_project(tmp_path)


def authoring(project: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--root", str(project)])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_new_system_is_deployed_whole_after_new_assets_and_lock(project: Path) -> None:
    authoring(project, "new", "system", "bookshop")
    said = authoring(project, "assets")
    assert "aws-bookshop" in said
    authoring(project, "lock", "--bump", "minor")  # the record of who owns what changed too
    bundles = {asset.bundle.name: asset.bundle for asset in Assets.load(project).items}
    assert {"slo-bookshop", "thresholds-bookshop", "kpis-bookshop", "aws-bookshop"} <= set(bundles)
    assert bundles["slo-bookshop"].system == "bookshop"
    rules = deploy("prod", root=project).of("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
    assert {"rules-slo-bookshop", "rules-thresholds-bookshop", "rules-kpis-bookshop"} <= set(rules)


def test_what_is_listed_already_is_left_as_it_is(project: Path) -> None:
    before = [(project / folder / "manifest.yaml").read_bytes() for folder in ("rules", "dashboards")]
    assert "Listed" not in authoring(project, "assets")
    assert [(project / folder / "manifest.yaml").read_bytes() for folder in ("rules", "dashboards")] == before
