"""One line of an incident's timeline, and the order and identity of lines."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final

from pydantic import Field

from model.base import Model
from model.vocabulary import Vocabulary

Seconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
"""Unix time, or a duration, in seconds."""


class Kind(Vocabulary):
    """What a line is about. Of one instant, the cause stands first: the order of the words."""

    CHANGE = ("change", "A deployment, a restart or another change of what runs.")
    AUDIT = ("audit", "A call that changed something in AWS, from CloudTrail.")
    SLI = ("sli", "An objective's events became bad, good or unknown.")
    ALERT = ("alert", "An alert began or ceased to fire.")
    NOTIFICATION = ("notification", "A receiver got a notification.")
    HUMAN = ("human", "A person acted: an acknowledgement, a silence or a note.")
    ACTION = ("action", "A program acted, such as a remediation.")
    LOG = ("log", "A log record, as evidence.")
    TRACE = ("trace", "A trace, as evidence.")


class State(Vocabulary):
    """What the subject of a line became."""

    NONE = ("none", "Not a change of state.")
    FIRING = ("firing", "The alert fires, or the notification says so.")
    RESOLVED = ("resolved", "The alert is over, or the notification says so.")
    BAD = ("bad", "The share of bad events reached the threshold.")
    GOOD = ("good", "There are events, and the share of bad ones is below the threshold.")
    UNKNOWN = ("unknown", "There are no events.")


class Entry(Model):
    """``at``: by the source's own clock. ``name``: of the alert, the receiver or what changed.

    ``until``: when a silence ends. ``ref``: the source's id, such as a fingerprint. ``raw``: what the source said,
    without secrets, so that a wrong merge can be undone; it is no part of the identity, because two readings of one
    thing differ in it.
    """

    at: Seconds
    kind: Kind
    source: str
    text: str
    system: str = ""
    component: str = ""
    objective: str = ""
    name: str = ""
    state: State = State.NONE
    severity: str = ""
    until: Seconds | None = None
    ref: str = ""
    raw: dict[str, Any] = Field(default_factory=dict)

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for two readings of one thing."""
        about = (self.system, self.component, self.objective, self.name)
        return (self.at, _ORDER[self.kind], self.source, *about, str(self.state), self.ref, self.text)


_ORDER: Final = {kind: number for number, kind in enumerate(Kind)}


def merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each thing once, sorted. Whatever the order in which they came, the result is the same."""
    found: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        kept = found.get(entry.identity)
        # Of two readings the one whose text sorts first: any rule will do that does not look at the order.
        if kept is None or entry.model_dump_json() < kept.model_dump_json():
            found[entry.identity] = entry
    return tuple(found[identity] for identity in sorted(found, key=_comparable))


def _comparable(identity: tuple[object, ...]) -> tuple[float, int, tuple[str, ...]]:
    """An identity as something that can be compared."""
    at, order, *rest = identity
    return float(str(at)), int(str(order)), tuple(map(str, rest))


def missing(known: Iterable[Entry], seen: Iterable[Entry]) -> Iterator[Entry]:
    """Of ``seen`` what is not in ``known``, each once, sorted: the lines to append."""
    there = {entry.identity for entry in known}
    return (entry for entry in merged(seen) if entry.identity not in there)
