"""Recorded series of databases, caches, queues and other services of AWS that only boards read.

Two traps of CloudWatch's numbers in Prometheus, which the queries here avoid. They come minutes late and with gaps, so
each is bridged by ten minutes. And every cluster with an exporter has the same resource of AWS: values of two clusters
are the same value twice, so boards take the larger and never the sum.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from authoring.rule_file import Rule
from authoring.rules import signals, thresholds
from model import labels
from model.catalog.resource_base import ResourceKind
from model.catalog.system import System
from model.vocabulary import Signal

AWS_RESOURCE: Final = "component:aws_resource:info"
"""One for each cluster and resource that boards ask CloudWatch about: its name there is the label ``resource``."""

NAME_IN_AWS: Final[Mapping[ResourceKind, str]] = {
    ResourceKind.DYNAMODB_TABLE: "table",
    ResourceKind.LAMBDA_FUNCTION: "function",
    ResourceKind.LOAD_BALANCER: "arn_suffix",
}

INTERVAL: Final = "60s"
"""CloudWatch is asked every five minutes: the server's own interval would write the same number ten times."""

AWS_GROUP: Final = "belfry.dashboards.aws"
EXPORTERS_GROUP: Final = "belfry.dashboards.stores"

_BY: Final = "cluster, system, component"
_PERIOD: Final = 300  # seconds that a sum of the exporter is over

# What thresholds record where a line is set, and boards show everywhere.
_SIGNALS: Final = (
    Signal.QUERY_LATENCY_P95,
    Signal.CONNECTION_POOL_USAGE,
    Signal.REPLICATION_LAG,
    Signal.CACHE_HIT_RATIO,
    Signal.QUEUE_LAG,
    Signal.QUEUE_DEPTH,
)


def lists(system: System, clusters: str) -> Iterator[Rule]:
    """The names in AWS; ``clusters`` is the series with one for each cluster."""
    for resource in system.resources:
        if word := NAME_IN_AWS.get(resource.kind):
            names = {labels.SYSTEM: system.system, labels.COMPONENT: resource.name, "kind": str(resource.kind)}
            in_aws = dict.fromkeys(str(getattr(variant, word)) for variant in resource.variants())
            for name in in_aws:
                yield Rule("record", AWS_RESOURCE, clusters, names | {"resource": name})


def without_line(system: System) -> Iterator[Rule]:
    """Signals of stores that nobody set a line for, by the same query and name as where somebody did."""
    recorded = {(part.name, query.record) for part, _, query in thresholds.bound(system)}
    for part in (*system.components, *system.resources):
        for signal in _SIGNALS:
            query = signals.bind(signal, system, part)
            if query and query.record and (part.name, query.record) not in recorded:
                own = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
                yield Rule("record", query.record, query.expr, own)


def of_aws() -> Iterator[Rule]:
    """What the CloudWatch exporter brings, by component."""
    for access in ("read", "write"):
        own = {"access": access}
        consumed = _rate(f"aws_dynamodb_consumed_{access}_capacity_units_sum")
        provisioned = _last(f"aws_dynamodb_provisioned_{access}_capacity_units_average")
        throttled = _last(f"aws_dynamodb_{access}_throttle_events_sum")
        yield Rule("record", "component_access:dynamodb_throttled:last10m", throttled, own)
        yield Rule("record", "component_access:dynamodb_units:rate5m", consumed, own)
        used = f"{consumed}\n  /\n({provisioned} > 0)"
        yield Rule("record", "component_access:dynamodb_capacity_used:ratio", used, own)
    for name, expr in {
        **_load_balancers(),
        **_functions(),
        "component:sns_notifications_failed:last10m": _last("aws_sns_number_of_notifications_failed_sum"),
        "component:nat_ports_refused:last10m": _last("aws_natgateway_error_port_allocation_sum"),
        "component:ec2_status_check_failed:max": _last("aws_ec2_status_check_failed_maximum"),
        "component:rds_cpu:ratio": f"{_last('aws_rds_cpuutilization_average')} / 100",
        "component:rds_replica_lag_seconds:max": (
            f"{_last('aws_rds_replica_lag_maximum')}\n  or\n{_last('aws_rds_aurora_replica_lag_maximum')} / 1000"
        ),
        "component:elasticache_cpu:ratio": (
            f"(\n  {_last('aws_elasticache_engine_cpuutilization_average')}\n    or\n"
            f"  {_last('aws_elasticache_cpuutilization_average')}\n) / 100"
        ),
        "component:elasticache_memory:ratio": (
            f"{_last('aws_elasticache_database_memory_usage_percentage_average')} / 100"
        ),
        "component:elasticache_replica_lag_seconds:max": _last("aws_elasticache_replication_lag_maximum"),
    }.items():
        yield Rule("record", name, expr, {})
    for what, metric in (
        ("oldest_message_seconds", "approximate_age_of_oldest_message_maximum"),
        ("messages_sent", "number_of_messages_sent_sum"),
    ):
        expr = f"max by (cluster, dimension_QueueName) (last_over_time(aws_sqs_{metric}[10m]))"
        yield Rule("record", f"queue:sqs_{what}:last10m", expr, {})


def of_exporters() -> Iterator[Rule]:
    """What the exporters of PostgreSQL and Redis see, by component: what their alerts look at, and what is busy.

    Ratios and rates with a limit are measured by instance and the worst counts, as in the alerts. Traffic is added up.
    """
    commits, rollbacks = (
        f"sum by ({_BY}, instance) (rate(pg_stat_database_xact_{what}[5m]))" for what in ("commit", "rollback")
    )
    deadlocks = f"sum by ({_BY}, instance) (increase(pg_stat_database_deadlocks[15m]))"
    rolled_back = f"{rollbacks}\n    /\n  (\n    {commits}\n      +\n    {rollbacks} > 0.2\n  )"
    for name, expr in {
        "component:pg_transactions:rate5m": f"sum by ({_BY}) (\n  {commits}\n    +\n  {rollbacks}\n)",
        "component:pg_rollbacks:ratio_rate5m": f"max by ({_BY}) (\n  {rolled_back}\n)",
        "component:pg_deadlocks:increase15m": f"max by ({_BY}) (\n  {deadlocks}\n)",
        "component:pg_oldest_transaction_seconds:max": (
            f'max by ({_BY}) (pg_stat_activity_max_tx_duration{{state=~"active|idle in transaction.*"}})'
        ),
        "component:redis_memory_used:ratio": f"max by ({_BY}) (redis_memory_used_bytes / (redis_memory_max_bytes > 0))",
        "component:redis_evicted:rate10m": f"max by ({_BY}) (rate(redis_evicted_keys_total[10m]))",
        "component:redis_refused:increase5m": f"max by ({_BY}) (increase(redis_rejected_connections_total[5m]))",
        "component:redis_commands:rate5m": f"sum by ({_BY}) (rate(redis_commands_total[5m]))",
        "component:redis_clients:sum": f"sum by ({_BY}) (redis_connected_clients)",
        "component:redis_replica_linked:min": f"min by ({_BY}) (redis_master_link_up)",
    }.items():
        yield Rule("record", name, expr, {})


def _load_balancers() -> dict[str, str]:
    requests = _last("aws_applicationelb_request_count_sum")
    errors = _last("aws_applicationelb_httpcode_target_5_xx_count_sum")
    kinds = ("aws_applicationelb", "aws_networkelb")
    unhealthy = "\n  or\n".join(_last(f"{kind}_un_healthy_host_count_maximum") for kind in kinds)
    return {
        "component:alb_requests:rate5m": f"{requests} / {_PERIOD}",
        # No error is sent as nothing.
        "component:alb_target_errors:ratio_rate5m": (
            f"(\n  {errors}\n    or\n  0 * {requests}\n)\n  /\n({requests} > 0)"
        ),
        "component:alb_own_errors:last10m": _last("aws_applicationelb_httpcode_elb_5_xx_count_sum"),
        "component:alb_response_seconds:p95": _last("aws_applicationelb_target_response_time_p95"),
        "component:load_balancer_unhealthy_targets:max": unhealthy,
    }


def _functions() -> dict[str, str]:
    calls, errors = _last("aws_lambda_invocations_sum"), _last("aws_lambda_errors_sum")
    return {
        "component:lambda_invocations:rate5m": f"{calls} / {_PERIOD}",
        "component:lambda_errors:ratio_rate5m": f"{errors}\n  /\n({calls} > 0)",
        "component:lambda_throttled:last10m": _last("aws_lambda_throttles_sum"),
        "component:lambda_duration_seconds:p95": f"{_last('aws_lambda_duration_p95')} / 1000",
    }


def _last(metric: str) -> str:
    return f"max by ({_BY}) (last_over_time({metric}[10m]))"


def _rate(metric: str) -> str:
    return f"{_last(metric)} / {_PERIOD}"
