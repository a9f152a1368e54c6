"""All the evidence that a commit needs to go from staging to prod, at a moment at which it is allowed."""

from typing import Any

from model.promotion.decision import Found, Promotion
from model.promotion.evidence import Evidence, Kind, read_evidence, versions_digest
from model.verification.verdicts import Check
from model.vocabulary import Environment

NOW = 1_800_000_000.0
HOUR = 3600
COMMIT, OTHER = "a" * 40, "b" * 40
VERSIONS = {"alertmanager": "1.6.1", "shop-slo": "2.0.0"}
BUNDLES = versions_digest(VERSIONS)
PLAN = "1" * 64
CHECKS = [{"name": str(check), "result": "passed"} for check in Check if check is not Check.PAGING_ROUTES]
ASKED = Promotion(commit=COMMIT, source=Environment.STAGING, target=Environment.PROD, soak=24 * HOUR)

_SAYS: dict[Kind, dict[str, Any]] = {
    Kind.TESTS: {"time": NOW - 40 * HOUR, "result": "passed", "run": "https://ci.example.com/runs/1"},
    Kind.PLAN: {"time": NOW - 30 * HOUR, "digest": PLAN, "resources": 3, "versions": VERSIONS},
    Kind.POLICY: {"time": NOW - 30 * HOUR, "plan": PLAN, "mandatory": 0, "advisory": 2},
    Kind.GATE: {"time": NOW - 60, "answer": "allowed", "passes": True, "subject": "shop"},
    Kind.DEPLOYMENT: {"time": NOW - 28 * HOUR},
    Kind.VERIFICATION: {
        "time": NOW - 27 * HOUR,
        "verdict": "passed",
        "checks": CHECKS,
    },
    Kind.SOAK: {"time": NOW - 60, "since": NOW - 28 * HOUR, "until": NOW - 60, "measured": 28 * HOUR - 60},
}


def evidence(kind: Kind, environment: str = "staging", **changed: Any) -> Evidence:
    """One document in which all is well, with the ``changed`` keys."""
    header = {"environment": environment, "commit": COMMIT, "bundles": BUNDLES}
    return read_evidence({**header, **_SAYS[kind], **changed}, kind, "x.json")


def all_of(**changed: Any) -> Found:
    """Everything; ``changed``: ``staging_soak=None`` leaves one out, another value takes its place."""
    found: dict[tuple[Environment, Kind], Evidence | str] = {(Environment.DEV, Kind.TESTS): evidence(Kind.TESTS, "dev")}
    for kind in (Kind.PLAN, Kind.POLICY, Kind.DEPLOYMENT, Kind.VERIFICATION, Kind.SOAK):
        found[Environment.STAGING, kind] = evidence(kind)
    for kind in (Kind.PLAN, Kind.POLICY, Kind.GATE):
        found[Environment.PROD, kind] = evidence(kind, "prod")
    for key, value in changed.items():
        where, _, kind_name = key.partition("_")
        place = {(str(one), str(kind)): (one, kind) for one in Environment for kind in Kind}[where, kind_name]
        assert place in found
        if value is None:
            del found[place]
        else:
            found[place] = value
    return found
