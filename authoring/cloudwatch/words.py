"""A row of ``rules/cloudwatch`` in words: subject, condition, threshold and time, in units that people read."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from model.alarms.alarm import AlarmFile, AlarmMetric, AlarmRow, AlarmThreshold, MissingData
from model.dimensions import MetricUnit
from model.quantities import plain
from model.vocabulary import Direction

_SUBJECTS: Final = {
    "account": "AWS account and region",
    "alarm-forwarding": "path from CloudWatch alarms to Alertmanager",
    "alarm-topic": "SNS topic of Belfry's own notifications",
    "api-gateway": "API stage",
    "certificate": "certificate",
    "cluster": "EKS cluster",
    "dynamodb-table": "DynamoDB table",
    "ec2-instance": "EC2 instance",
    "elasticache": "cache",
    "lambda-function": "Lambda function",
    "load-balancer": "load balancer",
    "nat-gateway": "NAT gateway",
    "opensearch-domain": "OpenSearch domain",
    "rds-database": "RDS database",
    "sns-topic": "SNS topic",
    "sqs-queue": "SQS queue",
    "web-acl": "web ACL",
}

# (key, value as text) of `when` -> how the subject is then described.
_CONDITIONS: Final = {
    ("aurora", "True"): "that is an Aurora cluster",
    ("aurora", "False"): "that is not Aurora",
    ("billing", "on-demand"): "with on-demand capacity",
    ("billing", "provisioned"): "with provisioned capacity",
    ("container_alarms", "True"): "where the catalog turns container alarms on",
    ("container_insights", "True"): "with Container Insights",
    ("dead_letter_queue", "True"): "that is or has a dead-letter queue",
    ("engine", "aurora-mysql"): "with MySQL",
    ("engine", "aurora-postgresql"): "with PostgreSQL",
    ("engine", "memcached"): "with Memcached",
    ("engine", "postgres"): "with PostgreSQL",
    ("engine", "redis or valkey"): "with Redis or Valkey",
    ("expects_traffic", "True"): "that the catalog marks `expects_traffic`",
    ("fifo", "True"): "that is FIFO",
    ("insights", "True"): "with Lambda Insights",
    ("kinesis_operation", "True"): "that streams to Kinesis",
    ("maximum", "True"): "with an on-demand maximum",
    ("monthly_budget_usd", "True"): "with a monthly budget",
    ("partiql", "True"): "that is read by PartiQL",
    ("protocol", "http"): "of an HTTP API",
    ("protocol", "rest"): "of a REST API",
    ("protocol", "websocket"): "of a WebSocket API",
    ("reads_stream", "True"): "that reads a stream",
    ("region", "us-east-1"): "in us-east-1",
    ("replicated", "True"): "with replicas",
    ("reserved_concurrency", "True"): "with reserved concurrency",
    ("scope", "regional"): "of regional scope",
    ("severity", "critical"): "for critical alarms",
    ("severity", "warning or info"): "for warnings and info",
    ("time_to_live", "True"): "with time to live",
    ("type", "application"): "of type application",
    ("type", "network"): "of type network",
    ("uses", "dynamodb-table"): "with DynamoDB tables in the catalog",
    ("uses", "lambda-function"): "with Lambda functions in the catalog",
    ("vcpus", "True"): "with its number of vCPUs in the catalog",
}

# Fields that a threshold may be a share of.
_WHOLES: Final = {
    "lambda_concurrency": "the account's concurrency quota",
    "max_connections": "the maximum number of connections",
    "memory_bytes": "the instance's memory",
    "monthly_budget_usd": "the monthly budget",
    "node_storage_megabytes": "a node's storage",
    "nodes": "the number of nodes in the catalog",
    "reserved_concurrency": "the reserved concurrency",
    "status_checks": "the status checks of its minimum of nodes",
    "storage_bytes": "the allocated storage",
    "timeout_milliseconds": "the function's timeout",
    "vcpus": "the number of vCPUs",
}

_STATISTICS: Final = {
    "Sum": "sum",
    "Average": "average",
    "Minimum": "minimum",
    "Maximum": "maximum",
    "SampleCount": "number of data points",
}


def subject(file: AlarmFile, row: AlarmRow) -> str:
    """What has the alarm: "every DynamoDB table with provisioned capacity, once for each index"."""
    described = " ".join(_condition(key, value) for key, value in {**file.when, **row.when}.items())
    part = "" if row.each == "resource" else f", once for each {row.each.replace('_', ' ')}"
    return f"every {_SUBJECTS.get(file.applies_to, file.applies_to)}{f' {described}' if described else ''}{part}"


def fires(row: AlarmRow) -> str:
    """When the alarm fires: "`CPUUtilization` (average) is above 90 % for 5 min, or no data"."""
    silence = ", or no data arrives" if row.missing_data is MissingData.BREACHING else ""
    return f"{measure(row)} is {limit(row)} {times(row)}{silence}"


def measure(row: AlarmRow) -> str:
    """What is compared: the metric, or the metric math."""
    if row.expression is None:
        return metric(row.metrics[0])
    return f"`{row.expression}`"


def metric(one: AlarmMetric) -> str:
    """A metric and its statistic."""
    return f"`{one.metric}` ({_STATISTICS.get(one.statistic, one.statistic)})"


def limit(row: AlarmRow) -> str:
    """Direction and threshold."""
    if row.threshold.band is not None:
        side = "above" if row.bad is Direction.ABOVE else "below"
        return f"{side} its expected range ({plain(row.threshold.band)} standard deviations)"
    return f"{row.bad} {_threshold(row)}"


def quantity(value: Decimal, unit: MetricUnit) -> str:
    """A number with the unit a person would use: 5 GiB, 90 %, 2 min, 20 ms."""
    if unit in _SCALES:
        write, factor = _SCALES[unit]
        return write(value * factor)
    return f"{plain(value)} %" if unit is MetricUnit.PERCENT else f"{value:,f}{_SUFFIXES.get(unit, '')}"


def duration(seconds: Decimal) -> str:
    """Seconds in the largest unit that gives a whole number; below a second in milliseconds."""
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{plain(seconds / size)} {name}"
    return f"{plain(seconds * 1000)} ms" if 0 < seconds < 1 else f"{plain(seconds)} s"


def _bytes(value: Decimal) -> str:
    for power, name in ((40, "TiB"), (30, "GiB"), (20, "MiB")):
        if value >= 2**power:
            return f"{(value / 2**power).quantize(Decimal('0.1')).normalize():f} {name}"
    return f"{value:,f} bytes"


def _threshold(row: AlarmRow) -> str:
    threshold = row.threshold
    if threshold.value is not None:
        return quantity(threshold.value, row.unit)
    whole = _WHOLES.get(threshold.of, f"`{threshold.of}`") if threshold.of else None
    if threshold.share is not None:
        return str(whole) if threshold.share == 1 else f"{plain(threshold.share * 100)} % of {whole}"
    catalog = f"the catalog's `{threshold.signal}` threshold"
    if whole is None:
        return catalog + _otherwise(threshold, lambda value: quantity(value, row.unit))
    # In the catalog the signal is a percentage of the whole in use; a metric that falls counts what is free.
    if row.bad is Direction.BELOW:
        return f"what {catalog} leaves of {whole}" + _otherwise(threshold, lambda value: f"{plain(100 - value)} %")
    return f"{catalog}, a percentage of {whole}" + _otherwise(threshold, lambda value: f"{plain(value)} %")


def _otherwise(threshold: AlarmThreshold, write: Callable[[Decimal], str]) -> str:
    return "" if threshold.otherwise is None else f" ({write(threshold.otherwise)} if it has none)"


def times(row: AlarmRow) -> str:
    """How long: "for 5 min", "in 3 of 5 periods of 1 min"."""
    if row.datapoints == row.periods:
        return f"for {duration(Decimal(row.periods * row.period_seconds))}"
    return f"in {row.datapoints} of {row.periods} periods of {duration(Decimal(row.period_seconds))}"


def _condition(key: str, value: bool | str | tuple[str, ...]) -> str:
    text = " or ".join(value) if isinstance(value, tuple) else str(value)
    return _CONDITIONS.get((key, text), f"where `{key}` is {text.lower()}")


_SCALES: Final[Mapping[MetricUnit, tuple[Callable[[Decimal], str], Decimal]]] = {
    MetricUnit.SECONDS: (duration, Decimal(1)),
    MetricUnit.MILLISECONDS: (duration, Decimal("0.001")),
    MetricUnit.BYTES: (_bytes, Decimal(1)),
    MetricUnit.MEGABYTES: (_bytes, Decimal(2**20)),
}
_SUFFIXES: Final = {MetricUnit.DAYS: " days", MetricUnit.COUNT_PER_SECOND: " per second", MetricUnit.USD: " USD"}
