"""The closed word lists of Belfry. Each word carries the sentence that an editor shows beside it."""

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Vocabulary(StrEnum):
    """A closed list of words; every member has a ``sentence`` that says what it is."""

    sentence: str

    def __new__(cls, word: str, sentence: str) -> Self:  # noqa: D102 (the class says it)
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = sentence
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        members: list[dict[str, Any]] = [{"const": str(word), "description": word.sentence} for word in cls]
        return {"title": cls.__name__, "description": (cls.__doc__ or "").split("\n")[0], "oneOf": members}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(source)


class Environment(Vocabulary):
    """Where one deployment of the program lives: a Pulumi stack of the same name."""

    LOCAL = ("local", "This machine: no account, offline providers, real servers on loopback.")
    DEV = ("dev", "Shared development account; does not page, lowest cost.")
    STAGING = ("staging", "Production's architecture at a smaller size; does not page.")
    PROD = ("prod", "Real users; unsafe settings are refused and critical alerts page.")


class Severity(Vocabulary):
    """What an alert asks of a person. It decides the route, never the text."""

    CRITICAL = ("critical", "Immediate action is needed: it pages day and night.")
    WARNING = ("warning", "A person acts within the day: a message after fifteen minutes.")
    INFO = ("info", "Good to know: a message in business hours.")
    NONE = ("none", "Internal, such as the dead man's switch; no notification.")


Notified = Literal[Severity.CRITICAL, Severity.WARNING, Severity.INFO]
"""The severities that reach a person."""


class ReceiverKind(Vocabulary):
    """The ways a notification leaves the platform."""

    PAGERDUTY = ("pagerduty", "PagerDuty Events API v2; the secret is the integration's routing key.")
    SLACK = ("slack", "Slack incoming webhook; the secret is the webhook's URL.")
    EMAIL = ("email", "Email through the environment's SMTP relay.")
    SNS = ("sns", "An Amazon SNS topic, signed by the workload's own identity.")
    WEBHOOK = ("webhook", "An HTTP endpoint for Alertmanager's webhook; the secret is its URL.")


class ComponentKind(Vocabulary):
    """What a component is, in the sense of who calls it and what it answers with."""

    FRONTEND = ("frontend", "Runs in browsers or serves their pages; watched by real-user data.")
    LOAD_BALANCER = ("load-balancer", "Nginx, HAProxy or a service proxy run by the team, inside the cluster.")
    HTTP_SERVICE = ("http-service", "Answers HTTP requests; has rate, errors and duration.")
    WORKER = ("worker", "Processes a queue or a schedule; has throughput, failures and lag.")
    AI_SERVICE = ("ai-service", "Answers with the help of a language or other model; has tokens, cost and accuracy.")
    EXTERNAL_SERVICE = ("external-service", "A third-party API; monitored by probes and through its callers.")


class LogFormat(Vocabulary):
    """How a component writes its log lines."""

    STRUCTURED = ("structured", "JSON lines of Belfry's contract: timestamp, level, service, correlation_id and so on.")
    COMMON_LOG = ("common-log", "Web server access log in the Common or Combined Log Format.")
    PLAIN = ("plain", "Free text; only the first line of a stack trace starts a record.")


class LogDestination(Vocabulary):
    """Where log records are kept."""

    LOKI = ("loki", "Loki on S3: the default, cheap and linked with traces.")
    ELASTICSEARCH = ("elasticsearch", "Elasticsearch with Kibana, for full-text analysis.")
    CLOUDWATCH = ("cloudwatch", "CloudWatch Logs, for people who work in the AWS console.")


class MetricType(Vocabulary):
    """Prometheus metric types."""

    COUNTER = ("counter", "Only ever grows; read as a rate.")
    GAUGE = ("gauge", "Goes up and down; read as it is.")
    HISTOGRAM = ("histogram", "Observations in buckets, classic or native; read as quantiles and shares.")


class Unit(Vocabulary):
    """Units of numbers people see. Base units, so that nothing is converted by hand."""

    COUNT = ("count", "A number of things.")
    COUNT_PER_SECOND = ("count-per-second", "Things a second.")
    COUNT_PER_MINUTE = ("count-per-minute", "Things a minute.")
    COUNT_PER_HOUR = ("count-per-hour", "Things an hour.")
    COUNT_PER_DAY = ("count-per-day", "Things a day.")
    PERCENT = ("percent", "Of a hundred: 0 to 100.")
    RATIO = ("ratio", "Fraction from 0 to 1.")
    SECONDS = ("seconds", "Seconds.")
    BYTES = ("bytes", "Bytes.")
    USD = ("usd", "US dollars.")
    USD_PER_HOUR = ("usd-per-hour", "US dollars an hour.")
    USD_PER_DAY = ("usd-per-day", "US dollars a day.")
    SCORE = ("score", "A plain number on the scale its description gives.")


class Direction(Vocabulary):
    """Which side of a threshold is bad."""

    ABOVE = ("above", "Too much is bad.")
    BELOW = ("below", "Too little is bad.")


class ProbeKind(Vocabulary):
    """How a target is asked from outside."""

    HTTP = ("http", "An HTTP GET that must answer with a success status.")
    TCP = ("tcp", "A TCP connection that must open.")
    TLS = ("tls", "A TLS handshake; also gives the certificate's expiry.")
    ICMP = ("icmp", "An echo request.")
    GRPC = ("grpc", "The gRPC health protocol.")


class HealthKind(Vocabulary):
    """What a component's own health endpoint claims."""

    HEALTH = ("health", "Overall state, for people and load balancers.")
    READY = ("ready", "May take traffic: its dependencies answer.")
    LIVE = ("live", "Is alive: restarting it would not help.")


class Signal(Vocabulary):
    """What a threshold is about. Its unit and its bad side are fixed, so a number can only be meant one way."""

    unit: Unit
    bad: Direction

    def __new__(  # noqa: D102 (the class says it)
        cls, word: str, sentence: str, unit: Unit = Unit.PERCENT, bad: Direction = Direction.ABOVE
    ) -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = f"{sentence} Unit: {unit}; bad {bad} the threshold."
        member.unit, member.bad = unit, bad
        return member

    CPU_USAGE = (
        "cpu-usage",
        "Share of the CPU in use that a container can count on (limit, else request), or of a node's.",
    )
    MEMORY_USAGE = ("memory-usage", "Share of the memory limit or of the node's memory in use.")
    DISK_USAGE = ("disk-usage", "Share of a file system in use.")
    NETWORK_USAGE = ("network-usage", "Share of the instance's network baseline in use.")
    ERROR_RATE = ("error-rate", "Share of requests that fail.")
    LATENCY_P50 = ("latency-p50", "Median request duration.", Unit.SECONDS)
    LATENCY_P95 = ("latency-p95", "95th percentile of the request duration.", Unit.SECONDS)
    LATENCY_P99 = ("latency-p99", "99th percentile of the request duration.", Unit.SECONDS)
    AI_LATENCY_P95 = ("ai-latency-p95", "95th percentile of a model call's duration.", Unit.SECONDS)
    AI_COST = ("ai-cost", "Cost of model calls.", Unit.USD_PER_HOUR)
    QUERY_LATENCY_P95 = ("query-latency-p95", "95th percentile of a database query's duration.", Unit.SECONDS)
    CONNECTION_POOL_USAGE = ("connection-pool-usage", "Share of the database connection pool in use.")
    REPLICATION_LAG = ("replication-lag", "How far a replica is behind.", Unit.SECONDS)
    CACHE_HIT_RATIO = ("cache-hit-ratio", "Share of cache lookups that hit.", Unit.PERCENT, Direction.BELOW)
    QUEUE_LAG = ("queue-lag", "Age of the oldest message that waits.", Unit.SECONDS)
    QUEUE_DEPTH = ("queue-depth", "Messages that wait.", Unit.COUNT)
    CERTIFICATE_EXPIRY = ("certificate-expiry", "Time to the expiry of a certificate.", Unit.SECONDS, Direction.BELOW)
    LOGIN_FAILURES = ("login-failures", "Failed logins from one source.", Unit.COUNT_PER_MINUTE)
    RATE_LIMITED = ("rate-limited", "Requests rejected by the rate limit.", Unit.COUNT_PER_MINUTE)
    ATTACK_SIGNATURES = ("attack-signatures", "Requests with a known attack pattern.", Unit.COUNT_PER_MINUTE)
    THREAT_SCORE = ("threat-score", "Highest threat score of any address or user, 0 to 100.", Unit.SCORE)
    REQUEST_FLOOD = ("request-flood", "Request rate as a share of the expected peak.")
    MALFORMED_LOGS = ("malformed-logs", "Share of log lines that do not match the structured format.")
    LARGEST_CONTENTFUL_PAINT = ("largest-contentful-paint", "Web vital LCP at the 75th percentile.", Unit.SECONDS)
    INTERACTION_TO_NEXT_PAINT = ("interaction-to-next-paint", "Web vital INP at the 75th percentile.", Unit.SECONDS)
    CUMULATIVE_LAYOUT_SHIFT = ("cumulative-layout-shift", "Web vital CLS at the 75th percentile.", Unit.SCORE)
