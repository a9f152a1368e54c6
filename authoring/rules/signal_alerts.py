"""What people read when a signal passes its threshold: name of the alert, its board and what it says."""

from dataclasses import dataclass

from model.dashboards import Board
from model.vocabulary import Signal, Unit

_SHOW = {
    Unit.PERCENT: "{{ $value | humanizePercentage }}",
    Unit.SECONDS: "{{ $value | humanizeDuration }}",
    Unit.SCORE: "{{ $value | humanize }}",
    Unit.COUNT: "{{ $value | humanize }}",
    Unit.COUNT_PER_MINUTE: "{{ $value | humanize }} per minute",
    Unit.USD_PER_HOUR: "{{ $value | humanize }} USD per hour",
}


@dataclass(frozen=True, slots=True)
class SignalAlert:
    """``says`` is a clause about the part, which is named before it: no verb in it has to agree with a title."""

    name: str
    board: Board
    says: str


def shown(signal: Signal) -> str:
    """The template that shows a value of the signal in its unit."""
    return _SHOW[signal.unit]


ALERTS: dict[Signal, SignalAlert] = {
    Signal.CPU_USAGE: SignalAlert("HighCpuUsage", Board.SERVICE, "{value} of the available CPU is in use"),
    Signal.MEMORY_USAGE: SignalAlert(
        "HighMemoryUsage", Board.SERVICE, "the fullest container uses {value} of its memory limit"
    ),
    Signal.DISK_USAGE: SignalAlert(
        "DiskFilling", Board.NODES, "the volume {{{{ $labels.persistentvolumeclaim }}}} is {value} full"
    ),
    Signal.NETWORK_USAGE: SignalAlert(
        "NetworkNearlySaturated", Board.NODES, "the busiest node uses {value} of its network baseline"
    ),
    Signal.ERROR_RATE: SignalAlert("HighErrorRate", Board.SERVICE, "{value} of requests fail"),
    Signal.LATENCY_P50: SignalAlert("HighMedianLatency", Board.SERVICE, "p50 latency is {value}"),
    Signal.LATENCY_P95: SignalAlert("HighLatency", Board.SERVICE, "p95 latency is {value}"),
    Signal.LATENCY_P99: SignalAlert("HighTailLatency", Board.SERVICE, "p99 latency is {value}"),
    Signal.AI_LATENCY_P95: SignalAlert("AiLatencyHigh", Board.AI, "p95 latency of model calls is {value}"),
    Signal.AI_COST: SignalAlert("AiCostHigh", Board.AI, "model calls cost {value}"),
    Signal.QUERY_LATENCY_P95: SignalAlert("HighQueryLatency", Board.DATABASES, "p95 query latency is {value}"),
    Signal.CONNECTION_POOL_USAGE: SignalAlert(
        "ConnectionPoolNearlyUsed", Board.DATABASES, "{value} of database connections are in use"
    ),
    Signal.REPLICATION_LAG: SignalAlert(
        "ReplicationLagging", Board.DATABASES, "a replica is {value} behind its primary"
    ),
    Signal.CACHE_HIT_RATIO: SignalAlert("CacheHitRatioLow", Board.CACHES, "only {value} of cache lookups are hits"),
    Signal.QUEUE_LAG: SignalAlert("QueueLagging", Board.QUEUES, "the oldest item has waited {value}"),
    Signal.QUEUE_DEPTH: SignalAlert("QueueTooDeep", Board.QUEUES, "{value} items are waiting"),
    Signal.CERTIFICATE_EXPIRY: SignalAlert("CertificateNearExpiry", Board.NETWORK, "a certificate expires in {value}"),
    Signal.LOGIN_FAILURES: SignalAlert(
        "LoginFailures", Board.SECURITY, "logins fail at a rate of {value}, more than half of all attempts"
    ),
    Signal.RATE_LIMITED: SignalAlert(
        "RateLimitedRequests", Board.SECURITY, "the rate limiter refuses requests at a rate of {value}"
    ),
    Signal.ATTACK_SIGNATURES: SignalAlert(
        "AttackSignatures", Board.SECURITY, "requests with an attack pattern arrive at a rate of {value}"
    ),
    Signal.THREAT_SCORE: SignalAlert(
        "HighThreatScore",
        Board.SECURITY,
        "the highest threat score of one {{{{ $labels.subject }}}} is {value} of 100",
    ),
    Signal.REQUEST_FLOOD: SignalAlert(
        "RequestFlood", Board.SECURITY, "the request rate is {value} of the rate expected at the busiest hour"
    ),
    Signal.MALFORMED_LOGS: SignalAlert(
        "MalformedLogs", Board.SERVICE, "{value} of log lines do not match the declared format"
    ),
    Signal.LARGEST_CONTENTFUL_PAINT: SignalAlert(
        "SlowPageLoad", Board.REAL_USERS, "p75 Largest Contentful Paint is {value}"
    ),
    Signal.INTERACTION_TO_NEXT_PAINT: SignalAlert(
        "SlowPageInteraction", Board.REAL_USERS, "p75 Interaction to Next Paint is {value}"
    ),
    Signal.CUMULATIVE_LAYOUT_SHIFT: SignalAlert(
        "UnstablePageLayout", Board.REAL_USERS, "p75 Cumulative Layout Shift is {value}"
    ),
}
