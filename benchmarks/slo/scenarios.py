"""Labelled incidents and non-incidents: which rules notify when they should, and only then.

``python -m benchmarks.slo.scenarios``. Arrivals are Poisson with fixed seeds. Each scenario is judged by the most
urgent alert that fired: ``page``, ``ticket`` or ``quiet``.
"""

import json
import math
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from benchmarks.slo import lab, textbook
from benchmarks.slo.lab import poisson

TARGETS = ("99", "99.5", "99.9", "99.95")
PODS = 2
NOTIFIED = "notified"
"""Page or ticket: with a few dozen requests a day both are right, silence is not."""
Curve = Callable[[float], float]


@dataclass(frozen=True)
class Scenario:
    """One service. ``share(t)`` of its requests is bad, ``rate(t)`` come in a second; times count from the incident."""

    name: str
    kind: str
    expected: str
    target: str = "99.9"
    load: float = 10
    rate: Curve | None = None
    share: Curve | None = None
    edit: Callable[[list[list[str]], int], None] | None = None
    initialised: bool = True
    catalog_load: float | None = field(default=None)

    @property
    def component(self) -> str:
        """A name of the catalog."""
        return self.name

    @property
    def budget(self) -> float:
        """Share of bad requests that the objective allows."""
        return float((100 - Decimal(self.target)) / 100)


def during(length: float, value: float, otherwise: float) -> Curve:
    """``value`` from the incident's start for ``length`` seconds, else ``otherwise``."""
    return lambda t: value if 0 <= t < length else otherwise


def _values(scenario: Scenario, step: float, start: float, seconds: float) -> list[tuple[str, str, list[str]]]:
    rng = random.Random(zlib.crc32(scenario.name.encode()))
    # A tenth of a step, so that an incident may begin and end between scrapes.
    fine = step / 10
    moments = [n * fine - start for n in range(int(seconds / fine))]
    rates = [scenario.rate(t) if scenario.rate else scenario.load for t in moments]
    # Between incidents a quarter of what the objective allows fails.
    shares = [max(scenario.share(t) if scenario.share else 0, scenario.budget / 4) for t in moments]
    rows = []
    for pod in range(PODS):
        for status in ("200", "500"):
            total = [0]
            for rate, share in zip(rates, shares, strict=True):
                part = share if status == "500" else 1 - share
                total.append(total[-1] + poisson(rng, rate * part * fine / PODS))
            total = total[::10]
            values = [str(v) for v in total]
            if status == "500" and not scenario.initialised:
                values = ["_" if v == "0" else v for v in values]
            rows.append((status, f"pod-{pod}", values))
    if scenario.edit:
        scenario.edit([row[2] for row in rows], int(start / step))
    return rows


def _gone(stale: bool) -> Callable[[list[list[str]], int], None]:
    def edit(rows: list[list[str]], at: int) -> None:
        for row in rows:
            row[at:] = ["stale"] if stale else []

    return edit


def _reset(pods: tuple[int, ...], after: int = 0) -> Callable[[list[list[str]], int], None]:
    def edit(rows: list[list[str]], at: int) -> None:
        for number, row in enumerate(rows):
            if number // 2 in pods:
                base = int(row[at + after])
                row[at + after :] = [str(int(v) - base) for v in row[at + after :]]

    return edit


def _nan(count: int) -> Callable[[list[list[str]], int], None]:
    def edit(rows: list[list[str]], at: int) -> None:
        rows[0][at : at + count] = ["NaN"] * count

    return edit


def _gap(count: int) -> Callable[[list[list[str]], int], None]:
    def edit(rows: list[list[str]], at: int) -> None:
        for row in rows:
            row[at : at + count] = ["_"] * count

    return edit


def _name(*parts: str) -> str:
    return "-".join(parts).replace(".", "-")


def short() -> Iterator[Scenario]:
    """Incidents of seconds to an hour."""
    for target in TARGETS:
        budget = float((100 - Decimal(target)) / 100)
        yield Scenario(_name("outage", target), "outage", "page", target, share=during(600, 1.0, 0))
        yield Scenario(_name("half", target), "partial", "page", target, share=during(600, 0.5, 0))
        yield Scenario(_name("fifth", target), "partial", "page", target, share=during(3600, 0.2, 0))
        yield Scenario(_name("gone", target), "gone", "page", target, edit=_gone(target in ("99", "99.9")))
        yield Scenario(_name("stop", target), "stop", "page", target, rate=during(1e9, 0, 10))
        yield Scenario(_name("healthy", target), "healthy", "quiet", target, share=during(1e9, budget / 2, budget / 2))
        yield Scenario(_name("blip", target), "deploy blip", "quiet", target, share=during(10, 1.0, 0))
        yield Scenario(
            _name("new-errors", target), "outage", "page", target, share=during(600, 1.0, 0), initialised=False
        )
    for target in ("99.5", "99.9", "99.95"):
        yield Scenario(_name("tenth", target), "partial", "page", target, share=during(3600, 0.1, 0))
    yield Scenario("rollout-5-percent", "deploy blip", "quiet", "99", share=during(120, 0.05, 0))
    yield Scenario("rollout-10-percent", "deploy blip", "quiet", "99.5", share=during(60, 0.1, 0))
    yield Scenario("reset-one", "counter reset", "quiet", edit=_reset((0,)))
    yield Scenario("reset-all", "counter reset", "quiet", edit=_reset((0, 1)))
    yield Scenario("reset-in-outage", "counter reset", "page", share=during(600, 1.0, 0), edit=_reset((0, 1), 4))
    yield Scenario("reset-in-half", "counter reset", "page", "99", share=during(900, 0.6, 0), edit=_reset((0,), 2))
    yield Scenario("nan-alone", "NaN", "quiet", edit=_nan(20))
    yield Scenario("nan-outage", "NaN", "page", share=during(600, 1.0, 0), edit=_nan(60))
    yield Scenario("nan-late", "NaN", "page", "99", share=during(900, 0.7, 0), edit=_nan(3))
    yield Scenario("scrapes-missed", "scrape gap", "quiet", edit=_gap(3))
    yield Scenario("scrapes-missed-outage", "scrape gap", "page", share=during(900, 1.0, 0), edit=_gap(3))
    for load in (0.005, 0.02, 0.05):
        one = during(1 / load, 0.5, 0)
        yield Scenario(_name("one-error", str(load)), "low traffic", "quiet", load=load, share=one)
        yield Scenario(_name("idle", str(load)), "low traffic", "quiet", load=load, rate=during(3600, 0, load))
    for load in (0.02, 0.05, 0.2, 1.0):
        yield Scenario(_name("quiet-outage", str(load)), "low traffic", "page", load=load, share=during(3600, 1.0, 0))
    yield Scenario("night", "healthy", "quiet", rate=lambda t: 10 * math.exp(-max(t, 0) / 1800) + 0.05)
    yield Scenario("morning", "healthy", "quiet", rate=lambda t: 10 * math.exp(-max(-t, 0) / 1800) + 0.05)


def long() -> Iterator[Scenario]:
    """Incidents of hours to a day."""
    day = 86_400.0
    for target, share in (("99.9", 0.009), ("99.9", 0.012), ("99", 0.09), ("99.5", 0.045), ("99.95", 0.005)):
        yield Scenario(_name("slow", target, str(share)), "slow burn", "page", target, share=during(day, share, 0))
    for target, share in (("99.9", 0.0025), ("99.9", 0.005), ("99", 0.025), ("99.5", 0.012), ("99.95", 0.0015)):
        yield Scenario(_name("trickle", target, str(share)), "trickle", "ticket", target, share=during(day, share, 0))
    for load in (0.0005, 0.001):
        yield Scenario(
            _name("seldom", str(load)), "low traffic", NOTIFIED, load=load, share=during(day, 0.8, 0), catalog_load=0
        )
    for target in ("99", "99.9"):
        budget = float((100 - Decimal(target)) / 100)
        yield Scenario(
            _name("daily", target),
            "healthy",
            "quiet",
            target,
            rate=lambda t: 10 * (1.1 + math.sin(t / 86_400 * 2 * math.pi)),
            share=during(1e9, budget / 2, budget / 2),
        )


def run(scenarios: list[Scenario], step: float, start: float, seconds: float) -> dict[str, dict[str, str]]:
    """Rule set -> scenario -> the most urgent alert, and when it came."""
    inputs = [
        lab.series(s.component, status, " ".join(values), pod)
        for s in scenarios
        for status, pod, values in _values(s, step, start, seconds)
    ]
    sets = {
        "belfry": lab.ours(
            lab.availability(s.component, s.target, s.load if s.catalog_load is None else s.catalog_load)
            for s in scenarios
        ),
        "textbook": textbook.rules({s.component: s.target for s in scenarios}, step),
    }
    result = {}
    for name, rules in sets.items():
        fired = lab.firings(rules, inputs, seconds, interval=step, evaluation=step)
        result[name] = {s.name: _verdict(fired.get(s.component, [])) for s in scenarios}
        for s in scenarios:
            for f in fired.get(s.component, []):
                print(f"{name:9} {s.name:24} {s.expected:6} {f.alert:20} {f.severity:9} {f.first - start:8.0f} s")
    return result


def correct(scenario: Scenario, verdict: str) -> bool:
    """Whether the expected notification was sent."""
    return verdict == scenario.expected or (scenario.expected == NOTIFIED and verdict != "quiet")


def _verdict(firings: list[lab.Firing]) -> str:
    # That the objective is missed is a fact for the report, not a call: it may follow any incident.
    severities = {f.severity for f in firings if f.alert != "SloBudgetExhausted"}
    return "page" if "critical" in severities else "ticket" if severities else "quiet"


def main() -> None:
    """Measure and print."""
    sets = {"short": (list(short()), 15.0, 5400.0, 10_800.0), "long": (list(long()), 60.0, 43_200.0, 129_600.0)}
    found: dict[str, dict[str, str]] = {"belfry": {}, "textbook": {}}
    every: list[Scenario] = []
    for scenarios, step, start, seconds in sets.values():
        every += scenarios
        for name, verdicts in run(scenarios, step, start, seconds).items():
            found[name].update(verdicts)
    console = Console()
    table = Table("kind", "scenarios", *(f"{name}: right" for name in found))
    for kind in dict.fromkeys(s.kind for s in every):
        some = [s for s in every if s.kind == kind]
        right = [sum(correct(s, verdicts[s.name]) for s in some) for verdicts in found.values()]
        table.add_row(kind, str(len(some)), *(str(n) for n in right))
    console.print(table)
    summary = {}
    for name, verdicts in found.items():
        pages = [s for s in every if s.expected == "page"]
        recall = sum(verdicts[s.name] == "page" for s in pages) / len(pages)
        hit = sum(correct(s, verdicts[s.name]) for s in every if s.expected != "quiet")
        false = sum(verdicts[s.name] != "quiet" for s in every if s.expected == "quiet")
        missed = sum(not correct(s, verdicts[s.name]) for s in every if s.expected != "quiet")
        f1 = 2 * hit / (2 * hit + false + missed)
        wrong = sorted(f"{s.name}: {verdicts[s.name]}" for s in every if not correct(s, verdicts[s.name]))
        summary[name] = {"recall on pages": recall, "F1": f1, "false": false, "missed": missed, "wrong": wrong}
    console.print_json(json.dumps({"scenarios": len(every), **summary}))
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump({"found": found, "summary": summary}, file, indent=1)


if __name__ == "__main__":
    main()
