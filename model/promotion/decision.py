"""The decision: may this commit go from one environment to the next? Pure: no clock, no network.

Evidence that is of another commit or environment, too old, from the future, or unreadable is missing. Nothing that is
unknown counts as passed.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from model.problems import BadInput, Problem, raise_if_any
from model.promotion.evidence import (
    Deployment,
    Evidence,
    GateDecision,
    Kind,
    PlanDigest,
    PolicyResult,
    Result,
    Soak,
    Tests,
    Verification,
)
from model.sentences import some, span
from model.verification.verdicts import Check
from model.vocabulary import Environment

ORDER: Final = (Environment.DEV, Environment.STAGING, Environment.PROD)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
SOAK_SECONDS: Final[Mapping[Environment, int]] = {Environment.STAGING: _HOUR, Environment.PROD: _DAY}
"""How long a commit runs in the environment before, by where it goes to.

An hour is twelve times the five minutes of the fastest burn alerts. A day has the peak of every market and one run of
every daily job.
"""
MAX_AGE: Final[Mapping[Kind, int]] = {
    Kind.TESTS: 30 * _DAY,
    Kind.PLAN: 7 * _DAY,
    Kind.POLICY: 7 * _DAY,
    Kind.GATE: 15 * _MINUTE,
    Kind.DEPLOYMENT: 30 * _DAY,
    Kind.VERIFICATION: 30 * _DAY,
    Kind.SOAK: 7 * _DAY,
}
"""Seconds for which evidence counts.

A commit that waits for a month is behind on every chart and image with a known vulnerability. Plan and policies depend
on the day: mute times begin, exceptions end. The error budget is another within minutes; fifteen of them are the time
between asking for it and the beginning of the update.
"""
SKEW_SECONDS: Final = 60
"""How far a time may lie ahead: NTP keeps clocks within a second, so a minute is a broken clock."""
COVERAGE: Final = 0.99
"""The part of the soak in which alerting must have been seen at work: of an hour 36 seconds, one restart, may lack."""
_NAMED: Final = 3
_OPTIONAL: Final = frozenset({str(Check.PAGING_ROUTES)})
"""Of a verification: it wakes people up, so it is not for every deployment."""
E_ = TypeVar("E_")

Found = Mapping[tuple[Environment, Kind], Evidence | str]
"""What is there, by where it lies; a text says why it cannot be read. What is not in it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What is asked. ``soak``: seconds in ``source``. ``digest`` of the plan that is about to be deployed, if known."""

    commit: str
    source: Environment
    target: Environment
    soak: float
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence: what it says, or under ``missing`` why it does not count."""

    kind: Kind
    environment: Environment
    text: str = ""
    missing: tuple[str, ...] = ()


def steps(source: str, target: str) -> tuple[Environment, Environment]:
    """The two environments, which must follow each other. Raises BadInput."""
    known = {str(each): each for each in ORDER}
    raise_if_any(
        Problem(option, f"found {given!r}", ", ".join(known))
        for option, given in (("--from", source), ("--to", target))
        if given not in known
    )
    pairs = [f"{a} to {b}" for a, b in itertools.pairwise(ORDER)]
    if f"{source} to {target}" not in pairs:
        raise BadInput([Problem("--from, --to", f"found {source} to {target}", " or ".join(pairs))])
    return known[source], known[target]


def demanded(source: Environment, target: Environment) -> tuple[tuple[Environment, Kind], ...]:
    """What a promotion needs, and where it lies. Tests are of the commit, and lie with the first environment."""
    return (
        (ORDER[0], Kind.TESTS),
        *((source, kind) for kind in (Kind.PLAN, Kind.POLICY, Kind.DEPLOYMENT, Kind.VERIFICATION, Kind.SOAK)),
        *((target, kind) for kind in (Kind.PLAN, Kind.POLICY, Kind.GATE)),
    )


def decide(asked: Promotion, found: Found, now: float) -> tuple[Piece, ...]:
    """Every piece that ``asked`` needs, in order, at ``now`` (Unix time in seconds)."""
    judge = _Judge(asked, found, now)
    return tuple(judge.piece(where, kind) for where, kind in demanded(asked.source, asked.target))


def is_allowed(pieces: tuple[Piece, ...]) -> bool:
    """Whether nothing is missing."""
    return not any(piece.missing for piece in pieces)


class _Judge:
    def __init__(self, asked: Promotion, found: Found, now: float) -> None:
        self._asked, self._found, self._now = asked, found, now

    def piece(self, where: Environment, kind: Kind) -> Piece:
        one = self._found.get((where, kind), "there is none")
        if isinstance(one, str):
            return Piece(kind=kind, environment=where, missing=(one,))
        check = _CHECKS.get(kind)
        wrong = tuple(check(self, one, where)) if check else ()
        return Piece(kind=kind, environment=where, text=one.says, missing=(*self._not_ours(one, where, kind), *wrong))

    def _not_ours(self, one: Evidence, where: Environment, kind: Kind) -> Iterator[str]:
        """What makes a document no evidence of this commit, here and now."""
        if one.commit != self._asked.commit:
            yield f"of commit {one.commit[:12]}, not {self._asked.commit[:12]}"
        if one.environment is not where:
            yield f"of {one.environment}, not {where}"
        expected = self._of(PlanDigest, self._asked.target, Kind.PLAN)
        if expected and one.bundles != expected.bundles:
            yield f"of other bundle versions than {self._asked.target}'s plan{self._differing(one, expected)}"
        age = self._now - one.time
        if age < -SKEW_SECONDS:
            yield f"from {span(-age)} ahead of this clock: one of the clocks is wrong"
        if age > MAX_AGE[kind]:
            yield f"{span(age)} old, at most {span(MAX_AGE[kind])} count"

    @staticmethod
    def _differing(one: Evidence, expected: PlanDigest) -> str:
        if not isinstance(one, PlanDigest):
            return ""
        names = sorted(name for name, _ in one.versions.items() ^ expected.versions.items())
        return f": {some(list(dict.fromkeys(names)), _NAMED)}"

    def _of(self, model: type[E_], where: Environment, kind: Kind) -> E_ | None:
        found = self._found.get((where, kind))
        return found if isinstance(found, model) else None

    def tests(self, one: Tests, where: Environment) -> Iterator[str]:
        if one.result is not Result.PASSED:
            yield f"the tests are {one.result}"

    def plan(self, one: PlanDigest, where: Environment) -> Iterator[str]:
        if where is self._asked.target and self._asked.digest not in (None, one.digest):
            yield f"it is not the plan that would be deployed, {str(self._asked.digest)[:12]}"

    def policy(self, one: PolicyResult, where: Environment) -> Iterator[str]:
        plan = self._of(PlanDigest, where, Kind.PLAN)
        if plan and plan.digest != one.plan:
            yield f"asked about the plan {one.plan[:12]}, not {plan.digest[:12]}"
        if one.mandatory:
            yield f"{one.mandatory} mandatory findings"

    def gate(self, one: GateDecision, where: Environment) -> Iterator[str]:
        if not one.passes:
            yield f"the gate says {one.answer}"

    def verification(self, one: Verification, where: Environment) -> Iterator[str]:
        if one.verdict is not Result.PASSED:
            yield f"the verification {one.verdict if one.verdict is Result.FAILED else 'is unknown'}"
        wrong = [check.name for check in one.checks if check.result is not Result.PASSED]
        if wrong and one.verdict is Result.PASSED:
            yield f"passed, but not {some(wrong, _NAMED)}"
        known = {check.name for check in one.checks}
        if lacking := [str(check) for check in Check if check not in known | _OPTIONAL]:
            yield f"not checked: {some(lacking, _NAMED)}"
        if one.systems_left_out:
            yield f"systems not verified: {some(one.systems_left_out, _NAMED)}"
        deployed = self._of(Deployment, where, Kind.DEPLOYMENT)
        if deployed and one.time < deployed.time:
            yield "from before the deployment"

    def soak(self, one: Soak, where: Environment) -> Iterator[str]:
        deployed = self._of(Deployment, where, Kind.DEPLOYMENT)
        if deployed and one.since < deployed.time:
            yield "it begins before the deployment"
        if one.until > one.time + SKEW_SECONDS:
            yield "it ends after it was measured"
        lasted = one.until - one.since
        if lasted < self._asked.soak:
            yield f"{span(max(lasted, 0))} of {span(self._asked.soak)}"
        if lasted > 0 and one.measured < COVERAGE * lasted:
            yield f"measured for {max(one.measured, 0) / lasted:.0%} of the time, at least {COVERAGE:.0%} needed"
        if one.pages:
            yield f"paged: {some(one.pages, _NAMED)}"
        if one.burning:
            yield f"burned error budget: {some(one.burning, _NAMED)}"


_CHECKS: Final[Mapping[Kind, Callable[..., Iterator[str]]]] = {
    Kind.TESTS: _Judge.tests,
    Kind.PLAN: _Judge.plan,
    Kind.POLICY: _Judge.policy,
    Kind.GATE: _Judge.gate,
    Kind.VERIFICATION: _Judge.verification,
    Kind.SOAK: _Judge.soak,
}
