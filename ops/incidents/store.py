"""The folder of each incident: record.json, timeline.jsonl, evidence/ and postmortem.md.

The timeline is only ever appended to, and each portion is kept before the record that follows from it is written: a
crash in between loses nothing, because the record is made again from the timeline.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pydantic

from model.file import parse_json
from model.incidents.entry import Entry, merged, missing
from model.incidents.record import Record
from model.problems import BadInput, Problem, from_validation
from ops.incidents.files import Files

RECORD: Final = "record.json"
POSTMORTEM: Final = "postmortem.md"
"""The draft, and later what people made of it."""

_TIMELINE, _ISSUES = "timeline.jsonl", "issues.json"
_RECORDS: Final = re.compile(r"(?P<path>[0-9]{4}/[^/]+)/record\.json")


@dataclass(frozen=True, slots=True)
class Folder:
    """One incident's, at ``path`` of ``files``."""

    files: Files
    path: str

    @property
    def id(self) -> str:
        """The incident's."""
        return self.path.rpartition("/")[2]

    def read(self, name: str) -> str | None:
        """The text of one of its files; None where there is none."""
        return self.files.read(f"{self.path}/{name}")

    def write(self, name: str, text: str) -> None:
        """Whole or not at all."""
        self.files.write(f"{self.path}/{name}", text)

    def shown(self, name: str) -> str:
        """Where that file is, for people."""
        return self.files.shown(f"{self.path}/{name}")

    def record(self) -> Record:
        """Raises BadInput for a file that people have broken."""
        where = f"{self.id}/{RECORD}"
        try:
            return Record.model_validate(parse_json(self.read(RECORD) or "", where))
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(where, error, Record)) from None

    def timeline(self) -> tuple[Entry, ...]:
        """All lines, sorted. A line that a crash cut off is none: its source is asked again."""
        return merged(_lines(self.files.appended(f"{self.path}/{_TIMELINE}")))

    def append(self, entries: Iterable[Entry]) -> int:
        """Append what is missing and have it kept; returns how many lines that were."""
        new = list(missing(self.timeline(), entries))
        if new:
            lines = "".join(one.model_dump_json(exclude_defaults=True) + "\n" for one in new)
            self.files.append(f"{self.path}/{_TIMELINE}", lines)
        return len(new)

    def claim(self, record: Record) -> None:
        """Write the first record of a new folder. One that somebody else began at this moment is the same incident's,
        so it stays: the next record is made of both timelines."""
        self.files.create(f"{self.path}/{RECORD}", as_text(record.model_dump(mode="json")))

    def write_record(self, record: Record) -> None:
        """Where it says something new."""
        text = as_text(record.model_dump(mode="json"))
        if text != self.read(RECORD):
            self.write(RECORD, text)

    def issues(self) -> dict[str, str]:
        """Issues that were made of action items, by the item's id."""
        found = self.read(_ISSUES)
        return {} if found is None else dict(parse_json(found, f"{self.id}/{_ISSUES}"))

    def add_issue(self, item: str, issue: str) -> None:
        """Remember it, so that no second one is made."""
        self.write(_ISSUES, as_text({**self.issues(), item: issue}))


@dataclass(frozen=True, slots=True)
class Store:
    """``files``: of one environment."""

    files: Files

    def all(self) -> list[Folder]:
        """Every incident that has a record, sorted by its id."""
        found = (_RECORDS.fullmatch(name) for name in self.files.names())
        return [Folder(self.files, match["path"]) for match in found if match]

    def find(self, identity: str) -> Folder:
        """Raises BadInput for an unknown one."""
        known = {one.id: one for one in self.all()}
        if identity not in known:
            newest = ", ".join(list(known)[-5:]) or "there is none yet"
            raise BadInput([Problem("ID", f"found unknown incident {identity!r}", newest)])
        return known[identity]

    def new(self, system: str, opened: float, known: Iterable[Folder]) -> Folder:
        """A folder that is none of ``known``, such as 2026/2026-11-30-shop-01; the day is that of UTC."""
        day = datetime.fromtimestamp(opened, UTC).strftime("%Y-%m-%d")
        # Labels of alerts are anybody's: a name that is no name of a folder gets none.
        name = re.sub(r"[^a-z0-9]+", "-", system.lower()).strip("-")[:40] or "unknown"
        taken = {one.path for one in known}
        number = 1
        while (path := f"{day[:4]}/{day}-{name}-{number:02}") in taken:
            number += 1
        return Folder(self.files, path)

    def alone(self) -> AbstractContextManager[None]:
        """Hold the store. Raises BadInput when it is held."""
        return self.files.alone()


def as_text(content: Any) -> str:
    """JSON for people and for programs."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _lines(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        try:
            yield Entry.model_validate_json(line)
        except pydantic.ValidationError:
            continue


def newest_first(folders: Sequence[Folder]) -> list[tuple[Folder, Record]]:
    """Folders with their records, by the time of opening."""
    found = [(folder, folder.record()) for folder in folders]
    return sorted(found, key=lambda one: (-one[1].opened, one[0].id))
