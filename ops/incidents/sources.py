"""Where lines of a timeline come from: one interface, and the reading of all of them."""

import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from model.incidents.entry import Entry
from model.incidents.masking import masked, masked_entry
from ops import http
from ops.http import Unreachable


class Source(Protocol):
    """Something that observed what happened."""

    @property
    def name(self) -> str:
        """For people."""

    def read(self, start: float, end: float) -> Sequence[Entry]:
        """Lines of the time from ``start`` to ``end``, Unix seconds. Raises Unreachable."""


class Evidence(Protocol):
    """Something that has samples of what happened, asked once it is known where to look."""

    @property
    def name(self) -> str:
        """For people."""

    def samples(self, system: str, components: Sequence[str], start: float, end: float) -> Sequence[Entry]:
        """A few lines about the components. Raises Unreachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``lines`` are without secrets. ``failures``: why a source said nothing, by its name."""

    lines: tuple[Entry, ...]
    failures: dict[str, str]


def read_all(sources: Iterable[Source], start: float, end: float) -> Reading:
    """Ask all sources; one that does not answer leaves the others alone."""
    lines: list[Entry] = []
    failures: dict[str, str] = {}
    for source in sources:
        try:
            lines += map(masked_entry, source.read(start, end))
        except Unreachable as error:
            failures[source.name] = masked(str(error))
    return Reading(lines=tuple(lines), failures=failures)


def get(url: str, path: str, query: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None) -> Any:
    """The answer of a server to a GET. Raises Unreachable, without the query: it is long."""
    full = f"{url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
    return http.get(full, headers, shown=f"{url}{path}")


def get_first(urls: Sequence[str], path: str, query: Sequence[tuple[str, str]] = ()) -> Any:
    """The answer of the first server that gives one: replicas know the same, but not to the second, so that asking
    them in turn would write each thing twice. Raises Unreachable of the last."""
    for url in urls[:-1]:
        try:
            return get(url, path, query)
        except Unreachable:
            continue
    return get(urls[-1], path, query)


def unreadable(url: str, error: Exception) -> Unreachable:
    """For an answer of another shape: another version, or another program on the port."""
    return Unreachable(f"{url} answers with something else: {type(error).__name__}")
