"""Where incidents are kept: texts by names such as ``2026/2026-11-30-shop-01/record.json``, on a disk or in S3."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from model.file import read_text
from model.problems import BadInput, Problem

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a timeline: some 100,000 lines, of which an incident of a day has a hundredth."""

_PRIVATE: Final = 0o600


class Files(Protocol):
    """Texts by name. Each method raises OSError of a disk and Unreachable of a bucket."""

    def names(self) -> Sequence[str]:
        """All of them as they are now, sorted. What others wrote since is only read after it."""

    def read(self, name: str) -> str | None:
        """The text; None where there is none. Raises BadInput for what is no text, or too large."""

    def create(self, name: str, text: str) -> bool:
        """Write it if there is none yet; False where there is one, which stays."""

    def write(self, name: str, text: str) -> None:
        """Write it whole or not at all, in the place of an older one."""

    def append(self, name: str, lines: str) -> None:
        """Add whole lines to a file that is only ever added to, and have them kept when this returns."""

    def appended(self, name: str) -> str:
        """All lines that were added; a line that a crash cut off is among them."""

    def shown(self, name: str) -> str:
        """Where it is, for people."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold the store: two who write would open two incidents of one alert. Raises BadInput when it is held."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Below ``folder``, readable by nobody else. What is written is on the disk (fsync) before a method returns."""

    folder: Path

    def names(self) -> Sequence[str]:
        """Of all files but those that are being written."""
        found = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(str(path) for path in found)

    def read(self, name: str) -> str | None:
        """Raises BadInput for a file that cannot be read."""
        path = self.folder / name
        return read_text(path, name, MOST_BYTES) if path.exists() else None

    def create(self, name: str, text: str) -> bool:
        """There is one process that writes, see ``alone``."""
        if (self.folder / name).exists():
            return False
        self.write(name, text)
        return True

    def write(self, name: str, text: str) -> None:
        """By another file that takes its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
            with os.fdopen(opened, "w", encoding="utf-8") as to:
                to.write(text)
                to.flush()
                os.fsync(to.fileno())
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def append(self, name: str, lines: str) -> None:
        """A line that a crash cut off keeps its own line; a full disk takes nothing of ``lines``."""
        path, data = self.folder / name, lines.encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _PRIVATE)
        with os.fdopen(descriptor, "r+b", buffering=0) as stream:
            end = stream.seek(0, os.SEEK_END)
            if end:
                stream.seek(end - 1)
                if stream.read(1) != b"\n":
                    data = b"\n" + data
            try:
                while data:
                    data = data[stream.write(data) :]
            except OSError:
                os.ftruncate(stream.fileno(), end)
                raise
            os.fsync(stream.fileno())
        _sync(path.parent)

    def appended(self, name: str) -> str:
        """The file's text."""
        return self.read(name) or ""

    def shown(self, name: str) -> str:
        """The path."""
        return str(self.folder / name)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lock that ends with the process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found = "another `ops incident watch` writes here; `make up` starts one"
                raise BadInput([Problem(str(self.folder), found, "one at a time")]) from None
            yield


def _sync(folder: Path) -> None:
    """A file's name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
