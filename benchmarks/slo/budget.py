"""Error of the 30-day budget against the truth, under daily cycles, restarts, churn and gaps.

``python -m benchmarks.slo.budget``. promtool runs the recording rules over 30 days of scrapes every 15 seconds; they
are evaluated every five minutes, which their windows are multiples of, to save hours. The truth is what the generator
sent. Beside it the textbook's figure: the mean of five-minute ratios, computed from the same truth.
"""

import math
import random
from dataclasses import dataclass, field

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.slo import lab
from benchmarks.slo.lab import poisson
from model.metrics import metric_names as names

DAY = 86_400
DAYS = 30
STEP = 15
STEPS = DAYS * DAY // STEP
PODS = 2


@dataclass(frozen=True)
class Life:
    """One month of a service: peak to trough, steps at which pods restart, days at which they are replaced, gaps."""

    name: str
    ratio: float
    incidents: tuple[tuple[int, int, float], ...]
    restarts: tuple[int, ...] = ()
    replaced: bool = False
    gaps: tuple[tuple[int, int], ...] = field(default=())


def hours(value: float) -> int:
    """Scrapes in so many hours."""
    return round(value * 3600 / STEP)


# Half an hour of outage at the trough of a day, a third failing for ten minutes at a peak, five bad minutes.
INCIDENTS = (
    (hours(24 * 9 + 18), hours(0.5), 1.0),
    (hours(24 * 17 + 6), hours(1 / 6), 0.3),
    (hours(24 * 25 + 1.3), hours(1 / 12), 0.8),
)
RESTARTS = tuple(hours(h) + 7 for h in range(5, 24 * DAYS, 37))
GAP = hours(1 / 6)
LIVES = (
    Life("cycle-2-1", 2, INCIDENTS),
    Life("cycle-20-1", 20, INCIDENTS),
    Life("restarts-5-1", 5, INCIDENTS, restarts=(*RESTARTS, INCIDENTS[0][0] + 40)),
    Life("churn-10-1", 10, INCIDENTS, replaced=True),
    Life("gap-10-1", 10, INCIDENTS, gaps=((hours(24 * 4 + 3), GAP),)),
    Life("gap-in-outage-10-1", 10, INCIDENTS, gaps=((INCIDENTS[0][0] + 30, GAP),)),
)


def simulate(life: Life) -> tuple[list[dict[str, str]], int, int, float]:
    """Input series, true bad and total events, and the textbook's mean of five-minute ratios."""
    rng = random.Random(life.name)
    values: dict[tuple[str, str], list[str]] = {}
    counters = {(pod, status): 0 for pod in range(PODS) for status in ("200", "500")}
    bad_true = total_true = 0
    ratios, slot_bad, slot_total = [], 0, 0
    for step in range(STEPS + 1):
        cycle = (1 + math.sin(step * STEP / DAY * 2 * math.pi)) / 2
        rate = 10 * (1 / life.ratio + (1 - 1 / life.ratio) * cycle)
        share = max([s for start, length, s in life.incidents if start <= step < start + length], default=0.0002)
        hidden = any(start <= step < start + length for start, length in life.gaps)
        generation = step * STEP // DAY if life.replaced else 0
        for (pod, status), count in counters.items():
            part = share if status == "500" else 1 - share
            events = poisson(rng, rate * part * STEP / PODS) if step else 0
            new = count + events
            restarted = step in life.restarts and pod == 0
            if restarted or (life.replaced and step and step * STEP % DAY == 0):
                new = events // 2  # half of them came before and were never scraped
            counters[pod, status] = new
            bad_true += events if status == "500" else 0
            total_true += events
            slot_bad += events if status == "500" else 0
            slot_total += events
            row = values.setdefault((f"{pod}-{generation}", status), [f"_x{step}"] if step else [])
            row.append("_" if hidden else str(new))
        if life.replaced and step and step * STEP % DAY == 0:
            for pod in range(PODS):
                for status in ("200", "500"):
                    values[f"{pod}-{generation - 1}", status].append("stale")
        if step and step % 20 == 0:
            ratios.append(slot_bad / slot_total)
            slot_bad = slot_total = 0
    inputs = [lab.series(life.name, status, " ".join(row), pod) for (pod, status), row in values.items()]
    return inputs, bad_true, total_true, sum(ratios) / len(ratios)


def counting_rules(name: str) -> str:
    """The rules that count, without shares and alerts."""
    groups = yaml.load(lab.ours([lab.availability(name, "99.9")]), Loader=yaml.CSafeLoader)["groups"]
    for group in groups:
        group["rules"] = [
            r
            for r in group["rules"]
            if r.get("record", "").startswith(names.events("")) and r["record"] != names.events("30s")
        ]
        del group["interval"]
    return yaml.dump({"groups": groups}, sort_keys=False)


def main() -> None:
    """Measure and print."""
    table = Table("month", "true share", "belfry", "error", "mean of ratios", "error")
    for life in LIVES:
        inputs, bad, total, mean = simulate(life)
        answers = lab.query(
            counting_rules(life.name),
            inputs,
            DAYS * DAY,
            [f'{names.events("30d")}{{outcome="{outcome}"}}' for outcome in (names.BAD, names.TOTAL)],
            interval=STEP,
            evaluation=300,
        )
        true, share = bad / total, answers[0][0][1] / answers[1][0][1]
        table.add_row(
            life.name,
            f"{true:.4e}",
            f"{share:.4e}",
            f"{share / true - 1:+.3%}",
            f"{mean:.4e}",
            f"{mean / true - 1:+.1%}",
        )
        print(life.name, f"{share / true - 1:+.4%}", f"{mean / true - 1:+.2%}", flush=True)
    Console().print(table)


if __name__ == "__main__":
    main()
