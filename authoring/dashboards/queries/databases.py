"""Databases: as their clients see them, as PostgreSQL's exporter does, and as CloudWatch does."""

from authoring.dashboards.queries import aws, chosen

UP = "component:pg_writer_up:bool"
LAG = "component:replication_lag_seconds:max"
RDS_LAG = "component:rds_replica_lag_seconds:max"
CONNECTIONS = "component:connections_used:ratio"
QUERY_SECONDS = "component:query_duration_seconds:p95_rate5m"
STATEMENT_SECONDS = "component:pg_statement_seconds:mean1h"
TRANSACTIONS = "component:pg_transactions:rate5m"
ROLLBACKS = "component:pg_rollbacks:ratio_rate5m"
DEADLOCKS = "component:pg_deadlocks:increase15m"
OLDEST = "component:pg_oldest_transaction_seconds:max"
CPU = "component:rds_cpu:ratio"


def down() -> str:
    """How many databases have no writer that answers their exporter; 0 and not nothing while all have."""
    return f"count({aws.lowest(UP)} == 0) or 0 * count({chosen.component(UP)})"


def lag() -> str:
    """Seconds that the last replica is behind: what PostgreSQL says, or else CloudWatch."""
    return f"{aws.worst(LAG)}\n  or\n{aws.worst(RDS_LAG)}"


def longest_lag() -> str:
    """Of all databases."""
    return f"max({lag()})"


def statements_by_time(count: int = 15) -> str:
    """Which statements the database spends its time on: seconds of each second, so 1 is one session all the time."""
    return f"topk({count}, sum by (system, component, instance, datname, queryid) ({_statements('seconds')}) > 0)"


def statements_by_mean(count: int = 15) -> str:
    """The slowest statements on average, of those that are called more than once a minute."""
    by = "system, component, instance, datname, queryid"
    seconds, calls = (f"sum by ({by}) ({_statements(what)})" for what in ("seconds", "calls"))
    return f"topk({count}, {seconds} / ({calls} > 0.0167))"


def sessions() -> str:
    """Sessions of each instance by state. Idle in a transaction is the one that holds locks without need."""
    return f"sum by (system, component, instance, state) ({chosen.component('pg_stat_activity_count')})"


def oldest_by_database() -> str:
    """The age of the oldest transaction in each database."""
    states = 'state=~"active|idle in transaction.*"'
    oldest = chosen.component("pg_stat_activity_max_tx_duration", where=states)
    return f"max by (system, component, datname) ({oldest})"


def locks() -> str:
    """Locks of each instance by mode."""
    return f"sum by (system, component, instance, mode) ({chosen.component('pg_locks_count')}) > 0"


def memory_hits() -> str:
    """Share of blocks that were in PostgreSQL's own memory, by instance: a busy replica says nothing of the writer."""
    hit, read = (
        f"sum by (system, component, instance) ({chosen.rate(chosen.component(f'pg_stat_database_blks_{what}'))})"
        for what in ("hit", "read")
    )
    return f"{hit} / ({hit} + {read} > 0)"


def sizes() -> str:
    """Bytes of each database."""
    return f"max by (system, component, datname) ({chosen.component('pg_database_size_bytes')})"


def missed_by_exporter() -> str:
    """Groups of queries that the exporter could not ask."""
    failed = chosen.component("pg_scrape_collector_success")
    return f"min by (system, component, collector) ({failed}) == 0"


def of_instance(metric: str) -> str:
    """A metric of CloudWatch by instance."""
    return aws.last(metric, "dimension_DBInstanceIdentifier")


def _statements(what: str) -> str:
    return chosen.rate(chosen.component(f"pg_stat_statements_{what}_total"))
