"""Seconds from the first bad request to the first page and to the first alert of any kind, beside the textbook's.

``python -m benchmarks.slo.detection``: ten requests a second, six and a half healthy hours, then errors for eight
hours. Then the total outage in all phases of scrape and evaluation.
"""

import itertools
import json
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks.slo import lab, textbook

TARGETS = ("99", "99.5", "99.9", "99.95")
ERRORS = (100, 50, 20, 10, 2, 1)
RATE = 10
HEALTHY = 6.5 * 3600
ERRORS_LAST = {100: 3600, 50: 3600, 20: 3600, 10: 4 * 3600, 2: 8 * 3600, 1: 8 * 3600}
# Onset after a scrape, scrape before an evaluation: seconds.
ONSETS = (0.0, 3.0, 7.5, 8.0, 12.0, 14.9)
PHASES = (5.0, 7.5)

Seconds = float | None


def good_and_bad(share: float, start: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Counters of good and bad requests: ``share`` of them bad from ``start`` on."""

    def bad(t: float) -> float:
        return max(0.0, t - start) * RATE * share

    return (lambda t: RATE * t - bad(t)), bad


def cell(rules: Callable[[dict[str, str]], str], errors: int, step: float) -> dict[str, tuple[Seconds, Seconds]]:
    """Target -> seconds to the first page and the first alert at one share of errors."""
    names = {f"c{target.replace('.', '-')}": target for target in TARGETS}
    seconds = HEALTHY + ERRORS_LAST[errors]
    inputs = []
    for name in names:
        good, bad = good_and_bad(errors / 100, HEALTHY)
        inputs += [
            lab.series(name, "200", lab.counter(good, seconds, step)),
            lab.series(name, "500", lab.counter(bad, seconds, step)),
        ]
    fired = lab.firings(rules(names), inputs, seconds, interval=step, evaluation=step)
    result = {}
    for name, target in names.items():
        several = fired.get(name, [])
        pages = [f.first - HEALTHY for f in several if f.severity == "critical"]
        every = [f.first - HEALTHY for f in several]
        result[target] = (min(pages, default=None), min(every, default=None))
    return result


def worst_phase() -> dict[str, tuple[float, float]]:
    """Target -> best and worst detection of a total outage over all phases."""
    times: dict[str, list[float]] = {target: [] for target in TARGETS}
    start, seconds = 1200.0, 1500.0
    for phase, onset in itertools.product(PHASES, ONSETS):
        names = {f"c{target.replace('.', '-')}": target for target in TARGETS}
        begin = start + phase + onset
        inputs = []
        for name in names:
            good, bad = good_and_bad(1.0, begin)
            inputs += [
                lab.series(name, "200", lab.counter(good, seconds, 15, phase)),
                lab.series(name, "500", lab.counter(bad, seconds, 15, phase)),
            ]
        rules = lab.ours(lab.availability(name, target, RATE) for name, target in names.items())
        fired = lab.firings(rules, inputs, seconds, interval=phase, evaluation=15)
        for name, target in names.items():
            times[target].append(min(f.first for f in fired[name] if f.severity == "critical") - begin)
    return {target: (min(several), max(several)) for target, several in times.items()}


def main() -> None:
    """Measure and print."""
    console = Console()
    sets: dict[str, tuple[Callable[[dict[str, str]], str], float]] = {
        "belfry": (lambda names: lab.ours(lab.availability(n, t, RATE) for n, t in names.items()), 15),
        "textbook 15s": (lambda names: textbook.rules(names, 15), 15),
        "textbook 30s": (lambda names: textbook.rules(names, 30), 30),
    }
    result: dict[str, object] = {}
    table = Table("target", "errors %", *(f"{name}: {what}" for what in ("page", "any") for name in sets))
    for errors in ERRORS:
        cells = {name: cell(rules, errors, step) for name, (rules, step) in sets.items()}
        for target in TARGETS:
            row = [cells[name][target][i] for i in (0, 1) for name in sets]
            result[f"{target}/{errors}"] = row
            table.add_row(target, str(errors), *("-" if v is None else f"{v:.0f}" for v in row))
        print(f"{errors} % measured", file=sys.stderr, flush=True)
    console.print(table)
    phases = worst_phase()
    for target, (best, worst) in phases.items():
        console.print(f"total outage at {target} %: {best:.1f} to {worst:.1f} s over all phases")
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump({"cells": result, "phases": phases}, file, indent=1)


if __name__ == "__main__":
    main()
