"""What auto-remediation decided and did, from its ledger: a line for each verdict, and one for what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model.incidents.entry import Entry, Kind
from ops.http import Unreachable
from ops.remediation.ports import Store
from ops.remediation.stores import FileStore

_ATTEMPT: Final = "attempt"
_BROKEN: Final = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Ledger:
    """``store``: the one that the engine writes."""

    store: Store
    name: str = "Auto-remediation"

    @classmethod
    def at(cls, file: Path) -> "Ledger":
        """That of the local environment; there is nothing to read while there is no file."""
        return cls(FileStore(file))

    def read(self, start: float, end: float) -> list[Entry]:
        """Lines of the time. Raises Unreachable."""
        if isinstance(self.store, FileStore) and not self.store.path.exists():
            return []
        try:
            found = [line for item in self.store.every(_ATTEMPT).values() for line in self._lines(item.document)]
        except _BROKEN as error:
            raise Unreachable(f"the ledger holds something else: {type(error).__name__}") from None
        return [line for line in found if start <= line.at <= end]

    def _lines(self, of: Mapping[str, Any]) -> Iterator[Entry]:
        rule = f"rule {of['rule']} on {of['alert']}" if of["rule"] else f"on {of['alert']}"
        about = {"system": of["system"], "component": of["component"], "name": of["alert"], "ref": of["key"]}
        said = f"auto-remediation, {rule}: {of['verdict']} ({of['reason']}): {of['text']}"
        yield Entry(at=of["at"], kind=Kind.ACTION, source=self.name, text=said, **about)
        if of.get("finished"):
            approved = f", approved by {of['approved_by']}" if of.get("approved_by") else ""
            said = f"auto-remediation, {rule}: {of['action']} {of['outcome']}{approved}"
            yield Entry(at=of["finished"], kind=Kind.ACTION, source=self.name, text=said, **about)
