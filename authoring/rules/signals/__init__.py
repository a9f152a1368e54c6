"""What each signal of a threshold is measured by: the one place where a signal meets a query.

A query comes from the metrics that the part declares, by these conventions. Names end so, with or without a
prefix; labels are as given.

| signal | metric |
|---|---|
| error rate, latency, request flood | the request metrics of the preset, or of `http` |
| login failures | `*_auth_events_total{type="login", status="failure"}`, `*_logins_total{result="failure"}` |
| rate limited | `*_blocked_requests_total{reason="rate_limit"}`, `*_rate_limited_total` |
| threat score | gauge `*_threat_score`, by `subject` where it has that label |
| attack signatures | `*_attack_signatures_total`, `*_security_events_total` |
| queue lag, queue depth | gauges `*_oldest_<what>_seconds`, `*_oldest_waiting_seconds`; `*_waiting` |
| connection pool | `db_pool_connections{state="used" or "max"}`; a database with `pg_up` by its sessions |
| query latency | `db_client_operation_duration_seconds`, `db(_|atabase_)query_duration_seconds` |
| cache hit ratio | `cache_lookups_total{result="hit"}` |
| model calls | `gen_ai_client_operation_duration_seconds`, `ai_cost_usd_total` |
| web vitals, logs | what Belfry's own receivers count for every component |

What only CloudWatch knows (an SQS queue's age, an instance's CPU) has no query here: its alarms read the thresholds.
"""

from collections.abc import Callable, Iterable

from authoring.rules.signals import platform, requests, security, stores
from authoring.rules.signals.query import MINIMUM_REQUESTS, Measured, Part, Query, of_part
from model.catalog.system import System
from model.vocabulary import Signal

__all__ = [
    "MINIMUM_REQUESTS",
    "SLOW",
    "SYSTEM_WIDE",
    "Part",
    "Query",
    "bind",
    "of_part",
    "request_measures",
]


def bind(signal: Signal, system: System, part: Part) -> Query | None:
    """The query for ``signal`` on ``part``, or None when nothing of the part is measured in Prometheus by it."""
    return _BINDINGS[signal](Measured(system, part))


def request_measures(system: System, part: Part) -> Iterable[Query]:
    """Rate, errors and duration of a part that serves requests: recorded for every one, with a threshold or without."""
    measured = Measured(system, part)
    if measured.requests is None:
        return ()
    found = (
        requests.rate(measured),
        requests.error_rate(measured),
        *requests.durations(measured),
        *(requests.latency(q)(measured) for q in ("0.5", "0.95", "0.99")),
    )
    return tuple(query for query in found if query)


def _of_the_system(m: Measured) -> Query | None:
    return None  # bound once a system, by SYSTEM_WIDE


# Measured over half an hour of buckets: a look every two minutes says the same for a quarter of the cost.
SLOW = (Signal.LARGEST_CONTENTFUL_PAINT, Signal.INTERACTION_TO_NEXT_PAINT, Signal.CUMULATIVE_LAYOUT_SHIFT)

SYSTEM_WIDE: dict[Signal, Callable[[System], Query]] = {
    Signal.DISK_USAGE: platform.disk_usage,
    Signal.NETWORK_USAGE: platform.network_usage,
}

_BINDINGS: dict[Signal, Callable[[Measured], Query | None]] = {
    Signal.CPU_USAGE: platform.workload("namespace_workload:container_cpu_available:ratio_rate5m"),
    Signal.MEMORY_USAGE: platform.workload("namespace_workload:container_memory_working_set:ratio_max"),
    Signal.DISK_USAGE: _of_the_system,
    Signal.NETWORK_USAGE: _of_the_system,
    Signal.ERROR_RATE: requests.error_rate,
    Signal.LATENCY_P50: requests.latency("0.5"),
    Signal.LATENCY_P95: requests.latency("0.95"),
    Signal.LATENCY_P99: requests.latency("0.99"),
    Signal.AI_LATENCY_P95: stores.model_latency,
    Signal.AI_COST: stores.model_cost,
    Signal.QUERY_LATENCY_P95: stores.query_latency,
    Signal.CONNECTION_POOL_USAGE: stores.connection_pool,
    Signal.REPLICATION_LAG: stores.replication_lag,
    Signal.CACHE_HIT_RATIO: stores.cache_hits,
    Signal.QUEUE_LAG: stores.queue_lag,
    Signal.QUEUE_DEPTH: stores.queue_depth,
    Signal.CERTIFICATE_EXPIRY: platform.certificate,
    Signal.LOGIN_FAILURES: security.login_failures,
    Signal.RATE_LIMITED: security.per_minute(
        "component:rate_limited:per_minute",
        ("(.*_)?blocked_requests_total", 'reason="rate_limit"'),
        ("(.*_)?rate_limited_total", ""),
    ),
    Signal.ATTACK_SIGNATURES: security.per_minute(
        "component:attack_signatures:per_minute",
        ("(.*_)?attack_signatures_total", ""),
        ("(.*_)?security_events_total", ""),
    ),
    Signal.THREAT_SCORE: security.threat_score,
    Signal.REQUEST_FLOOD: requests.request_flood,
    Signal.MALFORMED_LOGS: platform.malformed_logs,
    Signal.LARGEST_CONTENTFUL_PAINT: requests.web_vital(
        "web_vitals_lcp_seconds", "component:largest_contentful_paint_seconds:p75_rate30m"
    ),
    Signal.INTERACTION_TO_NEXT_PAINT: requests.web_vital(
        "web_vitals_inp_seconds", "component:interaction_to_next_paint_seconds:p75_rate30m"
    ),
    Signal.CUMULATIVE_LAYOUT_SHIFT: requests.web_vital(
        "web_vitals_cls", "component:cumulative_layout_shift:p75_rate30m"
    ),
}
