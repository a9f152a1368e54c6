"""What each signal of a threshold is measured by: the one place where a signal meets a query.

A query comes from what the part promises in its telemetry, by these conventions. Names end so, with or without a
prefix; labels are as given.

| signal | metric |
|---|---|
| error rate, latency, request flood | the request metrics of the preset, or of `http` |
| login failures | `*_auth_events_total{type="login", status="failure"}`, `*_logins_total{result="failure"}` |
| rate limited | `*_blocked_requests_total{reason="rate_limit"}`, `*_rate_limited_total` |
| attack signatures | `*_attack_signatures_total`, `*_security_events_total` |
| queue lag, queue depth | gauges `*_oldest_<what>_seconds`, `*_oldest_waiting_seconds`; `*_waiting` |
| connection pool | `db_pool_connections{state="used" or "max"}`; a database with `pg_up` by its sessions |
| query latency | `db_client_operation_duration_seconds`, `db(_|atabase_)query_duration_seconds` |
| cache hit ratio | `cache_lookups_total{result="hit"}` |
| model calls | `gen_ai_client_operation_duration_seconds`, `ai_cost_usd_total` |
| web vitals, logs | what Belfry's own receivers count for every component |

What only CloudWatch knows (an SQS queue's age, an instance's CPU) has no query here: its alarms read the thresholds.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from authoring.slo.promql import number, selector
from model.components import Component
from model.databases import RdsDatabase
from model.metric_names import FAST_BURN, OUTAGE, SLOW_BURN
from model.resource_base import ResourceBase
from model.system import System
from model.telemetry import HttpMetrics
from model.vocabulary import ComponentKind, Signal

Part = Component | ResourceBase

# Ratios and quantiles of fewer events than these in their window say nothing.
MINIMUM_REQUESTS = 20

SYMPTOM_ALERTS = (OUTAGE, FAST_BURN, SLOW_BURN)

# What Kubernetes runs: browsers and other companies' services have no pods.
_IN_CLUSTER = (
    ComponentKind.HTTP_SERVICE,
    ComponentKind.WORKER,
    ComponentKind.AI_SERVICE,
    ComponentKind.LOAD_BALANCER,
)


@dataclass(frozen=True, slots=True)
class Query:
    """How a signal is measured on one part, by cluster; ratios are of one.

    ``record`` names the series that keeps it, empty where another bundle records it already. ``guard`` is what must
    hold too before anybody is told.
    """

    expr: str
    record: str = ""
    guard: str = ""


def of_part(system: System, part: Part) -> list[str]:
    """The matchers of the part's own series."""
    return [f'system="{system.system}"', f'component="{part.name}"']


def bind(signal: Signal, system: System, part: Part) -> Query | None:
    """The query for ``signal`` on ``part``, or None when nothing of the part is measured in Prometheus by it."""
    return _BINDINGS[signal](_Measured(system, part))


def request_measures(system: System, part: Part) -> Iterable[Query]:
    """Rate, errors and duration of a part that serves requests: recorded for every one, with a threshold or without."""
    measured = _Measured(system, part)
    if measured.requests is None:
        return ()
    found = (_requests(measured), _error_rate(measured), *(_latency(q)(measured) for q in ("0.5", "0.95", "0.99")))
    return tuple(query for query in found if query)


class _Measured:
    """A part and what it promises to send."""

    def __init__(self, system: System, part: Part) -> None:
        self.system, self.part = system, part
        if isinstance(part, Component):
            self.metrics = {metric.name for metric in part.telemetry.metrics}
            self.requests: HttpMetrics | None = part.telemetry.requests
        else:
            self.metrics, self.requests = {metric.name for metric in part.metrics}, None

    def find(self, *patterns: str) -> str | None:
        """The first promised metric whose whole name fits one of the patterns, tried in their order."""
        return next((m for pattern in patterns for m in sorted(self.metrics) if re.fullmatch(pattern, m)), None)

    def series(self, metric: str, *matchers: str) -> str:
        return selector(metric, [*of_part(self.system, self.part), *matchers])

    def rate(self, metric: str, *matchers: str, window: str = "5m", by: str = "cluster") -> str:
        return f"sum by ({by}) (rate({self.series(metric, *matchers)}[{window}]))"

    def quantile(self, quantile: str, histogram: str, *matchers: str, window: str = "5m") -> str:
        buckets = self.rate(f"{histogram}_bucket", *matchers, window=window, by="cluster, le")
        return f"histogram_quantile({quantile}, {buckets})"

    def ratio(self, numerator: str, denominator: str) -> str:
        """A counter that has not begun is 0 and not nothing; without events there is no ratio."""
        return f"(\n  {numerator}\n    or\n  0 * {denominator}\n)\n  /\n({denominator} > 0)"


def _workload(record: str) -> Callable[[_Measured], Query | None]:
    def query(m: _Measured) -> Query | None:
        if not isinstance(m.part, Component) or m.part.kind not in _IN_CLUSTER:
            return None
        namespace = m.part.namespace or m.system.system
        matchers = [f'namespace="{namespace}"', f'workload="{m.part.name}"']
        return Query(f"max by (cluster) ({selector(record, matchers)})")

    return query


def _requests(m: _Measured) -> Query | None:
    if m.requests is None:
        return None
    return Query(m.rate(m.requests.requests), "component:requests:rate5m")


def _enough_requests(m: _Measured) -> str:
    return f"{m.series('component:requests:rate5m')} * 300 >= {MINIMUM_REQUESTS}"


def _error_rate(m: _Measured) -> Query | None:
    if m.requests is None:
        return None
    failed = m.rate(m.requests.requests, f'{m.requests.status_label}=~"5.."')
    return Query(
        m.ratio(failed, m.rate(m.requests.requests)), "component:request_errors:ratio_rate5m", _enough_requests(m)
    )


def _latency(quantile: str) -> Callable[[_Measured], Query | None]:
    def query(m: _Measured) -> Query | None:
        if m.requests is None:
            return None
        record = f"component:request_duration_seconds:p{quantile[2:].ljust(2, '0')}_rate5m"
        return Query(m.quantile(quantile, m.requests.duration), record, _enough_requests(m))

    return query


def _request_flood(m: _Measured) -> Query | None:
    if m.requests is None or not isinstance(m.part, Component) or not m.part.load.requests_per_second:
        return None
    expected = number(m.part.load.requests_per_second)
    return Query(f"{m.series('component:requests:rate5m')} / {expected}", "component:requests_of_expected_peak:ratio")


def _model_latency(m: _Measured) -> Query | None:
    histogram = m.find("gen_ai_client_operation_duration_seconds")
    if histogram is None:
        return None
    enough = f"{m.rate(f'{histogram}_count')} * 300 >= {MINIMUM_REQUESTS}"
    return Query(m.quantile("0.95", histogram), "component:model_call_duration_seconds:p95_rate5m", enough)


def _model_cost(m: _Measured) -> Query | None:
    metric = m.find("ai_cost_usd_total")
    return Query(f"{m.rate(metric, window='15m')} * 3600", "component:model_calls_usd:per_hour") if metric else None


def _query_latency(m: _Measured) -> Query | None:
    histogram = m.find("db_client_operation_duration_seconds", "db_query_duration_seconds", "database_query_.*seconds")
    if histogram is None:
        return None
    enough = f"{m.rate(f'{histogram}_count')} * 300 >= {MINIMUM_REQUESTS}"
    return Query(m.quantile("0.95", histogram), "component:query_duration_seconds:p95_rate5m", enough)


def _connection_pool(m: _Measured) -> Query | None:
    record = "component:connections_used:ratio"
    if pool := m.find("db_pool_connections"):
        used, most = (f"sum by (cluster) ({m.series(pool, f'state={chr(34)}{s}{chr(34)}')})" for s in ("used", "max"))
        return Query(f"{used}\n  /\n({most} > 0)", record)
    if isinstance(m.part, RdsDatabase) and m.find("pg_up"):
        return Query(f"sum by (cluster) ({m.series('pg_stat_activity_count')}) / {m.part.max_connections}", record)
    return None


def _replication_lag(m: _Measured) -> Query | None:
    if m.find("pg_up") is None:
        return None
    lag = f"max by (cluster) ({m.series('pg_replication_lag_seconds')})"
    return Query(lag, "component:replication_lag_seconds:max")


def _cache_hits(m: _Measured) -> Query | None:
    metric = m.find("cache_lookups_total")
    if metric is None:
        return None
    every = m.rate(metric)
    record = "component:cache_hits:ratio_rate5m"
    return Query(m.ratio(m.rate(metric, 'result="hit"'), every), record, f"{every} * 300 >= {MINIMUM_REQUESTS}")


def _queue_lag(m: _Measured) -> Query | None:
    metric = m.find("(.*_)?oldest_waiting_seconds", "(.*_)?oldest_[a-z]+_seconds")
    return Query(f"max by (cluster) ({m.series(metric)})", "component:queue_oldest_seconds:max") if metric else None


def _queue_depth(m: _Measured) -> Query | None:
    metric = m.find(".*_waiting")
    return Query(f"sum by (cluster) ({m.series(metric)})", "component:queue_waiting:sum") if metric else None


def _certificate(m: _Measured) -> Query | None:
    if not isinstance(m.part, Component) or not m.part.probes:
        return None
    earliest = f"min by (cluster) ({m.series('probe_ssl_earliest_cert_expiry')})"
    return Query(f"{earliest} - time()", "component:certificate_expiry_seconds:min")


def _login_failures(m: _Measured) -> Query | None:
    # The whole of the component: addresses are in the logs, where a rule of Loki's counts each of them by itself. A
    # busy service always has some who mistype, so more than half of all logins must fail before it is an attack.
    if metric := m.find("(.*_)?auth_events_total"):
        every, failed = ['type="login"'], ['type="login"', 'status="failure"']
    elif metric := m.find("(.*_)?logins_total"):
        every, failed = [], ['result="failure"']
    else:
        return None
    share = f"{m.rate(metric, *failed)} / {m.rate(metric, *every)} > 0.5"
    return Query(f"{m.rate(metric, *failed)} * 60", "component:login_failures:per_minute", share)


def _per_minute(record: str, *patterns: tuple[str, str]) -> Callable[[_Measured], Query | None]:
    def query(m: _Measured) -> Query | None:
        for pattern, matcher in patterns:
            if metric := m.find(pattern):
                return Query(f"{m.rate(metric, *filter(None, [matcher]))} * 60", record)
        return None

    return query


def _malformed_logs(m: _Measured) -> Query | None:
    if not isinstance(m.part, Component) or m.part.kind not in _IN_CLUSTER:
        return None
    every = m.rate("log_lines_total", window="15m")
    record = "component:malformed_log_lines:ratio_rate15m"
    broken = m.rate("log_lines_malformed_total", window="15m")
    return Query(m.ratio(broken, every), record, f"{every} * 900 >= {MINIMUM_REQUESTS}")


def _web_vital(histogram: str, record: str) -> Callable[[_Measured], Query | None]:
    def query(m: _Measured) -> Query | None:
        if not isinstance(m.part, Component) or m.part.kind is not ComponentKind.FRONTEND:
            return None
        enough = f"{m.rate(f'{histogram}_count', window='30m')} * 1800 >= {MINIMUM_REQUESTS}"
        return Query(m.quantile("0.75", histogram, window="30m"), record, enough)

    return query


def _namespaces(m: _Measured) -> str:
    found = {component.namespace or m.system.system for component in m.system.components}
    return "|".join(sorted(found))


def disk_usage(system: System) -> Query:
    """The fullest volume by claim: volumes belong to a system's namespaces, not to one component."""
    chosen = [f'namespace=~"{_namespaces(_Measured(system, system.components[0]))}"']
    by = "max by (cluster, namespace, persistentvolumeclaim)"
    used, size = (selector(f"kubelet_volume_stats_{what}_bytes", chosen) for what in ("used", "capacity"))
    return Query(f"{by} ({used})\n  /\n{by} ({size} > 0)")


def network_usage(system: System) -> Query:
    """The busiest of the nodes that carry the system's pods, as a share of its instance type's baseline."""
    chosen = [f'namespace=~"{_namespaces(_Measured(system, system.components[0]))}"']
    pods = f"group by (cluster, node) ({selector('kube_pod_info', chosen)})"
    return Query(f"max by (cluster) (\n  node:network_usage:ratio\n    and on (cluster, node)\n  {pods}\n)")


def _of_the_system(m: _Measured) -> Query | None:
    return None  # bound once a system, by SYSTEM_WIDE


# Causes that hurt nobody by themselves: a full CPU may be a well used one. Past their critical line they page only
# while one of the component's symptoms fires; without a symptom the warning has told already.
CAUSES = (Signal.CPU_USAGE, Signal.MEMORY_USAGE, Signal.NETWORK_USAGE)
SYMPTOMS = "|".join((*SYMPTOM_ALERTS, "HighErrorRate", "HighLatency"))


def symptom(system: System, part: Part | None) -> str:
    """What holds while users of the part, or of any part of the system, notice something."""
    chosen = of_part(system, part) if part else [f'system="{system.system}"']
    firing = selector("ALERTS", [f'alertname=~"{SYMPTOMS}"', 'alertstate="firing"', *chosen])
    return f"group by (cluster) ({firing})"


SYSTEM_WIDE: dict[Signal, Callable[[System], Query]] = {
    Signal.DISK_USAGE: disk_usage,
    Signal.NETWORK_USAGE: network_usage,
}

_BINDINGS: dict[Signal, Callable[[_Measured], Query | None]] = {
    Signal.CPU_USAGE: _workload("namespace_workload:container_cpu_usage:ratio_rate5m"),
    Signal.MEMORY_USAGE: _workload("namespace_workload:container_memory_working_set:ratio_max"),
    Signal.DISK_USAGE: _of_the_system,
    Signal.NETWORK_USAGE: _of_the_system,
    Signal.ERROR_RATE: _error_rate,
    Signal.LATENCY_P50: _latency("0.5"),
    Signal.LATENCY_P95: _latency("0.95"),
    Signal.LATENCY_P99: _latency("0.99"),
    Signal.AI_LATENCY_P95: _model_latency,
    Signal.AI_COST: _model_cost,
    Signal.QUERY_LATENCY_P95: _query_latency,
    Signal.CONNECTION_POOL_USAGE: _connection_pool,
    Signal.REPLICATION_LAG: _replication_lag,
    Signal.CACHE_HIT_RATIO: _cache_hits,
    Signal.QUEUE_LAG: _queue_lag,
    Signal.QUEUE_DEPTH: _queue_depth,
    Signal.CERTIFICATE_EXPIRY: _certificate,
    Signal.LOGIN_FAILURES: _login_failures,
    Signal.RATE_LIMITED: _per_minute(
        "component:rate_limited:per_minute",
        ("(.*_)?blocked_requests_total", 'reason="rate_limit"'),
        ("(.*_)?rate_limited_total", ""),
    ),
    Signal.ATTACK_SIGNATURES: _per_minute(
        "component:attack_signatures:per_minute",
        ("(.*_)?attack_signatures_total", ""),
        ("(.*_)?security_events_total", ""),
    ),
    Signal.REQUEST_FLOOD: _request_flood,
    Signal.MALFORMED_LOGS: _malformed_logs,
    Signal.LARGEST_CONTENTFUL_PAINT: _web_vital(
        "web_vitals_lcp_seconds", "component:largest_contentful_paint_seconds:p75_rate30m"
    ),
    Signal.INTERACTION_TO_NEXT_PAINT: _web_vital(
        "web_vitals_inp_seconds", "component:interaction_to_next_paint_seconds:p75_rate30m"
    ),
    Signal.CUMULATIVE_LAYOUT_SHIFT: _web_vital("web_vitals_cls", "component:cumulative_layout_shift:p75_rate30m"),
}
