"""The page of sizes, by the formulas themselves."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from model.sizing import logs, metrics, traces
from model.sizing.load import Load, Profile
from model.sizing.platform import LOGS_RETENTION, METRICS_RETENTION, TRACES_RETENTION, sizing

PATH = "docs/sizing.md"
SERIES = (100_000, 1_000_000, 10_000_000, 100_000_000)
LOGS_GIB = (10, 50, 100, 500, 1024, 5120, 10_240)
SPANS = (1_000, 10_000, 100_000)

_HEAD = """# Sizes

<!-- Written by `make assets` from model/sizing; change the formulas there. -->

The platform's requirements for a load, computed by the formulas of `model/sizing`, which name the source of every
figure. The load is the sum of `load` of the catalog's components, and that of the cluster: {platform} series and
{node} more for each node. Each store or collector has the profile of its load, unless an environment forces one;
production is at least `ha`.

An environment sets its size with `sizing`: `load_percent` of the catalog's load, a forced `profile`, and `nodes` of an
adopted cluster. Replicas and memory that the file leaves out are computed; stated values are used, and `pulumi up`
warns about each that is too small. CPU and memory increase in steps (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10), so that
a small catalog change restarts no store. Volumes must always be set: Kubernetes refuses to change the claim of a
StatefulSet, so no catalog change may change one.

| profile | what it is | series up to | logs a day up to | spans a second up to |
|---|---|---|---|---|
"""


def generate() -> dict[str, str]:
    """Path below the project -> text."""
    return {PATH: "\n".join(_page()).rstrip("\n") + "\n"}


def _page() -> Iterable[str]:
    from_load = Load.of([], 0).series, Load.of([], 1).series - Load.of([], 0).series
    yield _HEAD.format(platform=_count(from_load[0]), node=_count(from_load[1])) + "\n".join(_profiles())
    yield ""
    yield "## Metrics"
    yield ""
    yield f"Kept for {METRICS_RETENTION} on the local volume, in `distributed` for {metrics.SHARD_RETENTION}, because a"
    yield "long-term store (Amazon Managed Prometheus, or Thanos on S3) is behind it. Sizes are those of one replica;"
    yield "`retentionSize` is 80 % of the volume."
    yield ""
    yield "Belfry itself runs one shard, and `pulumi up` warns where the load needs more: a Prometheus evaluates rules"
    yield "over the series that it has itself, so with a part of them sums are too low and objectives wrong. Instead"
    yield "split the systems over as many clusters, each with its own Belfry, and query them together through Thanos."
    yield ""
    yield from _table(
        ("series", "profile", "shards x replicas", "CPU", "memory", "volume", "Alertmanagers"), map(_metrics, SERIES)
    )
    yield "## Logs in Loki"
    yield ""
    yield (
        "Logs are stored in S3; the volume holds data that is not flushed yet. Sizes are those of one process, or "
        "one ingester."
    )
    yield ""
    yield from _table(
        (
            *("logs a day", "profile", "replicas", "CPU", "memory", "volume", "peak MB/s"),
            *("distributors", "queriers", "frontends", "index gateways", "rulers"),
        ),
        map(_logs, LOGS_GIB),
    )
    yield "## Logs in Elasticsearch"
    yield ""
    yield f"Kept for {LOGS_RETENTION}. Sizes are those of one node; shards are those of one day's index."
    yield ""
    yield from _table(("logs a day", "nodes", "memory", "volume", "shards", "copies"), map(_elastic, LOGS_GIB))
    yield "## Traces"
    yield ""
    yield f"Spans before sampling, at the busy hour; one in ten is kept, for {TRACES_RETENTION}. Elasticsearch is what"
    yield "Jaeger's store alone needs."
    yield ""
    yield from _table(
        (
            *("spans/s", "profile", "gateways", "their memory", "samplers", "their memory", "Jaeger"),
            *("stored a day", "Elasticsearch nodes", "volume"),
        ),
        map(_traces, SPANS),
    )
    yield "## Totals"
    yield ""
    yield "What each environment requests in total, what its nodes offer, and what waits when a node is lost:"
    yield "[capacity](capacity.md)."


def _profiles() -> Iterable[str]:
    rows = (
        (Profile.SINGLE, metrics.SINGLE_SERIES, logs.SINGLE_GIB_PER_DAY, traces.SINGLE_SPANS_PER_SECOND),
        (Profile.HA, metrics.PAIR_SERIES, logs.MONOLITHIC_GIB_PER_DAY, traces.PAIR_SPANS_PER_SECOND),
    )
    for profile, series, gib, spans in rows:
        yield _row((f"`{profile}`", profile.sentence, _count(series), _gib(gib), _count(spans)))
    yield _row((f"`{Profile.DISTRIBUTED}`", Profile.DISTRIBUTED.sentence, "any", "any", "any"))


def _metrics(series: int) -> Sequence[str]:
    size = sizing(Load(series=series))
    one = size.prometheus
    return (
        *(_count(series), str(one.profile), f"{one.shards} x {one.replicas}", _cores(one.cpu_millis)),
        *(_mib(one.memory_mib), _gib(one.volume_gib), str(size.alertmanager.replicas)),
    )


def _logs(gib: int) -> Sequence[str]:
    one = sizing(Load(log_gib_per_day=Decimal(gib))).loki
    parts = (one.distributor, one.querier, one.query_frontend, one.index_gateway, one.ruler)
    return (
        *(_gib(gib), str(one.profile), str(one.replicas), _cores(one.cpu_millis), _mib(one.memory_mib)),
        *(_gib(one.volume_gib), str(one.ingestion_mb), *(str(part) if part else "-" for part in parts)),
    )


def _elastic(gib: int) -> Sequence[str]:
    one = sizing(Load(log_gib_per_day=Decimal(gib), indexed_gib_per_day=Decimal(gib))).elasticsearch
    return (_gib(gib), str(one.nodes), _gib(one.memory_gib), _gib(one.volume_gib), str(one.shards), str(one.copies))


def _traces(spans: int) -> Sequence[str]:
    size = sizing(Load(spans_per_second=Decimal(spans)))
    store = size.trace_elasticsearch
    return (
        *(_count(spans), str(size.jaeger.profile), str(size.gateway.replicas), _mib(size.gateway.memory_mib)),
        *(str(size.sampler.replicas), _mib(size.sampler.memory_mib), str(size.jaeger.replicas)),
        *(f"{size.jaeger.stored_gib_per_day:.1f} GiB", str(store.nodes), _gib(store.volume_gib)),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield _row(head)
    yield "|" + "---|" * len(head)
    yield from map(_row, rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _count(number: int) -> str:
    return f"{number:,}"


def _gib(number: int) -> str:
    return f"{number // 1024:,} TiB" if number % 1024 == 0 and number else f"{number:,} GiB"


def _mib(number: int) -> str:
    return f"{Decimal(number) / 1024:.1f} GiB"


def _cores(millis: int) -> str:
    return f"{Decimal(millis) / 1000:.2f}"
