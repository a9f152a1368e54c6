"""What people read when a signal passes its line: name of the alert, its board and its sentences."""

from dataclasses import dataclass

from model.grafana.dashboards import Board
from model.vocabulary import Signal, Unit

_SHOW = {
    Unit.PERCENT: "{{ $value | humanizePercentage }}",
    Unit.SECONDS: "{{ $value | humanizeDuration }}",
    Unit.SCORE: "{{ $value | humanize }}",
    Unit.COUNT: "{{ $value | humanize }}",
    Unit.COUNT_PER_MINUTE: "{{ $value | humanize }} a minute",
    Unit.USD_PER_HOUR: "{{ $value | humanize }} USD an hour",
}


@dataclass(frozen=True, slots=True)
class SignalAlert:
    """``summary`` and ``says`` are completed by the part's title."""

    name: str
    board: Board
    summary: str
    says: str


def shown(signal: Signal) -> str:
    """The template that shows a value of the signal in its unit."""
    return _SHOW[signal.unit]


ALERTS: dict[Signal, SignalAlert] = {
    Signal.CPU_USAGE: SignalAlert(
        "HighCpuUsage",
        Board.SERVICE,
        "{title}: little CPU is left",
        "{value} of the CPU that {title} can count on is in use",
    ),
    Signal.MEMORY_USAGE: SignalAlert(
        "HighMemoryUsage",
        Board.SERVICE,
        "{title}: little memory is left",
        "The fullest container of {title} uses {value} of its memory limit",
    ),
    Signal.DISK_USAGE: SignalAlert(
        "DiskFilling",
        Board.NODES,
        "{title}: a volume is filling",
        "The volume {{{{ $labels.persistentvolumeclaim }}}} of {title} is {value} full",
    ),
    Signal.NETWORK_USAGE: SignalAlert(
        "NetworkNearlySaturated",
        Board.NODES,
        "{title}: a node's network is nearly saturated",
        "The busiest node that carries {title} uses {value} of its network baseline",
    ),
    Signal.ERROR_RATE: SignalAlert(
        "HighErrorRate", Board.SERVICE, "{title}: many requests fail", "{value} of the requests to {title} fail"
    ),
    Signal.LATENCY_P50: SignalAlert(
        "HighMedianLatency", Board.SERVICE, "{title} is slow", "The median request to {title} takes {value}"
    ),
    Signal.LATENCY_P95: SignalAlert(
        "HighLatency", Board.SERVICE, "{title} is slow", "The 95th percentile of requests to {title} takes {value}"
    ),
    Signal.LATENCY_P99: SignalAlert(
        "HighTailLatency",
        Board.SERVICE,
        "{title} is slow for some",
        "The 99th percentile of requests to {title} takes {value}",
    ),
    Signal.AI_LATENCY_P95: SignalAlert(
        "AiLatencyHigh",
        Board.AI,
        "{title}: models answer slowly",
        "The 95th percentile of the model calls of {title} takes {value}",
    ),
    Signal.AI_COST: SignalAlert(
        "AiCostHigh", Board.AI, "{title}: models cost more than planned", "The model calls of {title} cost {value}"
    ),
    Signal.QUERY_LATENCY_P95: SignalAlert(
        "HighQueryLatency",
        Board.DATABASES,
        "{title}: queries are slow",
        "The 95th percentile of queries to {title} takes {value}",
    ),
    Signal.CONNECTION_POOL_USAGE: SignalAlert(
        "ConnectionPoolNearlyUsed",
        Board.DATABASES,
        "{title}: few database connections are left",
        "{value} of the database connections of {title} are in use",
    ),
    Signal.REPLICATION_LAG: SignalAlert(
        "ReplicationLagging", Board.DATABASES, "{title}: a replica lags", "A replica of {title} is {value} behind"
    ),
    Signal.CACHE_HIT_RATIO: SignalAlert(
        "CacheHitRatioLow",
        Board.CACHES,
        "{title}: the cache misses often",
        "Only {value} of the lookups in {title} are hits",
    ),
    Signal.QUEUE_LAG: SignalAlert(
        "QueueLagging",
        Board.QUEUES,
        "{title}: work waits too long",
        "The oldest item of {title} has been waiting for {value}",
    ),
    Signal.QUEUE_DEPTH: SignalAlert(
        "QueueTooDeep", Board.QUEUES, "{title}: much work waits", "{value} items of {title} wait"
    ),
    Signal.CERTIFICATE_EXPIRY: SignalAlert(
        "CertificateNearExpiry",
        Board.NETWORK,
        "{title}: a certificate expires soon",
        "A certificate of {title} expires in {value}",
    ),
    Signal.LOGIN_FAILURES: SignalAlert(
        "LoginFailures",
        Board.SECURITY,
        "{title}: many logins fail",
        "Logins to {title} fail at a rate of {value}, more than half of all attempts",
    ),
    Signal.RATE_LIMITED: SignalAlert(
        "RateLimitedRequests",
        Board.SECURITY,
        "{title}: the rate limit refuses many requests",
        "The rate limit of {title} refuses {value}",
    ),
    Signal.ATTACK_SIGNATURES: SignalAlert(
        "AttackSignatures",
        Board.SECURITY,
        "{title} is being attacked",
        "Requests to {title} that carry an attack pattern arrive at a rate of {value}",
    ),
    Signal.THREAT_SCORE: SignalAlert(
        "HighThreatScore",
        Board.SECURITY,
        "{title}: one {{{{ $labels.subject }}}} has a high threat score",
        "The highest threat score of any one {{{{ $labels.subject }}}} at {title} is {value} of 100",
    ),
    Signal.REQUEST_FLOOD: SignalAlert(
        "RequestFlood",
        Board.SECURITY,
        "{title}: far more requests than expected",
        "{title} gets {value} of the request rate expected at its busiest hour",
    ),
    Signal.MALFORMED_LOGS: SignalAlert(
        "MalformedLogs",
        Board.SERVICE,
        "{title}: log lines break their format",
        "{value} of the log lines of {title} break the structured contract",
    ),
    Signal.LARGEST_CONTENTFUL_PAINT: SignalAlert(
        "SlowPageLoad",
        Board.REAL_USERS,
        "{title}: pages appear slowly",
        "A quarter of the visitors of {title} wait longer than {value} for the largest paint (LCP)",
    ),
    Signal.INTERACTION_TO_NEXT_PAINT: SignalAlert(
        "SlowPageInteraction",
        Board.REAL_USERS,
        "{title}: pages react slowly",
        "A quarter of the visitors of {title} wait longer than {value} for a reaction (INP)",
    ),
    Signal.CUMULATIVE_LAYOUT_SHIFT: SignalAlert(
        "UnstablePageLayout",
        Board.REAL_USERS,
        "{title}: pages jump",
        "For a quarter of the visitors of {title} the layout shifts by more than {value} (CLS)",
    ),
}
