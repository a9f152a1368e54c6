"""The runtime of one system whose telemetry goes nowhere."""

from pathlib import Path

import aiohttp
from opentelemetry._logs import Logger, NoOpLogger
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from lab.layout import ROOT
from lab.workload.chance import Chance
from lab.workload.plan import Key, Part, Plan
from lab.workload.runtime import Runtime
from lab.workload.telemetry import Telemetry
from model.catalog.catalog import Catalog

CATALOG = Catalog.load(ROOT / "catalog")


class KeptTelemetry(Telemetry):
    """Keeps what it would send."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.readers: dict[Key, InMemoryMetricReader] = {}

    @property
    def spans(self) -> int:
        return len(self.exporter.get_finished_spans())

    def tracer(self, part: Part) -> Tracer:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        return provider.get_tracer(part.name)

    def meter(self, part: Part) -> Meter:
        reader = self.readers[part.key] = InMemoryMetricReader()
        return MeterProvider(metric_readers=[reader], shutdown_on_exit=False).get_meter("test")

    def logger(self, part: Part) -> Logger:
        return NoOpLogger(part.name)

    def points(self, key: Key, name: str) -> list[tuple[dict[str, object], float]]:
        """Labels and value (the count of a histogram) of each series."""
        data = self.readers[key].get_metrics_data()
        return [
            (dict(point.attributes or {}), getattr(point, "value", getattr(point, "count", 0)))
            for block in (data.resource_metrics if data else ())
            for scope in block.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


def plan(*systems: str) -> Plan:
    return Plan.of(CATALOG, systems)


def runtime(folder: Path, session: aiohttp.ClientSession, *systems: str) -> Runtime:
    made = KeptTelemetry()
    return Runtime(plan=plan(*systems), telemetry=made, session=session, pod_logs=folder, chance=Chance(7))
