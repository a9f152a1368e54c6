"""The Helm charts Belfry installs, and the values each pinned chart accepts.

No chart but the OpenTelemetry ones refuses a misspelt key: Helm renders ``lokki:`` or ``singleBinary.replica`` without
a word and the setting is lost. So each pinned chart has an inventory, a tree of its keys, and values are checked
against it before anything is installed.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field, StringConstraints

from model.base import Model, Name, Text
from model.problems import BadInput, Problem, from_validation
from model.yaml_file import read_yaml

TABLE = "charts.yaml"  # in the folder of the components
INVENTORIES = "chart_values"  # beside it: <chart>.json, written by authoring.chart_values

Leaf = Literal["bool", "number", "string", "list", "map", "any"]
# Keys of one map; a Leaf where the chart takes a value. "map" takes any keys, "any" takes anything.
Tree = Mapping[str, "Tree | Leaf"]

# Longer than Name: prometheus-yet-another-cloudwatch-exporter has 42 characters. Helm allows 53 for a release.
ChartName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=53)]

# Kubernetes takes a number or text here ("50%", "http"), whatever the chart's default happens to be.
_INT_OR_STRING = frozenset({"minAvailable", "maxUnavailable", "maxSurge", "partition", "port", "targetPort"})


class Accepted(Model):
    """A path that the chart accepts although its values.yaml does not show it, or shows another type."""

    path: Text = Field(description="Dotted path; a dot inside a key is written `\\.`, as Helm's --set does.")
    type: Leaf
    reason: Text


class Chart(Model):
    """One pinned chart."""

    chart: ChartName
    repository: Annotated[str, StringConstraints(pattern=r"^(https|oci)://[^/].*[^/]$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    app_version: Annotated[str, Field(alias="appVersion", min_length=1)]
    namespace: Name
    release: ChartName
    kube_version: Annotated[str | None, Field(alias="kubeVersion")] = Field(
        None, description="The chart's constraint; null if it has none."
    )
    subcharts: dict[ChartName, str] = Field({}, description="Bundled charts whose commented keys count too: version.")
    accepts: tuple[Accepted, ...] = ()


class Charts(Model):
    """The one table of charts, by the key that components name."""

    charts: dict[ChartName, Chart]


def read_charts(folder: Path) -> Charts:
    """The table in ``folder`` (``components``). Raises BadInput."""
    document = read_yaml(folder / TABLE, TABLE)
    try:
        return Charts.model_validate(document)
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(TABLE, error, Charts)) from None


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
    tree: dict[str, Any] = document["values"]
    for accepted in chart.accepts:
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
