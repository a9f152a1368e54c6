"""Rule groups under Prometheus' own engine and storage, which can be away for a while: `tools/prometheus/replay`.

promtool evaluates without a break and takes samples on a grid. Here samples come at any moment, and while Prometheus is
away nothing is scraped or evaluated; then it restores the state of its alerts, as after a restart.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.slo.lab import PROJECT

PROGRAM = PROJECT / "build" / "replay"
_BUILD = ("go", "build", "-C", "tools/prometheus", "-mod=readonly", "-trimpath", "-buildvcs=false")

Samples = Sequence[tuple[float, float | None]]
"""Seconds and value; None is a staleness marker, as a failed scrape leaves it."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its labels, the metric's name among them."""

    labels: dict[str, str]
    samples: Samples


@dataclass(frozen=True, slots=True)
class Firing:
    """A time in which an alert fired without a break: seconds of its first and last evaluation."""

    labels: dict[str, str]
    begin: float
    end: float

    @property
    def alert(self) -> str:
        """Its name."""
        return self.labels["alertname"]

    @property
    def pages(self) -> bool:
        """Whether it calls a person."""
        return self.labels["severity"] == "critical"


@dataclass(frozen=True, slots=True)
class Answer:
    """One series of a query's answer at a moment."""

    query: str
    time: float
    labels: dict[str, str]
    value: float


def build() -> None:
    """Build the program with the pinned module of Prometheus."""
    PROGRAM.parent.mkdir(exist_ok=True)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}
    subprocess.run([*_BUILD, "-o", PROGRAM, "./replay"], cwd=PROJECT, check=True, env=environment)


def run(
    rules: str,
    series: Iterable[Series],
    seconds: float,
    *,
    away: Sequence[tuple[float, float]] = (),
    queries: Sequence[str] = (),
    every: float = 0,
    interval: float = 15,
) -> tuple[list[Firing], list[Answer]]:
    """What fired, and the answers of ``queries`` at the end and every ``every`` seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(rules, encoding="utf-8")
        scenario = {
            "rules": str(path),
            "interval": interval,
            "seconds": seconds,
            "away": list(away),
            "series": [{"labels": one.labels, "samples": one.samples} for one in series],
            "queries": list(queries),
            "every": every,
        }
        done = subprocess.run([PROGRAM], input=json.dumps(scenario), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[:3000])
    result = json.loads(done.stdout)
    firings = [Firing(one["labels"], one["from"], one["to"]) for one in result["firings"] or ()]
    answers = [Answer(a["query"], a["time"], a["labels"], a["value"]) for a in result["answers"] or ()]
    return firings, answers
