"""Loki and Elasticsearch."""

from dataclasses import dataclass
from decimal import Decimal

from model.cluster.loki import REPLICATION, Mode
from model.quantities import Duration
from model.rounding import ceiling, step_up
from model.sizing.load import DAY, Load, Profile

# Loki's documentation, "Deployment modes": one process up to about 20 GB a day. Up to the few tens of GB that the
# chart's text names, three processes still hold all lines each.
SINGLE_GIB_PER_DAY = 20
MONOLITHIC_GIB_PER_DAY = 50

# Loki's documentation, "Size the cluster": replicas of the tier up to 3 TB a day. Tiers above use larger pods and fewer
# of them for each TB, so a share of this one errs to the safe side.
TIER_GIB_PER_DAY = 3 * 1024
TIER_INGESTERS, TIER_DISTRIBUTORS, TIER_QUERIERS, TIER_INDEX_GATEWAYS = 6, 4, 10, 4
# Query fronts do not grow with the lines but with the people; that tier and the next one have two to eight.
TIER_FRONTENDS = Decimal("0.75")
INGESTER_CPU_MILLIS, INGESTER_MEMORY_MIB = 2000, 4096
# The single process. Cores: that tier as a whole, 38 for 3 TB a day. Memory: three times that tier's 59 GiB, because
# queries and the lines in memory meet in one process, above a base of queries that does not shrink (our figures).
MONOLITHIC_CPU_MILLIS_PER_GIB = 13
MONOLITHIC_BASE_MIB, MONOLITHIC_MIB_PER_GIB = 768, 64
# What lies on the volume: chunks are flushed after two hours at the latest (`max_chunk_age`), their log with them.
# Grafana's own values for 11 MiB/s (enterprise-logs, small.yaml: 4 ingesters, 50 GiB each) come to the same.
UNFLUSHED_SECONDS = 7200
# What a burst may be over the busy hour's mean.
BURST = 2
# The chart's default cache holds 8 GiB whatever the load; an hour of what is read most is enough.
CACHED_SECONDS = 3600

# Elastic's "Size your shards": 10 to 50 GB, and the low watermark of disks stands at 85 %.
SHARD_GIB = 40
WATERMARK = Decimal("0.85")
# Elastic's "Benchmarking and sizing your Elasticsearch cluster for logs and metrics": a hot node has 30 GB of disk for
# each GB of memory; more than 64 GB in one gains nothing, because the heap ends at half of it.
DISK_PER_MEMORY = 30
NODE_MEMORY_GIB = (4, 8, 16, 32, 64)
# Source and index of a structured line are about as long as the line; a tenth more is our margin.
EXPANSION = Decimal("1.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loki:
    """``replicas`` of what holds lines that are not yet in the bucket. Other parts are 0 in the monolithic mode."""

    profile: Profile
    mode: Mode
    replicas: int
    cpu_millis: int
    memory_mib: int
    volume_gib: int
    ingestion_mb: int
    chunks_cache_mib: int
    distributor: int = 0
    querier: int = 0
    query_frontend: int = 0
    query_scheduler: int = 0
    index_gateway: int = 0
    ruler: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Elasticsearch:
    """Sizes of one node; ``shards`` of one day's index, ``copies`` of each."""

    nodes: int
    memory_gib: int
    volume_gib: int
    shards: int
    copies: int


def logs_profile(load: Load) -> Profile:
    """What this many lines need."""
    if load.log_gib_per_day > MONOLITHIC_GIB_PER_DAY:
        return Profile.DISTRIBUTED
    return Profile.HA if load.log_gib_per_day > SINGLE_GIB_PER_DAY else Profile.SINGLE


def loki(load: Load, profile: Profile) -> Loki:
    """Every line is written to three, where there are three."""
    split, daily = profile is Profile.DISTRIBUTED, load.log_gib_per_day
    replicas = _at_least(REPLICATION, daily, TIER_INGESTERS) if split else _monolithic(profile)
    written = load.log_mib_per_second * min(replicas, REPLICATION) / replicas  # MiB/s of one replica
    memory = step_up(MONOLITHIC_BASE_MIB + daily * MONOLITHIC_MIB_PER_GIB, least=1000)
    sizes = {
        "replicas": replicas,
        "cpu_millis": INGESTER_CPU_MILLIS if split else step_up(daily * MONOLITHIC_CPU_MILLIS_PER_GIB, least=500),
        "memory_mib": INGESTER_MEMORY_MIB if split else memory,
        "volume_gib": max(ceiling(written * UNFLUSHED_SECONDS / 1024), 10),
        "ingestion_mb": step_up(load.log_mib_per_second * BURST, least=4),
        "chunks_cache_mib": step_up(load.log_mib_per_second * CACHED_SECONDS / 10, least=500),
    }
    if not split:
        return Loki(profile=profile, mode=Mode.MONOLITHIC, **sizes)
    return Loki(
        profile=profile,
        mode=Mode.DISTRIBUTED,
        **sizes,
        distributor=_at_least(3, daily, TIER_DISTRIBUTORS),
        querier=_at_least(3, daily, TIER_QUERIERS),
        query_frontend=_at_least(2, daily, TIER_FRONTENDS),
        query_scheduler=2,
        index_gateway=_at_least(2, daily, TIER_INDEX_GATEWAYS),
        ruler=2,
    )


def elasticsearch(gib_per_day: Decimal, profile: Profile, retention: Duration) -> Elasticsearch:
    """For logs or traces of ``gib_per_day``, which are kept for ``retention``.

    disk = a day x days x (1 + copies) x expansion / watermark, on nodes whose memory fits their disk.
    """
    copies = 0 if profile is Profile.SINGLE else 1
    days = retention.seconds / DAY + 1  # whole days are what lifecycle deletes: the oldest waits for its last line
    disk = gib_per_day * days * (1 + copies) * EXPANSION / WATERMARK
    least = 1 if profile is Profile.SINGLE else 3
    memory = next(
        (size for size in NODE_MEMORY_GIB if disk <= least * size * DISK_PER_MEMORY),
        NODE_MEMORY_GIB[-1],
    )
    nodes = max(least, ceiling(disk / (memory * DISK_PER_MEMORY)))
    return Elasticsearch(
        nodes=nodes,
        memory_gib=memory,
        volume_gib=max(ceiling(disk / nodes), 10),
        shards=max(ceiling(gib_per_day * EXPANSION / SHARD_GIB), 1),
        copies=copies,
    )


def _monolithic(profile: Profile) -> int:
    return 1 if profile is Profile.SINGLE else REPLICATION


def _at_least(least: int, daily: Decimal, in_tier: int | Decimal) -> int:
    return max(least, ceiling(daily * in_tier / TIER_GIB_PER_DAY))
