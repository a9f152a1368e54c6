"""What components call, as they or an exporter measure it: databases, caches, queues and language models."""

from authoring.rules.signals.query import MINIMUM_REQUESTS, Measured, Query
from model.catalog.databases import RdsDatabase


def query_latency(m: Measured) -> Query | None:
    """The 95th percentile of queries, as the client measures it."""
    histograms = ("db_client_operation_duration_seconds", "db_query_duration_seconds", "database_query_.*seconds")
    return _p95(m, "component:query_duration_seconds:p95_rate5m", *histograms)


def connection_pool(m: Measured) -> Query | None:
    """Used connections as a share, of the fullest: each process has a pool of its own, and each instance a maximum."""
    record = "component:connections_used:ratio"
    if pool := m.find("db_pool_connections"):
        used, most = (
            f"sum by (cluster, instance) ({m.series(pool, f'state={chr(34)}{s}{chr(34)}')})" for s in ("used", "max")
        )
        return Query(f"max by (cluster) (\n  {used}\n    /\n  ({most} > 0)\n)", record)
    if isinstance(m.part, RdsDatabase) and m.find("pg_up"):
        sessions = f"sum by (cluster, instance) ({m.series('pg_stat_activity_count')})"
        return Query(f"max by (cluster) (\n  {sessions}\n) / {m.part.max_connections}", record)
    return None


def replication_lag(m: Measured) -> Query | None:
    """Seconds that the last replica is behind."""
    if m.find("pg_up") is None:
        return None
    lag = f"max by (cluster) ({m.series('pg_replication_lag_seconds')})"
    return Query(lag, "component:replication_lag_seconds:max")


def cache_hits(m: Measured) -> Query | None:
    """The share of lookups that hit."""
    metric = m.find("cache_lookups_total")
    if metric is None:
        return None
    every = m.rate(metric)
    record = "component:cache_hits:ratio_rate5m"
    return Query(m.ratio(m.rate(metric, 'result="hit"'), every), record, f"{every} * 300 >= {MINIMUM_REQUESTS}")


def queue_lag(m: Measured) -> Query | None:
    """The age of the oldest item."""
    metric = m.find("(.*_)?oldest_waiting_seconds", "(.*_)?oldest_[a-z]+_seconds")
    return Query(f"max by (cluster) ({m.series(metric)})", "component:queue_oldest_seconds:max") if metric else None


def queue_depth(m: Measured) -> Query | None:
    """Items that wait."""
    metric = m.find(".*_waiting")
    return Query(f"sum by (cluster) ({m.series(metric)})", "component:queue_waiting:sum") if metric else None


def model_latency(m: Measured) -> Query | None:
    """The 95th percentile of calls."""
    return _p95(m, "component:model_call_duration_seconds:p95_rate5m", "gen_ai_client_operation_duration_seconds")


def model_cost(m: Measured) -> Query | None:
    """US dollars an hour."""
    metric = m.find("ai_cost_usd_total")
    return Query(f"{m.rate(metric, window='15m')} * 3600", "component:model_calls_usd:per_hour") if metric else None


def _p95(m: Measured, record: str, *histograms: str) -> Query | None:
    histogram = m.find(*histograms)
    if histogram is None:
        return None
    enough = f"{m.observations(histogram)} * 300 >= {MINIMUM_REQUESTS}"
    return Query(m.quantile("0.95", histogram), record, enough)
