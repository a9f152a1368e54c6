"""Files to which lines are added, by several processes and on a disk that may be full."""

import fcntl
import os
from pathlib import Path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def append(file: Path, lines: str) -> None:
    """Add ``lines`` whole or not at all. Raises OSError: of a full disk, or where the file's folder is missing.

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
