"""What the engine needs of the world."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Key = tuple[str, str]
"""Kind of a document, and its name."""


@dataclass(frozen=True, slots=True)
class Item:
    """A document as it was read; ``version`` counts its changes, from 1."""

    document: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """A document to be written, if it still has ``version``; 0: if there is none."""

    key: Key
    document: Mapping[str, Any]
    version: int


class Store(Protocol):
    """Documents that are written all or none. Each method raises Unreachable."""

    def read(self, keys: Collection[Key]) -> dict[Key, Item]:
        """Those of ``keys`` that there are, as of one moment after every write that succeeded before."""

    def write(self, changes: Sequence[Change]) -> bool:
        """Write all of them. False, and nothing is written, where one has another version by now."""

    def every(self, kind: str) -> dict[Key, Item]:
        """All documents of a kind, sorted by name."""
