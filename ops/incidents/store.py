"""The folder of each incident: record.json, timeline.jsonl, evidence/ and postmortem.md.

The timeline is only ever appended to, and each portion is on the disk before the record that follows from it is
written: a crash in between loses nothing, because the record is made again from the timeline.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pydantic

from model.file import read_json, read_text
from model.incidents.entry import Entry, merged, missing
from model.incidents.record import Record
from model.problems import BadInput, Problem, from_validation

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a timeline: some 100,000 lines, of which an incident of a day has a hundredth."""

_ID: Final = re.compile(r"(?P<year>[0-9]{4})-[0-9]{2}-[0-9]{2}-[a-z0-9-]+-[0-9]{2,}")
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Folder:
    """One incident's."""

    path: Path

    @property
    def id(self) -> str:
        """The incident's."""
        return self.path.name

    @property
    def evidence(self) -> Path:
        """Copies of what others forget."""
        return self.path / "evidence"

    @property
    def postmortem(self) -> Path:
        """The draft, and later what people made of it."""
        return self.path / "postmortem.md"

    def record(self) -> Record:
        """Raises BadInput for a file that people have broken."""
        where = f"{self.id}/record.json"
        document = read_json(self.path / "record.json", where)
        try:
            return Record.model_validate(document)
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(where, error, Record)) from None

    def timeline(self) -> tuple[Entry, ...]:
        """All lines, sorted. A line that a crash cut off is none: its source is asked again."""
        file = self.path / "timeline.jsonl"
        text = read_text(file, f"{self.id}/timeline.jsonl", MOST_BYTES) if file.exists() else ""
        return merged(_lines(text))

    def append(self, entries: Iterable[Entry]) -> int:
        """Append what is missing and have it on the disk; returns how many lines that were. Raises OSError."""
        new = list(missing(self.timeline(), entries))
        if not new:
            return 0
        data = "".join(one.model_dump_json(exclude_defaults=True) + "\n" for one in new).encode()
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / "timeline.jsonl", os.O_RDWR | os.O_APPEND | os.O_CREAT, _PRIVATE)
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
        _sync(self.path)
        return len(new)

    def write_record(self, record: Record) -> None:
        """Whole or not at all."""
        write(self.path / "record.json", as_text(record.model_dump(mode="json")))

    def issues(self) -> dict[str, str]:
        """Issues that were made of action items, by the item's id."""
        file = self.path / "issues.json"
        return dict(read_json(file, f"{self.id}/issues.json")) if file.exists() else {}

    def add_issue(self, item: str, issue: str) -> None:
        """Remember it, so that no second one is made."""
        write(self.path / "issues.json", as_text({**self.issues(), item: issue}))


@dataclass(frozen=True, slots=True)
class Store:
    """``folder``: of one environment."""

    folder: Path

    def all(self) -> list[Folder]:
        """Every incident that has a record, sorted by its id."""
        found = (path.parent for path in self.folder.glob("[0-9][0-9][0-9][0-9]/*/record.json"))
        return [Folder(path) for path in sorted(found)]

    def find(self, identity: str) -> Folder:
        """Raises BadInput for an unknown one."""
        known = {one.id: one for one in self.all()}
        if identity not in known:
            newest = ", ".join(list(known)[-5:]) or "there is none yet"
            raise BadInput([Problem("ID", f"found unknown incident {identity!r}", newest)])
        return known[identity]

    def new(self, system: str, opened: float) -> Folder:
        """A folder that is not there yet, such as 2026/2026-11-30-shop-01; the day is that of UTC."""
        day = datetime.fromtimestamp(opened, UTC).strftime("%Y-%m-%d")
        # Labels of alerts are anybody's: a name that is no name of a folder gets none.
        name = re.sub(r"[^a-z0-9]+", "-", system.lower()).strip("-")[:40] or "unknown"
        number = 1
        while (path := self.folder / day[:4] / f"{day}-{name}-{number:02}").exists():
            number += 1
        assert _ID.fullmatch(path.name)
        return Folder(path)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the store: two who write would open two incidents of one alert. Raises BadInput when it is held."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found = "another `ops incident watch` writes here"
                raise BadInput([Problem(str(self.folder), found, "one at a time")]) from None
            yield


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by nobody else. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as to:
            to.write(text)
            to.flush()
            os.fsync(to.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def as_text(content: Any) -> str:
    """JSON for people and for programs."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _lines(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        try:
            yield Entry.model_validate_json(line)
        except pydantic.ValidationError:
            continue


def _sync(folder: Path) -> None:
    """A file's name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def newest_first(folders: Sequence[Folder]) -> list[tuple[Folder, Record]]:
    """Folders with their records, by the time of opening."""
    found = [(folder, folder.record()) for folder in folders]
    return sorted(found, key=lambda one: (-one[1].opened, one[0].id))
