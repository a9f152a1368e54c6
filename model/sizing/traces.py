"""Collectors and Jaeger."""

from dataclasses import dataclass
from decimal import Decimal

from model.rounding import ceiling, step_up
from model.sizing.load import DAY, GIB, MEAN_SHARE, MIB, Load, Profile

# The collector's docs/performance.md (spans with 20 attributes): at most 10,000 spans a second on a core, with 2 GB.
SPANS_PER_CORE = 10_000
# Parsing and redaction of the structured contract on one core, `python -m benchmarks.collector`; a cautious half.
LOG_MIB_PER_CORE = 5
# A span with 20 attributes: our planning figures for the index, and for objects in memory, where reports of the
# tail-sampling processor come to 1 to 2 kB a span (opentelemetry-collector-contrib #31498).
STORED_BYTES_PER_SPAN = 600
HELD_BYTES_PER_SPAN = 1_500
# Bursts, and the garbage that Go has not collected yet.
MEMORY_FACTOR = 2
BASE_MEMORY_MIB = 512
# Where traces lie in its memory a restart loses them, so small loads share one size.
JAEGER_MEMORY_MIB = 800
# A decision is made this long after a trace's first span. Longer than the slowest answer people wait for (a model's,
# about 20 s); whatever comes later follows the decision that was made, by the caches below.
DECISION_WAIT_SECONDS = 30
# Below, a load that grows by a tenth would change the pods of an idle collector.
LEAST_CPU_MILLIS = 200
# One collector takes this many cores; then another one is added.
CORES_PER_COLLECTOR = 2
# What lies on the volume: an outage of a store of that long loses nothing.
QUEUED_SECONDS = 3600

SINGLE_SPANS_PER_SECOND = 1_000
# Our planning figure: five cores of collectors in each tier; from here on their number follows the load.
PAIR_SPANS_PER_SECOND = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Sizes of one replica."""

    replicas: int
    cpu_millis: int
    memory_mib: int
    volume_gib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Jaeger:
    """``stored_gib_per_day`` is what its store takes in: the size of Elasticsearch or OpenSearch follows from it."""

    profile: Profile
    replicas: int
    cpu_millis: int
    memory_mib: int
    stored_gib_per_day: Decimal


def traces_profile(load: Load) -> Profile:
    """What this many spans need."""
    if load.spans_per_second > PAIR_SPANS_PER_SECOND:
        return Profile.DISTRIBUTED
    return Profile.HA if load.spans_per_second > SINGLE_SPANS_PER_SECOND else Profile.SINGLE


def gateway(load: Load, profile: Profile) -> Tier:
    """It sees every line and every span once."""
    cores = load.spans_per_second / SPANS_PER_CORE + load.log_mib_per_second / LOG_MIB_PER_CORE
    replicas = _replicas(cores, profile)
    queued = load.log_mib_per_second * MIB + load.spans_per_second * STORED_BYTES_PER_SPAN
    return _tier(cores, replicas, BASE_MEMORY_MIB + cores / replicas * 1024, queued)


def sampler(load: Load, profile: Profile) -> Tier:
    """It holds every span until its trace is decided: spans/s x wait x bytes, twice; only kept ones are queued."""
    cores = load.spans_per_second / SPANS_PER_CORE
    replicas = _replicas(cores, profile)
    held = load.spans_per_second * DECISION_WAIT_SECONDS * HELD_BYTES_PER_SPAN * MEMORY_FACTOR / MIB
    queued = load.spans_per_second * load.kept_share * STORED_BYTES_PER_SPAN
    return _tier(cores, replicas, BASE_MEMORY_MIB + held / replicas, queued)


def jaeger(load: Load, profile: Profile) -> Jaeger:
    """It takes in what the samplers kept."""
    kept = load.spans_per_second * load.kept_share
    cores = kept / SPANS_PER_CORE
    replicas = _replicas(cores, profile)
    return Jaeger(
        profile=profile,
        replicas=replicas,
        cpu_millis=_cpu(cores, replicas),
        memory_mib=step_up(BASE_MEMORY_MIB + cores / replicas * 2048, least=JAEGER_MEMORY_MIB),
        stored_gib_per_day=kept * MEAN_SHARE * DAY * STORED_BYTES_PER_SPAN / GIB,
    )


def _replicas(cores: Decimal, profile: Profile) -> int:
    return max(1 if profile is Profile.SINGLE else 2, ceiling(cores / CORES_PER_COLLECTOR))


def _cpu(cores: Decimal, replicas: int) -> int:
    return step_up(cores * 1000 / replicas, least=LEAST_CPU_MILLIS)


def _tier(cores: Decimal, replicas: int, memory: Decimal, queued_bytes_per_second: Decimal) -> Tier:
    volume = queued_bytes_per_second * QUEUED_SECONDS / replicas / GIB / Decimal("0.8")  # compaction makes a copy
    return Tier(
        replicas=replicas,
        cpu_millis=_cpu(cores, replicas),
        memory_mib=step_up(memory),
        volume_gib=max(ceiling(volume), 2),
    )
