"""A release is a clean commit under a new version, with the same bytes wherever it is made."""

import hashlib
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tools import release

PROGRAM = """\
# Changelog

## Unreleased

- `make chart` takes a new version of a chart.

## 0.1.0

- The first.
"""
CHANGELOG = """\
# Changelog of the bundles of no system

One section a bundle.

## capacity

### 1.1.0
- warn before a disk is full

### 1.0.0
- the first

"""
SYSTEM = """\
# Changelog of the bundles of the system shop

## slo-shop

### 2.0.0
- rename an alert

### 1.0.0
- the first
"""


def git(root: Path, *arguments: str) -> str:
    return release.git(root, *arguments)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    root = tmp_path / "belfry"
    (root / "rules").mkdir(parents=True)
    (root / "dashboards").mkdir()
    (root / "rules" / "a.yaml").write_text("groups: []\n")
    (root / "dashboards" / "b.json").write_text("{}\n")
    (root / "LICENSE").write_text("Apache\n")
    (root / ".gitignore").write_text("build/\n*.tmp\n")
    (root / "pyproject.toml").write_text('[project]\nname = "belfry"\nversion = "0.1.0"\n\n[tool.x]\nversion = "7"\n')
    (root / "CHANGELOG.md").write_text(PROGRAM)
    (root / "changelog" / "systems").mkdir(parents=True)
    (root / "changelog" / "platform.md").write_text(CHANGELOG)
    (root / "changelog" / "systems" / "shop.md").write_text(SYSTEM)
    git(tmp_path, "init", "--quiet", "--initial-branch=master", str(root))
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "first")
    return root


def refused(root: Path, version: str, capsys: pytest.CaptureFixture[str]) -> str:
    head, tags = git(root, "rev-parse", "HEAD"), git(root, "tag")
    assert release.main([version], root) == 2
    assert (git(root, "rev-parse", "HEAD"), git(root, "tag")) == (head, tags)
    assert not (root / "build" / "release" / f"belfry-{version}.zip").exists()
    return capsys.readouterr().err


def test_a_release_has_a_version_a_commit_a_tag_notes_and_files(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["1.2.0"], project) == 0
    assert "git push origin HEAD v1.2.0" in capsys.readouterr().out
    assert (project / "pyproject.toml").read_text().count('version = "1.2.0"') == 1
    assert 'version = "7"' in (project / "pyproject.toml").read_text()
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "describe", "--tags") == "v1.2.0\n"
    notes = (project / "build" / "release" / "belfry-1.2.0.md").read_text()
    assert git(project, "tag", "--list", "--format=%(contents)", "v1.2.0").strip() == notes.strip()


def test_the_checksums_are_those_of_the_files(project: Path) -> None:
    release.main(["1.2.0"], project)
    folder = project / "build" / "release"
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
    with zipfile.ZipFile(folder / "belfry-1.2.0.zip") as zipped:
        zipped.extractall(folder)
    inner = folder / "belfry-1.2.0"
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=inner, check=True, capture_output=True)
    assert sorted(path.relative_to(inner).as_posix() for path in inner.rglob("*") if path.is_file()) == [
        "LICENSE",
        "SHA256SUMS",
        "dashboards/b.json",
        "rules/a.yaml",
    ]


def test_the_same_files_are_the_same_bytes() -> None:
    files = {"rules/b.yaml": b"b", "rules/a.yaml": b"a"}
    made = release.archive("1.0.0", files)
    assert made == release.archive("1.0.0", dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(made)) as zipped:
        assert {entry.date_time[0] for entry in zipped.infolist()} == {1980}
        assert {entry.compress_type for entry in zipped.infolist()} == {zipfile.ZIP_STORED}
    # Of a fixed input: other Pythons and machines must come to it too.
    assert hashlib.sha256(made).hexdigest() == "c85f26478fef774f150d0d56b3d32811910a4dd4e7053a4ee1fd050c05060b39"


def test_what_git_ignores_is_not_shipped(project: Path) -> None:
    (project / "rules" / "notes.tmp").write_text("private")
    assert sorted(release.shipped(project)) == ["LICENSE", "dashboards/b.json", "rules/a.yaml"]


@pytest.mark.parametrize(
    "version",
    ["1.2", "v1.2.0", "01.2.0", "1.2.0.0", "1.2.0-", "1.2.0-01", "1.2.0+build", "1.2.0\n", "", "--help", "\u0661.0.0"],
)
def test_what_is_no_version_is_refused(project: Path, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"found {version!r}; allowed: a version such as 1.2.0" in refused(project, version, capsys)


@pytest.mark.parametrize("file", ["rules/a.yaml", "rules/new.yaml"])
def test_a_dirty_tree_is_refused(project: Path, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    (project / file).write_text("changed")
    assert f"1 changes, the first is {file}" in refused(project, "1.2.0", capsys)


def test_a_tag_that_exists_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "tag", "v1.2.0")
    assert "the tag v1.2.0 exists" in refused(project, "1.2.0", capsys)


def test_a_version_below_the_newest_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for tag in ("v1.9.0", "v1.10.0", "vendor"):
        git(project, "tag", tag)
    assert "a version above v1.10.0" in refused(project, "1.9.1", capsys)


def test_all_refusals_are_reported_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "rules" / "new.yaml").touch()
    assert len(refused(project, "next", capsys).splitlines()) == 2


def test_versions_compare_as_semantic_versioning_has_it() -> None:
    ascending = ["1.0.0-1", "1.0.0-2", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-rc.2", "1.0.0-rc.11", "1.0.0", "1.0.1"]
    keys = [key for version in ascending if (key := release.order(version))]
    assert len(keys) == len(ascending)
    assert keys == sorted(keys)


def test_notes_have_each_entry_once_and_breaking_ones_first() -> None:
    assert release.notes("1.0.0", "\n- one command more\n", f"{CHANGELOG}\n{SYSTEM}", "") == (
        "# Belfry 1.0.0\n\n"
        "## Read before you upgrade\n\n- rename an alert\n\n  slo-shop 2.0.0\n\n"
        "## Program\n\n- one command more\n\n"
        "## Rules and dashboards\n\n- warn before a disk is full\n\n  capacity 1.1.0\n\n"
        "- the first\n\n  capacity 1.0.0, slo-shop 1.0.0\n"
    )


def test_notes_leave_out_what_the_release_before_had(project: Path) -> None:
    assert release.main(["1.0.0"], project) == 0
    changelog = project / "changelog" / "platform.md"
    changelog.write_text(CHANGELOG.replace("### 1.1.0", "### 1.2.0\n- count inodes too\n\n### 1.1.0"))
    git(project, "commit", "--all", "--quiet", "--message", "second")
    assert release.main(["1.1.0"], project) == 0
    assert (project / "build" / "release" / "belfry-1.1.0.md").read_text() == (
        "# Belfry 1.1.0\n\n## Program\n\nThe program did not change.\n\n"
        "## Rules and dashboards\n\n- count inodes too\n\n  capacity 1.2.0\n"
    )


def test_what_was_unreleased_stands_below_the_version_afterwards(project: Path) -> None:
    assert release.main(["1.0.0"], project) == 0
    assert (project / "CHANGELOG.md").read_text() == PROGRAM.replace("Unreleased\n", "Unreleased\n\n## 1.0.0\n")
    assert "## Program\n\n- `make chart` takes" in git(project, "tag", "--list", "--format=%(contents)", "v1.0.0")


def test_a_program_that_changed_without_a_word_in_its_changelog_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["1.0.0"], project) == 0
    (project / "docs").mkdir()
    for name, message in (("docs/a.md", "text"), ("program.py", "program")):
        (project / name).write_text("new\n")
        git(project, "add", name)
        git(project, "commit", "--quiet", "--message", message)
    assert "is empty, and 1 files of the program changed since v1.0.0, the first is program.py" in refused(
        project, "1.1.0", capsys
    )


def test_a_changelog_without_the_section_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "CHANGELOG.md").write_text("# Changelog\n")
    git(project, "commit", "--all", "--quiet", "--message", "lost")
    assert "CHANGELOG.md: found no section `## Unreleased`" in refused(project, "1.0.0", capsys)


def test_a_release_without_changed_bundles_says_so() -> None:
    assert "No bundle changed." in release.notes("1.0.1", "", CHANGELOG, CHANGELOG)


def test_a_version_that_is_there_already_needs_no_commit(project: Path) -> None:
    (project / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")
    git(project, "commit", "--all", "--quiet", "--message", "nothing unreleased")
    head = git(project, "rev-parse", "HEAD")
    assert release.main(["0.1.0"], project) == 0
    assert git(project, "rev-parse", "v0.1.0^{commit}") == head


def test_two_branches_that_each_note_a_change_of_the_program_merge(project: Path) -> None:
    """The real .gitattributes, since it is what makes them merge."""
    shutil.copy(release.ROOT / ".gitattributes", project)
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "attributes")
    for branch in ("one", "two"):
        git(project, "checkout", "--quiet", "-b", branch, "master")
        (project / "CHANGELOG.md").write_text(PROGRAM.replace("a chart.\n", f"a chart.\n- {branch}\n"))
        git(project, "commit", "--all", "--quiet", "--message", branch)
    git(project, "merge", "--quiet", "one")
    assert {"- one", "- two"} <= set((project / "CHANGELOG.md").read_text().splitlines())


def test_without_a_version_the_usage_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main([], project) == 2
    assert "make release VERSION=1.2.0" in capsys.readouterr().err


def test_what_git_refuses_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["1.0.0"], tmp_path) == 2
    assert capsys.readouterr().err.startswith("git: fatal: not a git repository")
