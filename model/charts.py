"""The Helm charts Belfry installs, and the values each pinned chart accepts.

No chart but the OpenTelemetry ones refuses a misspelt key: Helm renders ``lokki:`` or ``singleBinary.replica`` without
a word and the setting is lost. So each pinned chart has an inventory, a tree of its keys, and values are checked
against it before anything is installed.
"""

import copy
import difflib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from model.base import Model, Name, Text
from model.model_file import read_model
from model.problems import BadInput, Problem, or_problems, raise_if_any
from model.versions import FILE as VERSIONS
from model.versions import ChartName, ChartPin, read_versions

TABLE = "charts.yaml"  # in the folder of the components
INVENTORIES = "chart_values"  # beside it: <chart>.json, written by `make chart`

Leaf = Literal["bool", "number", "string", "list", "map", "any"]
# Keys of one map; a Leaf where the chart takes a value. "map" takes any keys, "any" takes anything.
Tree = Mapping[str, "Tree | Leaf"]

# Kubernetes takes a number or text here ("50%", "http"), whatever the chart's default happens to be.
_INT_OR_STRING = frozenset({"minAvailable", "maxUnavailable", "maxSurge", "partition", "port", "targetPort"})


class Accepted(Model):
    """A path that the chart accepts although its values.yaml does not show it, or shows another type."""

    path: Text = Field(description="Dotted path; a dot inside a key is written `\\.`, as Helm's --set does.")
    type: Leaf
    reason: Text


class ChartUse(Model):
    """How Belfry installs one chart: a row of ``charts.yaml``."""

    namespace: Name
    release: ChartName
    accepts: tuple[Accepted, ...] = ()

    @field_validator("accepts")
    @classmethod
    def _each_path_once(cls, accepts: tuple[Accepted, ...]) -> tuple[Accepted, ...]:
        for path, count in Counter(accepted.path for accepted in accepts).items():
            if count > 1:
                raise ValueError(f"found {path!r} {count} times; allowed: each path once")
        return accepts


class ChartTable(Model):
    """``charts.yaml``, by the chart's name, which is its key in ``versions.toml`` too."""

    charts: dict[ChartName, ChartUse]


@dataclass(frozen=True, slots=True)
class Chart:
    """One pinned chart: its row, and its entry of ``versions.toml``."""

    chart: str
    pin: ChartPin
    use: ChartUse

    @property
    def repository(self) -> str:
        """``https://`` of a chart repository, or ``oci://`` of a prefix of charts."""
        return self.pin.repository

    @property
    def version(self) -> str:
        """The chart's version."""
        return self.pin.version

    @property
    def app_version(self) -> str:
        """The program's version, as the chart says."""
        return self.pin.app

    @property
    def namespace(self) -> str:
        """Where it is installed."""
        return self.use.namespace

    @property
    def release(self) -> str:
        """The release's usual name."""
        return self.use.release


@dataclass(frozen=True, slots=True)
class Charts:
    """Every pinned chart, by the name that components say."""

    charts: Mapping[str, Chart]


def read_charts(folder: Path) -> Charts:
    """The table in ``folder`` (``components``), with the versions beside that folder.

    Raises BadInput for mistakes of either file, and for a chart that only one of them has.
    """
    problems: list[Problem] = []
    table = or_problems(partial(read_model, ChartTable, folder / TABLE, TABLE), problems)
    pins = or_problems(partial(read_versions, folder.parent), problems)
    if table and pins:
        for file, own, other in ((VERSIONS, pins.charts, table.charts), (TABLE, table.charts, pins.charts)):
            missing = sorted(other.keys() - own.keys())
            problems += [Problem(f"{file}: charts.{name}", "required key is missing") for name in missing]
    raise_if_any(problems)
    assert table
    assert pins
    return Charts({name: Chart(name, pins.charts[name], use) for name, use in table.charts.items()})


def read_inventory(folder: Path, key: str, chart: Chart) -> Tree:
    """What the pinned chart accepts: its inventory in ``folder`` and ``chart.accepts``.

    Raises BadInput when the inventory is missing or was made from another version.
    """
    file = f"{INVENTORIES}/{key}.json"
    try:
        document = json.loads((folder / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput([Problem(file, f"no inventory of the values of chart {key}", "one for each chart")]) from None
    if document["version"] != chart.version:
        raise BadInput([Problem(file, f"made from version {document['version']}", f"{chart.version}, as pinned")])
    return with_accepted(document["values"], chart)


def with_accepted(tree: dict[str, Any], chart: Chart) -> Tree:
    """``tree``, and what the chart accepts although its values do not show it. Nothing of ``tree`` is changed."""
    tree = copy.deepcopy(tree)
    for accepted in chart.use.accepts:
        *parents, last = split_path(accepted.path)
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = accepted.type
    return tree


def check_values(chart: str, tree: Tree, values: Mapping[str, Any]) -> list[Problem]:
    """Every key that the chart does not have and every leaf of a wrong type, in ``values`` for ``chart``.

    A null is allowed anywhere: it deletes the chart's default. What is not plain data (a Pulumi Output) counts as a
    leaf of unknown type.
    """
    return list(_check(f"chart {chart}", tree, tree, values, ()))


def split_path(path: str) -> list[str]:
    """The keys of a dotted path; ``\\.`` is a dot inside a key."""
    return [key.replace("\0", ".") for key in path.replace("\\.", "\0").split(".")]


def join_path(keys: tuple[str, ...]) -> str:
    """The dotted path of keys, as :func:`split_path` reads it."""
    return ".".join(key.replace(".", "\\.") for key in keys)


def _check(chart: str, root: Tree, tree: Tree, values: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Problem]:
    for key, value in values.items():
        path = (*above, str(key))
        where = f"{chart}: {join_path(path)}"
        known = tree.get(key)
        if known is None:
            yield Problem(where, "the chart has no such key", _nearest(root, tree, path))
        elif value is None:
            continue
        elif isinstance(known, str):
            if not _fits(known, key, value):
                yield Problem(where, f"found {_kind(value)}", _ALLOWED[known])
        elif isinstance(value, Mapping):
            yield from _check(chart, root, known, value, path)
        elif _kind(value) is not None:
            yield Problem(where, f"found {_kind(value)}", f"a map with {_some(sorted(known))}")


_ALLOWED: dict[Leaf, str] = {
    "bool": "true or false",
    "number": "a number",
    "string": "text",
    "list": "a list",
    "map": "a map",
    "any": "anything",
}


def _kind(value: object) -> str | None:
    """What a value is, in words that never quote it (it might be a secret); None when it is not plain data."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case Mapping():
            return "a map"
        case list() | tuple():
            return "a list"
        case _:
            return None


def _fits(leaf: Leaf, key: str, value: object) -> bool:
    kind = _kind(value)
    if leaf == "any" or kind is None or kind == _ALLOWED[leaf]:
        return True
    if leaf == "string":  # Helm writes a number as text (`tag: 1.5`); true or false for text is a mistake
        return kind == "a number"
    return leaf == "number" and kind == "text" and key in _INT_OR_STRING


def _nearest(root: Tree, siblings: Tree, path: tuple[str, ...]) -> str:
    """The keys a misspelt one may have meant: beside it first, else a key of its name elsewhere in the chart."""
    near = difflib.get_close_matches(path[-1], siblings, n=3)
    if near:
        return "perhaps " + " or ".join(join_path((*path[:-1], key)) for key in near)
    elsewhere = sorted(known for known in _paths(root, ()) if known[-1] == path[-1])
    elsewhere.sort(key=lambda known: (len(known), known))
    if elsewhere:
        return "perhaps " + " or ".join(map(join_path, elsewhere[:3]))
    return _some(sorted(siblings))


def _some(keys: list[str]) -> str:
    shown = 12  # fits two lines of a terminal
    return ", ".join(keys[:shown]) + (", ..." if len(keys) > shown else "")


def _paths(tree: Tree, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, below in tree.items():
        yield (*above, key)
        if not isinstance(below, str):
            yield from _paths(below, (*above, key))
