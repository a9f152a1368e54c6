"""Shipped assets: bundles of rules and dashboards, their versions, and the proof that nobody changed them unseen."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field

from model.base import Model, Name, Text
from model.file import MAX_ASSET_BYTES, read_bytes
from model.model_file import read_model
from model.problems import Problem, duplicates, or_problems, raise_if_any
from model.vocabulary import Vocabulary

FOLDERS = ("rules", "dashboards")
MANIFEST = "manifest.yaml"  # bundles of no system
SYSTEM_MANIFESTS = "manifest"  # beside it: <system>.yaml, so that a change of one system touches no other's file


class BundleKind(Vocabulary):
    """Which program reads a bundle, as it lies."""

    PROMETHEUS = ("prometheus", "A Prometheus rule file; becomes a PrometheusRule object.")
    LOKI = ("loki", "A Loki rule file; becomes a ConfigMap for the ruler.")
    FALCO = ("falco", "A Falco rules file.")
    ALERTMANAGER = ("alertmanager", "The Alertmanager configuration.")
    ALERTMANAGER_INHIBITIONS = ("alertmanager-inhibitions", "Inhibitions of one system; merged into the configuration.")
    ALERTMANAGER_TEMPLATE = ("alertmanager-template", "Notification template, next to the configuration.")
    CLOUDWATCH = ("cloudwatch", "Rows of CloudWatch alarms; Belfry makes alarms of them.")
    EVENTBRIDGE = ("eventbridge", "Rules on events of the AWS account; Belfry makes EventBridge rules of them.")
    ATHENA = ("athena", "A named query on the warehouse, for Athena and DuckDB alike.")
    GRAFANA = ("grafana", "A Grafana dashboard; becomes a ConfigMap for Grafana's sidecar.")
    CLOUDWATCH_DASHBOARD = ("cloudwatch-dashboard", "A CloudWatch dashboard body.")


class Maturity(Vocabulary):
    """How far a bundle may be trusted."""

    STABLE = ("stable", "In use; renames and removals only in a major version.")
    INCUBATING = ("incubating", "Complete and tested, but its thresholds are still being learnt.")
    DEPRECATED = ("deprecated", "Will go with the next major version.")


class Entry(Model):
    """One entry of a manifest.

    ``sha256`` is of the file's bytes at version ``locked``; ``make lock`` writes both and nobody else does.
    """

    name: Name
    kind: BundleKind
    path: Annotated[
        str,
        Field(pattern=r"^[a-z0-9-]+(/[a-zA-Z0-9_-][a-zA-Z0-9._-]*)+$", description="Below the manifest's folder."),
    ]
    version: Annotated[str, Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$", description="SemVer.")]
    locked: str | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    needs: dict[str, str] = Field(default_factory=dict, description="Program -> lowest version the rules need.")
    maturity: Maturity
    owner: Name
    description: Text


class Bundle(Entry):
    """An entry, and the system that its manifest's name says: None for ``manifest.yaml``."""

    system: Name | None = Field(default=None, description="Only environments that watch this system get the bundle.")

    @property
    def major(self) -> int:
        """The major version: what an environment may pin."""
        return int(self.version.split(".", 1)[0])


class ManifestFile(Model):
    """``manifest.yaml`` or ``manifest/<system>.yaml`` of ``rules/`` or ``dashboards/``."""

    bundles: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All manifest files of a folder. ``files``: path below the project -> bundles; those of no system come first."""

    files: Mapping[str, tuple[Bundle, ...]]

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The bundles of all files, in their order."""
        return tuple(bundle for bundles in self.files.values() for bundle in bundles)


@dataclass(frozen=True, slots=True)
class Asset:
    """A bundle and its text, checked against each other. ``file`` is the path below the project, for messages."""

    bundle: Bundle
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All bundles of the project, sorted by name."""

    items: tuple[Asset, ...]

    @classmethod
    def load(cls, root: Path) -> Self:
        """Read all manifests below ``root`` and every file they list.

        Raises BadInput for a file without a line, a line without a file, a doubled name, and bytes that differ
        from what was locked.
        """
        problems: list[Problem] = []
        items: list[Asset] = []
        for folder in FOLDERS:
            manifest = or_problems(partial(read_manifest, root, folder), problems)
            if manifest is None:
                continue
            problems += _unlisted(root / folder, folder, manifest)
            for file, bundles in manifest.files.items():
                for bundle in bundles:
                    path = root / folder / bundle.path
                    where = f"{file}: {bundle.name}"
                    if not path.is_file():
                        problems.append(
                            Problem(
                                where, f"found no file {folder}/{bundle.path}", "an existing file, or remove the entry"
                            )
                        )
                        continue
                    data = read_bytes(path, f"{folder}/{bundle.path}", MAX_ASSET_BYTES)
                    problems += _lock_problems(bundle, digest(data), where)
                    items.append(Asset(bundle, f"{folder}/{bundle.path}", data.decode("utf-8", errors="replace")))
        problems += duplicates("manifests: bundles", (item.bundle.name for item in items))
        raise_if_any(problems)
        return cls(tuple(sorted(items, key=lambda item: item.bundle.name)))

    def watching(self, systems: Collection[str]) -> Self:
        """The bundles of these systems, and those that belong to no system."""
        return type(self)(tuple(i for i in self.items if i.bundle.system is None or i.bundle.system in systems))

    def of(self, kind: BundleKind) -> tuple[Asset, ...]:
        """The bundles of one kind, sorted by name."""
        return tuple(item for item in self.items if item.bundle.kind is kind)


def read_manifest(root: Path, folder: str) -> Manifest:
    """The manifest of ``folder`` with those of its systems, checked in themselves only.

    Raises BadInput with the mistakes of all files.
    """
    paths: dict[str, str | None] = {f"{folder}/{MANIFEST}": None}
    for path in sorted((root / folder / SYSTEM_MANIFESTS).glob("*.yaml")):
        paths[system_manifest(folder, path.stem)] = path.stem
    problems: list[Problem] = []
    files = {}
    for shown, system in paths.items():
        read = or_problems(partial(read_model, ManifestFile, root / shown, shown), problems)
        if read:
            files[shown] = tuple(Bundle(**entry.model_dump(), system=system) for entry in read.bundles)
    raise_if_any(problems)
    return Manifest(files)


def system_manifest(folder: str, system: str) -> str:
    """Path below the project of the manifest that lists a system's bundles in ``folder``."""
    return f"{folder}/{SYSTEM_MANIFESTS}/{system}.yaml"


def digest(data: bytes) -> str:
    """The sha256 of a bundle's bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _lock_problems(bundle: Bundle, found: str, where: str) -> Iterator[Problem]:
    if bundle.locked != bundle.version:
        yield Problem(where, f"version {bundle.version} is not locked", "run `make lock`")
    elif bundle.sha256 != found:
        yield Problem(
            where, f"the file changed but the version is still {bundle.version}", "a higher version, then `make lock`"
        )


def _unlisted(folder: Path, shown: str, manifest: Manifest) -> Iterator[Problem]:
    known = {f"{shown}/{bundle.path}" for bundle in manifest.bundles} | set(manifest.files)
    for path in sorted(folder.rglob("*")):
        file = f"{shown}/{path.relative_to(folder).as_posix()}"
        if path.is_file() and file not in known and not re.search(r"(^|/)\.", file):
            yield Problem(file, f"the file has no entry in {shown}/{MANIFEST}", "an entry, or remove the file")
