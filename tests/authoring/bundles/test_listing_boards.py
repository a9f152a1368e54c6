"""New generated files get their entry in a manifest: a board of all systems in the platform's."""

import shutil
from pathlib import Path

from authoring.bundles.listing import list_new
from model.assets import read_manifest
from model.catalog.catalog import Catalog
from model.dashboards import Board
from tests.tools import PROJECT


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
