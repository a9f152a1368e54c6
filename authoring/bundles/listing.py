"""Gives each generated bundle of a system its entry in a manifest: a new system is an edit of the catalog only."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import indent
from types import MappingProxyType
from typing import NamedTuple

from model.assets import FOLDERS, MANIFEST, BundleKind, read_manifest, system_manifest
from model.catalog.catalog import Catalog
from model.file import read_text
from model.yaml_text import Inline, to_yaml

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
        {"grafana": "11.6.0"},  # the schema that the dashboard is written in
    ),
)

_HEAD = """\
# Bundles of the system {}: one entry each. `locked` and `sha256` are written by `make lock`, by nobody else.
bundles:
"""


def list_new(root: Path, files: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
    """Append an entry for every generated file of a system that has none; returns the new bundles' names.

    A system has a manifest of its own in each folder, so that teams meet in none of them.
    The entries are not locked yet: ``make lock`` does that, after somebody looked at the files.
    """
    # A folder without a manifest has no place to list anything in; the loader says that it is missing.
    folders = [folder for folder in FOLDERS if (root / folder / MANIFEST).is_file()]
    listed = {f"{folder}/{bundle.path}" for folder in folders for bundle in read_manifest(root, folder).bundles}
    systems = {system.system: system for system in catalog.systems}
    added = []
    for file in sorted(file for file in set(files) - listed if file.partition("/")[0] in folders):
        for generated in _OF_A_SYSTEM:
            if match := re.fullmatch(generated.path, file):
                system = systems[match[1]]
                folder, _, path = file.partition("/")
                name = Path(file).stem
                entry = {
                    "name": name,
                    "kind": generated.kind,
                    "path": path,
                    "version": "1.0.0",
                    **({"needs": Inline(generated.needs)} if generated.needs else {}),
                    "maturity": "incubating",
                    "owner": system.owner,
                    "description": generated.description.format(system.title),
                }
                manifest = root / system_manifest(folder, system.system)
                text = read_text(manifest) if manifest.is_file() else _HEAD.format(system.system)
                manifest.parent.mkdir(exist_ok=True)
                manifest.write_text(f"{text.rstrip()}\n{indent(to_yaml([entry]), '  ')}", encoding="utf-8")
                added.append(name)
    return tuple(added)
