"""Locking: no bytes change under a version that somebody may already run."""

from pathlib import Path

import pytest

from authoring.bundles.lock import Bump, Version, lock
from model.assets import Assets, digest
from model.problems import BadInput

RULES = """\
# Rules of ours.
bundles:
  - name: beta   # listed first on purpose
    kind: prometheus
    path: prometheus/beta.yaml
    version: 1.2.3  # raised for the new alert
    needs: {prometheus: "3.0.0"}
    maturity: stable
    owner: platform
    description: The second letter.

  # Flow style is allowed, too.
  - {name: alpha, kind: falco, path: falco/alpha.yaml, version: 0.1.0, maturity: stable, owner: team, description: A.}
"""
DASHBOARDS = """\
bundles:
  - name: home
    kind: grafana
    path: grafana/home.json
    version: 1.0.0
    maturity: stable
    owner: platform
    description: Home."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "rules/manifest.yaml": RULES,
        "rules/prometheus/beta.yaml": "beta",
        "rules/falco/alpha.yaml": "alpha",
        "dashboards/manifest.yaml": DASHBOARDS,
        "dashboards/grafana/home.json": "{}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def manifests(root: Path) -> tuple[str, str]:
    return (root / "rules/manifest.yaml").read_text("utf-8"), (root / "dashboards/manifest.yaml").read_text("utf-8")


def test_new_bundles_are_locked_and_everything_else_in_the_manifests_stays(root: Path) -> None:
    lock(root)
    rules, dashboards = manifests(root)
    beta = f"    locked: 1.2.3\n    sha256: {digest(b'beta')}\n"
    alpha = f"version: 0.1.0, locked: 0.1.0, sha256: {digest(b'alpha')}, maturity"
    expected = RULES.replace("    needs: {", beta + "    needs: {").replace("version: 0.1.0, maturity", alpha)
    assert rules == expected
    home = f"    version: 1.0.0\n    locked: 1.0.0\n    sha256: {digest(b'{}')}\n"
    assert dashboards == DASHBOARDS.replace("    version: 1.0.0\n", home)
    assert [asset.bundle.name for asset in Assets.load(root).items] == ["alpha", "beta", "home"]


def test_a_version_on_the_last_line_without_a_newline_is_locked_too(root: Path) -> None:
    lines = DASHBOARDS.splitlines()
    lines.append(lines.pop(4))
    (root / "dashboards/manifest.yaml").write_text("\n".join(lines), encoding="utf-8")
    lock(root)
    assert Assets.load(root).items[-1].bundle.locked == "1.0.0"


def test_locking_twice_changes_nothing(root: Path) -> None:
    assert all(result.changed for result in lock(root))
    before = manifests(root)
    assert not any(result.changed for result in lock(root))
    assert manifests(root) == before


def test_changed_bytes_under_a_locked_version_are_refused_all_at_once_and_nothing_is_written(root: Path) -> None:
    lock(root)
    (root / "rules/prometheus/beta.yaml").write_text("other", encoding="utf-8")
    (root / "dashboards/grafana/home.json").write_text("[]", encoding="utf-8")
    edit(root / "rules/manifest.yaml", "version: 0.1.0", "version: 0.2.0")
    before = manifests(root)
    with pytest.raises(BadInput) as caught:
        lock(root)
    assert [problem.where for problem in caught.value.problems] == [
        "dashboards/manifest.yaml: home",
        "rules/manifest.yaml: beta",
    ]
    assert "the file changed but the version is still 1.2.3" in str(caught.value)
    assert manifests(root) == before


@pytest.mark.parametrize(("bump", "version"), [(Bump.PATCH, "1.2.4"), (Bump.MINOR, "1.3.0"), (Bump.MAJOR, "2.0.0")])
def test_a_bump_raises_the_version_of_just_the_changed_bundles(root: Path, bump: Bump, version: str) -> None:
    lock(root)
    (root / "rules/prometheus/beta.yaml").write_text("other", encoding="utf-8")
    results = {result.name: result for result in lock(root, bump)}
    assert (results["beta"].before, results["beta"].version) == ("1.2.3", version)
    assert {name for name, result in results.items() if result.changed} == {"beta"}
    rules, _ = manifests(root)
    assert f"version: {version}  # raised for the new alert\n    locked: {version}\n" in rules
    assert {a.bundle.name: a.bundle.version for a in Assets.load(root).items} == {
        "alpha": "0.1.0",
        "beta": version,
        "home": "1.0.0",
    }


def test_a_version_raised_by_hand_is_locked_with_its_new_bytes(root: Path) -> None:
    lock(root)
    (root / "rules/prometheus/beta.yaml").write_text("other", encoding="utf-8")
    edit(root / "rules/manifest.yaml", "version: 1.2.3", "version: 1.10.0")
    results = {result.name: result for result in lock(root, Bump.MAJOR)}
    assert results["beta"].version == "1.10.0"
    assert results["beta"].sha256 == digest(b"other")


def test_a_version_below_the_locked_one_is_refused_even_with_a_bump(root: Path) -> None:
    lock(root)
    edit(root / "rules/manifest.yaml", "version: 1.2.3", "version: 1.2.2")
    with pytest.raises(BadInput, match=r"rules/manifest.yaml: beta.version: found 1.2.2, locked at 1.2.3"):
        lock(root, Bump.PATCH)


def test_a_missing_file_and_a_mangled_lock_are_reported_together(root: Path) -> None:
    lock(root)
    (root / "rules/prometheus/beta.yaml").unlink()
    edit(root / "rules/manifest.yaml", "locked: 0.1.0", "locked: new")
    with pytest.raises(BadInput) as caught:
        lock(root)
    assert {problem.found for problem in caught.value.problems} == {
        "found 'new'",
        "found no file rules/prometheus/beta.yaml",
    }


def test_mistakes_of_both_manifests_are_reported_together(root: Path) -> None:
    edit(root / "rules/manifest.yaml", "maturity: stable", "maturity: ripe")
    (root / "dashboards/manifest.yaml").unlink()
    with pytest.raises(BadInput) as caught:
        lock(root)
    assert {problem.where.split(":")[0] for problem in caught.value.problems} == {
        "rules/manifest.yaml",
        "dashboards/manifest.yaml",
    }


def test_a_name_that_stands_twice_in_a_manifest_is_refused(root: Path) -> None:
    edit(root / "rules/manifest.yaml", "name: alpha", "name: beta")
    before = manifests(root)
    with pytest.raises(BadInput, match=r"rules/manifest.yaml: bundles: found 'beta' 2 times"):
        lock(root)
    assert manifests(root) == before


def test_versions_compare_as_numbers() -> None:
    assert Version.parse("1.10.0") > Version.parse("1.9.9")
    with pytest.raises(ValueError, match="newest"):
        Version.parse("newest")
