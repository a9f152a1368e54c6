"""What belongs together, by the catalog: parts of one system, and what they depend on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Part = tuple[str, str]
"""System and the name of a component or resource; "" for the system as a whole."""


@dataclass(frozen=True, slots=True)
class Parts:
    """``calls``: what each part depends on, directly or through others."""

    calls: dict[Part, frozenset[Part]]

    @classmethod
    def of(cls, direct: Mapping[Part, Iterable[Part]]) -> "Parts":
        """From what each part calls itself."""
        return cls({part: frozenset(_reach(part, direct)) for part in direct})

    def related(self, one: Part, other: Part) -> bool:
        """Whether an alert of one can have the same cause as an alert of the other."""
        if one[0] == other[0]:
            return True
        return other in self.calls.get(one, ()) or one in self.calls.get(other, ())

    def related_to_any(self, one: Part, others: Iterable[Part]) -> bool:
        """The same for several."""
        return any(self.related(one, other) for other in others)


def _reach(start: Part, direct: Mapping[Part, Iterable[Part]]) -> set[Part]:
    found: set[Part] = set()
    waiting = [start]
    while waiting:
        for part in direct.get(waiting.pop(), ()):
            if part not in found:
                found.add(part)
                waiting.append(part)
    return found
