"""The page about rules: it names every bundle and every check of the linter, with the linter's own words."""

from checks.rules.findings import Kind
from model.assets import BundleKind, read_manifest
from model.catalog.catalog import Catalog
from tests.tools import PROJECT

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
