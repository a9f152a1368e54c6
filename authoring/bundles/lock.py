"""Writes version and checksum of each bundle into the manifests, and refuses new bytes under an old version.

The manifests are edited in place, value by value: their comments, order and layout belong to people.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

import yaml

from model.assets import FOLDERS, Bundle, digest, read_manifest
from model.file import MAX_ASSET_BYTES, read_bytes, read_text
from model.problems import Problem, duplicates, or_problems, raise_if_any
from model.vocabulary import Vocabulary


class Bump(Vocabulary):
    """Which part of a version a change of a bundle raises (docs/adr/0001-versions-of-rules.md)."""

    PATCH = ("patch", "Less noise, better text, a higher severity.")
    MINOR = ("minor", "A new rule or panel, or a newer program needed.")
    MAJOR = ("major", "A rule renamed, removed, disabled or less severe.")


class Version(NamedTuple):
    """A version of three numbers; compares as people expect."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when the text is no such version."""
        match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", text)
        if not match:
            raise ValueError(text)
        return cls(*map(int, match.groups()))

    def raised(self, bump: Bump) -> "Version":
        """The next version."""
        match bump:
            case Bump.PATCH:
                return Version(self.major, self.minor, self.patch + 1)
            case Bump.MINOR:
                return Version(self.major, self.minor + 1, 0)
            case _:
                return Version(self.major + 1, 0, 0)

    def __str__(self) -> str:
        return ".".join(map(str, self))


@dataclass(frozen=True, slots=True)
class Locked:
    """One bundle after the run: ``before`` is the version it was locked at, None for a new bundle."""

    manifest: str  # path below the project
    name: str
    system: str | None
    before: str | None
    version: str
    sha256: str
    changed: bool


def lock(root: Path, bump: Bump | None = None) -> tuple[Locked, ...]:
    """Lock every bundle of all manifests, in their order.

    With ``bump``, bundles whose bytes changed under a locked version get the next version; others keep theirs.
    Raises BadInput with all refusals, before anything is written: a missing file, a version below the locked one,
    and (without ``bump``) changed bytes.
    """
    problems: list[Problem] = []
    results: list[Locked] = []
    for folder in FOLDERS:
        manifest = or_problems(partial(read_manifest, root, folder), problems)
        for file, bundles in manifest.files.items() if manifest else ():
            # The edits below find an entry by its name: a second one would get the checksum of the first.
            problems += duplicates(f"{file}: bundles", (bundle.name for bundle in bundles))
            for bundle in bundles:
                outcome = _locked(root, folder, file, bundle, bump)
                if isinstance(outcome, Problem):
                    problems.append(outcome)
                else:
                    results.append(outcome)
    raise_if_any(problems)
    for file in dict.fromkeys(result.manifest for result in results):
        old = read_text(root / file, file)
        new = _edited(old, {result.name: result for result in results if result.manifest == file})
        if new != old:
            (root / file).write_bytes(new.encode())
    return tuple(results)


def _locked(root: Path, folder: str, file: str, bundle: Bundle, bump: Bump | None) -> Locked | Problem:
    where = f"{file}: {bundle.name}"
    path = root / folder / bundle.path
    if not path.is_file():
        return Problem(where, f"found no file {folder}/{bundle.path}", "an existing file, or remove the entry")
    sha256 = digest(read_bytes(path, f"{folder}/{bundle.path}", MAX_ASSET_BYTES))
    version = Version.parse(bundle.version)
    if bundle.locked is not None:
        try:
            before = Version.parse(bundle.locked)
        except ValueError:
            return Problem(f"{where}.locked", f"found {bundle.locked!r}", "the values that `make lock` wrote")
        if version < before:
            return Problem(f"{where}.version", f"found {version}, locked at {before}", f"{before} or higher")
        if version == before and bundle.sha256 not in (sha256, None):
            if bump is None:
                found = f"the file changed but the version is still {version}"
                return Problem(where, found, "a higher version, or `make lock BUMP=patch` (minor, major)")
            version = version.raised(bump)
    changed = (bundle.locked, bundle.sha256) != (str(version), sha256)
    return Locked(file, bundle.name, bundle.system, bundle.locked, str(version), sha256, changed)


def _edited(text: str, results: dict[str, Locked]) -> str:
    edits = sorted(_edits(text, results), key=lambda edit: edit.start, reverse=True)
    for edit in edits:  # from the end, so that earlier positions stay true
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@dataclass(frozen=True, slots=True)
class _Edit:
    """``text`` takes the place of the characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def _edits(text: str, results: dict[str, Locked]) -> Iterator[_Edit]:
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    assert document, "read_manifest has refused an empty file"
    bundles = next(value for key, value in document.value if key.value == "bundles")
    for entry in bundles.value:
        nodes = {key.value: (key, value) for key, value in entry.value}
        result = results[nodes["name"][1].value]
        key, version = nodes["version"]
        missing = ""
        for name, value in (("version", result.version), ("locked", result.version), ("sha256", result.sha256)):
            if name not in nodes:
                separator = ", " if entry.flow_style else "\n" + " " * key.start_mark.column
                missing += f"{separator}{name}: {value}"
            elif nodes[name][1].value != value:
                yield _Edit(nodes[name][1].start_mark.index, nodes[name][1].end_mark.index, value)
        if missing:
            # After the version's line, or a comment behind it would be cut off from it; in { } right behind the value.
            end: int = version.end_mark.index
            if not entry.flow_style:
                line_end = text.find("\n", end)
                end = len(text) if line_end < 0 else line_end
            yield _Edit(end, end, missing)
