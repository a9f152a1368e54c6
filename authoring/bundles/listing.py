"""Gives each generated bundle of a system its entry in a manifest: a new system is an edit of the catalog only."""

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import indent

from model.assets import FOLDERS, MANIFEST, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.yaml_text import to_yaml

# What a generated file of a system is called, which program reads it, and what it holds.
_OF_A_SYSTEM = (
    (r"rules/prometheus/slo-(.+)\.yaml", BundleKind.PROMETHEUS, "Objectives of {}."),
    (r"rules/prometheus/thresholds-(.+)\.yaml", BundleKind.PROMETHEUS, "Thresholds of {}."),
    (r"rules/prometheus/kpis-(.+)\.yaml", BundleKind.PROMETHEUS, "Business numbers of {}."),
    (r"rules/loki/logs-(.+)\.yaml", BundleKind.LOKI, "Log alerts of {}."),
    (r"dashboards/cloudwatch/aws-(.+)\.json", BundleKind.CLOUDWATCH_DASHBOARD, "AWS resources of {}."),
    (
        r"dashboards/grafana/belfry-business-(.+)\.json",
        BundleKind.GRAFANA,
        "Business numbers of {}, against the usual.",
    ),
)


def list_new(root: Path, files: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
    """Append an entry for every generated file of a system that has none; returns the new bundles' names.

    The entries are not locked yet: ``make lock`` does that, after somebody looked at the files.
    """
    # A folder without a manifest has no place to list anything in; the loader says that it is missing.
    folders = [folder for folder in FOLDERS if (root / folder / MANIFEST).is_file()]
    listed = {f"{folder}/{bundle.path}" for folder in folders for bundle in read_manifest(root, folder).bundles}
    systems = {system.system: system for system in catalog.systems}
    added = []
    for file in sorted(file for file in set(files) - listed if file.partition("/")[0] in folders):
        for pattern, kind, description in _OF_A_SYSTEM:
            if match := re.fullmatch(pattern, file):
                system = systems[match[1]]
                folder, _, path = file.partition("/")
                name = Path(file).stem
                entry = {
                    "name": name,
                    "kind": kind,
                    "path": path,
                    "version": "1.0.0",
                    "maturity": "incubating",
                    "owner": system.owner,
                    "system": system.system,
                    "description": description.format(system.title),
                }
                manifest = root / folder / MANIFEST
                listing = f"{manifest.read_text(encoding='utf-8').rstrip()}\n{indent(to_yaml([entry]), '  ')}"
                manifest.write_text(listing, encoding="utf-8")
                added.append(name)
    return tuple(added)
