"""The samplers: each sees whole traces. Metrics and the service graph are made of all spans, then most are let go."""

from collections.abc import Sequence
from dataclasses import dataclass

from configs.collector import identity, sampling
from configs.collector.gateway import INSTANCE, instance
from configs.collector.parts import (
    IN_CLUSTER,
    Config,
    Pipeline,
    Runtime,
    collector,
    otlp_grpc_exporter,
    otlp_receiver,
    prometheus_exporters,
    resilience,
)
from model.catalog.system import System
from model.sizing.traces import DECISION_WAIT_SECONDS

SPAN_METRICS = "span_metrics"
SERVICE_GRAPH = "service_graph"
# Jaeger looks for `traces_span_metrics_calls_total`; Prometheus turns the dots into underscores.
SPAN_METRICS_NAMESPACE = "traces.span.metrics"

# Seconds. The catalog's objectives are 100 ms to 1 s; their thresholds are added, so that each is a bucket boundary.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# Series of one collector: a service that puts ids into its span names costs this much and not the whole Prometheus.
CARDINALITY_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplerInput:
    """``jaeger`` is host:port of OTLP over gRPC; ``zipkin`` a URL of Zipkin's API, where somebody still needs it."""

    cluster: str
    systems: Sequence[System]
    jaeger: str
    prometheus: Sequence[str]
    zipkin: str | None = None
    replicas: int = 1
    decision_wait_seconds: int = DECISION_WAIT_SECONDS
    runtime: Runtime = IN_CLUSTER


def sampler(given: SamplerInput) -> Config:
    """The sampler's configuration."""
    runtime = given.runtime
    stores = prometheus_exporters(runtime, given.prometheus)
    traces: dict[str, Config] = {"otlp_grpc/jaeger": otlp_grpc_exporter(runtime, given.jaeger)}
    if given.zipkin:
        traces["zipkin"] = {"endpoint": given.zipkin, **resilience(runtime)}
    return collector(
        runtime,
        receivers={"otlp": otlp_receiver(runtime.listen)},
        processors={
            **sampling.tail_sampling(given.systems, given.replicas, given.decision_wait_seconds),
            **instance(runtime),
            **identity.series_labels(given.cluster),
        },
        exporters={**traces, **stores},
        connectors={SPAN_METRICS: _span_metrics(given.systems), SERVICE_GRAPH: _service_graph(given.systems)},
        pipelines={
            # Before sampling: of one trace in ten no rate and no error ratio could be made.
            "traces/all": Pipeline(receivers=["otlp"], exporters=[SPAN_METRICS, SERVICE_GRAPH]),
            "traces/sampled": Pipeline(receivers=["otlp"], processors=[sampling.TAIL_SAMPLING], exporters=list(traces)),
            "metrics": Pipeline(
                receivers=[SPAN_METRICS, SERVICE_GRAPH],
                processors=[INSTANCE, identity.LABELS],
                exporters=list(stores),
            ),
        },
    )


def buckets(systems: Sequence[System]) -> list[str]:
    """Upper bounds of the latency histograms."""
    slow = {float(system.tracing.slow.seconds) for system in systems}
    return [f"{round(bound * 1000)}ms" for bound in sorted({*BUCKETS, *slow})]


def _span_metrics(systems: Sequence[System]) -> Config:
    return {
        "namespace": SPAN_METRICS_NAMESPACE,
        "histogram": {"unit": "s", "explicit": {"buckets": buckets(systems)}},
        "dimensions": [{"name": "service.namespace"}],
        # From a point of the histogram to a trace. A trace that was let go leads nowhere; failed and slow ones stay.
        "exemplars": {"enabled": True, "max_per_data_point": 5},
        "metrics_flush_interval": "15s",
        "metrics_expiration": "15m",
        "series_expiration": "15m",
        "aggregation_cardinality_limit": CARDINALITY_LIMIT,
        # Not pod names and process ids: each restart would start new series.
        "resource_metrics_key_attributes": ["service.namespace", "service.name"],
        # The label `instance` says it already.
        "exclude_dimensions": ["collector.instance.id"],
    }


def _service_graph(systems: Sequence[System]) -> Config:
    return {
        "latency_histogram_buckets": buckets(systems),
        # Two systems may both have a `backend`: the labels client_service_namespace and server_service_namespace.
        "dimensions": ["service.namespace"],
        "store": {"ttl": "10s", "max_items": 50_000},  # an answer slower than this is an edge without its server
        "metrics_flush_interval": "15s",
        "virtual_node_peer_attributes": ["peer.service", "db.namespace", "db.system.name", "server.address"],
    }
