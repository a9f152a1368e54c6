"""Gives each generated bundle of a system its entry in a manifest: a new system is an edit of the catalog only."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import indent
from types import MappingProxyType
from typing import Any, NamedTuple

from model.assets import FOLDERS, MANIFEST, BundleKind, read_manifest, system_manifest
from model.catalog.catalog import Catalog
from model.dashboards import Board
from model.file import read_text
from model.warehouse import queries
from model.yaml_text import Inline, to_yaml

_GRAFANA = {"grafana": "11.6.0"}  # the schema that dashboards are written in
_PROMETHEUS = {"prometheus": "3.0.0"}  # from 3.0 on ranges are open on the left


class _Generated(NamedTuple):
    """What a generated file of a system is called, which program reads it, what it holds, and what it needs."""

    path: str
    kind: BundleKind
    description: str
    needs: Mapping[str, str] = MappingProxyType({})


_OF_A_SYSTEM = (
    _Generated(
        r"rules/alertmanager/inhibitions-(.+)\.yaml", BundleKind.ALERTMANAGER_INHIBITIONS, "Inhibitions within {}."
    ),
    _Generated(r"rules/prometheus/catalog-(.+)\.yaml", BundleKind.PROMETHEUS, "Owners in {}.", _PROMETHEUS),
    _Generated(
        r"rules/prometheus/dashboards-(.+)\.yaml",
        BundleKind.PROMETHEUS,
        "Series of {} that only dashboards read.",
        {"prometheus": "3.4.0"},  # histogram_fraction of classic histograms
    ),
    _Generated(r"rules/prometheus/slo-(.+)\.yaml", BundleKind.PROMETHEUS, "Objectives of {}.", _PROMETHEUS),
    _Generated(r"rules/prometheus/thresholds-(.+)\.yaml", BundleKind.PROMETHEUS, "Thresholds of {}.", _PROMETHEUS),
    _Generated(r"rules/prometheus/kpis-(.+)\.yaml", BundleKind.PROMETHEUS, "KPIs of {}.", _PROMETHEUS),
    _Generated(r"rules/loki/logs-(.+)\.yaml", BundleKind.LOKI, "Log alerts of {}.", {"loki": "3.0.0"}),
    _Generated(r"dashboards/cloudwatch/aws-(.+)\.json", BundleKind.CLOUDWATCH_DASHBOARD, "AWS resources of {}."),
    _Generated(
        r"dashboards/grafana/belfry-business-(.+)\.json",
        BundleKind.GRAFANA,
        "KPIs of {}, compared with their usual values.",
        _GRAFANA,
    ),
)

_HEAD = """\
# Bundles of the system {}: one entry each. `locked` and `sha256` are written by `make lock`, by nobody else.
bundles:
"""


def list_new(root: Path, files: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
    """Append an entry for every generated file of a system, every board and every named query that has none; returns
    the bundles' names.

    A system has a manifest of its own in each folder, so that teams meet in none of them.
    The entries are not locked yet: ``make lock`` does that, after somebody looked at the files.
    """
    # A folder without a manifest has no place to list anything in; the loader says that it is missing.
    folders = [folder for folder in FOLDERS if (root / folder / MANIFEST).is_file()]
    listed = {f"{folder}/{bundle.path}" for folder in folders for bundle in read_manifest(root, folder).bundles}
    named = {f"{queries.FOLDER}/{name}.sql": query for name, query in queries.shipped(root).items()}
    added = []
    for file in sorted(file for file in {*files, *named} - listed if file.partition("/")[0] in folders):
        if found := _of_a_system(file, catalog):
            _append(root / system_manifest(file.partition("/")[0], found[0]), found[1], _HEAD.format(found[0]))
        elif board := _of_a_board(file, catalog):
            _append(root / file.partition("/")[0] / MANIFEST, board, "")
        elif file in named:
            team = catalog.organization.platform_team
            entry = _entry(file, BundleKind.ATHENA, {}, team, named[file].question)
            _append(root / file.partition("/")[0] / MANIFEST, entry, "")
        else:
            continue
        added.append(Path(file).stem)
    return tuple(added)


def _of_a_system(file: str, catalog: Catalog) -> tuple[str, dict[str, Any]] | None:
    """The system and the entry of one of its files."""
    systems = {system.system: system for system in catalog.systems}
    for generated in _OF_A_SYSTEM:
        if match := re.fullmatch(generated.path, file):
            system = systems[match[1]]
            description = generated.description.format(system.title)
            return system.system, _entry(file, generated.kind, generated.needs, system.owner, description)
    return None


def _of_a_board(file: str, catalog: Catalog) -> dict[str, Any] | None:
    """The entry of a board that is about all systems."""
    boards = {f"dashboards/grafana/{board}.json": board for board in Board}
    if file not in boards:
        return None
    team = catalog.organization.platform_team
    return _entry(file, BundleKind.GRAFANA, _GRAFANA, team, boards[file].sentence)


def _entry(file: str, kind: BundleKind, needs: Mapping[str, str], owner: str, description: str) -> dict[str, Any]:
    return {
        "name": Path(file).stem,
        "kind": kind,
        "path": file.partition("/")[2],
        "version": "1.0.0",
        **({"needs": Inline(needs)} if needs else {}),
        "maturity": "incubating",
        "owner": owner,
        "description": description,
    }


def _append(manifest: Path, entry: dict[str, Any], head: str) -> None:
    text = read_text(manifest) if manifest.is_file() else head
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text(f"{text.rstrip()}\n{indent(to_yaml([entry]), '  ')}", encoding="utf-8")
