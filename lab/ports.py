"""Ports of the servers: free ones of 127.0.0.1, the same in each run as long as nobody else takes them.

A server's port is known by the number it has in the cluster. The range lies below the one from which systems take the
ports of outgoing connections (32768 on Linux): a port chosen there could be gone before its server opens it.
"""

import json
import socket
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, TypeAdapter

from lab.errors import LabError
from lab.layout import Layout

HOST = "127.0.0.1"
FIRST, LAST = 21_000, 31_999
_KNOWN = TypeAdapter(dict[str, Annotated[int, Field(ge=1, le=65_535)]])


@dataclass
class Ports:
    """``taken``: notes about ports that had to change, because another program listens on them."""

    layout: Layout
    alive: Collection[str] = ()  # servers that run, and so hold their ports themselves
    known: dict[str, int] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    _settled: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, layout: Layout, alive: Collection[str] = ()) -> "Ports":
        """The ports of earlier runs. Raises ValueError when the file is damaged."""
        known = _KNOWN.validate_json(layout.ports.read_bytes()) if layout.ports.exists() else {}
        return cls(layout, alive, known)

    def of(self, server: str, port: int) -> int:
        """The port of this machine for ``port`` of ``server`` in the cluster."""
        key = f"{server}/{port}"
        if key not in self._settled:
            old = self.known.get(key)
            if old is None or not (server in self.alive or is_free(old)):
                self.known[key] = self._free()
                if old is not None:
                    self.taken[server] = f"port {old} is in use by another program; now {self.known[key]}"
            self._settled.add(key)
        return self.known[key]

    def at(self, server: str, port: int) -> str:
        """host:port of this machine."""
        return f"{HOST}:{self.of(server, port)}"

    def write(self) -> None:
        """Keep them for the next run."""
        self.layout.write(self.layout.ports, json.dumps(self.known, indent=2, sort_keys=True) + "\n")

    def _free(self) -> int:
        used = set(self.known.values())
        # Two checkouts begin at different places, so that they rarely meet.
        start = zlib.crc32(str(self.layout.folder).encode()) % (LAST - FIRST)
        for offset in range(LAST - FIRST):
            port = FIRST + (start + offset) % (LAST - FIRST)
            if port not in used and is_free(port):
                return port
        raise LabError(f"no free port between {FIRST} and {LAST} on {HOST}")


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
