"""What differs between two plans, also of two environments: added, removed, changed, replaced."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.offline.__main__ import PACKAGES
from engine.offline.differences import Path, differences, spelled
from engine.offline.values import mapping, value
from model.plan import STACK_TYPE, Plan, PlannedResource


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """One key path; ``old`` or ``new`` is None when the key is only on the other side."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """One resource of both plans; ``replaced`` when a changed property cannot be changed in place."""

    resource: str
    replaced: bool
    properties: tuple[PropertyChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Resources by their URN without project and stack, sorted, so that plans of two environments compare."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[ResourceChange, ...]
    outputs: tuple[PropertyChange, ...]

    @property
    def empty(self) -> bool:
        """Whether the plans are equal."""
        return not (self.added or self.removed or self.changed or self.outputs)


def compare(before: Plan, after: Plan) -> Difference:
    """From ``before`` to ``after``."""
    old = {_key(resource["urn"]): resource for resource in before["resources"]}
    new = {_key(resource["urn"]): resource for resource in after["resources"]}
    both = (_changes(key, old[key], new[key]) for key in sorted(old.keys() & new.keys()))
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(change for change in both if change.properties),
        outputs=tuple(_properties(before["outputs"], after["outputs"])),
    )


def _key(urn: str) -> str:
    """A URN without project and stack. The stack's own resource has the stack in its name, so it loses that too."""
    if not urn:
        return ""
    types, _, name = urn.split("::", 2)[-1].rpartition("::")
    return STACK_TYPE if types == STACK_TYPE else f"{types.removeprefix(f'{STACK_TYPE}$')}::{name}"


def _changes(key: str, old: PlannedResource, new: PlannedResource) -> ResourceChange:
    changed = {path: _pair(old["inputs"], new["inputs"], path) for path in _paths(old["inputs"], new["inputs"])}
    package = PACKAGES.get(new["type"].split(":")[0])
    # The same knowledge that makes an offline preview show replacements.
    replaced = package is not None and any(package().replaces(new["urn"], path) for path in changed)
    wiring = _properties(_wiring(old), _wiring(new))
    return ResourceChange(resource=key, replaced=replaced, properties=(*changed.values(), *wiring))


def _wiring(resource: PlannedResource) -> dict[str, Any]:
    dependencies = sorted(_key(urn) for urn in resource["dependencies"])
    return {"parent": _key(resource["parent"]), "dependencies": dependencies}


def _properties(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[PropertyChange]:
    return [_pair(old, new, path) for path in _paths(old, new)]


def _paths(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Path]:
    wrapped = {"old": value(old), "new": value(new)}
    return [path for path, _ in differences(mapping(wrapped, "old"), mapping(wrapped, "new"))]


def _pair(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> PropertyChange:
    return PropertyChange(path=spelled(path), old=_at(old, path), new=_at(new, path))


def _at(tree: Any, path: Path) -> Any:
    for part in path:
        tree = tree.get(str(part)) if isinstance(tree, Mapping) else tree[part]
    return tree
