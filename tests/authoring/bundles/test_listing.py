"""A new system is an edit of the catalog only: its generated bundles list themselves."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from authoring.__main__ import app
from authoring.bundles.listing import list_new
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, Assets, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.dashboards import Board
from stacks.inputs import ROOT
from tests.stacks.deployment import copy_of_project, deploy
from tests.tools import PROJECT


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


def test_a_title_with_a_meaning_in_yaml_is_a_title_in_the_manifest(project: Path) -> None:
    authoring(project, "new", "system", "bookshop")
    file = project / "catalog" / "bookshop.yaml"
    text = file.read_text(encoding="utf-8").replace("title: Bookshop", 'title: "a: b # {{ c"', 1)
    file.write_text(text, encoding="utf-8")
    authoring(project, "assets")
    entries = {entry.name: entry for entry in read_manifest(project, "rules").bundles}
    assert entries["slo-bookshop"].description == "Objectives of a: b # {{ c."


def test_a_system_may_have_a_name_that_yaml_reads_as_another_type(project: Path) -> None:
    authoring(project, "new", "system", "null")
    authoring(project, "assets")
    rules = RuleFile.parse(Asset(read_manifest(project, "rules").bundles[0], "f", text_of(project, "slo-null")))
    assert {rule.labels["system"] for group in rules.groups for rule in group.rules} == {"null"}
    assert {entry.system for entry in read_manifest(project, "rules").bundles if entry.name == "slo-null"} == {"null"}


def text_of(project: Path, bundle: str) -> str:
    return (project / "rules" / "prometheus" / f"{bundle}.yaml").read_text(encoding="utf-8")


def test_a_board_without_an_entry_is_listed_once_as_the_platform_teams(tmp_path: Path) -> None:
    catalog = Catalog.load(PROJECT / "catalog")
    board = f"dashboards/grafana/{Board.INCIDENTS}.json"
    folder = tmp_path / "dashboards"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(
        "bundles:\n  - {name: other, kind: grafana, path: grafana/other.json, version: 1.0.0, "
        "maturity: incubating, owner: platform, description: It.}\n"
    )
    shutil.copytree(PROJECT / "dashboards" / "grafana", folder / "grafana")
    first = f"dashboards/grafana/{Board.SLO}.json"
    assert list_new(tmp_path, [first, "dashboards/grafana/other.json"], catalog) == (str(Board.SLO),)
    assert list_new(tmp_path, [first, board], catalog) == (str(Board.INCIDENTS),)
    entries = {one.name: one for one in read_manifest(tmp_path, "dashboards").bundles}
    assert entries[Board.INCIDENTS].owner == catalog.organization.platform_team
    assert entries[Board.INCIDENTS].description == Board.INCIDENTS.sentence
    assert list_new(tmp_path, [first, board], catalog) == ()


def test_a_named_query_is_listed_with_its_question_once(tmp_path: Path) -> None:
    catalog = Catalog.load(PROJECT / "catalog")
    query = tmp_path / "rules" / "athena" / "late.sql"
    query.parent.mkdir(parents=True)
    query.write_text("-- question: Who is late?\n-- columns: names.\nSELECT 1\n")
    (tmp_path / "rules" / "manifest.yaml").write_text(
        "bundles:\n  - {name: other, kind: falco, path: falco/other.yaml, version: 1.0.0, "
        "maturity: incubating, owner: platform, description: It.}\n"
    )
    assert list_new(tmp_path, [], catalog) == ("late",)
    entry = next(one for one in read_manifest(tmp_path, "rules").bundles if one.name == "late")
    assert (entry.kind, entry.path, entry.description) == (BundleKind.ATHENA, "athena/late.sql", "Who is late?")
    assert list_new(tmp_path, [], catalog) == ()
