"""The verbs ``gate`` and ``slo-status`` without their options: what they read, decide, write and print."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.addresses import check_url
from model.catalog.catalog import Catalog
from model.file import read_json
from model.gate.decision import Change, Policy, Verdict, decide
from model.gate.exceptions import read_exceptions
from model.gate.scope import Subject, subject
from model.gate.status import Status, read_status
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops.gate.documents import read_document, records
from ops.gate.prometheus import Prometheus
from ops.http import Unreachable

_ENDPOINTS = Path(".local/lab/endpoints.json")
_LOCAL_RECORDS = Path(".local/gate/overrides")
_DAY = 86_400
COUNTED_DAYS = 30
"""Of overrides: the window of most objectives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options. Exactly one of ``prometheus`` and ``status``; for the local environment, none is enough.

    ``record``: folder or address in S3 where overrides are kept.
    """

    environment: Environment
    system: str
    component: str | None
    feature: str | None
    change: Change
    prometheus: str | None
    status: str | None
    record: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``overrides``: how many the environment had within 30 days; None where none is recorded."""

    verdict: Verdict
    subject: Subject
    source: str
    overrides: int | None


def gate(root: Path, request: Request, now: float) -> Outcome:
    """The verdict at ``now`` (Unix time, seconds). Raises BadInput, and Unreachable where a record cannot be kept."""
    change, environment = request.change, request.environment
    catalog = Catalog.load(root / "catalog")
    what = subject(catalog, environment, request.system, request.component, request.feature)
    exceptions = read_exceptions(root / "catalog", catalog, now)
    source = _source(root, environment, request.prometheus, request.status)
    place = request.record or (str(root / _LOCAL_RECORDS) if environment is Environment.LOCAL else None)
    if change.override.strip() and place is None:
        raise BadInput([Problem("--override", "found no --record", "--record FOLDER or s3://bucket/prefix")])
    systems = sorted({one.system for one in what.expected})
    status, unreachable = None, ""
    try:
        status = _status(source, request.status is not None, environment, systems)
    except Unreachable as error:
        unreachable = str(error)
    policy = Policy(subject=what, exceptions=exceptions, unreachable=unreachable)
    verdict = decide(status, policy, change, now)
    overrides = None
    if place is not None:
        kept = records(place)
        if verdict.overridden:
            kept.add(f"{environment}-{now:017.3f}", _record(verdict, what, change, now))
        overrides = sum(_counts(name, environment, now) for name in kept.names())
    return Outcome(verdict=verdict, subject=what, source=source, overrides=overrides)


def slo_status(root: Path, environment: Environment, prometheus: str | None) -> Status:
    """The status of all objectives of the catalog. Raises BadInput and Unreachable."""
    catalog = Catalog.load(root / "catalog")
    url = _source(root, environment, prometheus, None)
    return Prometheus(url).status(environment, [system.system for system in catalog.systems])


def _status(source: str, document: bool, environment: Environment, systems: list[str]) -> Status:
    if document:
        return read_status(read_document(source), source)
    return Prometheus(source).status(environment, systems)


def _source(root: Path, environment: Environment, prometheus: str | None, status: str | None) -> str:
    """The URL or the document's place."""
    if prometheus is not None and status is not None:
        raise BadInput([Problem("--prometheus, --status", "found both", "one of them")])
    if status is not None:
        return status
    if prometheus is None and environment is not Environment.LOCAL:
        raise BadInput([Problem("--prometheus, --status", "found none of them", "one of them")])
    return prometheus_of(root, environment, prometheus)


def prometheus_of(root: Path, environment: Environment, given: str | None) -> str:
    """The URL without a slash at its end; that of the running local environment where none is ``given``.

    Raises BadInput for what is no URL, and where none is given for another environment.
    """
    if given is None and environment is not Environment.LOCAL:
        raise BadInput([Problem("--prometheus", "it is missing", f"the URL of {environment}'s Prometheus")])
    prometheus = given if given is not None else _local_prometheus(root)
    try:
        check_url(prometheus)
    except ValueError as error:
        raise BadInput([Problem("--prometheus", str(error))]) from None
    if "?" in prometheus or "#" in prometheus:
        raise BadInput([Problem("--prometheus", f"found {prometheus!r}", "no ? and no #: paths are put behind it")])
    return prometheus.rstrip("/")


def _local_prometheus(root: Path) -> str:
    """Of the running local environment, which writes its addresses into a file."""
    file = root / _ENDPOINTS
    if not file.is_file():
        raise BadInput([Problem(str(_ENDPOINTS), "no running local environment", "`make up`")])
    endpoints: Any = read_json(file, str(_ENDPOINTS))
    if not isinstance(endpoints, dict) or not isinstance(endpoints.get("prometheus"), str):
        raise BadInput([Problem(f"{_ENDPOINTS}: prometheus", "found no URL", "`make up` writes it")])
    return str(endpoints["prometheus"])


def _record(verdict: Verdict, what: Subject, change: Change, now: float) -> dict[str, Any]:
    return {
        "at": now,
        "environment": str(what.environment),
        "system": what.system,
        "component": what.component,
        "feature": what.feature,
        "kind": str(change.kind),
        "reason": change.override,
        "approver": change.approver,
        "answer": str(verdict.answer),
        "findings": [f"{one.effect}: {one.about}: {one.text}" for one in verdict.findings],
    }


def _counts(name: str, environment: Environment, now: float) -> bool:
    home, _, at = name.rpartition("-")
    return home == environment and at.replace(".", "", 1).isdigit() and float(at) > now - COUNTED_DAYS * _DAY
