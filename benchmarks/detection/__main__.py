"""Seconds from a fault to the alert and to the page: generated rules beside the textbook's, in the same Prometheus.

``python -m benchmarks.detection [--services 36] [--gone 6] [--healthy 3900]``: a copy of the project with one more
system, deployed offline and started as `make up` does; every service of it is healthy for 65 minutes and is then broken
once, at a random moment within a minute. Takes an hour and a half, most of it waiting: with less history than
an hour the textbook's window of an hour is as short as that, and its rules look quick.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.detection.services import SYSTEM, catalog_file, targets, textbook_rules
from benchmarks.detection.trials import Broken, planned, run
from engine.state import deployed
from lab.deployment import Deployment
from lab.endpoints import Endpoints
from lab.layout import ROOT, Layout
from lab.manager import Manager
from lab.output import print_json, progress
from lab.workload.demand import Demand

# A request a second for each service, of the eight of a whole system.
_PER_SYSTEM = 8


@contextmanager
def lab(root: Path, services: int) -> Iterator[Endpoints]:
    """The lab of a copy of the project in ``root``, with the services and nothing else to visit."""
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes((ROOT / name).read_bytes())
    (root / ".tools").symlink_to(ROOT / ".tools")
    (root / "catalog" / f"{SYSTEM}.yaml").write_text(catalog_file(services), encoding="utf-8")
    for words in (
        ("authoring", "assets"),
        ("authoring", "lock", "--bump", "minor"),
        ("engine", "up", "local", "--json"),
    ):
        done = subprocess.run([sys.executable, "-m", *words], cwd=root, capture_output=True, check=False, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stderr}{done.stdout}")
    whole = Deployment.of(deployed(root, os.environ))
    beside = replace(whole, rules=[*whole.rules, textbook_rules(services)])
    manager = Manager(layout=Layout(root))
    try:
        demand = Demand(systems=(SYSTEM,), load=services / _PER_SYSTEM)
        yield manager.up(lambda: beside, "prod", demand).endpoints
    finally:
        manager.down()


def summary(trials: list[Broken]) -> list[dict[str, object]]:
    """Median and 99th percentile by kind of fault and of rules; the number of pages that came, too."""
    rows: list[dict[str, object]] = []
    for kind in dict.fromkeys(trial.kind for trial in trials):
        several = [trial for trial in trials if trial.kind == kind]
        for name, delays in (("Belfry", [t.ours for t in several]), ("textbook", [t.theirs for t in several])):
            row: dict[str, object] = {"fault": kind, "rules": name, "faults": len(several)}
            for what, times in (("fired", [t.fired for t in delays]), ("paged", [t.paged for t in delays])):
                came = sorted(value for value in times if value is not None)
                row |= {
                    f"{what}_count": len(came),
                    **{f"{what}_{p}": _percentile(came, p) for p in ("p50", "p99", "max")},
                }
            rows.append(row)
    return rows


def _percentile(values: list[float], which: str) -> float | None:
    if not values:
        return None
    if which == "p50":
        return round(statistics.median(values), 1)
    # Of so few, the 99th percentile lies between the two slowest.
    cut = statistics.quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else values[0]
    return round(max(values) if which == "max" else cut, 1)


def main(
    services: Annotated[int, typer.Option(min=2)] = 36,
    gone: Annotated[int, typer.Option(min=0)] = 6,
    healthy: Annotated[float, typer.Option(min=120, metavar="SECONDS")] = 3900,
    seed: Annotated[int, typer.Option()] = 1,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, progress() as tell:
        tell("deploying and starting")
        with lab(Path(folder), services) as at:
            ready = time.monotonic() + healthy
            while (left := ready - time.monotonic()) > 0:
                tell(f"healthy for {left:.0f} s more")
                time.sleep(5)
            trials = planned(list(targets(services)), gone, seed)
            run(at, trials, tell)
    if as_json:
        each = [{"fault": t.kind, "ours": vars(t.ours), "textbook": vars(t.theirs)} for t in trials]
        print_json({"summary": summary(trials), "trials": each})
        return
    table = Table(
        "fault", "rules", "faults", *(f"{w} {p}" for w in ("fired", "paged") for p in ("p50", "p99", "max", "n"))
    )
    for row in summary(trials):
        cells = [row[f"{w}_{p}"] for w in ("fired", "paged") for p in ("p50", "p99", "max", "count")]
        table.add_row(
            str(row["fault"]), str(row["rules"]), str(row["faults"]), *("-" if c is None else str(c) for c in cells)
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    typer.run(main)
