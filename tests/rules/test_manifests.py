"""The shipped manifests: complete, locked, owned, and listed in the changelog and in the page about rules."""

import re

from authoring.bundles import changelog
from checks.rules.findings import Kind
from model.assets import FOLDERS, Assets, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from tests.tools import PROJECT

BUNDLES = [bundle for folder in FOLDERS for bundle in read_manifest(PROJECT, folder).bundles]


def test_every_shipped_file_is_listed_and_holds_the_locked_bytes() -> None:
    assert [asset.bundle.name for asset in Assets.load(PROJECT).items] == sorted(bundle.name for bundle in BUNDLES)


def test_every_bundle_is_owned_by_a_team_of_the_catalog() -> None:
    assert {bundle.owner for bundle in BUNDLES} <= set(Catalog.load(PROJECT / "catalog").teams)


def test_every_bundle_has_its_section_in_its_systems_changelog_with_the_version_it_ships() -> None:
    newest = {}
    for path in (PROJECT / changelog.FOLDER).rglob("*.md"):
        sections = re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for name, body in sections:
            newest[path.relative_to(PROJECT).as_posix(), name] = re.findall(r"^### (\S+)$", body, re.MULTILINE)[:1]
    assert newest == {(changelog.path(bundle.system), bundle.name): [bundle.version] for bundle in BUNDLES}


PAGE = (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8")


def test_every_bundle_has_its_place_in_the_table() -> None:
    systems = [system.system for system in Catalog.load(PROJECT / "catalog").systems]
    for bundle in read_manifest(PROJECT, "rules").bundles:
        shown = bundle.name
        for system in systems:
            shown = shown.replace(system, "<system>")
        assert bundle.kind is BundleKind.CLOUDWATCH or f"`{shown}`" in PAGE, bundle.name


def test_every_check_of_the_linter_has_its_row() -> None:
    assert [kind for kind in Kind if f"| `{kind}` | {kind.sentence} |" not in PAGE] == []
