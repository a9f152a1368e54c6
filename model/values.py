"""Parts of a planned resource's inputs, where each may be missing or not known before the update."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The mapping at ``key``; empty where there is none, or where it is not known before the update."""
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def sequence(values: Mapping[str, Any], key: str) -> Sequence[Any]:
    """The list at ``key``; empty where there is none, or where it is not known before the update."""
    found = values.get(key)
    return found if isinstance(found, list) else []


def number(values: Mapping[str, Any], key: str) -> Decimal | None:
    """The number at ``key``, or None where there is none, or where it is not known before the update."""
    found = values.get(key)
    return Decimal(str(found)) if isinstance(found, int | float) else None


def mappings(values: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The mappings in the list at ``key``; empty where there is none, or where it is not known before the update."""
    return [item for item in sequence(values, key) if isinstance(item, Mapping)]
