"""From single observations to spans of time: alerts that fire, objectives that are bad."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.incidents.entry import Entry, Kind, State, merged
from model.incidents.parts import Part
from model.vocabulary import Severity

Subject = tuple[str, str, str, str]
"""System, component, objective and the alert's name ("" for an SLI)."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``end``: None while it lasts. ``paging``: it is critical, and no silence existed when it began."""

    start: float
    end: float | None
    subject: Subject
    paging: bool = False

    @property
    def part(self) -> Part:
        """What it is about."""
        return self.subject[:2]

    def ended_by(self, now: float) -> float:
        """The end, or ``now``."""
        return now if self.end is None else self.end


def alerts(entries: Iterable[Entry]) -> list[Span]:
    """Spans in which alerts fire, sorted. Several sources may say the same: the first that begins and ends it counts.

    An end without a beginning is none: the alert began before the first observation.
    """
    every = merged(entries)
    silenced = [one for one in every if one.until is not None]
    found = []
    for subject, lines in _by_subject(every, Kind.ALERT).items():
        start: Entry | None = None
        for line in lines:
            if line.state is State.FIRING and start is None:
                start = line
            elif line.state is State.RESOLVED and start is not None:
                found.append(Span(start.at, line.at, subject, _pages(start, silenced)))
                start = None
        if start is not None:
            found.append(Span(start.at, None, subject, _pages(start, silenced)))
    return sorted(found, key=_key)


def bad_runs(entries: Iterable[Entry]) -> list[Span]:
    """Spans in which an objective was bad, sorted. One without events is not good again."""
    found = []
    for subject, lines in _by_subject(merged(entries), Kind.SLI).items():
        start: float | None = None
        for line in lines:
            if line.state is State.BAD and start is None:
                start = line.at
            elif line.state is State.GOOD and start is not None:
                found.append(Span(start, line.at, subject))
                start = None
        if start is not None:
            found.append(Span(start, None, subject))
    return sorted(found, key=_key)


def _key(span: Span) -> tuple[float, Subject]:
    return span.start, span.subject


def _by_subject(entries: Sequence[Entry], kind: Kind) -> dict[Subject, list[Entry]]:
    found: dict[Subject, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.kind is kind:
            found[entry.system, entry.component, entry.objective, entry.name].append(entry)
    return found


def _pages(alert: Entry, silences: Sequence[Entry]) -> bool:
    """A silence that was there before keeps it from paging; one made afterwards is a person's answer to the page."""
    muted = any(
        one.at < alert.at < (one.until or 0.0) and covers(one, alert.system, alert.component, alert.name)
        for one in silences
    )
    return alert.severity == Severity.CRITICAL and not muted


def covers(silence: Entry, system: str, component: str, name: str) -> bool:
    """Whether the silence is about that alert; an empty field of the silence fits everything, but not all of them."""
    pairs = ((silence.system, system), (silence.component, component), (silence.name, name))
    return any(said for said, _ in pairs) and all(said in ("", has) for said, has in pairs)
