"""False pages of healthy services with little traffic, and whether the guards hide an incident.

``python -m benchmarks.slo.low_traffic``: a service that uses half of its error budget, for 30 days and 20 seeds
at each rate; then incidents. The conditions of SloOutage and the burn tiers are computed on event times, so this is a
model: months of the rules themselves would take days. It knows no samples, so nothing of SloNoData, of late or missing
samples, or of an absent Prometheus: `measurement` runs the rules for those. `agreement` runs promtool on a sample.
"""

import bisect
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.slo import lab
from model.metrics import metric_names as names

RATES = (0.005, 0.02, 0.05, 0.1, 0.2, 1.0, 10.0)
BUDGETS = {"99": 0.01, "99.9": 0.001}
SEEDS = 20
MONTH = 30 * 86_400.0
# From here on the number of requests in an hour varies by less than 4 %: its mean will do.
_MEAN_FROM = 0.5


@dataclass(frozen=True)
class Events:
    """Moments of bad requests and of all requests; ``every`` is None where the rate's mean stands for them."""

    bad: list[float]
    every: list[float] | None
    rate: float

    def counts(self, now: float, window: float) -> tuple[int, float]:
        """Bad and all requests in the window that ends now."""
        bad = bisect.bisect_right(self.bad, now) - bisect.bisect_right(self.bad, now - window)
        if self.every is None:
            return bad, self.rate * window
        return bad, bisect.bisect_right(self.every, now) - bisect.bisect_right(self.every, now - window)

    def share(self, now: float, window: float) -> float:
        """Share of bad requests, 0 without requests."""
        bad, total = self.counts(now, window)
        return bad / total if total else 0.0


def textbook(events: Events, now: float, budget: float) -> bool:
    """The textbook's page."""
    return any(
        events.share(now, long) > factor * budget and events.share(now, short) > factor * budget
        for long, short, factor in ((3600, 300, 14.4), (21_600, 1800, 6))
    )


def page(events: Events, now: float, budget: float) -> bool:
    """Belfry's outage, fast and slow tiers, without the check for still burning: it only ends alerts."""
    for window in (30.0, 300.0):
        bad, total = events.counts(now, window)
        if bad >= 5 and bad >= total / 2:  # noqa: PLR2004
            return True
    few = events.rate * 300 < 10  # noqa: PLR2004
    return any(
        events.counts(now, long)[0] >= least
        and events.share(now, long) >= factor * budget
        and events.share(now, 1800 if few else short) >= factor * budget
        for long, short, factor, least in ((3600, 300, 14.4, 5), (21_600, 1800, 6, 10))
    )


def ticket(events: Events, now: float, budget: float) -> bool:
    """Belfry's trickle and low-traffic tiers."""
    hour = events.share(now, 3600) > budget
    for long, short, factor, least in ((86_400, 7200, 3, 10), (259_200, 21_600, 1, 20)):
        enough = events.counts(now, long)[0] >= least
        burns = min(events.share(now, long), events.share(now, short)) > factor * budget
        if hour and enough and burns:
            return True
    bad, total = events.counts(now, 86_400)
    few = total < int(5 * 24 / (14.4 * budget))
    return bad >= 10 and few and events.share(now, 21_600) > 6 * budget and bad / total > budget  # noqa: PLR2004


Condition = Callable[[Events, float, float], bool]


def healthy(rng: random.Random, rate: float, share: float, length: float = MONTH) -> Events:
    """Poisson arrivals."""
    if rate >= _MEAN_FROM:
        return Events(list(_arrivals(rng, rate * share, length)), None, rate)
    every = list(_arrivals(rng, rate, length))
    return Events([t for t in every if rng.random() < share], every, rate)


def _arrivals(rng: random.Random, rate: float, length: float) -> Iterator[float]:
    t = rng.expovariate(rate)
    while t < length:
        yield t
        t += rng.expovariate(rate)


def pages(events: Events, budget: float, condition: Condition) -> int:
    """Times the condition became true. A share rises when a bad request comes, so those moments suffice."""
    count, until = 0, -1.0
    for t in events.bad:
        # The first six hours are warm-up: windows that are not full yet are a matter of the first day only.
        if t < 21_600 or t <= until:  # noqa: PLR2004
            continue
        if condition(events, t, budget):
            count += 1
            until = t + 1800
    return count


def incidents() -> Iterator[tuple[float, float, float, int]]:
    """Rate, share of errors and target's budget of an incident, and a seed; it lasts until 10 to 200 bad events."""
    for rate in RATES:
        for share in (1.0, 0.5, 0.2, 0.05):
            for budget in BUDGETS.values():
                for seed in range(5):
                    yield rate, share, budget, seed


def seen() -> tuple[int, int, int]:
    """Incidents of at least ten bad events that the unguarded textbook tells, how many Belfry tells, how many were."""
    notified = ours = number = 0
    for rate, share, budget, seed in incidents():
        rng = random.Random(seed)
        calm = healthy(rng, rate, budget / 2, 7 * 86_400.0)
        start = 7 * 86_400.0
        bad: list[float] = []
        wanted = rng.choice((10, 20, 50, 200))
        t = start
        extra: list[float] = []
        while len(bad) < wanted:
            t += rng.expovariate(rate)
            extra.append(t)
            if rng.random() < share:
                bad.append(t)
        every = None if calm.every is None else calm.every + extra
        events = Events(calm.bad + bad, every, rate)
        number += 1
        if any(textbook(events, moment, budget) for moment in bad[9:]):
            notified += 1
            ours += any(page(events, moment, budget) or ticket(events, moment, budget) for moment in bad)
    return number, notified, ours


def agreement() -> Iterator[str]:
    """First page of sampled incidents under promtool, beside the one computed here."""
    for rate, share in ((0.02, 1.0), (0.1, 0.5), (0.2, 0.2)):
        rng = random.Random(7)
        start, length = 7200.0, 14_400.0
        calm = healthy(rng, rate, 0.0005, start)
        later = [start + t for t in _arrivals(rng, rate, length - start)]
        bad = calm.bad + [t for t in later if rng.random() < share]
        every = (calm.every or []) + later
        events = Events(bad, every, rate)
        computed = next((t for t in bad if page(events, t, 0.001)), None)
        good = sorted(set(every) - set(bad))
        inputs = [
            lab.series("s", status, lab.counter(lambda t, some=some: bisect.bisect_right(some, t), length, 15))  # type: ignore[misc]
            for status, some in (("200", good), ("500", bad))
        ]
        fired = lab.firings(lab.ours([lab.availability("s", "99.9", rate)]), inputs, length)
        urgent = (names.OUTAGE, names.FAST_BURN, names.SLOW_BURN)
        first = min((f.first for f in fired.get("s", []) if f.alert in urgent), default=None)
        yield f"{rate} req/s, {share:.0%} errors: computed {computed:.0f} s, promtool {first} s"


def main() -> None:
    """Measure and print."""
    console = Console()
    table = Table("target", "req/s", "textbook pages", "belfry pages", "belfry tickets")
    for target, budget in BUDGETS.items():
        for rate in RATES:
            totals = [0, 0, 0]
            for seed in range(SEEDS):
                events = healthy(random.Random(seed), rate, budget / 2)
                for n, condition in enumerate((textbook, page, ticket)):
                    totals[n] += pages(events, budget, condition)
            table.add_row(target, str(rate), *(f"{n / SEEDS:.2f}" for n in totals))
    console.print("per service and 30 days, errors at half of the budget")
    console.print(table)
    number, notified, ours = seen()
    console.print(
        f"{number} incidents of 10 or more bad events: {notified} notified by the textbook without minimum counts, "
        f"{ours} of them by us"
    )
    for line in agreement():
        console.print(line)


if __name__ == "__main__":
    main()
