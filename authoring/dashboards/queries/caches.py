"""Caches: hits as their clients see them, the rest as Redis' exporter and CloudWatch do."""

from authoring.dashboards.queries import aws, chosen

UP = "component:redis_primary_up:bool"
HITS = "component:cache_hits:ratio_rate5m"
MEMORY = "component:redis_memory_used:ratio"
AWS_MEMORY = "component:elasticache_memory:ratio"
EVICTED = "component:redis_evicted:rate10m"
REFUSED = "component:redis_refused:increase5m"
COMMANDS = "component:redis_commands:rate5m"
CLIENTS = "component:redis_clients:sum"
LINKED = "component:redis_replica_linked:min"
CPU = "component:elasticache_cpu:ratio"
LAG = "component:elasticache_replica_lag_seconds:max"


def down() -> str:
    """How many caches have no primary that answers their exporter; 0 and not nothing while all have."""
    return f"count({aws.lowest(UP)} == 0) or 0 * count({chosen.component(UP)})"


def fewest_hits() -> str:
    """The lowest hit ratio of all."""
    return f"min({chosen.component(HITS)})"


def memory() -> str:
    """Used of the limit: what Redis says, or else CloudWatch."""
    return f"{aws.worst(MEMORY)}\n  or\n{aws.worst(AWS_MEMORY)}"


def fullest() -> str:
    """Of all caches."""
    return f"max({memory()})"


def without_primary() -> str:
    """How many caches have a replica that lost its primary; 0 and not nothing while none has."""
    return f"count({aws.lowest(LINKED)} == 0) or 0 * count({chosen.component(UP)})"


def keys() -> str:
    """Keys in each database of each node: shards have different ones."""
    return f"max by (system, component, instance, db) ({chosen.component('redis_db_keys')})"


def expiring() -> str:
    """Share of keys that expire by themselves, by node."""
    those, every = (
        f"sum by (system, component, instance) ({chosen.component(metric)})"
        for metric in ("redis_db_keys_expiring", "redis_db_keys")
    )
    return f"{those} / ({every} > 0)"


def commands(count: int = 10) -> str:
    """Commands a second, the most frequent."""
    every = chosen.rate(chosen.component("redis_commands_total"))
    return f"topk({count}, sum by (system, component, cmd) ({every}) > 0)"


def server_hits() -> str:
    """Each node's own share of hits, every client's polls among them."""
    hits, misses = (
        f"sum by (system, component, instance) ({chosen.rate(chosen.component(f'redis_keyspace_{what}_total'))})"
        for what in ("hits", "misses")
    )
    return f"{hits} / ({hits} + {misses} > 0)"


def of_node(metric: str) -> str:
    """A metric of CloudWatch by node."""
    return aws.last(metric, "dimension_CacheClusterId")
