"""Program time and memory, alone and under the real engine, beside a bare program of as many resources.

    .venv/bin/python -m benchmarks.program

Each figure is of a process of its own: seconds from start to end, and its peak resident memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
from rich.console import Console
from rich.table import Table

from benchmarks.catalogs import multiplied
from engine.driver import Driver, Program
from engine.modes import Choice, Mode
from model.vocabulary import Environment
from stacks.inputs import ROOT, load
from stacks.program import build
from tests.stacks.deployment import INVOKES, as_pulumi_hands_it, computed, made_up_secrets, stack_config
from tests.synth import Synth, synth

FACTORS = (1, 10, 100)
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def belfry(factor: int) -> None:
    """Belfry's own program with the catalog ``factor`` times."""
    inputs = load()
    build(inputs if factor == 1 else replace(inputs, catalog=multiplied(factor)))


def bare(counts: Mapping[str, int]) -> None:
    """As many plain resources: alarms as alarms, the rest as ConfigMaps. No catalog, no checks, no components."""
    for number in range(counts[ALARM]):
        aws.cloudwatch.MetricAlarm(
            f"alarm-{number}",
            name=f"alarm-{number}",
            namespace="AWS/DynamoDB",
            metric_name="ReadThrottleEvents",
            dimensions={"TableName": f"table-{number}"},
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            evaluation_periods=5,
            statistic="Sum",
            period=60,
        )
    for number in range(sum(counts.values()) - counts[ALARM]):
        kubernetes.core.v1.ConfigMap(f"map-{number}", metadata={"name": f"map-{number}"}, data={"key": "value"})


def one_run(program: str, factor: int, counts: Mapping[str, int]) -> Counter[str]:
    """Run one program under mocks in this process; count what it registered by type."""
    config = {key: as_pulumi_hands_it(value) for key, value in stack_config("dev").items()}
    result: Synth = synth(
        (lambda: belfry(factor)) if program == "belfry" else (lambda: bare(counts)),
        config=config,
        secret_config={"secrets": made_up_secrets()},
        invokes=INVOKES,
        state=computed,
    )
    return Counter(type_ for type_, _ in result.resources)


def measured(program: str, factor: int, counts: Mapping[str, int]) -> dict[str, Any]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.program", "--child", program, str(factor), json.dumps(counts)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def under_the_engine(console: Console, counts: Mapping[str, int]) -> None:
    """Preview and no-op update on the real engine with the offline providers, both programs."""
    secrets = made_up_secrets()
    table = Table("program", "preview s", "first up s", "no-op up s", title="real engine, offline providers")
    rows: dict[str, list[float]] = {}
    for name, run in (("bare", lambda offline: bare(counts)), ("belfry", lambda offline: belfry(1))):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path in ("Pulumi.yaml", "Pulumi.local.yaml", ".tools"):
                (root / path).symlink_to(ROOT / path)
            driver = Driver(root=root, program=Program(run=run, secrets=lambda environment: secrets))
            choice = Choice(mode=Mode.OFFLINE, reason="a benchmark", other="none")
            seconds = []
            for work in (driver.preview, driver.up, driver.up):
                start = time.perf_counter()
                work(Environment.LOCAL, choice)
                seconds.append(time.perf_counter() - start)
            rows[name] = seconds
            table.add_row(name, *(f"{value:.1f}" for value in seconds))
    table.add_row("belfry / bare", *(f"{b / a:.2f}" for a, b in zip(rows["bare"], rows["belfry"], strict=True)))
    console.print(table)


def main() -> None:
    """Print both tables."""
    console = Console()
    table = Table("catalog", "program", "resources", "seconds", "peak MiB", "ms a resource", title="under mocks")
    base: dict[str, int] = {}
    for factor in FACTORS:
        mine = measured("belfry", factor, {})
        plain = measured("bare", factor, mine["counts"])
        base = base or mine["counts"]
        for name, run in (("belfry", mine), ("bare", plain)):
            count = sum(run["counts"].values())
            per = 1000 * run["seconds"] / count
            table.add_row(f"{factor}x", name, str(count), f"{run['seconds']:.2f}", f"{run['mib']:.0f}", f"{per:.2f}")
        table.add_row(
            "", "ratio", "", f"{mine['seconds'] / plain['seconds']:.2f}", f"{mine['mib'] / plain['mib']:.2f}", ""
        )
    console.print(table)
    under_the_engine(console, base)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=3, metavar=("PROGRAM", "FACTOR", "COUNTS"))
    arguments = parser.parse_args()
    if arguments.child:
        started = time.perf_counter()
        found = one_run(arguments.child[0], int(arguments.child[1]), json.loads(arguments.child[2]))
        spent = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": spent, "mib": peak, "counts": found}))
    else:
        main()
