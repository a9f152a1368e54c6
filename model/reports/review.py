"""The review of a week or a month as a document: what to change about alerts, thresholds and objectives."""

from collections.abc import Sequence
from typing import Literal

from model.base import Model
from model.reports.history import History, Rows
from model.reports.periods import Period, PeriodKind
from model.reports.review_noise import Noise, RunbookUse
from model.reports.review_patterns import Pattern
from model.reports.review_replay import Candidate
from model.reports.review_textbook import Comparison
from model.reports.rows import EndedAlert
from model.reports.subject import Expected, Subject, span
from model.vocabulary import Environment


class QuietObjective(Model):
    """An objective without events in the period. ``measured``: whether anything counted them; ``last``: the last day
    of the kept rows with events, None where none has any."""

    system: str
    component: str
    objective: str
    team: str
    measured: bool
    last: str | None


class ThresholdReview(Model):
    """A threshold alert that fired. ``candidates``: its line and others; none where ``why`` says why not.

    ``start`` and ``end``: from when to when its values are known, Unix seconds.
    """

    alert: str
    severity: str
    team: str
    system: str
    component: str
    above: bool = True
    start: float | None = None
    end: float | None = None
    quiet_values: int = 0
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


class Review(Model):
    """All of a period. None of ``patterns``: they are not known; ``notes`` say why."""

    version: Literal[1] = 1
    environment: Environment
    kind: PeriodKind
    period: str
    first_day: str
    last_day: str
    complete: bool
    until: str | None
    filters: tuple[str, ...]
    times: int
    acted_share: float | None
    noise: tuple[Noise, ...]
    thresholds: tuple[ThresholdReview, ...]
    quiet_objectives: tuple[QuietObjective, ...]
    runbooks: tuple[RunbookUse, ...]
    textbook: tuple[Comparison, ...] = ()
    patterns: tuple[Pattern, ...] | None
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def alerts_of(subject: Subject, rows: Rows, period: Period) -> list[EndedAlert]:
    """The alerts of the subject's components that ended in the period."""
    start, end = span(subject, period)
    return [one for one in _of_subject(subject, rows) if start < one.end <= end]


def history_of(subject: Subject, rows: Rows) -> list[EndedAlert]:
    """All alerts of the subject's components that the rows know."""
    return list(_of_subject(subject, rows))


def quiet_objectives(subject: Subject, rows: Rows, period: Period, until: str) -> tuple[QuietObjective, ...]:
    """Objectives without a single event in the period, sorted."""
    history = History.of(rows.objectives, until)
    found = []
    for one in subject.objectives:
        counts = history.counts(one.key, one.time_zone, period)
        if not counts.valid:
            found.append(
                QuietObjective(
                    system=one.system,
                    component=one.component,
                    objective=one.objective,
                    team=one.team,
                    measured=counts.covered > 0,
                    last=_last_with_events(one, rows, period),
                )
            )
    return tuple(found)


def acted_share(noise: Sequence[Noise]) -> float | None:
    """Of all alerts of which it is known and that notified somebody; None without any."""
    acted, ignored = sum(one.acted for one in noise), sum(one.ignored for one in noise)
    return acted / (acted + ignored) if acted + ignored else None


def _of_subject(subject: Subject, rows: Rows) -> Sequence[EndedAlert]:
    teams = {one.team for one in subject.objectives}
    parts = {(one.system, one.component) for one in subject.objectives}
    # What fires for a component without an objective, or for the whole system, belongs to its team.
    return [
        a for a in rows.alerts if (a.system, a.component) in parts or (a.system in subject.systems and a.team in teams)
    ]


def _last_with_events(expected: Expected, rows: Rows, period: Period) -> str | None:
    days = (
        row.day
        for row in rows.objectives
        if (row.system, row.component, row.objective) == expected.key and row.valid and row.day <= period.days[-1]
    )
    return max(days, default=None)
