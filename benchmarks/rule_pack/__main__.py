"""Samples that one cycle of all rules reads, and how much of its interval each group takes.

    python -m benchmarks.rule_pack PATH

PATH is what `helm template` prints of kube-prometheus-stack with the components of the control plane off (etcd,
scheduler, controller manager, kube-proxy: EKS shows none of them), or a rule file with its rules. The store has raw
series of a made-up cluster (``cluster.py``), as far back as any rule of the two looks. Recorded series are made by
asking the rules themselves, level by level, and have then always been what they are now. Samples are those of half a
minute: a group that is evaluated every 15 s counts twice. Default rules that ``model/alerting/default_rules.yaml`` does
not decide on are an error. Takes some five minutes on an idle machine.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from authoring.docs import default_rules
from benchmarks.rule_pack import recording
from benchmarks.rule_pack.cluster import Cluster
from model.catalog.catalog import Catalog
from pictures.synthetic import packs, store
from pictures.synthetic.packs import Group, Rule

PROJECT = Path(__file__).resolve().parents[2]
OURS, THEIRS = "Belfry", "kube-prometheus-stack"
CYCLE = 30
GOAL_FEWER, GOAL_SHARE = 10, 0.01
API_SERVER = "kube-apiserver"


class Cost(NamedTuple):
    """Of one rule. ``samples`` of a cycle, ``seconds`` of an evaluation, ``idle`` when it found nothing to read."""

    group: Group
    rule: Rule
    samples: float
    seconds: float
    idle: bool


class Slowest(NamedTuple):
    """The group that takes most of its interval."""

    name: str
    seconds: float
    share: float


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a goal is missed, 2 without the file or with rules that the table does not know."""
    given = Path(arguments[0]) if arguments else Path()
    if not given.is_file():
        print(f"found no file {str(given)!r}; allowed: the rendered chart or its rules", file=sys.stderr)
        return 2
    sets, decided = {OURS: packs.belfry(PROJECT), THEIRS: packs.of_file(given)}, default_rules.load(PROJECT)
    if unknown := packs.undecided(sets[THEIRS], decided):
        print(f"{default_rules.SOURCE} and {given} differ in {', '.join(unknown)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        everything = recording.uses_of(group for groups in sets.values() for group in groups)
        recorded = {rule.record for groups in sets.values() for group in groups for rule in group.rules}
        raw = {metric: uses for metric, uses in everything.items() if metric not in recorded}
        recording.write_raw(folder / "raw", Cluster(Catalog.load(PROJECT / "catalog"), raw), raw)
        # Each set records its own series; some names are in both.
        costs = {title: _measure(folder, title, groups) for title, groups in sets.items()}
    return _report(costs, packs.same_questions(sets[OURS], decided))


def _measure(parent: Path, title: str, groups: Sequence[Group]) -> list[Cost]:
    folder = parent / title
    shutil.copytree(parent / "raw", folder)
    recording.record(folder, groups, recording.uses_of(groups))
    with store.prometheus(folder) as address:
        return [
            _cost(address, group, rule)
            for group in track(groups, f"Asking {title}", console=Console(stderr=True))
            for rule in group.rules
        ]


def _cost(address: str, group: Group, rule: Rule) -> Cost:
    answer = store.ask(address, rule.expr)
    # A constant has nothing to read, and so is never idle.
    idle = not answer.samples and bool(rule.reads())
    return Cost(group, rule, answer.samples * CYCLE / group.interval, answer.seconds, idle)


def slowest(costs: Iterable[Cost]) -> Slowest:
    """Of the groups that the rules are in."""
    seconds: dict[str, tuple[float, int]] = {}
    for cost in costs:
        so_far, _ = seconds.get(cost.group.name, (0.0, 0))
        seconds[cost.group.name] = so_far + cost.seconds, cost.group.interval
    return max(
        (Slowest(name, took, took / interval) for name, (took, interval) in seconds.items()), key=lambda s: s.share
    )


def _report(costs: Mapping[str, Sequence[Cost]], same: Sequence[Rule]) -> int:
    most = sum(cost.samples for cost in costs[THEIRS])
    rows = {
        f"{OURS}, all": costs[OURS],
        f"{OURS}, without the systems' own": [cost for cost in costs[OURS] if not cost.group.system],
        f"{OURS}, the same questions": [cost for cost in costs[OURS] if cost.rule in same],
        f"{THEIRS}, all": costs[THEIRS],
        f"{THEIRS}, without {API_SERVER}-*": [c for c in costs[THEIRS] if not c.group.name.startswith(API_SERVER)],
    }
    table = Table(
        "what", "rules", "idle", "samples / 30 s", "a rule", "fewer", "slowest group", "ms", "of its interval"
    )
    for title, several in rows.items():
        total, group = sum(cost.samples for cost in several), slowest(several)
        counts = (str(len(several)), str(sum(cost.idle for cost in several)))
        numbers = (f"{total:,.0f}", f"{total / len(several):,.0f}", f"{most / total:.1f}x")
        table.add_row(
            title,
            *counts,
            *numbers,
            group.name.removeprefix("belfry."),
            f"{group.seconds * 1000:.0f}",
            f"{group.share:.2%}",
        )
    console = Console(width=150)
    console.print(table, _dearest(costs))
    fewer = most / sum(cost.samples for cost in costs[OURS])
    return int(fewer < GOAL_FEWER or slowest(costs[OURS]).share >= GOAL_SHARE)


def _dearest(costs: Mapping[str, Sequence[Cost]]) -> Table:
    table = Table("dearest groups", "of", "samples / 30 s")
    for title, several in costs.items():
        samples: dict[str, float] = {}
        for cost in several:
            samples[cost.group.name] = samples.get(cost.group.name, 0) + cost.samples
        for name in sorted(samples, key=lambda name: -samples[name])[:6]:
            table.add_row(name, title, f"{samples[name]:,.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
