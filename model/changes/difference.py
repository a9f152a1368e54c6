"""What differs between two plans, also of two environments: added, removed, changed, replaced."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from model.plan import STACK_TYPE, UNKNOWN_TEXT, Plan, PlannedResource

Path: TypeAlias = tuple[str | int, ...]
Replaces: TypeAlias = Callable[[str, Path], bool]
"""Whether a change at a path of the resource with a URN replaces it."""


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


def compare(before: Plan, after: Plan, replaces: Replaces, *, ignore_unknown: bool = False) -> Difference:
    """From ``before`` to ``after``. ``ignore_unknown``: a value that one side does not know yet is no change."""
    old, new = by_key(before), by_key(after)
    both = (_changes(key, old[key], new[key], replaces, ignore_unknown) for key in sorted(old.keys() & new.keys()))
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(change for change in both if change.properties),
        outputs=tuple(_pairs(before["outputs"], after["outputs"])),
    )


def by_key(plan: Plan) -> dict[str, PlannedResource]:
    """Key -> resource of a plan."""
    return {key_of(resource["urn"]): resource for resource in plan["resources"]}


def key_of(urn: str) -> str:
    """A URN without project and stack. The stack's own resource has the stack in its name, so it loses that too."""
    if not urn:
        return ""
    types, _, name = urn.split("::", 2)[-1].rpartition("::")
    return STACK_TYPE if types == STACK_TYPE else f"{types.removeprefix(f'{STACK_TYPE}$')}::{name}"


def spelled(path: Path) -> str:
    """``path`` as Pulumi spells it: ``metadata.labels["app.kubernetes.io/name"]``, ``ports[0]``."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        elif part.replace("_", "").isalnum():
            written += f".{part}" if written else part
        else:
            written += f'["{part}"]'
    return written


def _changes(
    key: str, old: PlannedResource, new: PlannedResource, replaces: Replaces, ignore_unknown: bool
) -> ResourceChange:
    paths = [
        path
        for path, before, after in _leaves(old["inputs"], new["inputs"], ())
        if not (ignore_unknown and UNKNOWN_TEXT in (before, after))
    ]
    properties = [_pair(old["inputs"], new["inputs"], path) for path in paths]
    wiring = _pairs(_wiring(old), _wiring(new))
    return ResourceChange(
        resource=key,
        replaced=any(replaces(new["urn"], path) for path in paths),
        properties=(*properties, *wiring),
    )


def _wiring(resource: PlannedResource) -> dict[str, Any]:
    dependencies = sorted(key_of(urn) for urn in resource["dependencies"])
    return {"parent": key_of(resource["parent"]), "dependencies": dependencies}


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[PropertyChange]:
    for path, _, _ in _leaves(old, new, ()):
        yield _pair(old, new, path)


def _leaves(old: Any, new: Any, at: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Each changed leaf. Lists of one length compare item by item, others as a whole."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            if key not in old or key not in new:
                yield (*at, key), old.get(key), new.get(key)
            else:
                yield from _leaves(old[key], new[key], (*at, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _leaves(one, other, (*at, index))
    elif old != new:
        yield at, old, new


def _pair(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> PropertyChange:
    return PropertyChange(path=spelled(path), old=_at(old, path), new=_at(new, path))


def _at(tree: Any, path: Path) -> Any:
    for part in path:
        tree = tree.get(str(part)) if isinstance(tree, Mapping) else tree[part]
    return tree
