"""The numbers as Prometheus reads them. What a source did not say has no series: unknown is not zero."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from model.security import posture
from ops.security_posture.ports import Config, Inspector, SecurityHub, SourceUnavailable

N = TypeVar("N")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One reading. None where the source was unavailable, or has nothing to say."""

    vulnerabilities: Mapping[tuple[str, str], int] | None
    score: float | None
    violations: Mapping[str, int] | None
    resolution_seconds: float | None
    failures: Mapping[str, str]
    read: float


def read(inspector: Inspector, hub: SecurityHub, config: Config, now: Callable[[], float] = time.time) -> Numbers:
    """Ask all sources; one that is unavailable leaves the others alone."""
    failures: dict[str, str] = {}

    def asked(source: str, ask: Callable[[], N]) -> N | None:
        try:
            return ask()
        except SourceUnavailable as error:
            failures[source] = str(error)
            return None

    vulnerabilities = asked("inspector", lambda: posture.open_vulnerabilities(inspector.vulnerabilities()))
    score = asked("security-hub", lambda: posture.score(hub.control_results()))
    violations = asked("config", lambda: posture.violations(config.violations()))
    resolution = asked("security-hub", lambda: posture.mean_time_to_resolve(hub.resolved()))
    return Numbers(
        vulnerabilities=vulnerabilities,
        score=None if score is None else float(score),
        violations=violations,
        resolution_seconds=resolution,
        failures=failures,
        read=now(),
    )


class PostureCollector(Collector):
    """The metrics of the last reading; none before the first."""

    def __init__(self) -> None:
        self.numbers: Numbers | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What Prometheus is answered."""
        if self.numbers is None:
            return
        numbers = self.numbers
        yield _table(
            "security_open_vulnerabilities",
            "Critical and high vulnerabilities with a fixed version, by Amazon Inspector.",
            ("severity", "image"),
            None if numbers.vulnerabilities is None else numbers.vulnerabilities.items(),
            # The KPI sums critical ones: without any it is 0 and not nothing.
            zeroes=(("critical", "none"), ("high", "none")),
        )
        yield _single("security_score", "Share of passed controls of Security Hub, 0 to 100.", numbers.score)
        yield _table(
            "security_policy_violations",
            "Resources that break a rule of AWS Config now; it counts to 25 a rule.",
            ("policy",),
            None if numbers.violations is None else (((name,), count) for name, count in numbers.violations.items()),
            zeroes=(("none",),),
        )
        yield _single(
            "security_incident_resolution_seconds",
            "Mean time from a critical or high finding to its resolution, of 30 days.",
            numbers.resolution_seconds,
        )
        up = GaugeMetricFamily("security_posture_source_up", "Whether the source answered.", labels=("source",))
        for source in ("inspector", "security-hub", "config"):
            up.add_metric((source,), 0 if source in numbers.failures else 1)
        yield up
        yield _single(
            "security_posture_last_read_timestamp_seconds", "Time of the last reading of the sources.", numbers.read
        )


def _single(name: str, text: str, value: float | None) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text)
    if value is not None:
        family.add_metric((), value)
    return family


def _table(
    name: str,
    text: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], int]] | None,
    zeroes: tuple[tuple[str, ...], ...],
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    if values is not None:
        for key, value in sorted({**dict.fromkeys(zeroes, 0), **dict(values)}.items()):
            family.add_metric(key, value)
    return family
