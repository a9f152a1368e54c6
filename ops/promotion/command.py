"""The verbs ``evidence write`` and ``promote`` without their options: what they read, decide and keep."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from model.file import read_json
from model.plan import Plan, read_plan
from model.policies.exceptions import Exceptions, judge
from model.policies.registry import findings
from model.policies.rule import Level, Resource
from model.problems import BadInput, Problem, from_validation
from model.promotion.decision import Piece, Promotion, decide, demanded
from model.promotion.evidence import (
    MAX_BYTES,
    MODELS,
    Check,
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
    read_evidence,
    versions_digest,
)
from model.promotion.sources import GateAnswer, VerificationOutput, plan_digest, read_output, refuse_other
from model.vocabulary import Environment
from ops.promotion.soaking import History
from ops.promotion.store import Store

FOLDER: Final = Path("build") / "evidence"
_WORST_FIRST: Final = ("blocked", "unknown", "allowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a document is made of. ``files``: outputs of other programs. ``history`` is asked for a soak alone."""

    root: Path
    environment: Environment
    commit: str
    versions: Mapping[str, str]
    now: float
    files: Sequence[Path] = ()
    result: Result | None = None
    run: str = ""
    history: History | None = None

    @property
    def header(self) -> dict[str, Any]:
        """What every document states."""
        bundles = versions_digest(self.versions)
        return {"environment": self.environment, "commit": self.commit, "time": self.now, "bundles": bundles}


def promote(asked: Promotion, kept: Store, now: float) -> tuple[Piece, ...]:
    """Every piece that the promotion needs. Raises Unreachable where the store does not answer."""
    found: dict[tuple[Environment, Kind], Evidence | str] = {}
    for where, kind in demanded(asked.source, asked.target):
        try:
            document = kept.read(where, asked.commit, kind)
            if document is not None:
                found[where, kind] = read_evidence(document, kind, f"{kind}.json")
        except BadInput as error:
            found[where, kind] = f"it cannot be read: {error.problems[0]}"
    return decide(asked, found, now)


def made(kind: Kind, writing: Writing, kept: Store) -> Evidence:
    """The document of ``kind``. Raises BadInput for wrong or missing sources, Unreachable without an answer."""
    try:
        return _MAKERS[kind](writing, kept)
    except ValidationError as error:
        raise BadInput(from_validation("evidence", error, MODELS[kind])) from None


def _tests(writing: Writing, kept: Store) -> Evidence:
    if writing.result is None or not writing.run:
        raise BadInput([Problem("--result, --run", "one of them is missing", f"--result {'|'.join(Result)} --run URL")])
    return Tests(**writing.header, result=writing.result, run=writing.run)


def _plan(writing: Writing, kept: Store) -> Evidence:
    plan = _planned(writing)
    return PlanDigest(
        **writing.header, digest=plan_digest(plan), resources=len(plan["resources"]), versions=dict(writing.versions)
    )


def _policy(writing: Writing, kept: Store) -> Evidence:
    """The policies are asked here, so that nothing has to be believed of what somebody else counted."""
    plan = _planned(writing)
    resources = [Resource.of(each) for each in plan["resources"]]
    today = time.strftime("%Y-%m-%d", time.gmtime(writing.now))
    exceptions = Exceptions.load(writing.root)
    judged = judge(findings(resources, plan["environment"]), exceptions, resources, plan["environment"], today)
    counts = {level: sum(each.level is level for each in judged.open) for level in Level}
    return PolicyResult(
        **writing.header,
        plan=plan_digest(plan),
        mandatory=counts[Level.MANDATORY],
        advisory=counts[Level.ADVISORY],
    )


def _gate(writing: Writing, kept: Store) -> Evidence:
    """One answer for all systems that were asked about: the worst, and the oldest."""
    answers = [read_output(GateAnswer, _read(path), str(path)) for path in _files(writing, "ops gate --json")]
    for path, answer in zip(writing.files, answers, strict=True):
        refuse_other("environment", answer.environment, writing.environment, str(path))
    return GateDecision(
        **{**writing.header, "time": min(answer.time for answer in answers)},
        answer=min((answer.answer for answer in answers), key=_WORST_FIRST.index),
        passes=all(answer.passes for answer in answers),
        overridden=any(answer.overridden for answer in answers),
        subject=", ".join(answer.system for answer in answers),
    )


def _deployment(writing: Writing, kept: Store) -> Evidence:
    return Deployment(**writing.header, run=writing.run or None)


def _verification(writing: Writing, kept: Store) -> Evidence:
    (path,) = _files(writing, "ops verify --json", most=1)
    said = read_output(VerificationOutput, _read(path), str(path))
    refuse_other("environment", said.environment, writing.environment, str(path))
    if said.commit is not None:
        refuse_other("commit", said.commit, writing.commit, str(path))
    checks = dict.fromkeys(Check(name=each.check, result=each.result, text=each.text) for each in said.checks)
    return Verification(
        **{**writing.header, "time": said.time},
        verdict=said.verdict,
        checks=tuple(checks),
        systems_left_out=said.systems_left_out,
    )


def _soak(writing: Writing, kept: Store) -> Evidence:
    """From the deployment of the commit to now, or to when another commit took its place."""
    if writing.history is None:
        raise BadInput([Problem("--prometheus", "it is missing", "the URL of the environment's Prometheus")])
    document = kept.read(writing.environment, writing.commit, Kind.DEPLOYMENT)
    if document is None:
        found = f"{writing.environment} has no evidence of a deployment of {writing.commit[:12]}"
        raise BadInput([Problem("--kind soak", found, "evidence write --kind deployment, before the update")])
    since = read_evidence(document, Kind.DEPLOYMENT, "deployment.json").time
    others = (each for each in kept.deployed(writing.environment, since) if each != writing.commit)
    begun = (kept.read(writing.environment, each, Kind.DEPLOYMENT) for each in others)
    times = [read_evidence(one, Kind.DEPLOYMENT, "deployment.json").time for one in begun if one is not None]
    until = min([writing.history.now(), *(at for at in times if at > since)])
    seen = writing.history.seen(since, until)
    return Soak(
        **{**writing.header, "time": max(writing.now, until)},
        since=since,
        until=until,
        measured=seen.measured,
        pages=tuple(dict.fromkeys(seen.pages)),
        burning=tuple(dict.fromkeys(seen.burning)),
    )


_MAKERS: Final[Mapping[Kind, Callable[[Writing, Store], Evidence]]] = {
    Kind.TESTS: _tests,
    Kind.PLAN: _plan,
    Kind.POLICY: _policy,
    Kind.GATE: _gate,
    Kind.DEPLOYMENT: _deployment,
    Kind.VERIFICATION: _verification,
    Kind.SOAK: _soak,
}


def _planned(writing: Writing) -> Plan:
    (path,) = _files(writing, "engine plan ENV --offline --simulated", most=1)
    plan = read_plan(path)
    refuse_other("environment", plan["environment"], writing.environment, str(path))
    if not plan["simulated"]:
        allowed = "a plan of `python -m engine plan ENV --offline --simulated`"
        raise BadInput([Problem(f"{path}: simulated", "found false: policies cannot read what is unknown", allowed)])
    return plan


def _files(writing: Writing, program: str, most: int | None = None) -> Sequence[Path]:
    if not writing.files or (most is not None and len(writing.files) > most):
        found = f"found {len(writing.files)} files"
        raise BadInput([Problem("--from", found, f"{most or 'one or more'}, written by python -m {program}")])
    return writing.files


def _read(path: Path) -> Any:
    return read_json(path, str(path), MAX_BYTES)
