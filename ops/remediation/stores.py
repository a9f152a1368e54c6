"""Stores on this machine: in memory, for tests and a look, and in a file of SQLite, for the local environment."""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ops.http import Unreachable
from ops.remediation.ports import Change, Item, Key

_SCHEMA = """CREATE TABLE IF NOT EXISTS documents (
    kind TEXT, name TEXT, version INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (kind, name)
)"""
_BUSY_SECONDS = 5.0
"""A write takes milliseconds; whoever waits longer than this does nothing."""


@dataclass
class MemoryStore:
    """Gone with the process."""

    _items: dict[Key, Item] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, keys: Collection[Key]) -> dict[Key, Item]:
        """Those that there are."""
        with self._lock:
            return {key: self._items[key] for key in keys if key in self._items}

    def write(self, changes: Sequence[Change]) -> bool:
        """All or none."""
        with self._lock:
            if any((self._items[c.key].version if c.key in self._items else 0) != c.version for c in changes):
                return False
            self._items |= {change.key: Item(change.document, change.version + 1) for change in changes}
            return True

    def every(self, kind: str) -> dict[Key, Item]:
        """Sorted by name."""
        with self._lock:
            return {key: self._items[key] for key in sorted(self._items) if key[0] == kind}


@dataclass(frozen=True, slots=True)
class FileStore:
    """A file of SQLite; several processes may use it at once."""

    path: Path

    def read(self, keys: Collection[Key]) -> dict[Key, Item]:
        """In one transaction: as of one moment."""
        with self._transaction() as connection:
            return {key: item for key in keys if (item := _item(connection, key)) is not None}

    def write(self, changes: Sequence[Change]) -> bool:
        """In one transaction that excludes other writers from its start."""
        with self._transaction() as connection:
            for change in changes:
                present = _item(connection, change.key)
                if (present.version if present else 0) != change.version:
                    return False
            for change in changes:
                row = (*change.key, change.version + 1, json.dumps(change.document, sort_keys=True))
                connection.execute("REPLACE INTO documents VALUES (?, ?, ?, ?)", row)
            return True

    def every(self, kind: str) -> dict[Key, Item]:
        """Sorted by name."""
        with self._transaction() as connection:
            query = "SELECT name, version, document FROM documents WHERE kind = ? ORDER BY name"
            rows = connection.execute(query, (kind,)).fetchall()
        return {(kind, name): Item(json.loads(document), version) for name, version, document in rows}

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                connection.execute(_SCHEMA)
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError, ValueError) as error:
            raise Unreachable(f"the ledger {self.path}: {error}") from None


def _item(connection: sqlite3.Connection, key: Key) -> Item | None:
    query = "SELECT version, document FROM documents WHERE kind = ? AND name = ?"
    row = connection.execute(query, key).fetchone()
    return None if row is None else Item(json.loads(row[1]), row[0])
