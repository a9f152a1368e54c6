"""Shipped assets: bundles of rules and dashboards, their versions, and the proof that nobody changed them unseen."""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field

from model.base import Model, Name, Text
from model.file import MAX_ASSET_BYTES, read_bytes
from model.model_file import read_model
from model.problems import BadInput, Problem, doubles, raise_if_any
from model.vocabulary import Vocabulary

MANIFEST = "manifest.yaml"
FOLDERS = ("rules", "dashboards")


class BundleKind(Vocabulary):
    """Which program reads a bundle, as it lies."""

    PROMETHEUS = ("prometheus", "A Prometheus rule file; becomes a PrometheusRule object.")
    LOKI = ("loki", "A Loki rule file; becomes a ConfigMap for the ruler.")
    FALCO = ("falco", "A Falco rules file.")
    ALERTMANAGER = ("alertmanager", "The Alertmanager configuration.")
    ALERTMANAGER_TEMPLATE = ("alertmanager-template", "Text of notifications; lies beside the configuration.")
    CLOUDWATCH = ("cloudwatch", "Rows of CloudWatch alarms; Belfry makes alarms of them.")
    GRAFANA = ("grafana", "A Grafana dashboard; becomes a ConfigMap for Grafana's sidecar.")
    CLOUDWATCH_DASHBOARD = ("cloudwatch-dashboard", "A CloudWatch dashboard body.")


class Maturity(Vocabulary):
    """How far a bundle may be trusted."""

    STABLE = ("stable", "In use; renames and removals only in a major version.")
    INCUBATING = ("incubating", "Complete and tested, but its thresholds are still being learnt.")
    DEPRECATED = ("deprecated", "Will go with the next major version.")


class Bundle(Model):
    """One line of a manifest.

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
    system: Name | None = Field(default=None, description="Only environments that watch this system get the bundle.")
    description: Text

    @property
    def major(self) -> int:
        """The major version: what an environment may pin."""
        return int(self.version.split(".", 1)[0])


class Manifest(Model):
    """``rules/manifest.yaml`` or ``dashboards/manifest.yaml``."""

    bundles: tuple[Bundle, ...]


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
        """Read both manifests below ``root`` and every file they list.

        Raises BadInput for a file without a line, a line without a file, a doubled name, and bytes that differ
        from what was locked.
        """
        problems: list[Problem] = []
        items: list[Asset] = []
        for folder in FOLDERS:
            try:
                manifest = read_manifest(root, folder)
            except BadInput as error:
                problems += error.problems
                continue
            problems += _unlisted(root / folder, folder, manifest)
            for bundle in manifest.bundles:
                path = root / folder / bundle.path
                where = f"{folder}/{MANIFEST}: {bundle.name}"
                if not path.is_file():
                    problems.append(Problem(where, f"found no file {folder}/{bundle.path}", "a file, or no line"))
                    continue
                data = read_bytes(path, f"{folder}/{bundle.path}", MAX_ASSET_BYTES)
                problems += _lock_problems(bundle, digest(data), where)
                items.append(Asset(bundle, f"{folder}/{bundle.path}", data.decode("utf-8", errors="replace")))
        problems += doubles("manifests: bundles", (item.bundle.name for item in items))
        raise_if_any(problems)
        return cls(tuple(sorted(items, key=lambda item: item.bundle.name)))

    def watching(self, systems: Collection[str]) -> Self:
        """The bundles of these systems, and those that belong to no system."""
        return type(self)(tuple(i for i in self.items if i.bundle.system is None or i.bundle.system in systems))

    def of(self, kind: BundleKind) -> tuple[Asset, ...]:
        """The bundles of one kind, sorted by name."""
        return tuple(item for item in self.items if item.bundle.kind is kind)


def read_manifest(root: Path, folder: str) -> Manifest:
    """The manifest of ``folder``, checked in itself only."""
    shown = f"{folder}/{MANIFEST}"
    return read_model(Manifest, root / folder / MANIFEST, shown)


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
    listed = {bundle.path for bundle in manifest.bundles}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and relative != MANIFEST and relative not in listed and not re.search(r"(^|/)\.", relative):
            yield Problem(f"{shown}/{relative}", f"the file has no line in {shown}/{MANIFEST}", "a line, or no file")
