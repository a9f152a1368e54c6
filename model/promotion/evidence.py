"""The documents that a pipeline leaves about one commit in one environment, and how they are read.

Each states its own commit, environment, time and bundle versions: a file in the right folder with another commit in it
is no evidence. A text in them is one line, bounded, and never has the shape of a secret.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import pydantic
from pydantic import AfterValidator, Field

from model.base import Model, Name
from model.problems import BadInput, Problem, from_validation
from model.secret_shapes import one_line
from model.sentences import span
from model.vocabulary import Environment, Vocabulary

MAX_BYTES: Final = 1024 * 1024
"""Of one document. A verification of a thousand checks has 200 kB."""
LONGEST: Final = 300
_MOST_CHECKS: Final = 5_000


class Kind(Vocabulary):
    """The kinds of evidence, in the order in which they arise."""

    TESTS = ("tests", "All tests of the commit ran.")
    PLAN = ("plan", "What the environment would consist of.")
    POLICY = ("policy", "What the policies say about that plan.")
    GATE = ("gate", "Whether the error budget allows a deployment.")
    DEPLOYMENT = ("deployment", "When the update of the environment began.")
    VERIFICATION = ("verification", "Whether the deployment works, asked afterwards.")
    SOAK = ("soak", "How long it ran there without a page and without burning error budget.")


def _clean(text: str) -> str:
    return one_line(text, LONGEST)


def _address(text: str) -> str:
    """A link without what may be a key: user, password, query and fragment."""
    scheme, slashes, rest = text.partition("://")
    if not slashes or scheme not in ("http", "https"):
        raise ValueError(f"found {_clean(text)!r}; allowed: an http or https URL")
    host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
    return _clean(f"{scheme}://{host.rpartition('@')[2]}{slash}{path}")


Line = Annotated[str, AfterValidator(_clean)]
Link = Annotated[str, AfterValidator(_address)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$", description="All 40 digits of the commit.")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="A sha256 in hexadecimal digits.")]
Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False, description="Unix time in seconds.")]
Version = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9}){2}$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Result(Vocabulary):
    """An outcome. Unknown is one of its own, and never passes."""

    PASSED = ("passed", "All of it was looked at and is as it should be.")
    FAILED = ("failed", "Something is wrong.")
    UNKNOWN = ("unknown", "Something could not be looked at.")


class _Document(Model):
    """What every document states. ``bundles``: the digest of all versions of rules and dashboards."""

    format: Literal[1] = 1
    environment: Environment
    commit: Commit
    time: Moment
    bundles: Digest


class Tests(_Document):
    """``run``: the pipeline's run."""

    kind: Literal[Kind.TESTS] = Kind.TESTS
    result: Result
    run: Link

    @property
    def says(self) -> str:
        """In a few words."""
        return f"{self.result}, {self.run}"


class PlanDigest(_Document):
    """``digest`` of the whole plan, ``resources`` in it, and the versions that ``bundles`` stands for."""

    kind: Literal[Kind.PLAN] = Kind.PLAN
    digest: Digest
    resources: Count
    versions: Annotated[dict[Name, Version], Field(max_length=10_000)]

    @property
    def says(self) -> str:
        """In a few words."""
        return f"{self.resources} resources, {self.digest[:12]}"


class PolicyResult(_Document):
    """Open findings by level; ``plan`` is the digest of what the policies were asked about."""

    kind: Literal[Kind.POLICY] = Kind.POLICY
    plan: Digest
    mandatory: Count
    advisory: Count

    @property
    def says(self) -> str:
        """In a few words."""
        return f"{self.mandatory} mandatory, {self.advisory} advisory findings"


class GateDecision(_Document):
    """The gate's answer: ``passes`` differs from it where the policy or a person lets an unknown budget pass."""

    kind: Literal[Kind.GATE] = Kind.GATE
    answer: Literal["allowed", "blocked", "unknown"]
    passes: bool
    overridden: bool = False
    subject: Line = ""

    @property
    def says(self) -> str:
        """In a few words."""
        return f"{self.answer}{', overridden' if self.overridden else ''}"


class Deployment(_Document):
    """``time`` is when the update began, so that one that broke in the middle counts too."""

    kind: Literal[Kind.DEPLOYMENT] = Kind.DEPLOYMENT
    run: Link | None = None

    @property
    def says(self) -> str:
        """In a few words."""
        return self.run or "it has begun"


class Check(Model):
    """One thing that was verified."""

    name: Line
    result: Result
    text: Line = ""


class Verification(_Document):
    """What `ops verify` found, and which systems it did not ask about."""

    kind: Literal[Kind.VERIFICATION] = Kind.VERIFICATION
    verdict: Result
    checks: Annotated[tuple[Check, ...], Field(max_length=_MOST_CHECKS)]
    systems_left_out: Annotated[tuple[Line, ...], Field(max_length=_MOST_CHECKS)] = ()

    @property
    def says(self) -> str:
        """In a few words."""
        without = f", without {len(self.systems_left_out)} systems" if self.systems_left_out else ""
        return f"{self.verdict}, {len(self.checks)} checks{without}"


class Soak(_Document):
    """What an environment went through between two moments with this commit.

    ``measured`` is the part of that time, in seconds, for which the environment's own alerting was seen at work: of the
    rest nobody knows. ``pages`` and ``burning`` name the alerts that fired.
    """

    kind: Literal[Kind.SOAK] = Kind.SOAK
    since: Moment
    until: Moment
    measured: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
    pages: Annotated[tuple[Line, ...], Field(max_length=1_000)] = ()
    burning: Annotated[tuple[Line, ...], Field(max_length=1_000)] = ()

    @property
    def says(self) -> str:
        """In a few words."""
        return f"{span(max(self.until - self.since, 0))} without pages and without burning error budget"


Evidence = Annotated[
    Tests | PlanDigest | PolicyResult | GateDecision | Deployment | Verification | Soak, Field(discriminator="kind")
]
MODELS: Final[Mapping[Kind, type[_Document]]] = {
    Kind.TESTS: Tests,
    Kind.PLAN: PlanDigest,
    Kind.POLICY: PolicyResult,
    Kind.GATE: GateDecision,
    Kind.DEPLOYMENT: Deployment,
    Kind.VERIFICATION: Verification,
    Kind.SOAK: Soak,
}


def read_evidence(document: Any, kind: Kind, where: str) -> Evidence:
    """The evidence of ``kind`` in ``document``; ``where`` names it in errors. Raises BadInput."""
    try:
        return MODELS[kind].model_validate(document)  # type: ignore[return-value]
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(where, error, MODELS[kind])) from None


def versions_digest(versions: Mapping[str, str]) -> str:
    """One digest for all bundle versions."""
    return hashlib.sha256("\n".join(f"{name} {versions[name]}" for name in sorted(versions)).encode()).hexdigest()


def checked_commit(commit: str, where: str) -> str:
    """``commit``, which must be written in full: a short one may name another commit tomorrow. Raises BadInput."""
    if len(commit) == 40 and not set(commit) - set("0123456789abcdef"):  # noqa: PLR2004 (git's SHA-1)
        return commit
    raise BadInput([Problem(where, f"found {commit!r}", "all 40 digits of a commit")])
