"""The decision: may this change be deployed now? Pure: no clock, no network.

Unknown is an answer of its own. Missing, stale or partial data never becomes a yes: each finding about the data makes
the answer unknown, and only the policy of the environment, or a person who overrides the gate, lets that pass.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from model.catalog.gate import Gate, OnUnknown
from model.gate.exceptions import GateException
from model.gate.scope import Expected, Subject
from model.gate.status import FiringAlert, ObjectiveStatus, Status
from model.metrics import metric_names as names
from model.quantities import plain
from model.vocabulary import Vocabulary

STALE_SAMPLE_SECONDS = 60
"""Objectives are evaluated every 15 s: an older sample has missed four evaluations, and a busy server skips one."""
STALE_STATUS_SECONDS = 180
"""The document is published every minute; two may be lost."""
SKEW_SECONDS = 60
"""How far the source's clock may be ahead: NTP keeps clocks within a second, so a minute is a broken clock."""

# While one of them fires, the numbers of the objective mean nothing.
_UNTRUSTED = (names.NO_DATA, names.NOT_MEASURED, names.MEASUREMENT_INVALID)
_PERCENT, _HOUR = 100, 3600


class ChangeKind(Vocabulary):
    """What a deployment is for."""

    FEATURE = ("feature", "Anything that can wait.")
    FIX = ("fix", "Fixes a problem that affects users.")
    SECURITY = ("security", "Closes a vulnerability.")
    ROLLBACK = ("rollback", "Returns to a version that ran before.")


_PASS_A_FREEZE = (ChangeKind.FIX, ChangeKind.SECURITY, ChangeKind.ROLLBACK)
_PASS_AN_ALERT = (ChangeKind.FIX, ChangeKind.ROLLBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``reason`` and ``approver`` are what lets it pass a freeze; ``override`` is the reason of a break-glass."""

    kind: ChangeKind = ChangeKind.FEATURE
    reason: str = ""
    approver: str = ""
    override: str = ""


class Answer(Vocabulary):
    """The three answers."""

    ALLOWED = ("allowed", "The error budgets are known and allow the deployment.")
    BLOCKED = ("blocked", "The policy forbids it.")
    UNKNOWN = ("unknown", "The error budgets are unknown.")


_EXIT_CODES = {Answer.ALLOWED: 0, Answer.BLOCKED: 3, Answer.UNKNOWN: 4}


class Effect(Vocabulary):
    """What a finding does to the answer."""

    WARN = ("warning", "No effect on the decision; information for a person.")
    FREEZE = ("freeze", "Features wait.")
    ALERT = ("alert", "Everything but a fix or a rollback waits.")
    UNKNOWN = ("unknown", "The answer is unknown.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation, ``about`` an objective or the whole status."""

    effect: Effect
    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``passes`` differs from the answer where the policy lets an unknown budget pass, or a person overrode it.

    ``findings`` are the reasons, ``notes`` say what let the change pass, ``judged`` are the objectives' numbers.
    """

    answer: Answer
    passes: bool
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    judged: tuple[tuple[Expected, tuple[ObjectiveStatus, ...]], ...] = ()
    exceptions: tuple[str, ...] = ()
    overridden: bool = False

    @property
    def exit_code(self) -> int:
        """0 where it passes, 3 blocked, 4 unknown."""
        return 0 if self.passes else _EXIT_CODES[self.answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is deployed, and the exceptions in force, by file. ``unreachable``: why there is no status."""

    subject: Subject
    exceptions: Mapping[str, GateException] = field(default_factory=dict)
    unreachable: str = ""


def decide(status: Status | None, policy: Policy, change: Change, now: float) -> Verdict:
    """The verdict at ``now`` (Unix time, seconds). ``status`` is None where there is none."""
    subject = policy.subject
    findings = list(_document(status, policy, now))
    judged: tuple[tuple[Expected, tuple[ObjectiveStatus, ...]], ...] = ()
    # Nothing is read from a document that is not of now: neither good news nor bad.
    if status is not None and not findings:
        judged = tuple((expected, _of(expected, status)) for expected in subject.expected)
        findings += [*_alerts(status, subject), *_data(status)]
        for expected, found in judged:
            findings += _objective(expected, found, status, subject.gate)
    # What nobody needs a status for holds without one.
    if (freeze := subject.calendar.freeze(subject.environment, now)) is not None:
        text = f"change freeze until {freeze.end:%Y-%m-%d %H:%M} {freeze.time_zone}: {freeze.reason}"
        findings.append(Finding(Effect.FREEZE, freeze.name, text))
    effects = {finding.effect for finding in findings}
    blocked, notes, files = _ruling(effects, policy, change, now)
    answer = Answer.BLOCKED if blocked else Answer.UNKNOWN if Effect.UNKNOWN in effects else Answer.ALLOWED
    passes = answer is Answer.ALLOWED
    if answer is Answer.UNKNOWN:
        passes = subject.gate.unknown.of(subject.environment) is OnUnknown.ALLOW
        lets = "lets" if passes else "does not let"
        notes.append(f"the policy {lets} an unknown error budget pass in {subject.environment}")
    overridden = bool(change.override.strip()) and not passes
    if overridden:
        notes.append(f"overridden: {change.override}")
    return Verdict(
        answer=answer,
        passes=passes or overridden,
        findings=tuple(sorted(set(findings), key=lambda one: (_ORDER.index(one.effect), one.about, one.text))),
        notes=tuple(notes),
        judged=judged,
        exceptions=files,
        overridden=overridden,
    )


def _ruling(
    effects: set[Effect], policy: Policy, change: Change, now: float
) -> tuple[bool, list[str], tuple[str, ...]]:
    """Whether the policy blocks it, what to say of that, and the files of the exceptions that let it pass."""
    blocked = False
    notes: list[str] = []
    files: tuple[str, ...] = ()
    if Effect.ALERT in effects:
        blocked = change.kind not in _PASS_AN_ALERT
        kinds = " or ".join(_PASS_AN_ALERT)
        notes.append(
            f"while these alerts fire, only a {kinds} passes"
            if blocked
            else f"a {change.kind} passes while alerts fire"
        )
    if Effect.FREEZE in effects:
        subject = policy.subject
        files = tuple(
            file
            for file, exception in policy.exceptions.items()
            if exception.end > now and exception.covers(subject.environment, subject.system, subject.component)
        )
        if change.kind in _PASS_A_FREEZE and change.reason.strip() and change.approver.strip():
            notes.append(f"a {change.kind} passes the freeze: {change.reason}; approved by {change.approver}")
            files = ()
        elif files:
            notes += [f"{file} lets it pass the freeze: {policy.exceptions[file].reason}" for file in files]
        else:
            blocked = True
            notes.append(f"a {', '.join(_PASS_A_FREEZE)} passes the freeze with --reason and --approver")
    return blocked, notes, files


_ORDER = (Effect.ALERT, Effect.FREEZE, Effect.UNKNOWN, Effect.WARN)


def _document(status: Status | None, policy: Policy, now: float) -> Iterator[Finding]:
    """What makes the whole of it worthless."""
    if status is None:
        yield Finding(Effect.UNKNOWN, "status", policy.unreachable or "there is no status")
        return
    age = now - status.generated_at
    if age > STALE_STATUS_SECONDS:
        yield Finding(Effect.UNKNOWN, "status", f"stale: {age:.0f} s old, at most {STALE_STATUS_SECONDS} s count")
    if age < -SKEW_SECONDS:
        yield Finding(Effect.UNKNOWN, "status", f"from {-age:.0f} s ahead of this clock: one of the clocks is wrong")
    if status.environment is not policy.subject.environment:
        found = f"of the environment {status.environment}, not of {policy.subject.environment}"
        yield Finding(Effect.UNKNOWN, "status", found)


def _data(status: Status) -> Iterator[Finding]:
    """What is missing from the whole of it."""
    for warning in status.partial:
        yield Finding(Effect.UNKNOWN, "status", f"partial data: {warning}")
    if not status.watchdog:
        yield Finding(Effect.UNKNOWN, "status", "the Watchdog does not fire, so no alert is evaluated")


def _of(expected: Expected, status: Status) -> tuple[ObjectiveStatus, ...]:
    """Its statuses, one a cluster."""
    key = (expected.system, expected.component, expected.objective)
    return tuple(one for one in status.objectives if (one.system, one.component, one.objective) == key)


def _alerts(status: Status, subject: Subject) -> Iterator[Finding]:
    for firing in status.firing:
        if (firing.system, firing.component) not in subject.parts:
            continue
        if firing.alert in subject.gate.block_while:
            yield Finding(Effect.ALERT, _about(firing), f"{firing.alert} fires")
        elif firing.alert in _UNTRUSTED:
            yield Finding(Effect.UNKNOWN, _about(firing), f"{firing.alert} fires: its numbers cannot be trusted")


def _about(firing: FiringAlert) -> str:
    objective = f" {firing.objective}" if firing.objective else ""
    feature = f" [{firing.feature}]" if firing.feature else ""
    return f"{firing.system}/{firing.component}{objective}{feature}"


def _objective(expected: Expected, found: tuple[ObjectiveStatus, ...], status: Status, gate: Gate) -> Iterator[Finding]:
    if not found:
        yield _unknown(expected, "no data")
    for one in found:
        where = f" in {one.cluster}" if len(found) > 1 else ""
        if stale := _stale(one, status):
            yield _unknown(expected, stale + where)
        elif lack := _lack(one, gate.min_events):
            yield (
                Finding(Effect.WARN, expected.title, lack + where)
                if expected.optional
                else _unknown(expected, lack + where)
            )
        else:
            yield from _budget(expected, one, gate, where)


def _budget(expected: Expected, one: ObjectiveStatus, gate: Gate, where: str) -> Iterator[Finding]:
    assert one.remaining is not None
    left = one.remaining * _PERCENT
    threshold = gate.freeze_below if left < gate.freeze_below else gate.warn_below
    if left < threshold:
        freezes = left < gate.freeze_below and expected.decides
        text = f"error budget remaining {left:.1f} %, threshold {plain(threshold)} %{where}"
        yield Finding(Effect.FREEZE if freezes else Effect.WARN, expected.title, text)
    if one.exhaustion_seconds is not None and one.exhaustion_seconds < gate.soak.seconds:
        hours = one.exhaustion_seconds / _HOUR
        text = f"exhausted in {hours:.1f} h at this burn rate, sooner than {gate.soak}{where}"
        yield Finding(Effect.WARN, expected.title, text)


def _unknown(expected: Expected, text: str) -> Finding:
    """Of what could freeze. Of what could only warn, missing data is a warning too."""
    return Finding(Effect.UNKNOWN if expected.decides else Effect.WARN, expected.title, text)


def _stale(one: ObjectiveStatus, status: Status) -> str:
    """Why its numbers are not of the status' moment; empty where they are, or where there are none."""
    if one.sampled_at is None:
        return ""
    age = status.generated_at - one.sampled_at
    if age > STALE_SAMPLE_SECONDS:
        return f"stale: recorded {age:.0f} s before the status, at most {STALE_SAMPLE_SECONDS} s count"
    return f"recorded {-age:.0f} s after the status" if age < -SKEW_SECONDS else ""


def _lack(one: ObjectiveStatus, min_events: int) -> str:
    """Why its budget is unknown; empty where it is known. A total that is absent is not zero errors."""
    absent = [name for name in ("total", "bad", "remaining", "sampled_at") if getattr(one, name) is None]
    if absent:
        return "no data" if "sampled_at" in absent else f"no data: {', '.join(absent)}"
    assert one.total is not None
    return f"{one.total:g} events in {one.window}, at least {min_events} count" if one.total < min_events else ""
