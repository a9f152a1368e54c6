"""How long pages last after an outage is over, and whether they come back in a day of ordinary errors.

``python -m benchmarks.slo.reset``: total outages of 5 and 30 minutes at ten requests a second, then Poisson errors at
half of what the objective allows: a day for Belfry, three hours for the textbook, whose
samples promtool refuses beyond that.
"""

import random
from collections.abc import Callable
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from benchmarks.slo import lab, textbook
from benchmarks.slo.lab import poisson

RATE = 10
STEP = 15
HEALTHY = 3600
TARGETS = ("99", "99.9")
OUTAGES = (300, 1800)


def inputs(name: str, target: str, outage: int, seconds: int) -> list[dict[str, str]]:
    """Counters of good and bad requests."""
    rng = random.Random(name)
    budget = float((100 - Decimal(target)) / 100)
    good, bad = [0], [0]
    for t in range(0, seconds, STEP):
        share = 1.0 if HEALTHY <= t < HEALTHY + outage else budget / 2
        bad.append(bad[-1] + poisson(rng, RATE * share * STEP))
        good.append(good[-1] + poisson(rng, RATE * (1 - share) * STEP))
    rows = (("200", good), ("500", bad))
    return [lab.series(name, status, " ".join(map(str, values))) for status, values in rows]


def last_pages(rules: Callable[[dict[str, str]], str], after: int) -> dict[tuple[str, int], float]:
    """Target and length of the outage -> seconds from recovery to the last evaluation in which a page fired."""
    result = {}
    for outage in OUTAGES:
        seconds = HEALTHY + outage + after
        names = {f"c{target.replace('.', '-')}": target for target in TARGETS}
        series = [one for name, target in names.items() for one in inputs(name, target, outage, seconds)]
        fired = lab.firings(rules(names), series, seconds, severities=("critical",))
        for name, target in names.items():
            last = max(f.last for f in fired[name])
            result[target, outage] = last - HEALTHY - outage
    return result


def main() -> None:
    """Measure and print."""
    ours = last_pages(lambda names: lab.ours(lab.availability(n, t, RATE) for n, t in names.items()), 86_400)
    theirs = last_pages(lambda names: textbook.rules(names, STEP), 3 * 3600)
    table = Table("target", "outage", "belfry's last page after recovery", "textbook's")
    for key, seconds in ours.items():
        table.add_row(key[0], f"{key[1] // 60} min", f"{seconds:.0f} s", f"{theirs[key]:.0f} s")
    Console().print(table)


if __name__ == "__main__":
    main()
