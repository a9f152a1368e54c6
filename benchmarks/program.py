"""Program time and memory, alone and under the real engine, beside a bare program that registers the same resources.

    .venv/bin/python -m benchmarks.program [--factors 1 10 100] [--runs 3] [--no-engine]

The bare program (benchmarks/replay.py) registers exactly what Belfry did: same types, names, inputs, parents,
dependencies, providers and secrets. A bare program of as many *empty* resources would measure how long the SDK and the
engine take to carry our dashboards and rules, which everybody who has those pays, and not what Belfry adds to it.

Belfry also tunes Python's garbage collector (stacks/__init__.py); "bare, tuned" is the bare program with that setting,
so that this gain does not hide what Belfry costs.

Each figure is of a process of its own, imports included: the best of the runs, because whatever else the machine does
only ever adds. Under mocks the seconds are of CPU time (one process that waits for nothing); under the engine, which is
five processes, they are what a person waits.
"""

import time

_STARTED = time.perf_counter()

import argparse  # noqa: E402 (the clock starts first)
import gc  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Callable, Iterable, Mapping  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
BELFRY, BARE, TUNED = PROGRAMS = ("belfry", "bare", "bare, tuned")
MINUTES = 100  # from this factor on a run takes minutes, and one is enough
THRESHOLD = 50_000  # as in stacks/__init__.py, which the bare program must not import

Figures = dict[str, Any]


def alone(program: str, factor: int, recording: Path) -> Figures:
    """One program under mocks, in this process. Belfry's leaves its resources in ``recording``."""
    from tests.synth import synth  # noqa: PLC0415 (a part of what is measured, as all imports below)

    if program != BELFRY:
        result = synth(_bare(recording), stack="dev")
        return _figures(resources=len(result.resources))
    return _belfry_alone("dev", factor, recording)


def _belfry_alone(stack: str, factor: int, recording: Path) -> Figures:
    from dataclasses import replace  # noqa: PLC0415

    from benchmarks.catalogs import multiplied  # noqa: PLC0415
    from benchmarks.replay import write  # noqa: PLC0415
    from stacks.inputs import load  # noqa: PLC0415
    from stacks.program import build  # noqa: PLC0415
    from tests.stacks.deployment import (  # noqa: PLC0415
        INVOKES,
        TODAY,
        as_pulumi_hands_it,
        computed,
        made_up_secrets,
        stack_config,
    )
    from tests.synth import synth  # noqa: PLC0415

    def program() -> None:
        inputs = load(today=TODAY)
        build(inputs if factor == 1 else replace(inputs, catalog=multiplied(factor)))

    result = synth(
        program,
        stack=stack,
        config={key: as_pulumi_hands_it(value) for key, value in stack_config(stack).items()},
        secret_config={"secrets": made_up_secrets()},
        invokes=INVOKES,
        # Outputs that other resources need; without them the bare program would miss required inputs.
        state=lambda args: {"name": args.name, "keyId": args.name, **args.inputs, **computed(args)},
    )
    figures = _figures(resources=len(result.resources))
    write(result, recording)
    return figures


def under_the_engine(program: str, recording: Path) -> Figures:
    """Preview, first up and no-op up on the real engine with the offline providers, driven by this process."""
    from engine.belfry import belfry, made_up_secrets  # noqa: PLC0415
    from engine.driver import Driver, Program  # noqa: PLC0415
    from engine.modes import Choice, Mode  # noqa: PLC0415
    from model.vocabulary import Environment  # noqa: PLC0415

    if program == BELFRY:
        body = belfry()
    else:
        run = _bare(recording)
        body = Program(run=lambda offline: run(), secrets=lambda environment: made_up_secrets(()))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path in ("Pulumi.yaml", "Pulumi.local.yaml", ".tools"):
            (root / path).symlink_to(ROOT / path)
        driver = Driver(root=root, program=body)
        choice = Choice(mode=Mode.OFFLINE, reason="a benchmark", other="none")
        found = {}
        works = (("preview", driver.preview), ("first up", driver.up), ("no-op up", driver.up))
        for number, (name, work) in enumerate(works):
            start = _STARTED if number == 0 else time.perf_counter()
            outcome = work(Environment.LOCAL, choice)
            found[name] = time.perf_counter() - start
        assert not outcome.changed, "the second update changed something"
    return {**_figures(resources=sum(outcome.changes.values())), **found}


def _bare(recording: Path) -> Callable[[], None]:
    from benchmarks.replay import read, replay  # noqa: PLC0415

    records = read(recording)
    return lambda: replay(records)


def _figures(resources: int) -> Figures:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.process_time(), "mib": peak, "resources": resources}


def _child(*arguments: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.program", "--child", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _best(runs: int, tables: Mapping[str, tuple[str, ...]]) -> dict[str, Figures]:
    """The least of each figure; the programs take turns."""
    found: dict[str, Figures] = {}
    for _ in range(runs):
        for program, arguments in tables.items():
            figures = _child(*arguments)
            best = found.setdefault(program, figures)
            found[program] = {key: min(value, best[key]) for key, value in figures.items()}
    return found


def main(factors: Iterable[int], runs: int, engine: bool) -> None:
    """Print both tables."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    folder = tempfile.mkdtemp()
    columns = ("catalog", "program", "resources", "CPU s", "peak MiB", "ms a resource", "time", "memory")
    table = Table(*columns, title="under mocks; time and memory: Belfry divided by this one")
    for factor in factors:
        recording = Path(folder) / f"dev-{factor}.json"
        arguments = {program: ("mocks", program, str(factor), str(recording)) for program in PROGRAMS}
        best = _best(runs if factor < MINUTES else 1, arguments)
        ours = best[BELFRY]
        for program, one in best.items():
            assert one["resources"] == ours["resources"], "both register the same"
            table.add_row(
                f"{factor}x",
                program,
                str(one["resources"]),
                f"{one['seconds']:.2f}",
                f"{one['mib']:.0f}",
                f"{1000 * one['seconds'] / one['resources']:.2f}",
                f"{ours['seconds'] / one['seconds']:.2f}",
                f"{ours['mib'] / one['mib']:.2f}",
            )
        table.add_section()
        console.print(f"{factor}x measured", highlight=False)
    console.print(table)
    if not engine:
        return
    recording = Path(folder) / "local.json"
    _child("record", "local", "1", str(recording))
    best = _best(runs, {program: ("engine", program, "1", str(recording)) for program in PROGRAMS})
    names = ("preview", "first up", "no-op up", "mib")
    table = Table("program", *names, title="real engine, offline providers: seconds (Belfry divided by this one)")
    for program, one in best.items():
        table.add_row(program, *(f"{one[name]:.1f} ({best[BELFRY][name] / one[name]:.2f})" for name in names))
    console.print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--factors", nargs="+", type=int, default=[1, 10, 100], help="how many times the catalog")
    parser.add_argument("--runs", type=int, default=3, help="of each program up to 10x; the best counts")
    parser.add_argument("--no-engine", action="store_true", help="only under mocks")
    given = parser.parse_args()
    if given.child:
        kind, which, times, file = given.child
        if which == TUNED:
            gc.set_threshold(THRESHOLD)
        if kind == "mocks":
            print(json.dumps(alone(which, int(times), Path(file))))
        elif kind == "record":
            print(json.dumps(_belfry_alone(which, int(times), Path(file))))
        else:
            print(json.dumps(under_the_engine(which, Path(file))))
    else:
        main(given.factors, given.runs, not given.no_engine)
