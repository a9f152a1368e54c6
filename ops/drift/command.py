"""The verb ``drift`` without its options: what it asks, judges and publishes."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.catalog.catalog import Catalog
from model.drift.allowed import AllowList, Finding, Judged, findings, judge
from model.drift.objects import differences, title
from model.drift.report import EngineReport, Side, read_report
from model.file import parse_json
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops.drift.cluster import Cluster
from ops.http import Unreachable

_BAD_INPUT = 2
Engine = Callable[[Environment], EngineReport]
Connect = Callable[[], Cluster | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``limits``: what cannot be compared by its nature. ``failures``: what should have been and was not."""

    environment: Environment
    judged: Judged
    objects: int
    limits: tuple[str, ...]
    failures: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """3: drift was found; 1: nothing was found, and not everything could be compared; 0: there is none."""
        if self.judged.open:
            return 3
        return 1 if self.failures else 0


def drift(root: Path, environment: Environment, engine: Engine, connect: Connect, today: str) -> Outcome:
    """Compare everything that can be compared. ``today``: ISO text. Raises BadInput and Unreachable.

    ``connect`` is called after the engine, which takes minutes: a token of a cluster lives for a quarter of an hour.
    """
    listed = AllowList.load(root, sorted(Catalog.load(root / "catalog").teams))
    report = engine(environment)
    found = [*findings(Side.PROGRAM, report.program), *findings(Side.REALITY, report.reality or ())]
    limits, failures, compared = [*report.limits], [*report.failures], 0
    cluster = connect()
    if cluster is None:
        limits.append("manifests against the cluster: there is no cluster")
    else:
        for body in report.objects:
            try:
                found += _of_object(cluster, body)
                compared += 1
            except Unreachable as error:
                failures.append(f"{title(body)}: {error}")
    return Outcome(
        environment=environment,
        judged=judge(found, listed, environment, today),
        objects=compared,
        limits=tuple(limits),
        failures=tuple(failures),
    )


def engine_of(root: Path) -> Engine:
    """The engine as a program of its own: it needs Pulumi, which nothing here imports."""

    def run(environment: Environment) -> EngineReport:
        command = [sys.executable, "-m", "engine", "drift", "--json", "--", str(environment)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return read_report(parse_json(done.stdout, "engine drift"), "engine drift")
        said = _error(done.stdout) or done.stderr.strip()[-2000:]
        if done.returncode == _BAD_INPUT:
            raise BadInput([Problem("engine drift", said)])
        raise Unreachable(f"engine drift: {said}")

    return run


def as_json(outcome: Outcome) -> Mapping[str, Any]:
    """For machines, and for the issue that the nightly workflow keeps."""
    return {
        "environment": str(outcome.environment),
        "exit_code": outcome.exit_code,
        "objects": outcome.objects,
        "findings": [{**_plain(one), "note": note} for one, note in outcome.judged.open],
        "allowed": [
            {**_plain(one), "owner": by.owner, "reason": by.reason, "until": by.until}
            for one, by in outcome.judged.allowed
        ],
        "limits": list(outcome.limits),
        "failures": list(outcome.failures),
    }


def lines(outcome: Outcome) -> Iterator[str]:
    """For people: what is open, what is accepted, what was not compared, and one closing sentence."""
    for one, note in outcome.judged.open:
        yield f"{one.side}: {one.about}: {one.change} {one.property}".rstrip() + (f" ({note})" if note else "")
    for one, by in outcome.judged.allowed:
        yield f"accepted: {one.side}: {one.about} {one.property}: {by.reason} ({by.owner}, until {by.until})"
    for line in outcome.limits:
        yield f"not compared: {line}"
    for line in outcome.failures:
        yield f"failed: {line}"
    counts = ", ".join(f"{outcome.judged.count(side)} {side}" for side in Side)
    accepted = len(outcome.judged.allowed)
    yield f"{outcome.environment}: {counts}; {accepted} accepted, {outcome.objects} objects compared."


def _of_object(cluster: Cluster, body: Mapping[str, Any]) -> list[Finding]:
    live = cluster.live(body)
    if live is None:
        return [Finding(Side.CLUSTER, title(body), "delete")]
    paths = differences(live, cluster.applied(body))
    return [Finding(Side.CLUSTER, title(body), "update", path) for path in paths]


def _plain(one: Finding) -> dict[str, str]:
    return {"side": str(one.side), "about": one.about, "change": one.change, "property": one.property}


def _error(text: str) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
