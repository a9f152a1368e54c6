"""Fills a store: raw series of the made-up cluster, and the series that rules record of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.rule_pack.cluster import Cluster, scrape_interval
from pictures.synthetic import store
from pictures.synthetic.packs import Group, Read, Rule, next_level

MOST_LEVELS = 30  # an objective's month is the thirteenth

Uses = Mapping[str, Sequence[Read]]


def uses_of(groups: Iterable[Group]) -> Uses:
    """Metric -> all uses of it."""
    found: dict[str, list[Read]] = {}
    for group in groups:
        for rule in group.rules:
            for read in rule.reads():
                found.setdefault(read.metric, []).append(read)
    return found


def write_raw(folder: Path, cluster: Cluster, uses: Uses) -> None:
    """Series of every metric in ``uses``, as far back as somebody looks at each."""
    folder.mkdir()
    store.write(folder, "raw", _raw(cluster, uses))


def _raw(cluster: Cluster, uses: Uses) -> Iterator[str]:
    for metric in track(sorted(uses), "Writing raw series", console=Console(stderr=True)):
        yield f"# TYPE {metric} unknown"
        for labels in cluster.series(metric):
            yield from store.lines(metric, labels, _spans(uses[metric], labels), scrape_interval(metric))


def _spans(uses: Iterable[Read], labels: Mapping[str, str]) -> set[tuple[int, int]]:
    """What is read of one series: days of its one bucket that somebody asks for, minutes of the others."""
    return {(read.newest, read.oldest) for read in uses if read.matches(labels)}


def record(folder: Path, groups: Sequence[Group], uses: Uses) -> None:
    """Ask each recording rule once all that it reads is there, and write its series as if they had always been so."""
    every = {rule.record: group.interval for group in groups for rule in group.rules}
    waiting = [rule for group in groups for rule in group.rules if rule.record]
    for level in range(MOST_LEVELS):
        ready = next_level(waiting)
        if not ready:
            break
        waiting = [rule for rule in waiting if rule not in ready]
        found: dict[str, set[tuple[tuple[str, str], ...]]] = {}
        with store.prometheus(folder) as address:
            for rule in ready:
                found.setdefault(rule.record, set()).update(_series(address, rule))
        read = [name for name in sorted(found) if found[name] and name in uses]
        if read:
            histories = (_history(name, sorted(found[name]), uses[name], every[name]) for name in read)
            store.write(folder, f"level-{level}", chain.from_iterable(histories))
    if waiting:
        raise RuntimeError(f"these rules wait for each other: {sorted({rule.record for rule in waiting})}")


def _series(address: str, rule: Rule) -> Iterator[tuple[tuple[str, str], ...]]:
    for sample in store.ask(address, rule.expr).result:
        labels = {**sample["metric"], **rule.labels}
        yield tuple(sorted((name, value) for name, value in labels.items() if name != "__name__"))


def _history(
    name: str, several: Iterable[tuple[tuple[str, str], ...]], uses: Iterable[Read], interval: int
) -> Iterator[str]:
    yield f"# TYPE {name} unknown"
    for labels in map(dict, several):
        yield from store.lines(name, labels, _spans(uses, labels), interval)
