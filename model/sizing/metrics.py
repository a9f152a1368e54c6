"""Prometheus and Alertmanager."""

from dataclasses import dataclass
from decimal import Decimal

from model.quantities import Duration
from model.rounding import ceiling, step_up
from model.sizing.load import GIB, MIB, Load, Profile

# The chart's default, which all of our monitors keep.
SCRAPE_SECONDS = 30
# Prometheus' documentation (Storage, "Operational aspects"): 1 to 2 bytes a sample. The upper figure, because churn
# writes index beside samples.
BYTES_PER_SAMPLE = 2
# The head alone takes about 3 KiB a series (robustperception.io, Prometheus 2.20); 8 KiB with queries, rules and
# garbage is what reports of full Prometheus servers come to (213,000 series in 2 to 3 GB; 7.6 million in 80 GB).
BYTES_PER_SERIES = 8 * 1024
# A new kube-prometheus-stack takes 1 to 2 GB before anybody adds a series (prometheus-operator #5939).
BASE_MEMORY_MIB = 1024
# Grafana Mimir's "Planning capacity": a core takes 25,000 samples/s in the distributor, and another one 300,000 series
# in the ingester. Prometheus does both in one process, without the network between them: the second figure rules.
SERIES_PER_CORE = 300_000
# Of the volume; the rest is for the head, its log and the copy that compaction makes.
RETENTION_SHARE = Decimal("0.8")

# One process for that many: 2.5 GiB, and back from a restart within a minute or two.
SINGLE_SERIES = 200_000
# Up to here one pair can grow (26 GiB each); a restart that reads the log again takes tens of minutes beyond.
PAIR_SERIES = 3_000_000
# Of one shard: 9 GiB, which fits the nodes that watch (m7i.xlarge has 16).
SHARD_SERIES = 1_000_000
# With a long-term store behind, local data are for rules and the outage of that store alone.
SHARD_RETENTION = Duration("2d")

# Silences and the log of what was sent are a few MiB; 2 GiB is small enough to cost nothing.
ALERTMANAGER_VOLUME_GIB = 2
# The chart's guide value; an alert takes about 10 KiB, so this holds 10,000 of them.
ALERTMANAGER_MEMORY_MIB = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """``replicas`` of each of ``shards``; sizes are those of one process. ``retention`` is that of the local disk.

    Belfry runs one shard and warns where more are needed: a Prometheus evaluates rules over the series that it has
    itself, so with a part of them sums are too low, and an alert on their absence fires in every other shard.
    """

    profile: Profile
    shards: int
    replicas: int
    cpu_millis: int
    memory_mib: int
    retention: Duration
    retention_size_mib: int
    volume_gib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alertmanager:
    """Sizes of one process."""

    replicas: int
    memory_mib: int
    volume_gib: int


def metrics_profile(load: Load) -> Profile:
    """What this many series need."""
    if load.series > PAIR_SERIES:
        return Profile.DISTRIBUTED
    return Profile.HA if load.series > SINGLE_SERIES else Profile.SINGLE


def stored_bytes(series: int, retention: Duration) -> int:
    """Of blocks on disk: retention x samples a second x bytes a sample, as Prometheus' documentation has it."""
    return ceiling(retention.seconds * series * BYTES_PER_SAMPLE / SCRAPE_SECONDS)


def prometheus(load: Load, profile: Profile, retention: Duration) -> Prometheus:
    """Two of everything but in ``single``: both scrape all of their shard, so each needs the whole size."""
    split = profile is Profile.DISTRIBUTED
    shards = max(ceiling(Decimal(load.series) / SHARD_SERIES), 1) if split else 1
    series = ceiling(Decimal(load.series) / shards)
    kept = min(retention, SHARD_RETENTION, key=lambda each: each.seconds) if split else retention
    volume = max(ceiling(Decimal(stored_bytes(series, kept)) / GIB / RETENTION_SHARE), 10)
    return Prometheus(
        profile=profile,
        shards=shards,
        replicas=1 if profile is Profile.SINGLE else 2,
        cpu_millis=step_up(Decimal(series * 1000) / SERIES_PER_CORE, least=250),
        memory_mib=step_up(BASE_MEMORY_MIB + Decimal(series * BYTES_PER_SERIES) / MIB),
        retention=kept,
        retention_size_mib=int(volume * 1024 * RETENTION_SHARE),
        volume_gib=volume,
    )


def alertmanager(profile: Profile) -> Alertmanager:
    """Three, because with two nobody can tell a lost replica from a lost network; the load decides nothing here."""
    return Alertmanager(
        replicas=1 if profile is Profile.SINGLE else 3,
        memory_mib=ALERTMANAGER_MEMORY_MIB,
        volume_gib=ALERTMANAGER_VOLUME_GIB,
    )
