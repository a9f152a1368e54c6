"""The synthetic store: raw series as text, recorded ones by asking the shipped rules of a real Prometheus.

Rules are asked at the store's end, level by level, once all that they read is there. Before that a recorded series has
been what it is then, with the day's tide: as far back as a rule or a board reads it. Alerts are not evaluated: as many
fire as are wanted, so that boards of alerts have something to show.
"""

import itertools
import json
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from checks.boards.document import Json
from model import labels, names
from model.catalog.catalog import Catalog
from model.metrics.metric_names import BUDGET_REMAINING, OBJECTIVE_RATIO
from pictures import grafana
from pictures.synthetic import packs, shapes, store
from pictures.synthetic.fleet import CLUSTER, Fleet, Labels, Owned
from pictures.synthetic.packs import Group, Read, Rule, next_level
from pictures.synthetic.store import NOW

SCRAPE = 30
# Seconds a span may have -> step of what is only read from afar.
FAR = ((7_200, 60), (172_800, 300))
FARTHEST = 1_800
STILL = (":info", ":bool", ":timestamp", ":bytes_per_second")
SPENT_A_DAY = 0.015
# Recorded where a series ends. Backfilled ones never do: they lack the mark that Prometheus sets, so these are made up.
EVENTS = {"alertname_component:ended_after:seconds": 86_400.0, "alertname_component:ended_early:seconds": 900.0}
EVENTS_EVERY = 7_200
MOST_LEVELS = 30
MOST_COMBINATIONS, MOST_VALUES = 12, 8
ASKING = 3

Uses = Mapping[str, Sequence[Read]]
Point = tuple[int, float]
Series = tuple[Labels, Sequence[Point]]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is in the store: what every panel reads at its end, or with ``curves`` all that the open ones draw.

    ``asked`` are further queries, which are to have an answer at the store's end.

    One of ``firing`` alerts fires. ``trouble`` is the share of things that are in a bad state, 0 to 1.
    """

    root: Path
    boards: Sequence[Json]
    asked: Sequence[str] = ()
    curves: bool = False
    firing: int = 1
    trouble: float = 1.0
    quiet: bool = True


def write(folder: Path, plan: Plan) -> None:
    """Write the whole store into ``folder``."""
    groups = [*packs.belfry(plan.root)]
    recording = {rule.record for group in groups for rule in group.rules if rule.record}
    more = Group("asked", 0, tuple(_asking(query, 0) for query in plan.asked))
    uses = _uses([*groups, *(_read_by(board, plan) for board in plan.boards), more], plan)
    catalog = Catalog.load(plan.root / "catalog")
    made = recording | {"ALERTS", *EVENTS}
    raw = {metric: reads for metric, reads in uses.items() if metric and metric not in made}
    store.write(folder, "raw", itertools.chain(_raw(Fleet(catalog), raw, plan), _alerts(groups, catalog, uses, plan)))
    _record(folder, groups, uses, plan)


def _read_by(board: Json, plan: Plan) -> Group:
    everything = grafana.anything(board)
    asked = grafana.queries(board, grafana.open_panels(board) if plan.curves else None)
    spans = [(query, grafana.Span.of(query.panel, grafana.range_of(board))) for query in asked]
    rules = (_asking(grafana.filled(query.text, everything, span), span.seconds) for query, span in spans)
    lists = [_asking(text, 0) for text in grafana.lists(board)]
    return Group(board["uid"], 0, (*lists, *rules))


def _asking(expr: str, seconds: int) -> Rule:
    """A query of a board over a range, as what rules are read by."""
    return Rule(record="", alert="", expr=expr, labels={"range": str(seconds)})


def _uses(groups: Iterable[Group], plan: Plan) -> dict[str, list[Read]]:
    found: dict[str, list[Read]] = {}
    for group in groups:
        for rule in group.rules:
            # A curve reads all along its range.
            along = int(rule.labels["range"]) if plan.curves and not group.interval else 0
            for read in rule.reads():
                found.setdefault(read.metric, []).append(replace(read, oldest=read.oldest + along))
    return found


def _raw(fleet: Fleet, uses: Uses, plan: Plan) -> Iterator[str]:
    for metric in track(sorted(uses), "Writing raw series", console=_console(plan)):
        moments = list(_moments(uses[metric], SCRAPE))
        yield f"# TYPE {metric} unknown"
        for owned in fleet.metric(metric):
            for added in _combinations(owned, uses[metric]):
                one = {labels.CLUSTER: CLUSTER, **owned.thing, **added}
                value = shapes.of(metric, one, NOW, unit=owned.unit, load=owned.load, trouble=plan.trouble)
                yield from _lines(metric, one, ((t, value(t)) for t in moments))


def _combinations(owned: Owned, uses: Sequence[Read]) -> Iterator[Labels]:
    """Values of the labels that the metric adds: those that queries ask for, and common ones."""
    asked = {name: packs.values(uses, name) for name in owned.added}
    several, count = {}, 1
    # What queries ask for is there in any case; what they do not may have a single value.
    for name in sorted(owned.added, key=lambda name: (not asked[name], name)):
        values = _choices(name, asked[name])
        if name != "le" and not asked[name] and count * len(values) > MOST_COMBINATIONS:
            values = values[:1]
        several[name] = values
        count *= 1 if name == "le" else len(values)
    for chosen in itertools.product(*several.values()):
        yield dict(zip(several, chosen, strict=True))


def _choices(name: str, asked: Sequence[str]) -> Sequence[str]:
    if name == "le":
        known = {float(edge): edge for edge in (*shapes.BUCKETS, *asked)}
        return [known[edge] for edge in sorted(known)]
    # Beside a value that is asked for there are others, or every share would be all.
    spare = shapes.VOCABULARY.get(name, ("other",) if asked else (f"{name}-a", f"{name}-b"))
    return list(dict.fromkeys((*spare, *asked)))[:MOST_VALUES]


def _alerts(groups: Sequence[Group], catalog: Catalog, uses: Uses, plan: Plan) -> Iterator[str]:
    firing = list(_firing(groups, catalog, plan))
    yield "# TYPE ALERTS unknown"
    for one in firing:
        moments = _moments(uses["ALERTS"], FAR[0][1])
        yield from _lines("ALERTS", one | {"alertstate": "firing"}, ((t, 1.0) for t in moments))
    for name, most in EVENTS.items():
        yield f"# TYPE {name} unknown"
        for one in firing:
            ends = [t for t in _moments(uses.get(name, ()), FARTHEST) if not t % EVENTS_EVERY or t == NOW]
            lasted = ((t, 120 + 5000 * shapes.chance(str(t), one) ** 3) for t in ends)
            yield from _lines(name, one, ((t, seconds) for t, seconds in lasted if seconds <= most))


def _firing(groups: Sequence[Group], catalog: Catalog, plan: Plan) -> Iterator[Labels]:
    owners = [(system, part.name) for system in catalog.systems for part in system.components]
    seen = set()
    rules = [rule for group in groups for rule in group.rules if rule.alert]
    always = [rule for rule in rules if rule.alert == names.WATCHDOG]
    for place, rule in enumerate([*always, *rules[:: plan.firing]]):
        system, component = owners[place % len(owners)]
        own = {labels.TEAM: system.owner, labels.SYSTEM: system.system, labels.COMPONENT: component}
        given = {name: own.get(name, "") if "{{" in value else value for name, value in rule.labels.items()}
        one = {labels.CLUSTER: CLUSTER, "alertname": rule.alert, **given}
        if (key := tuple(sorted(one.items()))) not in seen:
            seen.add(key)
            yield one


def _record(folder: Path, groups: Sequence[Group], uses: Uses, plan: Plan) -> None:
    waiting = [rule for group in groups for rule in group.rules if rule.record and rule.record not in EVENTS]
    for level in range(MOST_LEVELS):
        ready = next_level(waiting)
        if not ready:
            break
        waiting = [rule for rule in waiting if rule not in ready]
        asked = sorted(ready, key=lambda rule: rule.record)
        with store.prometheus(folder) as address, ThreadPoolExecutor(ASKING) as pool:
            answers = list(pool.map(lambda rule: list(evaluate(address, rule.expr, 0)), asked))
        if lines := list(_recorded(asked, answers, uses)):
            store.write(folder, f"level-{level}", lines)
    if waiting:
        raise RuntimeError(f"these rules wait for each other: {sorted({rule.record for rule in waiting})}")


def _recorded(rules: Sequence[Rule], answers: Sequence[Sequence[Series]], uses: Uses) -> Iterator[str]:
    for name, several in itertools.groupby(zip(rules, answers, strict=True), key=lambda one: one[0].record):
        if name not in uses:
            continue
        yield f"# TYPE {name} unknown"
        seen = set()
        for rule, found in several:
            for given, points in found:
                one = {**given, **rule.labels}
                if (key := tuple(sorted(one.items()))) not in seen:
                    seen.add(key)
                    yield from _lines(name, one, _history(name, one, points[-1], uses[name]))


def _history(name: str, one: Labels, last: Point, uses: Sequence[Read]) -> Iterator[Point]:
    end, value = last
    # Flags, objectives and limits have no tide.
    calm = value in (0, 1) or name == OBJECTIVE_RATIO or name.endswith(STILL)
    tide = shapes.tide(one)
    for t in _moments(uses, FAR[0][1]):
        if name == BUDGET_REMAINING:
            # A budget has no tide either: it goes, here evenly.
            yield t, value + (end - t) * SPENT_A_DAY / shapes.DAY
        else:
            now = value if calm else value * tide(t) / tide(end)
            yield t, min(now, 1.0) if value <= 1 and ":ratio" in name else now


def _moments(uses: Iterable[Read], near: int) -> Iterator[int]:
    """Of all spans, oldest first: every ``near`` seconds, and less often what is read over hours or weeks."""
    found: set[int] = set()
    for newest, oldest in {(read.newest, read.oldest) for read in uses}:
        wide = next((each for limit, each in FAR if oldest - newest <= limit), FARTHEST)
        # Counted from the end, where the steps of boards are counted from.
        found.update(range(NOW - newest - newest % wide, NOW - oldest - wide, -wide))
        if not newest:
            found.update(range(NOW, NOW - min(oldest, NEAR), -near))
    yield from sorted(t for t in found if t <= NOW)


NEAR = 3_900
"""Seconds before the end that are as dense as scrapes are."""


def _lines(metric: str, one: Mapping[str, str], points: Iterable[Point]) -> Iterator[str]:
    shown = ",".join(f'{name}="{value}"' for name, value in sorted(one.items()) if value)
    yield from (f"{metric}{{{shown}}} {value:.8g} {t}" for t, value in points)


def evaluate(address: str, expr: str, seconds: int, step: int = SCRAPE) -> Iterator[Series]:
    """A query's series: at the store's end, or along the last ``seconds``."""
    form = {"query": expr, "time": str(NOW)}
    if seconds:
        form = {"query": expr, "start": str(NOW - seconds), "end": str(NOW), "step": str(step)}
    path = "query_range" if seconds else "query"
    with urllib.request.urlopen(f"{address}/api/v1/{path}", urllib.parse.urlencode(form).encode()) as answer:  # noqa: S310 (loopback)
        data: dict[str, Any] = json.load(answer)["data"]
    if data["resultType"] == "scalar":
        yield {}, [(NOW, float(data["result"][1]))]
        return
    for one in data["result"]:
        given = {name: value for name, value in one["metric"].items() if name != "__name__"}
        yield given, [(int(t), float(value)) for t, value in one.get("values", [one.get("value")])]


def _console(plan: Plan) -> Console:
    return Console(stderr=True, quiet=plan.quiet)


def shipped() -> list[Json]:
    """All boards, by uid."""
    files = sorted((ROOT / "dashboards" / "grafana").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in files]


def on_a_bad_day(boards: list[Json]) -> Plan:
    """A few things are wrong, most are well."""
    return Plan(root=ROOT, boards=boards, curves=True, firing=17, trouble=0.1, quiet=False)


@contextmanager
def live(plan: Plan) -> Iterator[str]:
    """Address of a Prometheus that is filled as planned."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), plan)
        with store.prometheus(Path(name)) as address:
            yield address
