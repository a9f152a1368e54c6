"""What incidents say of a fault, against what is known of it: when it began, was notified and ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lab.faults.trial import Trial
from lab.layout import Layout
from model.incidents.entry import Entry, Kind, State
from model.incidents.spans import Span, bad_runs
from model.vocabulary import Environment, Severity
from ops.incidents.places import store

EVALUATION_SECONDS: Final = 15.0
"""As objectives are evaluated: what is between two evaluations is seen at the second one."""

# Before the fault began no incident is of it; clocks of servers and the time until events arrive are below that.
_EARLY: Final = 2 * EVALUATION_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Of one fault. ``incident``: its id, empty where none was written. The others: seconds by which the incident is
    later than the truth; None where it does not say, as of an alert without an objective."""

    fault: str
    target: str
    incident: str
    onset: float | None
    detected: float | None
    restored: float | None

    @property
    def exact(self) -> bool:
        """Whether each time that the incident states is right to one evaluation."""
        known = [one for one in (self.onset, self.detected, self.restored) if one is not None]
        return bool(self.incident) and all(abs(one) <= EVALUATION_SECONDS for one in known)


def proofs(layout: Layout, trials: Iterable[Trial]) -> list[Proof]:
    """Of the faults that call somebody: others open no incident."""
    kept = [(folder.id, folder.timeline()) for folder in store(layout.root, Environment.LOCAL, None).all()]
    return [
        _proof(trial, kept)
        for trial in trials
        if trial.plan.target.expected.severity is Severity.CRITICAL and trial.injected is not None
    ]


def _proof(trial: Trial, kept: Sequence[tuple[str, Sequence[Entry]]]) -> Proof:
    expected, injected = trial.plan.target.expected, trial.injected or trial.began
    until = injected if trial.ended is None else trial.ended
    incident, lines = next(((name, lines) for name, lines in kept if _told(lines, trial)), ("", ()))
    told = next((line.at for line in lines if _notified(line, trial)), None)
    run = next((run for run in bad_runs(lines) if _of(run, trial) and _meets(run, injected, until)), None)
    truth = None if trial.notified is None else trial.began + trial.notified
    return Proof(
        fault=trial.plan.fault.name,
        target=trial.plan.target.name,
        incident=incident,
        onset=_later(run.start if run and expected.objective else None, injected),
        detected=_later(told, truth),
        restored=_later(run.end if run and expected.objective else None, trial.ended),
    )


def _told(lines: Sequence[Entry], trial: Trial) -> bool:
    return any(_notified(line, trial) for line in lines)


def _notified(line: Entry, trial: Trial) -> bool:
    """Whether a receiver was notified of the fault's alert, after it began."""
    expected = trial.plan.target.expected
    about = (line.name, line.system) == (expected.alert, expected.system) and line.component == expected.component
    return line.kind is Kind.NOTIFICATION and line.state is State.FIRING and about and line.at >= trial.began


def _of(run: Span, trial: Trial) -> bool:
    expected = trial.plan.target.expected
    return run.subject[:3] == (expected.system, expected.component, expected.objective)


def _meets(run: Span, start: float, end: float) -> bool:
    return run.start >= start - _EARLY and run.start <= end + _EARLY


def _later(said: float | None, truth: float | None) -> float | None:
    return None if said is None or truth is None else round(said - truth, 1)
