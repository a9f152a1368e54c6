"""OpenTelemetry for all parts of the process: each part has its own resource, all share one way to the agent.

One exporter of each kind and not one a part: a thread and a connection for each of thirty parts cost more than their
telemetry.
"""

import asyncio
import itertools
from collections.abc import Callable

from opentelemetry._logs import Logger
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Meter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricsData
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracer, Tracer

from lab.workload.plan import Key, Part

SCOPE = "belfry.workload"
# The SDK's minute would be most of the time in which an outage should be noticed.
METRICS_SECONDS = 10.0
# Ten seconds of the largest load that one process carries: a full queue drops spans.
QUEUE = 16_384


class _Counted(SpanProcessor):
    """Counts the spans that were made."""

    count = 0

    def on_end(self, span: ReadableSpan) -> None:
        """Count it."""
        self.count += 1


class Telemetry:
    """Sends to ``agent`` (host:port, OTLP over gRPC)."""

    def __init__(self, agent: str) -> None:
        self._metrics = OTLPMetricExporter(endpoint=agent, insecure=True)
        self._spans = BatchSpanProcessor(
            OTLPSpanExporter(endpoint=agent, insecure=True), max_queue_size=QUEUE, schedule_delay_millis=1000
        )
        self._records = BatchLogRecordProcessor(
            OTLPLogExporter(endpoint=agent, insecure=True), schedule_delay_millis=1000, max_queue_size=QUEUE
        )
        self._counted = _Counted()
        self._readers: dict[Key, InMemoryMetricReader] = {}

    @property
    def spans(self) -> int:
        """Spans made so far."""
        return self._counted.count

    def tracer(self, part: Part) -> Tracer:
        """Makes the spans of ``part``; none where the catalog says that it sends none."""
        if not part.traces:
            return NoOpTracer()
        provider = TracerProvider(resource=_resource(part), shutdown_on_exit=False)
        provider.add_span_processor(self._counted)
        provider.add_span_processor(self._spans)
        return provider.get_tracer(SCOPE)

    def meter(self, part: Part) -> Meter:
        """Makes the metrics of ``part`` that are sent, not scraped."""
        reader = self._readers[part.key] = InMemoryMetricReader()
        provider = MeterProvider(metric_readers=[reader], resource=_resource(part), shutdown_on_exit=False)
        return provider.get_meter(SCOPE)

    def logger(self, part: Part) -> Logger:
        """Makes the log records of ``part``, where no container writes lines: in a browser."""
        provider = LoggerProvider(resource=_resource(part), shutdown_on_exit=False)
        provider.add_log_record_processor(self._records)
        return provider.get_logger(SCOPE)

    async def send_metrics(self, lives: Callable[[Key], bool]) -> None:
        """Send every few seconds what the parts that live have measured; forever."""
        while True:
            await asyncio.sleep(METRICS_SECONDS)
            await asyncio.to_thread(self._send, lives)

    def _send(self, lives: Callable[[Key], bool]) -> None:
        collected = [reader.get_metrics_data() for key, reader in self._readers.items() if lives(key)]
        blocks = itertools.chain.from_iterable(data.resource_metrics for data in collected if data)
        self._metrics.export(MetricsData(resource_metrics=list(blocks)))

    def close(self) -> None:
        """Send what waits. Blocks."""
        self._spans.shutdown()  # type: ignore[no-untyped-call]
        self._records.shutdown()  # type: ignore[no-untyped-call]
        self._metrics.shutdown()


def _resource(part: Part) -> Resource:
    return Resource(
        {
            "service.namespace": part.system,
            "service.name": part.name,
            "service.version": "1.0.0",
            "service.instance.id": part.pod,
            "k8s.namespace.name": part.namespace,
            **({"k8s.pod.name": part.pod, "k8s.node.name": "local"} if part.in_cluster else {}),
        }
    )
