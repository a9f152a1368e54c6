"""Metrics of one part under the names of the catalog: sent by OTLP, or scraped, as its contract says."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from opentelemetry.metrics import Meter
from opentelemetry.trace import get_current_span
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics import MetricWrapperBase

from lab.workload.plan import Part, Plan
from model.base import Model
from model.catalog.objectives import Objective
from model.quantities import Duration

Labels = Mapping[str, str]

# A second series for each counter says when it began; nobody here asks.
disable_created_metrics()  # type: ignore[no-untyped-call]

# OpenTelemetry's own for durations, https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
# Of tokens, by the generative AI conventions; scores lie between 0 and 1.
TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536)
SCORES = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1)


class Meters(Protocol):
    """What a part measures with. A name is that of the series in Prometheus, without a histogram's suffix."""

    def add(self, name: str, value: float = 1, labels: Labels = ...) -> None:
        """Let a counter grow."""

    def set(self, name: str, value: float, labels: Labels = ...) -> None:
        """Set a gauge."""

    def observe(self, name: str, value: float, labels: Labels = ...) -> None:
        """Put an observation into a histogram."""


def boundaries(plan: Plan, system: str, name: str) -> tuple[float, ...]:
    """Upper bounds of a histogram's buckets: an objective's line must be one of them, or nothing is measured there."""
    if "token" in name:
        return TOKENS
    if name.endswith("_cls"):
        return SCORES
    objectives = [one for part in plan.parts.values() if part.system == system for one in part.declared.objectives]
    return tuple(sorted({*SECONDS, *(line for objective in objectives for line in _lines(objective))}))


def _lines(objective: Objective) -> Iterator[float]:
    """Every duration that an objective names as a threshold."""

    def look(value: object) -> Iterator[float]:
        if isinstance(value, Model):
            for name in type(value).model_fields:
                found = getattr(value, name)
                if name == "threshold" and isinstance(found, Duration):
                    yield float(found.seconds)
                yield from look(found)

    yield from look(objective)


class SentMeters:
    """By OTLP. The collector's way of naming adds nothing to a name without a unit, so names are the catalog's."""

    def __init__(self, meter: Meter, plan: Plan, part: Part) -> None:
        self._meter, self._plan, self._part = meter, plan, part
        self._made: dict[str, Any] = {}

    def add(self, name: str, value: float = 1, labels: Labels = {}) -> None:  # noqa: B006 (never changed)
        """Let a counter grow."""
        if name not in self._made:
            self._made[name] = self._meter.create_counter(name.removesuffix("_total"))
        self._made[name].add(value, labels)

    def set(self, name: str, value: float, labels: Labels = {}) -> None:  # noqa: B006
        """Set a gauge."""
        if name not in self._made:
            self._made[name] = self._meter.create_gauge(name)
        self._made[name].set(value, labels)

    def observe(self, name: str, value: float, labels: Labels = {}) -> None:  # noqa: B006
        """Put an observation into a histogram; the span at work becomes its exemplar."""
        if name not in self._made:
            bounds = boundaries(self._plan, self._part.system, name)
            self._made[name] = self._meter.create_histogram(name, explicit_bucket_boundaries_advisory=bounds)
        self._made[name].record(value, labels)


class ScrapedMeters:
    """For Prometheus to read, in OpenMetrics: only there exemplars have a place."""

    def __init__(self, plan: Plan, part: Part) -> None:
        self.registry = CollectorRegistry()
        self._plan, self._part = plan, part
        self._made: dict[str, Any] = {}

    def add(self, name: str, value: float = 1, labels: Labels = {}) -> None:  # noqa: B006
        """Let a counter grow."""
        self._of(Counter, name, labels).inc(value)

    def set(self, name: str, value: float, labels: Labels = {}) -> None:  # noqa: B006
        """Set a gauge."""
        self._of(Gauge, name, labels).set(value)

    def observe(self, name: str, value: float, labels: Labels = {}) -> None:  # noqa: B006
        """Put an observation into a histogram; the span at work becomes its exemplar."""
        span = get_current_span().get_span_context()
        exemplar = {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"} if span.is_valid else None
        self._of(Histogram, name, labels).observe(value, exemplar)

    def _of(self, kind: type[MetricWrapperBase], name: str, labels: Labels) -> Any:
        if name not in self._made:
            bounds: Any = {"buckets": boundaries(self._plan, self._part.system, name)} if kind is Histogram else {}
            self._made[name] = kind(name, name, labelnames=sorted(labels), registry=self.registry, **bounds)
        return self._made[name].labels(**labels) if labels else self._made[name]
