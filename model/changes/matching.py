"""Things of two plans side by side: what is new, what is gone, and what is on both sides."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def paired(
    before: Iterable[T], after: Iterable[T], *keys: Callable[[T], Hashable]
) -> Iterator[tuple[T | None, T | None]]:
    """Each thing once, with its counterpart. By the first key as far as it matches, the rest by the next, and so on.

    So a rule whose severity changed is found by a second key, which leaves the severity out.
    """
    old, new = list(before), list(after)
    for key in keys:
        waiting: dict[Hashable, list[T]] = {}
        for item in old:
            waiting.setdefault(key(item), []).append(item)
        rest = []
        for item in new:
            matches = waiting.get(key(item))
            if matches:
                yield matches.pop(0), item
            else:
                rest.append(item)
        old, new = [item for items in waiting.values() for item in items], rest
    yield from ((item, None) for item in old)
    yield from ((None, item) for item in new)


def changed_keys(old: Mapping[str, Any], new: Mapping[str, Any], keys: Iterable[str]) -> Iterator[str]:
    """``key old -> new`` of those ``keys`` that differ."""
    for key in keys:
        if old.get(key) != new.get(key):
            yield f"{key} {shown(old.get(key))} -> {shown(new.get(key))}"


def shown(value: Any) -> str:
    """A value in a sentence."""
    if value is None:
        return "(none)"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
