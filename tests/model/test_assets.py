"""Assets: nothing is shipped that is not listed, and nothing that differs from what was locked."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from model.assets import Assets, Bundle, BundleKind, digest
from model.problems import BadInput


def bundle(name: str, path: str, data: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "grafana" if path.startswith("grafana") else "prometheus",
        "path": path,
        "version": "1.2.3",
        "locked": "1.2.3",
        "sha256": digest(data),
        "maturity": "stable",
        "owner": "platform",
        "description": "For people.",
        **changes,
    }


def write(root: Path, folder: str, *bundles: dict[str, Any]) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"bundles": list(bundles)}, sort_keys=False)
    (root / folder / "manifest.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, data in (("rules/prometheus/b.yaml", b"b"), ("rules/prometheus/a.yaml", b"a")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "dashboards/grafana").mkdir(parents=True)
    (tmp_path / "dashboards/grafana/home.json").write_bytes(b"{}")
    write(tmp_path, "rules", bundle("b", "prometheus/b.yaml", b"b"), bundle("a", "prometheus/a.yaml", b"a"))
    write(tmp_path, "dashboards", bundle("home", "grafana/home.json", b"{}"))
    return tmp_path


def write_system(root: Path, system: str, *bundles: dict[str, Any]) -> Path:
    file = root / "rules" / "manifest" / f"{system}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump({"bundles": list(bundles)}), encoding="utf-8")
    return file


def problems(root: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Assets.load(root)
    return [str(problem) for problem in caught.value.problems]


def test_good_assets_load_sorted_by_name_with_their_text(root: Path) -> None:
    assets = Assets.load(root)
    assert [(a.bundle.name, a.file, a.text) for a in assets.items] == [
        ("a", "rules/prometheus/a.yaml", "a"),
        ("b", "rules/prometheus/b.yaml", "b"),
        ("home", "dashboards/grafana/home.json", "{}"),
    ]
    assert [a.bundle.name for a in assets.of(BundleKind.PROMETHEUS)] == ["a", "b"]
    assert assets.of(BundleKind.FALCO) == ()


def test_the_name_of_a_manifest_says_whose_bundles_it_lists(root: Path) -> None:
    (root / "rules/prometheus/slo.yaml").write_bytes(b"slo")
    write_system(root, "shop", bundle("slo", "prometheus/slo.yaml", b"slo"))
    assets = Assets.load(root)
    assert {asset.bundle.name: asset.bundle.system for asset in assets.of(BundleKind.PROMETHEUS)} == {
        "a": None,
        "b": None,
        "slo": "shop",
    }
    assert "slo" not in {asset.bundle.name for asset in assets.watching(["bank"]).items}


def test_mistakes_in_the_manifest_of_a_system_are_reported_with_its_file(root: Path) -> None:
    write_system(root, "shop", bundle("slo", "prometheus/slo.yaml", b"slo"))
    assert problems(root) == [
        "rules/manifest/shop.yaml: slo: found no file rules/prometheus/slo.yaml; "
        "allowed: an existing file, or remove the entry"
    ]
    write_system(root, "shop", bundle("slo", "prometheus/slo.yaml", b"slo", system="bank"))
    assert problems(root)[0].startswith("rules/manifest/shop.yaml: bundles[0].system: unknown key")
    (root / "rules/manifest/shop.yaml").rename(root / "rules/manifest/shop.yml")
    assert "rules/manifest/shop.yml: the file has no entry" in problems(root)[0]


def test_one_name_in_the_manifests_of_two_systems_is_refused(root: Path) -> None:
    (root / "rules/prometheus/slo.yaml").write_bytes(b"slo")
    for system in ("shop", "bank"):
        write_system(root, system, bundle("slo", "prometheus/slo.yaml", b"slo"))
    assert problems(root) == ["manifests: bundles: found 'slo' 2 times; allowed: each name once"]


def test_the_major_version_is_what_an_environment_pins() -> None:
    assert Bundle.model_validate(bundle("a", "prometheus/a.yaml", b"", version="12.3.4")).major == 12


def test_bytes_that_differ_from_the_lock_are_refused(root: Path) -> None:
    (root / "rules/prometheus/a.yaml").write_bytes(b"changed")
    assert problems(root) == [
        "rules/manifest.yaml: a: the file changed but the version is still 1.2.3; "
        "allowed: a higher version, then `make lock`"
    ]


@pytest.mark.parametrize("locked", [None, "1.2.2"])
def test_a_version_that_was_not_locked_is_refused(root: Path, locked: str | None) -> None:
    changed = bundle("home", "grafana/home.json", b"{}", locked=locked)
    write(root, "dashboards", changed)
    assert problems(root) == ["dashboards/manifest.yaml: home: version 1.2.3 is not locked; allowed: run `make lock`"]


def test_a_file_without_a_line_and_a_line_without_a_file_are_reported_together(root: Path) -> None:
    (root / "rules/prometheus/a.yaml").rename(root / "rules/prometheus/c.yaml")
    assert problems(root) == [
        "rules/manifest.yaml: a: found no file rules/prometheus/a.yaml; allowed: an existing file, or remove the entry",
        "rules/prometheus/c.yaml: the file has no entry in rules/manifest.yaml; allowed: an entry, or remove the file",
    ]


def test_hidden_files_of_editors_need_no_line(root: Path) -> None:
    (root / "rules/prometheus/.a.yaml.swp").write_bytes(b"")
    (root / "rules/.cache").mkdir()
    (root / "rules/.cache/x").write_bytes(b"")
    assert len(Assets.load(root).items) == 3


def test_one_name_in_both_manifests_is_refused(root: Path) -> None:
    write(root, "dashboards", bundle("a", "grafana/home.json", b"{}"))
    assert problems(root) == ["manifests: bundles: found 'a' 2 times; allowed: each name once"]


def test_mistakes_inside_both_manifests_are_reported_at_once_with_their_keys(root: Path) -> None:
    write(root, "rules", bundle("a", "prometheus/a.yaml", b"a", version="1.2", colour="red"))
    (root / "dashboards/manifest.yaml").write_bytes(b"bundles: [")
    found = problems(root)
    assert found[0].startswith("dashboards/manifest.yaml: line ")
    assert found[1].startswith("rules/manifest.yaml: bundles[0].colour: unknown key")
    assert found[2].startswith("rules/manifest.yaml: bundles[0].version: found '1.2'")


@pytest.mark.parametrize("path", ["/etc/passwd", "../secrets.yaml", "prometheus/../../x.yaml", "loose.yaml"])
def test_a_path_outside_the_folders_of_the_kinds_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Bundle.model_validate(bundle("a", path, b""))


def test_bytes_that_are_not_utf_8_can_still_be_locked_and_refused_by_their_reader(root: Path) -> None:
    (root / "rules/prometheus/a.yaml").write_bytes(b"\xff")
    write(root, "rules", bundle("a", "prometheus/a.yaml", b"\xff"), bundle("b", "prometheus/b.yaml", b"b"))
    assert Assets.load(root).items[0].text == "\ufffd"
