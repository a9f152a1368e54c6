from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.catalog.catalog import Catalog
from model.cluster.loki import Mode
from model.quantities import Duration
from model.rounding import step_up
from model.sizing import logs, metrics, traces
from model.sizing.load import DAY, GIB, MIB, SERIES_OF_PLATFORM, SERIES_PER_NODE, Load, Profile, larger
from model.sizing.platform import Sizing, below_need, needs, shortages, sizing

SYSTEMS = Catalog.load(Path(__file__).parents[2] / "catalog").systems
PROFILES = st.sampled_from(list(Profile))
SERIES = st.integers(min_value=0, max_value=200_000_000)
DAILY = st.decimals(min_value=0, max_value=50_000, places=1)
SPANS = st.decimals(min_value=0, max_value=1_000_000, places=0)
SHARE = st.decimals(min_value=0, max_value=1, places=2)
LOADS = st.builds(Load, series=SERIES, log_gib_per_day=DAILY, spans_per_second=SPANS, kept_share=SHARE)

# What the whole platform takes, by resource: each grows with the load while the profile stays.
TOTALS: dict[str, Callable[[Sizing], int | Decimal]] = {
    "metrics memory": lambda s: s.prometheus.shards * s.prometheus.replicas * s.prometheus.memory_mib,
    "metrics CPU": lambda s: s.prometheus.shards * s.prometheus.replicas * s.prometheus.cpu_millis,
    "metrics shards": lambda s: s.prometheus.shards,
    "Loki processes": lambda s: s.loki.replicas,
    "Loki memory": lambda s: s.loki.replicas * s.loki.memory_mib,
    "Loki peak": lambda s: s.loki.ingestion_mb,
    "queriers": lambda s: s.loki.querier,
    "distributors": lambda s: s.loki.distributor,
    "Elasticsearch disk": lambda s: s.elasticsearch.nodes * s.elasticsearch.volume_gib,
    "shards of a day": lambda s: s.elasticsearch.shards,
    "gateways": lambda s: s.gateway.replicas,
    "samplers": lambda s: s.sampler.replicas,
    "stored traces": lambda s: s.jaeger.stored_gib_per_day,
}


def grown(load: Load, factor: int) -> Load:
    return Load(
        series=load.series * factor,
        log_gib_per_day=load.log_gib_per_day * factor,
        spans_per_second=load.spans_per_second * factor,
        kept_share=load.kept_share,
    )


@given(LOADS, PROFILES, st.integers(min_value=2, max_value=10))
def test_more_load_never_needs_less(load: Load, profile: Profile, factor: int) -> None:
    small, large = sizing(load, forced=profile), sizing(grown(load, factor), forced=profile)
    for name, total in TOTALS.items():
        slack = large.elasticsearch.nodes if name == "Elasticsearch disk" else 0  # each node's is rounded up
        if "memory" in name or "CPU" in name:
            # Fewer, fuller shards share their base, and steps are up to a quarter wide.
            slack = 8192 * large.prometheus.shards + int(total(small) / 5)
        assert total(large) + slack >= total(small), name


@given(LOADS)
def test_a_larger_load_never_has_a_smaller_profile(load: Load) -> None:
    assert sizing(grown(load, 3)).profile.rank >= sizing(load).profile.rank


@given(LOADS, PROFILES)
def test_nothing_is_below_what_a_program_needs_to_start(load: Load, profile: Profile) -> None:
    size = sizing(load, forced=profile)
    assert size.prometheus.memory_mib >= metrics.BASE_MEMORY_MIB
    assert size.prometheus.volume_gib >= 10
    assert size.loki.memory_mib >= 1000
    assert size.loki.volume_gib >= 10
    for tier in (size.gateway, size.sampler):
        assert tier.memory_mib >= traces.BASE_MEMORY_MIB
        assert tier.volume_gib >= 2
    for store in (size.elasticsearch, size.trace_elasticsearch):
        assert store.nodes >= 1
        assert store.memory_gib >= 4
        assert store.copies < store.nodes


@given(LOADS, st.sampled_from([Profile.HA, Profile.DISTRIBUTED]))
def test_above_single_everything_outlives_the_loss_of_one_replica(load: Load, profile: Profile) -> None:
    size = sizing(load, forced=profile)
    assert min(size.prometheus.replicas, size.gateway.replicas, size.sampler.replicas, size.jaeger.replicas) >= 2
    # A majority of three decides.
    assert min(size.alertmanager.replicas, size.loki.replicas, size.elasticsearch.nodes) >= 3


@given(SERIES, st.integers(min_value=1, max_value=90))
def test_what_is_retained_fits_the_volume_with_room_for_compaction(series: int, days: int) -> None:
    one = metrics.prometheus(Load(series=series), Profile.HA, Duration(f"{days}d"))
    assert metrics.stored_bytes(series, one.retention) <= one.retention_size_mib * MIB + MIB
    assert one.retention_size_mib * 10 <= one.volume_gib * 1024 * 8


def test_a_million_series_for_fifteen_days_are_the_documented_formula() -> None:
    # 15 x 86,400 s x 33,333 samples/s x 2 bytes = 86.4 GB, on 80 % of the volume; 8 KiB a series and 1 GiB, in
    # steps: 8,837 MiB become 10,000.
    one = sizing(Load(series=1_000_000)).prometheus
    assert (one.profile, one.replicas, one.volume_gib, one.memory_mib) == (Profile.HA, 2, 101, 10_000)


def test_three_terabytes_of_logs_a_day_are_lokis_own_tier() -> None:
    one = sizing(Load(log_gib_per_day=Decimal(3 * 1024))).loki
    assert (one.replicas, one.distributor, one.querier, one.index_gateway) == (6, 4, 10, 4)
    assert (one.cpu_millis, one.memory_mib, one.mode) == (2000, 4096, Mode.DISTRIBUTED)


def test_a_replicas_volume_holds_two_hours_of_every_copy_it_takes() -> None:
    # 6 TiB a day at the busy hour are 182 MiB/s; each line goes to 3 of 12 ingesters: 45.5 MiB/s for 7,200 s.
    one = sizing(Load(log_gib_per_day=Decimal(6 * 1024))).loki
    assert (one.replicas, one.volume_gib) == (12, 320)


def test_distributed_metrics_are_shards_that_fit_a_node_and_keep_little() -> None:
    one = sizing(Load(series=100_000_000)).prometheus
    assert (one.shards, one.replicas, one.retention) == (100, 2, metrics.SHARD_RETENTION)
    assert one.memory_mib < 16 * 1024


def test_a_shorter_retention_than_a_shards_is_kept() -> None:
    one = metrics.prometheus(Load(series=5_000_000), Profile.DISTRIBUTED, Duration("6h"))
    assert one.retention == "6h"


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        (Load(series=metrics.SINGLE_SERIES), Profile.SINGLE),
        (Load(series=metrics.SINGLE_SERIES + 1), Profile.HA),
        (Load(series=metrics.PAIR_SERIES), Profile.HA),
        (Load(series=metrics.PAIR_SERIES + 1), Profile.DISTRIBUTED),
        (Load(log_gib_per_day=Decimal(logs.SINGLE_GIB_PER_DAY)), Profile.SINGLE),
        (Load(log_gib_per_day=Decimal("20.1")), Profile.HA),
        (Load(log_gib_per_day=Decimal("50.1")), Profile.DISTRIBUTED),
        (Load(spans_per_second=Decimal(traces.SINGLE_SPANS_PER_SECOND)), Profile.SINGLE),
        (Load(spans_per_second=Decimal(1001)), Profile.HA),
        (Load(spans_per_second=Decimal(50_001)), Profile.DISTRIBUTED),
    ],
)
def test_the_load_chooses_the_profile_at_the_documented_limits(load: Load, expected: Profile) -> None:
    assert sizing(load).profile is expected


def test_a_part_grows_by_its_own_load_alone() -> None:
    size = sizing(Load(series=100_000, log_gib_per_day=Decimal(1000)))
    assert (size.prometheus.profile, size.loki.profile) == (Profile.SINGLE, Profile.DISTRIBUTED)


def test_production_is_never_below_ha_and_a_forced_profile_wins() -> None:
    assert sizing(Load(), at_least=Profile.HA).prometheus.replicas == 2
    assert sizing(Load(series=5_000_000), forced=Profile.SINGLE, at_least=Profile.HA).prometheus.replicas == 1


def test_the_order_of_profiles() -> None:
    assert [before.rank < after.rank for before, after in pairwise(Profile)] == [True, True]
    assert larger(Profile.HA, Profile.SINGLE) is Profile.HA


def test_the_catalogs_load_is_the_sum_of_its_components_and_the_cluster() -> None:
    load = Load.of(SYSTEMS, nodes=12)
    parts = [component.load for system in SYSTEMS for component in system.components]
    assert load.series == sum(part.series for part in parts) + SERIES_OF_PLATFORM + 12 * SERIES_PER_NODE
    assert load.log_gib_per_day == sum(part.log_gib_per_day for part in parts)
    assert load.spans_per_second == sum(part.spans_per_second for part in parts)
    shares = [system.tracing.sample_percent for system in SYSTEMS]
    assert (min(shares) + 1) / 100 <= load.kept_share <= (max(shares) + 1) / 100


def test_without_spans_nothing_is_kept() -> None:
    assert Load.of([], nodes=0) == Load(series=SERIES_OF_PLATFORM, kept_share=Decimal(0))


def test_samplers_hold_what_comes_until_a_trace_is_decided() -> None:
    one = sizing(Load(spans_per_second=Decimal(10_000))).sampler
    held = 10_000 * 30 * traces.HELD_BYTES_PER_SPAN * traces.MEMORY_FACTOR / MIB / one.replicas
    assert one.memory_mib == step_up(Decimal(traces.BASE_MEMORY_MIB + held)) == 1000


def test_the_gateways_volume_holds_an_hour_of_everything() -> None:
    load = Load(log_gib_per_day=Decimal(100), spans_per_second=Decimal(5000))
    one = sizing(load).gateway
    an_hour = 3600 * (Decimal(100) * GIB / DAY / Decimal("0.4") + 5000 * 600) / GIB
    assert one.volume_gib * one.replicas >= an_hour / Decimal("0.8")


ENOUGH: dict[str, Any] = {
    "metrics": {"replicas": 2, "volume_gib": 34},
    "alerting": {"replicas": 3},
    "logs": {
        "mode": "distributed",
        "replicas": 9,
        "memory_mib": 65_536,
        "volume_gib": 1000,
        "ingestion_mb": 100,
        "elasticsearch": {"nodes": 9, "memory_gib": 64, "volume_gib": 5000},
    },
    "traces": {"replicas": 9},
    "collectors": {
        "gateway": {"replicas": 9, "memory_mib": 65_536, "volume_gib": 1000},
        "sampler": {"replicas": 9, "memory_mib": 65_536, "volume_gib": 1000},
    },
}
SIZE = sizing(Load(series=330_000, log_gib_per_day=Decimal(100), spans_per_second=Decimal(5000)))


def said(given: dict[str, Any]) -> list[str]:
    return shortages(given, SIZE, elasticsearch=True, where="Pulumi.dev.yaml: belfry")


def test_what_is_large_enough_is_not_spoken_of() -> None:
    assert said(ENOUGH) == []


def test_a_volume_below_the_need_is_reported_with_both_numbers() -> None:
    assert said({**ENOUGH, "metrics": {"replicas": 2, "volume_gib": 20}}) == [
        "Pulumi.dev.yaml: belfry:metrics.volume_gib: volume 20 GiB, computed need 34 GiB"
    ]


def test_too_few_replicas_are_reported_without_a_unit() -> None:
    assert said({**ENOUGH, "alerting": {"replicas": 1}}) == [
        "Pulumi.dev.yaml: belfry:alerting.replicas: replicas of Alertmanager 1, computed need 3"
    ]


def test_a_single_process_for_logs_that_need_many_is_reported() -> None:
    assert said({**ENOUGH, "logs": {**ENOUGH["logs"], "mode": "monolithic"}}) == [
        "Pulumi.dev.yaml: belfry:logs.mode: monolithic, computed need distributed for 100 GiB of logs a day"
    ]


def test_more_series_than_one_prometheus_bears_are_reported_with_what_to_do() -> None:
    size = sizing(Load(series=4_500_000))
    (reported,) = shortages({}, size, elasticsearch=False, where="Pulumi.prod.yaml: belfry")
    assert reported == (
        "Pulumi.prod.yaml: belfry:metrics: one Prometheus of 4,500,000 series; computed need 5 shards: split systems "
        "over clusters, each with its own Belfry, and read them together by Thanos"
    )


def test_every_need_is_one_less_away_from_a_warning() -> None:
    for need in needs(SIZE, elasticsearch=True):
        *parents, last = need.key.split(".")
        given: dict[str, Any] = {last: need.amount - 1}
        for parent in reversed(parents):
            given = {parent: given}
        assert len(said(given)) == 1, need
    assert not any("elasticsearch" in need.key for need in needs(SIZE, elasticsearch=False))


def test_keys_that_are_absent_or_empty_are_passed_over() -> None:
    assert said({"metrics": None, "logs": {"elasticsearch": {}}}) == []


def test_a_forced_profile_below_the_need_is_reported_for_each_part() -> None:
    load = Load(series=4_000_000, log_gib_per_day=Decimal("30.5"), spans_per_second=Decimal(10))
    assert below_need(load, Profile.SINGLE, "here") == [
        "here: profile single is forced, computed need of metrics distributed for 4,000,000 series",
        "here: profile single is forced, computed need of logs ha for 30.5 GiB of logs a day",
    ]
    assert below_need(load, Profile.DISTRIBUTED, "here") == []
