"""Pages that the measurement itself makes of healthy services, and how failures show, by the rules themselves.

``python -m benchmarks.slo.measurement``. All tiers run under Prometheus' own engine (`replay`), arrivals are Poisson,
moments of scrapes, pushes and onsets are random, and Prometheus is really away where a scenario says so.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from benchmarks.slo import lab, replay, textbook
from benchmarks.slo.lab import poisson
from benchmarks.slo.replay import Series
from model.metrics import metric_names as names

TARGET = "99.9"
# Half an hour of 0.2 events a second is what SloNoData asks for.
HISTORY = 2400.0
LENGTH = 4800.0
SEEDS = 2
"""Services of each kind in calm; incidents take twice as many onsets."""
LOADS = (0.2, 1.0, 10.0)
# A push may be late by as much as a busy process delays it, and is lost with a collector that restarts.
_LATE, _LATEST, _LOST = 0.1, 15.0, 0.02


@dataclass(frozen=True)
class Service:
    """One service: pods, events a second, seconds between samples, and whether they are pushed."""

    name: str
    load: float
    pods: int
    pushed: bool
    failing: tuple[tuple[float, float, float], ...] = ()
    stops: float | None = None
    crashes: float | None = None
    lost: tuple[float, ...] = ()
    noisy: bool = False
    seed: int = 0
    catalog: dict[str, object] = field(default_factory=dict)

    @property
    def interval(self) -> float:
        """Seconds between two samples."""
        return 60.0 if self.pushed else 15.0

    def component(self) -> dict[str, object]:
        """Its part of the catalog."""
        http = {"requests": "http_requests_total", "duration": "http_request_duration_seconds"}
        labels = {"status_label": "status", "route_label": "route"}
        way: dict[str, object] = {} if self.pushed else {"scrape": {}}
        found = lab.availability(self.name, TARGET, self.load)
        found["objectives"][0] |= self.catalog
        return {**found, "telemetry": {"http": {**http, **labels}, **way}}


def share(service: Service, t: float) -> float:
    """Share of bad events at a moment; else half of the budget."""
    return next((bad for begin, end, bad in service.failing if begin <= t < end), 0.0005)


def series(service: Service) -> Iterator[Series]:
    """What Prometheus sees of it."""
    rng = random.Random(f"{service.name}/{service.seed}")
    for pod in range(service.pods):
        end = service.crashes if service.crashes is not None else LENGTH
        yield from _process(service, rng, f"pod-{pod}", (0.0, end))
    if service.crashes is not None:
        number, born = 0, service.crashes
        while born < LENGTH:
            life = rng.uniform(20, 60)
            yield from _process(service, rng, f"new-{number}", (born, min(born + life, LENGTH)))
            number, born = number + 1, born + life + rng.uniform(5, 20)


def _process(service: Service, rng: random.Random, pod: str, life: tuple[float, float]) -> Iterator[Series]:
    born, died = life
    load = service.load if service.crashes is not None and born else service.load / service.pods
    grid = 1.0
    counts: dict[str, list[int]] = {"200": [0], "500": [0]}
    steps = int((died - born) / grid) + 1
    for n in range(steps):
        t = born + n * grid
        running = service.stops is None or t < service.stops
        bad = 1.0 if service.crashes is not None and born else share(service, t)
        for status, part in (("200", 1 - bad), ("500", bad)):
            counts[status].append(counts[status][-1] + (poisson(rng, load * part * grid) if running else 0))
    moments = list(_moments(service, rng, born, died))
    for status, total in counts.items():
        labels = {"__name__": "http_requests_total", "system": "bench", "component": service.name}
        labels |= {"job": "bench", "instance": pod, "status": status}
        samples: list[tuple[float, float | None]] = []
        for t, there in moments:
            samples.append((round(t, 3), float(total[min(int((t - born) / grid), steps)]) if there else None))
        yield Series(labels, samples)


def _moments(service: Service, rng: random.Random, born: float, died: float) -> Iterator[tuple[float, bool]]:
    """Moments of samples; False is a failed scrape, or the end of a scraped process."""
    t = born + rng.uniform(0, service.interval)
    last = born
    while t < died:
        at = t + (rng.uniform(0, _LATEST) if service.noisy and rng.random() < _LATE else 0)
        missing = any(begin <= at < begin + 2 * service.interval for begin in service.lost)
        if service.pushed:
            dropped = missing and at - last < 1.9 * service.interval
            if not dropped and not (service.noisy and rng.random() < _LOST) and last < at < died:
                yield at, True
                last = at
        else:
            yield t, not missing
        t += service.interval
    if not service.pushed and died < LENGTH:
        yield max(t, died), False


def healthy(noisy: bool = False, lost: tuple[float, ...] = ()) -> list[Service]:
    """Healthy services of each way, load and number of pods."""
    return [
        Service(_name(way, load, pods, seed), load, pods, way == "pushed", noisy=noisy, lost=lost, seed=seed)
        for way in ("scraped", "pushed")
        for load in LOADS
        for pods in (1, 2)
        for seed in range(SEEDS)
    ]


def _name(*parts: object) -> str:
    return "-".join(map(str, parts)).replace(".", "-")


def rules(services: list[Service]) -> str:
    """Belfry's rule file."""
    return lab.ours(service.component() for service in services)


def pages(text: str, services: list[Service], away: tuple[tuple[float, float], ...] = ()) -> Counter[str]:
    """Pages by alert."""
    fired, _ = replay.run(text, (s for service in services for s in series(service)), LENGTH, away=away)
    return Counter(one.alert for one in fired if one.labels["severity"] == "critical")


def false_pages(console: Console) -> None:
    """Pages of healthy services in each disturbance."""
    table = Table("what happens", "services", "Belfry pages", "textbook pages", title="healthy services")
    calm = healthy()
    text = rules(calm)
    book = textbook.rules({s.name: TARGET for s in calm}, 15)
    cases: dict[str, tuple[list[Service], tuple[tuple[float, float], ...]]] = {
        "nothing": (calm, ()),
        "a tenth of pushes late, one in 50 lost": (healthy(noisy=True), ()),
        "two samples of every pod missing at once": (healthy(lost=(HISTORY, HISTORY + 1200)), ()),
        **{
            f"Prometheus away for {minutes} min": (calm, ((HISTORY, HISTORY + 60 * minutes),))
            for minutes in (1, 3, 8, 20)
        },
    }
    for name, (services, away) in cases.items():
        ours, theirs = pages(text, services, away), pages(book, services, away)
        table.add_row(name, str(len(services)), _shown(ours), _shown(theirs))
        print(name, dict(ours), dict(theirs), file=sys.stderr, flush=True)
    console.print(table)


def _shown(count: Counter[str]) -> str:
    return ", ".join(f"{alert} {number}" for alert, number in sorted(count.items())) or "0"


def incidents() -> Iterator[tuple[str, Service, float]]:
    """Kind, service and onset: random moments, ten events a second on two pods."""
    for seed in range(2 * SEEDS):
        onset = HISTORY + random.Random(seed).uniform(0, 60)
        for way in ("scraped", "pushed"):
            pushed = way == "pushed"

            def make(kind: str, seed: int = seed, way: str = way, pushed: bool = pushed, **more: object) -> Service:
                return Service(_name(way, kind, seed), 10, 2, pushed, seed=seed, **more)  # type: ignore[arg-type]

            yield f"total failure, {way}", make("total", failing=((onset, onset + 1800, 1.0),)), onset
            yield f"60 % fail, {way}", make("sixty", failing=((onset, onset + 1800, 0.6),)), onset
            yield f"50 % fail, {way}", make("half", failing=((onset, onset + 1800, 0.5),)), onset
            yield f"traffic stops, {way}", make("stop", stops=onset), onset
            bursts = tuple((onset + n * 300, onset + n * 300 + 90, 1.0) for n in range(5))
            yield f"fails for 90 s every 5 min, {way}", make("burst", failing=bursts), onset
        yield "crash loop, new instances, scraped", Service(_name("crash", seed), 10, 2, False, crashes=onset), onset


def detection(console: Console) -> None:
    """How each kind of incident is seen: delay, alerts, pages."""
    found = list(incidents())
    services = [service for _, service, _ in found]
    fired, _ = replay.run(rules(services), (s for service in services for s in series(service)), LENGTH)
    by_name = defaultdict(list)
    for one in fired:
        if one.pages:
            by_name[one.labels["component"]].append(one)
    table = Table("kind", "first page after (s)", "first alert", "pages an incident", "last page ends (s after end)")
    kinds: dict[str, list[tuple[Service, float]]] = defaultdict(list)
    for kind, service, onset in found:
        kinds[kind].append((service, onset))
    for kind, several in kinds.items():
        firsts = [min(by_name[s.name], key=lambda f: f.begin, default=None) for s, _ in several]
        delays = sorted(f.begin - onset for f, (_, onset) in zip(firsts, several, strict=True) if f)
        count = sum(len(by_name[s.name]) for s, _ in several) / len(several)
        ends = sorted(
            max(f.end for f in by_name[s.name]) - s.failing[-1][1] for s, _ in several if s.failing and by_name[s.name]
        )
        missed = len(several) - len(delays)
        shown = f"{delays[0]:.0f} to {delays[-1]:.0f}" if delays else "-"
        alerts = Counter(f.alert for f in firsts if f)
        table.add_row(
            kind,
            shown + (f", {missed} missed" if missed else ""),
            _shown(alerts),
            f"{count:.1f}",
            f"{ends[0]:.0f} to {ends[-1]:.0f}" if ends else "",
        )
    console.print(table)


def gap(console: Console) -> None:
    """What the counts read after eight minutes without Prometheus, beside the truth of an even load."""
    service = Service("even", 10, 2, False)
    counted = [f'{names.events(w)}{{outcome="total"}}' for w in ("5m", "1h")]
    begin, end = HISTORY, HISTORY + 480
    _, answers = replay.run(rules([service]), series(service), LENGTH, away=((begin, end),), queries=counted, every=15)
    _, calm = replay.run(rules([service]), series(service), LENGTH, queries=counted, every=15)
    truth = {(a.query, a.time): a.value for a in calm}
    for query in counted:
        ratios = [a.value / truth[query, a.time] for a in answers if a.query == query and a.time >= end]
        console.print(f"{query} after a gap of 8 min: {min(ratios):.2f} to {max(ratios):.2f} times the truth")


def main() -> None:
    """Measure and print: all parts, or those that are named."""
    replay.build()
    console = Console(width=160)
    for part in (gap, detection, false_pages):
        if part.__name__ in sys.argv[1:] or not sys.argv[1:]:
            part(console)


if __name__ == "__main__":
    main()
