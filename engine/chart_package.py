"""A packaged Helm chart (``.tgz``): what it says of itself, its values with comments, and the charts bundled in it."""

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from model.file import read_bytes
from model.problems import BadInput, Problem

# The largest of the table, kube-prometheus-stack, has 0.6 MB packed and 6 MB unpacked.
MAX_PACKED_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 128 * 1024 * 1024
# A chart in a chart in a chart is as deep as published charts go.
MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Package:
    """One chart. ``values`` are merged with those of bundled charts, each below its key, as Helm merges them."""

    name: str
    version: str
    app: str
    kube: str | None
    values: Mapping[str, Any]
    text: str  # values.yaml with its comments
    schema: Mapping[str, Any] | None
    bundled: Mapping[str, "Package"]  # by the key that their values stand below


def read_package(path: Path) -> Package:
    """The chart in ``path``. Raises BadInput for what is no packaged chart."""
    return _package(path.name, read_bytes(path, path.name, MAX_PACKED_BYTES), MAX_DEPTH)


def _package(where: str, data: bytes, depth: int) -> Package:
    try:
        files = _unpacked(data)
        top = {name.partition("/")[0] for name in files}
        if len(top) != 1:
            raise ValueError(f"found {len(top)} folders at its top")
        (folder,) = top
        return _chart(where, {name.removeprefix(f"{folder}/"): body for name, body in files.items()}, depth)
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise BadInput(
            [Problem(where, f"no packaged chart in it: {error}", "a file that `helm package` wrote")]
        ) from None


def _unpacked(data: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            left -= member.size
            if left < 0:
                raise ValueError(f"more than {MAX_UNPACKED_BYTES} bytes unpacked")
            body = archive.extractfile(member)
            assert body, "a file has a body"
            files[member.name.removeprefix("./")] = body.read()
    return files


def _chart(where: str, files: Mapping[str, bytes], depth: int) -> Package:
    if not depth:
        raise ValueError(f"charts nested deeper than {MAX_DEPTH}")
    about = _mapping(files["Chart.yaml"])
    text = files.get("values.yaml", b"").decode()
    schema = files.get("values.schema.json")
    bundled = _bundled(where, files, about, depth)
    values = {key: dict(package.values) for key, package in bundled.items()}
    return Package(
        name=str(about["name"]),
        version=str(about["version"]),
        app=str(about.get("appVersion") or ""),
        kube=str(about["kubeVersion"]) if about.get("kubeVersion") else None,
        values=merged(values, _mapping(files.get("values.yaml", b""))),
        text=text,
        schema=json.loads(schema) if schema else None,
        bundled=bundled,
    )


def _bundled(where: str, files: Mapping[str, bytes], about: Mapping[str, Any], depth: int) -> dict[str, Package]:
    folders: dict[str, dict[str, bytes]] = {}
    packages = {}
    for name, body in files.items():
        kind, _, rest = name.partition("/")
        folder, _, below = rest.partition("/")
        if kind != "charts" or not rest or folder.startswith((".", "_")):
            continue
        if below:
            folders.setdefault(folder, {})[below] = body
        elif folder.endswith(".tgz"):
            package = _package(f"{where}: {name}", body, depth - 1)
            packages[package.name] = package
    for folder, own in folders.items():
        if "Chart.yaml" in own:
            package = _chart(f"{where}: charts/{folder}", own, depth - 1)
            packages[package.name] = package
    keys = {str(row["name"]): str(row.get("alias") or row["name"]) for row in about.get("dependencies") or []}
    return {keys.get(name, name): packages[name] for name in sorted(packages)}


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, where ``above`` has the last word but for maps, which are merged: what a chart says of a bundled one."""
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        both_maps = isinstance(known, Mapping) and isinstance(value, Mapping)
        result[key] = merged(known, value) if both_maps else value  # type: ignore[arg-type]
    return result


class _Loader(yaml.CSafeLoader):
    """YAML as Helm reads it: `=` is text, a second key of one name takes the place of the first."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def _mapping(data: bytes) -> dict[str, Any]:
    document = yaml.load(data, Loader=_Loader) or {}  # noqa: S506 (a subclass of the safe loader)
    if not isinstance(document, dict):
        raise TypeError("a file of values or of the chart's metadata is no mapping")
    return document
