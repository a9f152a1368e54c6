"""The record of one incident: its state and its times, from a group of alerts and the timeline."""

from collections.abc import Iterable, Sequence
from typing import Literal

from model.base import Model
from model.incidents.entry import Entry, Kind, Seconds, State, merged
from model.incidents.grouping import CLOSE_SECONDS, Group
from model.incidents.parts import Part
from model.incidents.spans import Span, covers
from model.labels import OWN_SYSTEM
from model.metrics.metric_names import SLO_ALERTS
from model.security.alert_names import SECURITY_ALERTS
from model.vocabulary import Environment, Severity, Vocabulary

BEFORE_SECONDS = 3600.0
"""What changed in the hour before the onset is in the timeline: most incidents follow a change within minutes."""


class Status(Vocabulary):
    """Whether an incident lasts."""

    OPEN = ("open", "A paging alert fires, an objective is bad, or both ended only now.")
    CLOSED = ("closed", "Alerts are over and objectives have been good long enough.")


class ClosedBy(Vocabulary):
    """What showed that it is over."""

    SLI = ("sli", "The objectives were good again, with events.")
    PERSON = ("person", "A person said so.")
    ALERTS = ("alerts", "The alerts were over; no objective of the parts was bad.")


class Impact(Model):
    """What one objective lost. ``bad``, ``total``: events. ``budget``: share of the whole window's error budget.

    ``bad_minutes``: minutes of bad SLI. ``covered``: share of the window that has data; the budget of a younger service
    is extrapolated from it. None where it is unknown.
    """

    system: str
    component: str
    objective: str
    bad: float | None = None
    total: float | None = None
    budget: float | None = None
    covered: float | None = None
    bad_minutes: float | None = None


class Times(Model):
    """Unix times; None where one is unknown.

    ``onset``: the first evaluation of the run of bad SLI windows that led to the page. ``detected``: the first
    delivered notification. ``acknowledged``: the first trace of a person after it. ``restored``: the end of the last
    bad SLI window, not the end of the alert, which `keep_firing_for` delays.
    """

    onset: Seconds | None = None
    detected: Seconds | None = None
    acknowledged: Seconds | None = None
    restored: Seconds | None = None

    @property
    def to_detect(self) -> float | None:
        """Seconds from onset to the first delivered notification."""
        return _between(self.onset, self.detected)

    @property
    def to_acknowledge(self) -> float | None:
        """Seconds from the first notification to the first trace of a person."""
        return _between(self.detected, self.acknowledged)

    @property
    def to_restore(self) -> float | None:
        """Seconds from onset to the end of the last bad SLI window."""
        return _between(self.onset, self.restored)


class Record(Model):
    """``format``: of this document. ``opened``: when the first paging alert began. Times are Unix seconds."""

    format: Literal[1] = 1
    id: str
    environment: Environment
    system: str
    components: tuple[str, ...]
    severity: Severity
    status: Status
    opened: Seconds
    closed: Seconds | None = None
    closed_by: ClosedBy | None = None
    reopened: int = 0
    alerts: tuple[str, ...]
    times: Times
    impact: tuple[Impact, ...] = ()

    @property
    def title(self) -> str:
        """For lists: by the alert that says most of an objective, or the first one. Several begin at once."""
        most = next((name for name in SLO_ALERTS if name in self.alerts), self.alerts[0])
        return f"{most} of {self.system}/{self.components[0]}"

    @property
    def security(self) -> bool:
        """Whether an alert about security is among its alerts."""
        return any(name in SECURITY_ALERTS for name in self.alerts)

    @property
    def lasted(self) -> float | None:
        """Seconds to restore; where no SLI was bad, from the first alert to the end of the last one."""
        if self.closed_by is ClosedBy.ALERTS and self.closed is not None:
            return _between(self.opened, self.closed - CLOSE_SECONDS)
        return self.times.to_restore


def record(identity: str, environment: Environment, group: Group, lines: Iterable[Entry]) -> Record:
    """The record; ``lines`` is the incident's timeline. It does not depend on the order of either."""
    every = merged(lines)
    first = group.opening
    return Record(
        id=identity,
        environment=environment,
        system=first.subject[0],
        components=tuple(dict.fromkeys(_component(span.part, first.subject[0]) for span in group.spans)),
        severity=Severity.CRITICAL,
        status=Status.OPEN if group.closed is None else Status.CLOSED,
        opened=first.start,
        closed=group.closed,
        closed_by=_closed_by(group),
        reopened=group.reopened,
        alerts=tuple(dict.fromkeys(span.subject[3] for span in group.spans)),
        times=_times(group, every),
        impact=tuple(_minutes(group)),
    )


def _closed_by(group: Group) -> ClosedBy | None:
    if group.closed is None:
        return None
    if group.closed == group.by_hand:
        return ClosedBy.PERSON
    return ClosedBy.SLI if group.runs else ClosedBy.ALERTS


def belongs(entry: Entry, group: Group, now: float) -> bool:
    """Whether a line is of this incident's timeline."""
    start = group.opening.start if group.onset is None else min(group.onset, group.opening.start)
    end = now if group.closed is None else group.closed
    if not start - BEFORE_SECONDS <= entry.at <= end:
        return False
    if entry.kind is Kind.ALERT:
        return any(_covers(entry, span, end) for span in group.spans)
    if entry.kind is Kind.NOTIFICATION:
        return entry.at >= start and any(_notifies(entry, span.subject) for span in group.spans)
    if entry.until is not None:
        return any(covers(entry, *_silenced(span.subject)) for span in group.spans)
    if entry.kind in (Kind.SLI, Kind.LOG, Kind.TRACE):
        return (entry.system, entry.component) in group.parts
    # A change of the platform below, or of what nobody knows, may be the cause of anything.
    return entry.system in {"", OWN_SYSTEM, *(system for system, _ in group.parts)}


def _covers(entry: Entry, span: Span, end: float) -> bool:
    subject = (entry.system, entry.component, entry.objective, entry.name)
    return subject == span.subject and span.start <= entry.at <= span.ended_by(end)


def _component(part: Part, system: str) -> str:
    return part[1] if part[0] == system else f"{part[0]}/{part[1]}"


def _times(group: Group, lines: Sequence[Entry]) -> Times:
    onset = group.onset
    pages = [span.subject for span in group.pages]
    since = group.opening.start if onset is None else min(onset, group.opening.start)
    delivered = [
        line.at
        for line in lines
        if line.kind is Kind.NOTIFICATION and line.state is State.FIRING and line.at >= since
        if any(_notifies(line, subject) for subject in pages)
    ]
    detected = min(delivered, default=None)
    people = [line.at for line in lines if line.kind is Kind.HUMAN and detected is not None and line.at >= detected]
    return Times(
        onset=onset,
        detected=detected,
        acknowledged=min(people, default=None),
        restored=group.restored,
    )


def _minutes(group: Group) -> Iterable[Impact]:
    """Minutes of each bad objective; the events are asked from Prometheus."""
    for subject in sorted({run.subject for run in group.runs}):
        runs = [run for run in group.runs if run.subject == subject]
        seconds = [run.end - run.start for run in runs if run.end is not None]
        lasting = len(seconds) < len(runs)
        system, component, objective, _ = subject
        minutes = None if lasting else round(sum(seconds) / 60, 3)
        yield Impact(system=system, component=component, objective=objective, bad_minutes=minutes)


def _notifies(entry: Entry, subject: tuple[str, str, str, str]) -> bool:
    """A notification is about a group of alerts: it names no objective, and not always a component."""
    system, component, _, name = subject
    return (entry.name, entry.system) == (name, system) and entry.component in ("", component)


def _silenced(subject: tuple[str, str, str, str]) -> tuple[str, str, str]:
    system, component, _, name = subject
    return system, component, name


def _between(first: float | None, second: float | None) -> float | None:
    """Unknown where one is missing, and where they are in the wrong order: a clock was set, or causes differ."""
    return None if first is None or second is None or second < first else second - first
