"""Caches: do they help, are they full, and do they throw away what is still needed?"""

from functools import partial
from typing import Final

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, narrowing, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.cloudwatch import alarm
from authoring.dashboards.kit.thresholds import Steps, rising
from authoring.dashboards.queries import aws, chosen
from authoring.dashboards.queries import caches as queries
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceKind
from model.dashboards import Board as Uid
from model.vocabulary import Signal

NO_EXPORTER: Final = "No cache here has an exporter"
NO_AWS: Final = "Not on Amazon ElastiCache, or the CloudWatch exporter is down"
BY_NODE: Final = "{{system}} {{dimension_CacheClusterId}}"
component_curves = partial(narrowing.curves, Uid.CACHES, no_data=NO_EXPORTER)
curves = partial(panels.curves, no_data=NO_EXPORTER)
number = partial(panels.number, no_data=NO_EXPORTER)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    hits = thresholds.shared(catalog, Signal.CACHE_HIT_RATIO)
    board = Board(
        uid=Uid.CACHES,
        question="Do the caches help, and are they full?",
        variables=(variables.clusters(), variables.systems(), variables.components(ResourceKind.ELASTICACHE)),
        chosen=chosen.ALL,
        to=(Uid.DATABASES, Uid.SERVICE),
        rows=(
            Row("Caches", (*_numbers(hits), *_curves(hits)), collapsed=False),
            Row("Keys and commands", _keys()),
            Row("Amazon ElastiCache", _nodes(), width=8),
            Row("Alerts", (*blocks.firing(*chosen.ALL), blocks.alert_table(*chosen.ALL, width=16))),
        ),
    )
    return (board,)


def _numbers(hits: Steps) -> blocks.Panels:
    return (
        number(
            "Caches down",
            "They refuse the exporter's connection. Two minutes of it are an outage.",
            targets.now(queries.down()),
            thresholds=rising(bad=1),
            runbooks=("CacheDown",),
        ),
        number(
            "Lowest hit ratio",
            "Lowest hit ratio of all caches, counted by clients. Every miss is a query to a database. "
            f"{thresholds.SAYS}",
            targets.now(queries.fewest_hits()),
            unit=units.PercentUnit,
            thresholds=hits,
            no_data="No client counts its lookups",
            runbooks=("CacheHitRatioLow",),
        ),
        number(
            "Fullest memory",
            "Of its limit. From 80 % on a copy to a replica may not fit, from 90 % on it evicts keys.",
            targets.now(queries.fullest()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.9),
            no_data="No cache has a limit",
            runbooks=("RedisMemoryNearlyFull", *alarm("cache-memory", "cache-memory-full")),
        ),
        number(
            "Evictions",
            "Per second, of the worst cache, for lack of memory. Single evictions are normal; ten a second for half "
            "an hour mean that the cache is too small.",
            targets.now(aws.highest(queries.EVICTED)),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=10),
            runbooks=("RedisEvicting",),
        ),
        number(
            "Connections refused",
            "In five minutes: as many as the cache allows are open. Anything but 0 is a client that leaks.",
            targets.now(aws.highest(queries.REFUSED)),
            thresholds=rising(warn=1),
            runbooks=("RedisRefusesConnections",),
        ),
        number(
            "Replicas cut off",
            "Caches with a replica that lost its primary: its data is stale, and a failover to it loses data.",
            targets.now(queries.without_primary()),
            thresholds=rising(warn=1),
            runbooks=("RedisReplicationBroken",),
        ),
    )


def _curves(hits: Steps) -> blocks.Panels:
    return (
        component_curves(
            "Hit ratio",
            f"Counted by clients. A drop after a rollout is an empty cache, and recovers by itself. {thresholds.SAYS}",
            aws.worst(queries.HITS),
            unit=units.PercentUnit,
            thresholds=hits,
            no_data="No client counts its lookups",
            runbooks=("CacheHitRatioLow",),
        ),
        component_curves(
            "Memory used",
            "Of its limit. A steady rise is keys without an end; from 80 % on a copy to a replica may not fit.",
            queries.memory(),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.9),
            no_data="No cache has a limit",
            runbooks=("RedisMemoryNearlyFull", *alarm("cache-memory", "cache-memory-full")),
        ),
        component_curves(
            "Evictions",
            "Per second, for lack of memory. With a falling hit ratio the cache is too small.",
            aws.worst(queries.EVICTED),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=10),
            runbooks=("RedisEvicting",),
        ),
        component_curves(
            "Commands",
            "Per second. A step without a step in requests is a loop in a client.",
            aws.worst(queries.COMMANDS),
            unit=units.CountsPerSecond,
            runbooks=("CacheHitRatioLow",),
        ),
        component_curves(
            "Clients",
            "Open connections. A number that only rises is a connection leak.",
            aws.worst(queries.CLIENTS),
            runbooks=("RedisRefusesConnections",),
        ),
        component_curves(
            "CPU",
            "Of Redis' one thread, or of Memcached's host. At 90 % every command waits for the others.",
            aws.worst(queries.CPU),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            no_data=NO_AWS,
            runbooks=alarm("cache-engine-cpu", "cache-host-cpu"),
        ),
    )


def _keys() -> blocks.Panels:
    return (
        curves(
            "Keys",
            "In each database of a cache. A drop to zero is a flush or a restart.",
            targets.over_time(queries.keys(), "{{component}} {{instance}} {{db}}"),
            runbooks=("RedisEvicting",),
        ),
        curves(
            "Keys with an expiration",
            "Share of keys with a time to live. The others stay until memory is full.",
            targets.over_time(queries.expiring(), "{{system}}/{{component}} {{instance}}"),
            unit=units.PercentUnit,
            runbooks=("RedisMemoryNearlyFull",),
        ),
        curves(
            "Commands by kind",
            "A second, the ten most frequent. KEYS and large ranges hold up all others.",
            targets.over_time(queries.commands(), "{{system}}/{{component}} {{cmd}}"),
            unit=units.CountsPerSecond,
            runbooks=alarm("cache-engine-cpu"),
        ),
        curves(
            "Hit ratio, server side",
            "Of all clients; polls of an empty list count as misses, so it is lower than the ratio that clients "
            "measure.",
            targets.over_time(queries.server_hits(), "{{system}}/{{component}} {{instance}}"),
            unit=units.PercentUnit,
            runbooks=("CacheHitRatioLow",),
        ),
    )


def _nodes() -> blocks.Panels:
    return (
        curves(
            "Connections",
            "By node. The maximum is 65,000; at 90 % of that an alert pages.",
            targets.over_time(queries.of_node("aws_elasticache_curr_connections_average"), BY_NODE),
            thresholds=rising(bad=58_500),
            no_data=NO_AWS,
            runbooks=alarm("cache-connections-limit"),
        ),
        curves(
            "Evictions in 5 minutes",
            "By node. A hundred, again and again, is a cache that is too small.",
            targets.over_time(queries.of_node("aws_elasticache_evictions_sum"), BY_NODE),
            thresholds=rising(warn=100),
            no_data=NO_AWS,
            runbooks=alarm("cache-evictions"),
        ),
        curves(
            "Replication lag",
            "Usually milliseconds. A failover loses this much data.",
            targets.over_time(aws.worst(queries.LAG), blocks.BY_COMPONENT),
            unit=units.Seconds,
            thresholds=rising(warn=1),
            no_data="No replica, or not on Amazon ElastiCache",
            runbooks=alarm("cache-replication-lag"),
        ),
    )
