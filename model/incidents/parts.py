"""What belongs together, by the catalog: parts of one system, and what they depend on."""

from collections.abc import Iterable
from dataclasses import dataclass

from model.catalog.catalog import Catalog

Part = tuple[str, str]
"""System and the name of a component or resource; "" for the system as a whole."""


@dataclass(frozen=True, slots=True)
class Parts:
    """``calls``: what each part depends on, directly or through others."""

    calls: dict[Part, frozenset[Part]]

    @classmethod
    def of(cls, catalog: Catalog) -> "Parts":
        """From ``depends_on`` of all components."""
        direct: dict[Part, set[Part]] = {}
        for system in catalog.systems:
            for component in system.components:
                names = (name.rpartition("/") for name in component.depends_on)
                direct[system.system, component.name] = {(other or system.system, name) for other, _, name in names}
        return cls({part: frozenset(_reach(part, direct)) for part in direct})

    def related(self, one: Part, other: Part) -> bool:
        """Whether an alert of one can have the same cause as an alert of the other."""
        if one[0] == other[0]:
            return True
        return other in self.calls.get(one, ()) or one in self.calls.get(other, ())

    def related_to_any(self, one: Part, others: Iterable[Part]) -> bool:
        """The same for several."""
        return any(self.related(one, other) for other in others)


def _reach(start: Part, direct: dict[Part, set[Part]]) -> set[Part]:
    found: set[Part] = set()
    waiting = [start]
    while waiting:
        for part in direct.get(waiting.pop(), ()):
            if part not in found:
                found.add(part)
                waiting.append(part)
    return found
