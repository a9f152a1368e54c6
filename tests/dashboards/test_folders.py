"""Whose a board is decides in which folder of Grafana it lies, and who may edit what is beside it."""

from authoring.dashboards.registry import boards
from model.assets import BundleKind, read_manifest
from model.catalog.catalog import Catalog
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
BUNDLES = {b.name: b for b in read_manifest(PROJECT, "dashboards").bundles if b.kind is BundleKind.GRAFANA}


def test_every_board_lies_in_the_folder_of_a_team() -> None:
    folders = CATALOG.organization.folders
    assert {bundle.name for bundle in BUNDLES.values() if bundle.owner not in folders} == set()


def test_a_board_of_a_system_is_its_teams_and_all_others_are_the_platforms() -> None:
    for board in boards(CATALOG):
        bundle = BUNDLES[board.name]
        if board.system is None:
            assert (bundle.owner, bundle.system) == (CATALOG.organization.platform_team, None), board.name
        else:
            # Without the system an environment would get the board of a system that it does not watch.
            assert (bundle.owner, bundle.system) == (board.system.owner, board.system.system), board.name
