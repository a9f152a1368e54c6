"""Events of the local environment: lines of JSON in ``events.jsonl``, each with `at` (UTC), server, event and text."""

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lab.layout import Layout


@dataclass
class Events:
    """Of one process. ``dropped``: how many a full disk refused; the next one that is written has their number."""

    layout: Layout
    dropped: int = 0

    def say(self, server: str, event: str, text: str) -> None:
        """Write an event, if the disk takes it."""
        lines = _line(server, event, text)
        if self.dropped:
            lines = _line(server, "events-dropped", f"{self.dropped} events were not written: no room") + lines
        try:
            append(self.layout.events, lines)
        except OSError as error:
            self.dropped += 1
            report(f"{server}: {event} is in no file: {error}")
        else:
            self.dropped = 0


def report(text: str) -> None:
    """Print it into the process's log, which lies on the same disk."""
    with suppress(OSError):
        print(text, flush=True)


def _line(server: str, event: str, text: str) -> str:
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"at": at, "server": server, "event": event, "text": text}, ensure_ascii=False) + "\n"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def append(file: Path, lines: str) -> None:
    """Add ``lines`` whole or not at all. Raises OSError: of a full disk, or where the file's folder is missing.

    Several processes write, on a disk that may be full.
    Half a line that a full disk or a killed process left behind would spoil the next one: it is ended first.
    """
    with open(file, "a+b", buffering=0, opener=_private) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        end = stream.seek(0, os.SEEK_END)
        if end:
            stream.seek(end - 1)
        data = (b"\n" if end and stream.read(1) != b"\n" else b"") + lines.encode(errors="replace")
        try:
            while data:
                data = data[stream.write(data) :]
        except OSError:
            os.ftruncate(stream.fileno(), end)
            raise
