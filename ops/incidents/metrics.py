"""The incidents as Prometheus reads them. A time that no incident has has no series: unknown is not zero."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from model.incidents.actions import ActionItem
from model.incidents.record import Record, Status
from model.incidents.statistics import by_time, statistics


@dataclass(kw_only=True)
class Numbers:
    """What the last round found, at ``now``. ``today``: the day in UTC, by which action items are overdue."""

    records: tuple[Record, ...] = ()
    actions: tuple[ActionItem, ...] = ()
    failures: Counter[str] = field(default_factory=Counter)
    read: float | None = None
    now: float = 0.0
    today: str = ""


class IncidentCollector(Collector):
    """Gives ``numbers``, which the program replaces after each round."""

    def __init__(self) -> None:
        self.numbers = Numbers()

    def collect(self) -> Iterator[Metric]:
        """By system. Quantiles are computed here: incidents are few, and a histogram would need buckets for hours."""
        numbers = self.numbers
        times = GaugeMetricFamily(
            "incident_time_seconds",
            "Time to detect, acknowledge or restore: median and 90th percentile.",
            labels=["system", "time", "quantile"],
        )
        counts = GaugeMetricFamily(
            "incident_times_measured", "Incidents whose time is known.", labels=["system", "time"]
        )
        opened = GaugeMetricFamily("incidents_open", "Incidents that last.", labels=["system"])
        ages = GaugeMetricFamily("incident_open_seconds", "Age of the oldest incident that lasts.", labels=["system"])
        for system, records in _by_system(numbers.records):
            lasting = [one for one in records if one.status is Status.OPEN]
            opened.add_metric([system], len(lasting))
            if lasting:
                ages.add_metric([system], numbers.now - min(one.opened for one in lasting))
            for name, found in by_time(records).items():
                counts.add_metric([system, name], found.n)
                for quantile, value in (("0.5", found.median), ("0.9", found.p90)):
                    if value is not None:
                        times.add_metric([system, name, quantile], value)
        yield from _of_security([one for one in numbers.records if one.security and one.status is Status.CLOSED])
        overdue = GaugeMetricFamily(
            "incident_actions_overdue", "Action items that are open after their day.", labels=["owner"]
        )
        waiting = GaugeMetricFamily("incident_actions_open", "Action items that are not done.", labels=["owner"])
        for owner in sorted({one.owner for one in numbers.actions}):
            mine = [one for one in numbers.actions if one.owner == owner]
            overdue.add_metric([owner], sum(one.overdue(numbers.today) for one in mine))
            waiting.add_metric([owner], sum(not one.done for one in mine))
        failures = CounterMetricFamily("incident_source_failures", "Readings that failed.", labels=["source"])
        for source, count in sorted(numbers.failures.items()):
            failures.add_metric([source], count)
        yield from (times, counts, opened, ages, overdue, waiting, failures)
        if numbers.read is not None:
            yield GaugeMetricFamily(
                "incidents_last_read_timestamp_seconds", "When the sources were last read.", value=numbers.read
            )


def _of_security(closed: Iterable[Record]) -> Iterator[Metric]:
    """How long incidents with a security alert lasted; most of them have no SLI, so the end of the alerts counts."""
    lasted = GaugeMetricFamily(
        "security_incident_seconds", "How long they lasted: median and 90th percentile.", labels=["system", "quantile"]
    )
    counts = GaugeMetricFamily("security_incidents_measured", "Of which that is known.", labels=["system"])
    for system, records in _by_system(closed):
        found = statistics(one.lasted for one in records)
        counts.add_metric([system], found.n)
        for quantile, value in (("0.5", found.median), ("0.9", found.p90)):
            if value is not None:
                lasted.add_metric([system, quantile], value)
    yield from (lasted, counts)


def _by_system(records: Iterable[Record]) -> Iterator[tuple[str, list[Record]]]:
    every = list(records)
    for system in sorted({one.system for one in every}):
        yield system, [one for one in every if one.system == system]
