"""What another version of a Helm chart means for the values that Belfry sets. Pure: it compares what was read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from checks.charts.releases import Release
from engine.chart_package import Package
from model.chart_inventory import inventory
from model.charts import Tree, check_values, join_path
from model.plan import SECRET_TEXT, UNKNOWN_TEXT, Plan

# Enough to recognise a default; the chart has the rest.
_SHOWN: Final = 60
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that Belfry sets. ``breaks``: the chart has no such key any more, or takes another type there."""

    path: str
    change: str
    breaks: bool
    components: tuple[str, ...]


def owner(plan: Plan, release: Release) -> str:
    """The component that installs ``release``, by type and name, such as ``Loki loki``."""
    resources = {resource["urn"]: resource for resource in plan["resources"]}
    found = next(resource for resource in resources.values() if resource["name"] == release.resource)
    chart = resources.get(found["parent"])
    parent = resources.get(chart["parent"]) if chart else None
    # A chart that a layer installs itself hangs off the stack.
    named = parent if parent and parent["type"].startswith("belfry:") else chart or found
    return f"{named['type'].rpartition(':')[2]} {named['name']}"


def tree_of(package: Package) -> dict[str, Any]:
    """The inventory of a package, with the commented keys of the charts bundled in it."""
    return inventory(package.values, package.schema, dict(_texts((), package)))


def changes(
    chart: str, old: Package | None, new: Package, tree: Tree, given: Iterable[tuple[str, Mapping[str, Any]]]
) -> list[Change]:
    """Sorted by path; first what breaks. ``given``: component and the values that it gives to the chart.

    ``tree`` is what the new version accepts. Without ``old`` no default can be compared.
    """
    found: dict[tuple[bool, str, str], set[str]] = {}
    for component, values in given:
        known = _known(values)
        for problem in check_values(chart, tree, known):
            key = problem.where.removeprefix(f"chart {chart}: ")
            change = f"{problem.found}; allowed: {problem.allowed}"
            found.setdefault((False, key, change), set()).add(component)
        for path in _leaves((), known) if old else ():
            assert old
            before, after = _at(old.values, path), _at(new.values, path)
            if before != after:
                text = f"default {_shown(before)} -> {_shown(after)}"
                found.setdefault((True, join_path(path), text), set()).add(component)
    return [
        Change(path=path, change=change, breaks=not harmless, components=tuple(sorted(components)))
        for (harmless, path, change), components in sorted(found.items())
    ]


def images(objects: Iterable[Mapping[str, Any]]) -> set[str]:
    """Images of every container in rendered objects, wherever a pod stands in them."""
    return {image for one in objects for image in _images(one)}


def _images(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for key, below in value.items():
                if key in ("containers", "initContainers") and isinstance(below, list):
                    yield from (str(each["image"]) for each in below if isinstance(each, Mapping) and each.get("image"))
                yield from _images(below)
        case list():
            for below in value:
                yield from _images(below)
        case _:
            return


def _texts(path: tuple[str, ...], package: Package) -> Iterator[tuple[tuple[str, ...], str]]:
    yield path, package.text
    for key, bundled in package.bundled.items():
        yield from _texts((*path, key), bundled)


def _known(value: Any) -> Any:
    """``value`` of a plan, where what a plan does not know or show is no plain data any more."""
    match value:
        case Mapping():
            return {key: _known(below) for key, below in value.items()}
        case list():
            return [_known(below) for below in value]
        case str() if value in (UNKNOWN_TEXT, SECRET_TEXT):
            return _ABSENT
        case _:
            return value


def _leaves(above: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves((*above, key), value)
        else:
            yield (*above, key)


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return _ABSENT
        values = values[key]
    return values


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "none"
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
