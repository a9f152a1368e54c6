"""Structural difference of two property maps, by path."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

import pulumi
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import PropertyDiffKind

from model.changes.difference import Path

MASKED = "[secret: not known offline]"
"""Replaces each secret of an imported state. It equals every value, or a preview would show changes that nobody
made."""

_FORCED = {
    PropertyDiffKind.ADD: PropertyDiffKind.ADD_REPLACE,
    PropertyDiffKind.DELETE: PropertyDiffKind.DELETE_REPLACE,
    PropertyDiffKind.UPDATE: PropertyDiffKind.UPDATE_REPLACE,
}


def forced(kind: PropertyDiffKind) -> PropertyDiffKind:
    """The kind that says the same change and that it replaces the resource."""
    return _FORCED[kind]


def differences(
    old: Mapping[str, PropertyValue], new: Mapping[str, PropertyValue], at: Path = ()
) -> Iterator[tuple[Path, PropertyDiffKind]]:
    """Each changed leaf. Keys that begin with ``__`` are the providers' own notes and are no difference."""
    defaults = {item.value for item in _items(old.get("__defaults"))}
    for key in sorted(old.keys() | new.keys()):
        if key.startswith("__"):
            continue
        before, after = old.get(key), new.get(key)
        if after is None:
            # A default that the real provider had filled in was never in the program: its absence is no change.
            if key not in defaults:
                yield (*at, key), PropertyDiffKind.DELETE
        elif before is None:
            yield (*at, key), PropertyDiffKind.ADD
        else:
            yield from _compare(before, after, (*at, key))


def _compare(before: PropertyValue, after: PropertyValue, at: Path) -> Iterator[tuple[Path, PropertyDiffKind]]:
    old, new = before.value, after.value
    if old == MASKED:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from differences(old, new, at)
    elif _is_list(old) and _is_list(new) and len(_items(before)) == len(_items(after)):
        for index, (one, other) in enumerate(zip(_items(before), _items(after), strict=True)):
            yield from _compare(one, other, (*at, index))
    elif isinstance(old, pulumi.Asset) and isinstance(new, pulumi.Asset):
        if _content(old) != _content(new):
            yield at, PropertyDiffKind.UPDATE
    elif old != new:
        yield at, PropertyDiffKind.UPDATE


def _content(asset: pulumi.Asset) -> Mapping[str, object]:
    """What is compared of an asset, which has no equality of its own.

    A file is known by its name: Belfry's are named by their checksums, the SDK drops the engine's own, and where a file
    lies differs between machines.
    """
    return {key: PurePath(part).name if key == "path" else part for key, part in vars(asset).items()}


def _is_list(item: object) -> bool:
    return isinstance(item, Sequence) and not isinstance(item, str)


def _items(item: PropertyValue | None) -> list[PropertyValue]:
    if item is None or not isinstance(item.value, Sequence) or isinstance(item.value, str):
        return []
    return list(item.value)
