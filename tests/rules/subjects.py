"""One subject of each kind, with everything switched on, so that every shipped row makes at least one alarm."""

from decimal import Decimal

from pydantic import TypeAdapter

from model.alarms.scopes import (
    Account,
    AlarmForwarder,
    AlarmTopic,
    Cluster,
    Container,
    MadeNatGateway,
    NodeGroup,
    NodeProvisioning,
    Service,
)
from model.catalog.resource_base import Subject
from model.catalog.resources import Resource, ResourceBase, ResourceKind
from model.vocabulary import Severity
from tests.model.catalogs import Document

_ADAPTER: TypeAdapter[ResourceBase] = TypeAdapter(Resource)

_GROUP = {"name": "web", "arn_suffix": "targetgroup/web/0123456789abcdef"}
_CAPACITY = {"read": 100, "write": 50}
_LINES = [
    {"signal": "queue-lag", "unit": "seconds", "warning": 300, "critical": 1800, "reason": "Settlement is hourly."},
    {"signal": "queue-depth", "unit": "count", "warning": 10000, "reason": "Three minutes of work."},
]
_FULL = [
    {"signal": signal, "unit": "percent", "warning": 75, "critical": 90, "reason": "The next step is an outage."}
    for signal in ("cpu-usage", "memory-usage", "disk-usage", "connection-pool-usage")
]
_RDS = {
    "kind": "rds-database",
    "instance_class": "db.r6g.large",
    "max_connections": 500,
    "memory_gib": 16,
    "vcpus": 2,
    "thresholds": _FULL,
}
_CACHE = {"kind": "elasticache", "node_type": "cache.r6g.large", "nodes": 2, "thresholds": _FULL}

RESOURCES: dict[str, Document] = {
    "orders": {
        "kind": "dynamodb-table",
        "table": "shop-orders",
        "billing": "provisioned",
        "capacity": _CAPACITY,
        "indexes": [{"name": "by-customer", "capacity": _CAPACITY}, {"name": "x" * 200, "capacity": _CAPACITY}],
        "replicas": ["eu-west-1"],
        "time_to_live": True,
        "partiql": True,
        "kinesis_operation": "PutRecords",
    },
    "carts": {
        "kind": "dynamodb-table",
        "table": "shop-carts",
        "billing": "on-demand",
        "maximum": {"read": 1000, "write": 500},
    },
    "database": {
        **_RDS,
        "identifier": "shop",
        "engine": "postgres",
        "storage_gib": 100,
        "replicas": 1,
        "read_replicas": ["shop-2"],
    },
    "cluster-mysql": {**_RDS, "identifier": "shop-m", "engine": "aurora-mysql", "instances": ["shop-m-1", "shop-m-2"]},
    "cluster-pg": {**_RDS, "identifier": "shop-p", "engine": "aurora-postgresql", "instances": ["shop-p-1"]},
    "cache": {**_CACHE, "cluster": "shop", "engine": "redis"},
    "cache-valkey": {**_CACHE, "cluster": "shop-v", "engine": "valkey"},
    "cache-memcached": {**_CACHE, "cluster": "shop-m", "engine": "memcached"},
    "jobs": {
        "kind": "sqs-queue",
        "queue": "shop-jobs.fifo",
        "dead_letter_queue": "shop-dead.fifo",
        "fifo": True,
        "expects_traffic": True,
        "thresholds": _LINES,
    },
    "events": {"kind": "sns-topic", "topic": "shop-events"},
    "export": {
        "kind": "lambda-function",
        "function": "shop-export",
        "timeout_seconds": 60,
        "reserved_concurrency": 10,
        "reads_stream": True,
        "dead_letter_queue": True,
        "insights": True,
        "thresholds": _FULL,
    },
    "front": {"kind": "load-balancer", "arn_suffix": "app/shop/0123456789abcdef", "target_groups": [_GROUP]},
    "tcp": {"kind": "load-balancer", "arn_suffix": "net/shop/0123456789abcdef", "target_groups": [_GROUP]},
    "api-rest": {"kind": "api-gateway", "protocol": "rest", "api": "shop", "stage": "live", "expects_traffic": True},
    "api-http": {"kind": "api-gateway", "protocol": "http", "api": "a1b2", "stage": "live", "expects_traffic": True},
    "api-ws": {"kind": "api-gateway", "protocol": "websocket", "api": "c3", "stage": "live", "expects_traffic": True},
    "images": {"kind": "s3-bucket", "bucket": "shop-images"},
    "search": {"kind": "opensearch-domain", "domain": "shop", "storage_gib": 300, "nodes": 3, "thresholds": _FULL},
    "nat": {"kind": "nat-gateway", "gateway": "nat-0123456789abcdef0"},
    "certificate": {"kind": "certificate", "arn": "arn:aws:acm:us-east-1:123456789012:certificate/x"},
    "host": {
        "kind": "ec2-instance",
        "instance": "i-0123456789abcdef0",
        "volumes": ["vol-0123456789abcdef0"],
        "thresholds": _FULL,
    },
    "wall": {"kind": "web-acl", "acl": "shop"},
}

SUBJECTS: dict[str, Subject] = {
    **{
        name: _ADAPTER.validate_python({"name": name, "description": "One of its kind.", **fields})
        for name, fields in RESOURCES.items()
    },
    "account": Account(
        name="account", region="us-east-1", uses=frozenset(ResourceKind), monthly_budget_usd=Decimal(5000)
    ),
    "cluster": Cluster(
        name="cluster",
        cluster="main",
        container_insights=True,
        container_alarms=True,
        namespaces=("shop",),
        services=(Service(namespace="shop", service="api"),),
        containers=(Container(namespace="shop", workload="api", container="server"),),
    ),
    **{
        f"topic-{severity}": AlarmTopic(name=f"topic-{severity}", topic=f"belfry-prod-{severity}", severity=severity)
        for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
    },
    "karpenter": NodeProvisioning(name="karpenter", queue="belfry-prod-karpenter"),
    "made-nat-gateway": MadeNatGateway.of("a"),
    "made-nodes": NodeGroup.of("general", minimum=3),
    "forwarder": AlarmForwarder(
        name="forwarder", environment="prod", queue="belfry-prod-changes", dead_letter_queue="belfry-prod-changes-dead"
    ),
}
