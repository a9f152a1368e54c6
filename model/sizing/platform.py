"""The whole platform by its load, and what settings give against what is needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from model.cluster.loki import Mode
from model.quantities import Duration
from model.sizing import logs, metrics, traces
from model.sizing.load import Load, Profile, larger

METRICS_RETENTION = Duration("15d")
LOGS_RETENTION = Duration("7d")
TRACES_RETENTION = Duration("7d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Each part by its own load: a terabyte of logs splits Loki and leaves Prometheus a pair.

    ``elasticsearch`` holds logs, and traces where they share it; ``trace_elasticsearch`` is one for traces alone.
    """

    load: Load
    prometheus: metrics.Prometheus
    alertmanager: metrics.Alertmanager
    loki: logs.Loki
    elasticsearch: logs.Elasticsearch
    gateway: traces.Tier
    sampler: traces.Tier
    jaeger: traces.Jaeger
    trace_elasticsearch: logs.Elasticsearch

    @property
    def profile(self) -> Profile:
        """The largest of the parts'."""
        return larger(self.prometheus.profile, self.loki.profile, self.jaeger.profile)


def sizing(
    load: Load,
    *,
    forced: Profile | None = None,
    at_least: Profile = Profile.SINGLE,
    metrics_retention: Duration = METRICS_RETENTION,
    logs_retention: Duration = LOGS_RETENTION,
    traces_retention: Duration = TRACES_RETENTION,
    traces_in_elasticsearch: bool = False,
) -> Sizing:
    """The platform for ``load``. ``forced``: this profile everywhere, whatever the load; production is at least ha."""

    def chosen(by_load: Profile) -> Profile:
        return forced or larger(by_load, at_least)

    of_metrics, of_logs, of_traces = (
        chosen(metrics.metrics_profile(load)),
        chosen(logs.logs_profile(load)),
        chosen(traces.traces_profile(load)),
    )
    of_collectors = larger(of_logs, of_traces)
    jaeger = traces.jaeger(load, of_traces)
    indexed = load.indexed_gib_per_day
    if traces_in_elasticsearch:
        indexed += jaeger.stored_gib_per_day * traces_retention.seconds / logs_retention.seconds
    return Sizing(
        load=load,
        prometheus=metrics.prometheus(load, of_metrics, metrics_retention),
        alertmanager=metrics.alertmanager(of_metrics),
        loki=logs.loki(load, of_logs),
        elasticsearch=logs.elasticsearch(indexed, of_logs, logs_retention),
        gateway=traces.gateway(load, of_collectors),
        sampler=traces.sampler(load, of_traces),
        jaeger=jaeger,
        trace_elasticsearch=logs.elasticsearch(jaeger.stored_gib_per_day, of_traces, traces_retention),
    )


class Need(NamedTuple):
    """What one setting should at least be. ``stated``: never filled in, because changing it in place fails."""

    key: str  # dotted, below `belfry:`
    amount: int
    what: str
    unit: str = ""
    stated: bool = False


def needs(size: Sizing, *, elasticsearch: bool) -> Iterator[Need]:
    """The settings that carry a size. ``elasticsearch``: where the environment has one (logs, and traces with it).

    Volumes are stated: Kubernetes refuses a changed claim of a StatefulSet, so no edit of the catalog may change one.
    """
    yield Need("metrics.replicas", size.prometheus.replicas, "replicas of Prometheus")
    yield _volume("metrics", size.prometheus.volume_gib)
    yield Need("alerting.replicas", size.alertmanager.replicas, "replicas of Alertmanager")
    yield Need("logs.replicas", size.loki.replicas, "replicas of Loki")
    yield Need("logs.memory_mib", size.loki.memory_mib, "memory", "MiB")
    yield _volume("logs", size.loki.volume_gib)
    yield Need("logs.ingestion_mb", size.loki.ingestion_mb, "peak of ingestion", "MB/s")
    if elasticsearch:
        yield Need("logs.elasticsearch.nodes", size.elasticsearch.nodes, "nodes")
        yield Need("logs.elasticsearch.memory_gib", size.elasticsearch.memory_gib, "memory", "GiB")
        yield _volume("logs.elasticsearch", size.elasticsearch.volume_gib)
    yield Need("traces.replicas", size.jaeger.replicas, "replicas of Jaeger")
    for name, tier in (("gateway", size.gateway), ("sampler", size.sampler)):
        yield Need(f"collectors.{name}.replicas", tier.replicas, "replicas")
        yield Need(f"collectors.{name}.memory_mib", tier.memory_mib, "memory", "MiB")
        yield _volume(f"collectors.{name}", tier.volume_gib)


def _volume(part: str, gib: int) -> Need:
    return Need(f"{part}.volume_gib", gib, "volume", "GiB", stated=True)


def shortages(given: Mapping[str, Any], size: Sizing, *, elasticsearch: bool, where: str) -> list[str]:
    """Warnings, such as ``...:metrics.volume_gib: volume 20 GiB, computed need 34 GiB``; keys absent are passed over.

    ``given`` are the settings as plain data, ``where`` starts each line (``Pulumi.dev.yaml: belfry``).
    """
    found = []
    for need in needs(size, elasticsearch=elasticsearch):
        amount = _at(given, need.key)
        if isinstance(amount, int) and amount < need.amount:
            unit = f" {need.unit}" if need.unit else ""
            found.append(f"{where}:{need.key}: {need.what} {amount}{unit}, computed need {need.amount}{unit}")
    if size.prometheus.shards > 1:
        found.append(
            f"{where}:metrics: one Prometheus of {size.load.series:,} series; computed need {size.prometheus.shards} "
            "shards: split systems over clusters, each with its own Belfry, and read them together by Thanos"
        )
    mode = _at(given, "logs.mode")
    if mode == Mode.MONOLITHIC and size.loki.mode is Mode.DISTRIBUTED:
        daily = _plain(size.load.log_gib_per_day)
        found.append(f"{where}:logs.mode: monolithic, computed need distributed for {daily} GiB of logs a day")
    return found


def below_need(load: Load, forced: Profile, where: str) -> list[str]:
    """A warning for each part whose load needs more than the ``forced`` profile."""
    by_load = {
        "metrics": (metrics.metrics_profile(load), f"{load.series:,} series"),
        "logs": (logs.logs_profile(load), f"{_plain(load.log_gib_per_day)} GiB of logs a day"),
        "traces": (traces.traces_profile(load), f"{_plain(load.spans_per_second)} spans/s"),
    }
    return [
        f"{where}: profile {forced} is forced, computed need of {part} {needed} for {amount}"
        for part, (needed, amount) in by_load.items()
        if needed.rank > forced.rank
    ]


def _at(given: Mapping[str, Any], key: str) -> Any:
    node: Any = given
    for part in key.split("."):
        if not isinstance(node, Mapping) or part not in node:
            return None
        node = node[part]
    return node


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
