"""Make a release of the commit at hand: ``python3 tools/release.py 1.2.0``, by ``make release VERSION=1.2.0``.

Writes ``build/release/``: a zip of rules and dashboards with the SHA-256 of each file, the notes, and the SHA-256 of
both. Then records the version in ``pyproject.toml`` and ``CHANGELOG.md`` by a commit, and tags it. Nothing is pushed.

The notes are the section ``Unreleased`` of ``CHANGELOG.md``, which is the program's, and what the changelogs of the
bundles (``changelog/``) have more than at the last tag.

The zip's bytes follow from the files alone (sorted, dated 1980, stored and not compressed): whoever makes it again from
the tag gets the same checksum. All refusals are reported at once, before anything is written.
"""

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BAD_INPUT = 2
SHIPPED = ("LICENSE", "dashboards", "rules")
PROGRAM_CHANGELOG = "CHANGELOG.md"
BUNDLE_CHANGELOGS = "changelog"
UNRELEASED = "## Unreleased"
# A change of these alone is none of the program: bundles have their own changelogs, and the catalog is the user's.
NOT_THE_PROGRAM = ("benchmarks/", "catalog/", "changelog/", "dashboards/", "docs/", "rules/", "tests/", "CHANGELOG.md")
# Semantic versioning 2.0.0, without build metadata: two tags that differ in it alone would be the same version.
_IDENTIFIER = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_VERSION = re.compile(
    rf"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?", re.ASCII
)
_PYPROJECT = re.compile(r'^version = "[^"]*"$', re.MULTILINE)
_UNRELEASED = re.compile(rf"^{UNRELEASED}\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BUNDLE = re.compile(r"^## (\S+)\n(.*?)(?=^##? |\Z)", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
# The earliest date that a zip can hold.
_DATE = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16

Order = tuple[int, int, int, tuple[tuple[int, int, str], ...]]


def order(version: str) -> Order | None:
    """What versions compare by, as semantic versioning has it; None for what is no version."""
    match = _VERSION.fullmatch(version)
    if not match:
        return None
    identifiers = match[4].split(".") if match[4] else []
    # Numbers come before words; a release comes after all of its candidates.
    before = tuple((0, int(each), "") if each.isdecimal() else (1, 0, each) for each in identifiers)
    return int(match[1]), int(match[2]), int(match[3]), before or ((2, 0, ""),)


def git(root: Path, *arguments: str) -> str:
    """What git prints. Raises CalledProcessError."""
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True).stdout


def tags(root: Path) -> dict[str, Order]:
    """The tags of releases, with what they compare by."""
    found = {tag: order(tag.removeprefix("v")) for tag in git(root, "tag", "--list", "v*").split()}
    return {tag: key for tag, key in found.items() if key}


def refusals(root: Path, version: str) -> list[str]:
    """Why this is no release; one line each."""
    found = []
    if changed := git(root, "status", "--porcelain").splitlines():
        found.append(f"the working tree has {len(changed)} changes, the first is {changed[0][3:]}; commit them first")
    key = order(version)
    if key is None:
        found.append(f"VERSION: found {version!r}; allowed: a version such as 1.2.0 or 1.2.0-rc.1")
    elif f"v{version}" in (released := tags(root)):
        found.append(f"VERSION: the tag v{version} exists; a released version never changes")
    elif newer := [tag for tag, other in released.items() if other > key]:
        highest = max(newer, key=released.__getitem__)
        found.append(f"VERSION: found {version!r}; allowed: a version above {highest}, the newest tag")
    return found + changelog_refusals(root)


def changelog_refusals(root: Path) -> list[str]:
    """Why the notes would say nothing of the program, although it changed since the last release."""
    file = root / PROGRAM_CHANGELOG
    section = _UNRELEASED.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    if section is None:
        return [f"{PROGRAM_CHANGELOG}: found no section `{UNRELEASED}`; it is required, empty if need be"]
    newest = newest_tag(root)
    if section[1].strip() or newest is None:
        return []
    changed = git(root, "diff", "--name-only", newest, "HEAD").splitlines()
    if program := [name for name in changed if not name.startswith(NOT_THE_PROGRAM)]:
        return [
            f"{PROGRAM_CHANGELOG}: the section `{UNRELEASED}` is empty, and {len(program)} files of the program "
            f"changed since {newest}, the first is {program[0]}; say what users notice"
        ]
    return []


def newest_tag(root: Path) -> str | None:
    """The tag of the highest version; None before the first release."""
    released = tags(root)
    return max(released, key=released.__getitem__) if released else None


def bundle_changelogs(root: Path, tag: str | None = None) -> str:
    """The changelogs of all bundles, below each other, as they lie there or at a tag."""
    if tag is None:
        files = sorted((root / BUNDLE_CHANGELOGS).rglob("*.md"))
        return "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = git(root, "ls-tree", "-r", "--name-only", tag, f"{BUNDLE_CHANGELOGS}/").splitlines()
    return "\n".join(git(root, "show", f"{tag}:{name}") for name in sorted(names))


def sections(changelog: str) -> dict[tuple[str, str], str]:
    """Entries of the changelog by bundle and version."""
    return {
        (bundle[1], section[1]): section[2].strip()
        for bundle in _BUNDLE.finditer(changelog)
        for section in _SECTION.finditer(bundle[2])
    }


def notes(version: str, program: str, changelog: str, before: str) -> str:
    """What is new: ``program`` as it stands, and each entry of ``changelog`` since ``before`` once, with its bundles.

    Entries of new major versions come first: they may break silences, links or overrides by name.
    """
    known = sections(before)
    breaking: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for (bundle, number), text in sections(changelog).items():
        if (bundle, number) not in known:
            # A bundle starts with 1.0.0: it is new and breaks nothing.
            group = breaking if number.endswith(".0.0") and number not in ("0.0.0", "1.0.0") else others
            group.setdefault(text, []).append(f"{bundle} {number}")
    parts = [f"# Belfry {version}\n"]
    if breaking:
        parts += ["## Read before you upgrade\n", *_listed(breaking)]
    parts += ["## Program\n", f"{program.strip() or 'The program did not change.'}\n"]
    parts += ["## Rules and dashboards\n", *(_listed(others) if others else ["No bundle changed.\n"])]
    return "\n".join(parts)


def _listed(entries: Mapping[str, list[str]]) -> list[str]:
    return [f"{text}\n\n  {', '.join(bundles)}\n" for text, bundles in entries.items()]


def archive(version: str, files: Mapping[str, bytes]) -> bytes:
    """The zip: all files below one folder, and their checksums as ``sha256sum --check`` reads them."""
    folder = f"belfry-{version}"
    content = {**files, "SHA256SUMS": checksums(files).encode()}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(content):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _DATE)
            # Else the byte says on which system it was made.
            entry.create_system, entry.external_attr = 3, _FILE_MODE
            zipped.writestr(entry, content[name])
    return out.getvalue()


def checksums(files: Mapping[str, bytes]) -> str:
    """A line for each file, sorted by name."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))


def shipped(root: Path) -> dict[str, bytes]:
    """Files of the release as they are committed: never one that git ignores."""
    names: Iterable[str] = filter(None, git(root, "ls-files", "-z", *SHIPPED).split("\0"))
    return {name: (root / name).read_bytes() for name in names}


def release(root: Path, version: str) -> list[str]:
    """Write, commit and tag; returns what to do next. The tree must be clean."""
    newest = newest_tag(root)
    before = bundle_changelogs(root, newest) if newest else ""
    history = root / PROGRAM_CHANGELOG
    said = history.read_text(encoding="utf-8")
    unreleased = _UNRELEASED.search(said)
    assert unreleased, "refusals() asks for it"
    text = notes(version, unreleased[1], bundle_changelogs(root), before)
    folder = root / "build" / "release"
    folder.mkdir(parents=True, exist_ok=True)
    written = {f"belfry-{version}.zip": archive(version, shipped(root)), f"belfry-{version}.md": text.encode()}
    for name, data in written.items():
        (folder / name).write_bytes(data)
    (folder / "SHA256SUMS").write_text(checksums(written), encoding="utf-8")
    project = root / "pyproject.toml"
    old = project.read_text(encoding="utf-8")
    project.write_text(_PYPROJECT.sub(f'version = "{version}"', old, count=1), encoding="utf-8")
    if unreleased[1].strip():
        head, tail = said[: unreleased.start()], said[unreleased.end() :]
        history.write_text(f"{head}{UNRELEASED}\n\n## {version}\n{unreleased[1]}{tail}", encoding="utf-8")
    git(root, "add", "pyproject.toml", PROGRAM_CHANGELOG)
    # The version that is there already needs no commit.
    if git(root, "diff", "--cached", "--name-only"):
        git(root, "commit", "--quiet", "--message", f"release: {version}")
    # Verbatim: else git takes headings of the notes for comments.
    git(root, "tag", "--annotate", f"v{version}", "--cleanup=verbatim", "--file", str(folder / f"belfry-{version}.md"))
    return [
        *(f"written   {(folder / name).relative_to(root)}" for name in (*written, "SHA256SUMS")),
        f"tagged    v{version}, pushed nowhere",
        f"next      git push origin HEAD v{version}, then publish the files above with the notes",
    ]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run the command line: 2 for what is refused."""
    if len(arguments) != 1:
        print("one version is needed: make release VERSION=1.2.0", file=sys.stderr)
        return BAD_INPUT
    try:
        if found := refusals(root, arguments[0]):
            print("\n".join(found), file=sys.stderr)
            return BAD_INPUT
        print("\n".join(release(root, arguments[0])))
    except subprocess.CalledProcessError as error:
        print(f"git: {error.stderr.strip() or error}", file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
