"""Good inputs for the examples of components."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from components.alarm_forwarder import AlarmForwarderArgs
from components.archive_program import ProgramArgs
from components.cluster import EksClusterArgs
from components.composite_alarms import CompositeAlarmsArgs, Leaf
from components.incident_watch import IncidentWatchArgs
from components.network import NetworkArgs
from components.probes import ProbeTarget
from components.prometheus_stack import PrometheusStackArgs
from components.resource_alarms import ResourceAlarmsArgs
from components.scheduled_program import ScheduledProgramArgs
from components.service_monitors import ScrapeTarget
from model.account.node_pools import Pool, placement
from model.alarms.alarm import Alarm, AlarmFile, alarms_for
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, Bundle, BundleKind, Maturity
from model.catalog.resources import DynamoDbTable
from model.metrics.cloudwatch_metrics import Job
from model.metrics.database_exporters import POSTGRES, DatabaseAccess, DatabaseTarget
from model.quantities import Duration
from model.vocabulary import ProbeKind, Severity

NETWORK = NetworkArgs(
    cluster_name="main", region="eu-central-1", account_id="123456789012", cidr="10.20.0.0/16", nat_per_zone=True
)
CLUSTER = EksClusterArgs(
    cluster_name="main",
    region="eu-central-1",
    account_id="123456789012",
    version="1.34",
    subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
)
STACK = PrometheusStackArgs(
    namespace="monitoring",
    cluster="main",
    environment="prod",
    grafana_url="https://grafana.example.com",
    prometheus_replicas=2,
    prometheus_retention=Duration("15d"),
    prometheus_volume_gib=100,
    alertmanager_replicas=3,
    alertmanager_config_secret="alertmanager-config",
    alertmanager_receivers_secret="alertmanager-receivers",
    grafana_admin_secret="grafana-admin",
    placement=placement(Pool.OBSERVABILITY),
    chart_mirror=None,
)
TARGET = ScrapeTarget(
    system="shop", component="api", namespace="shop-web", port="metrics", path="/metrics", interval=Duration("15s")
)
TOPICS = {severity: f"arn:{severity}" for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)}
ALARMS_FILE = Path(__file__).parents[2] / "rules" / "cloudwatch" / "dynamodb.yaml"


def bundle(name: str = "shop", kind: BundleKind = BundleKind.PROMETHEUS) -> Bundle:
    """A locked bundle."""
    return Bundle(
        name=name,
        kind=kind,
        path=f"{kind}/{name}.yaml",
        version="1.2.3",
        locked="1.2.3",
        sha256="ab" * 32,
        maturity=Maturity.STABLE,
        owner="platform",
        description="An example.",
    )


def dashboard(name: str = "shop") -> Asset:
    """A dashboard, as small as one can be."""
    return Asset(bundle(name, BundleKind.GRAFANA), f"dashboards/grafana/{name}.json", '{"uid": "shop", "panels": []}\n')


def rule_file() -> RuleFile:
    """One group with one alert."""
    alert = {
        "alert": "ShopDown",
        "expr": "up == 0",
        "for": "5m",
        "labels": {"severity": "critical", "team": "shop"},
        "annotations": {"summary": "Down.", "description": "It is down."},
    }
    return RuleFile.model_validate({"groups": [{"name": "shop", "rules": [alert]}]})


def table(**changes: Any) -> DynamoDbTable:
    """A provisioned table with one index."""
    good = {
        "kind": "dynamodb-table",
        "name": "orders",
        "description": "Orders.",
        "table": "shop-orders",
        "billing": "provisioned",
        "capacity": {"read": 100, "write": 50},
        "indexes": [{"name": "by-customer", "capacity": {"read": 20, "write": 10}}],
    }
    return DynamoDbTable.model_validate({**good, **changes})


def shipped_alarms(resource: DynamoDbTable) -> tuple[Alarm, ...]:
    """What the shipped rows make of a table."""
    text = ALARMS_FILE.read_text(encoding="utf-8")
    return alarms_for(
        AlarmFile.parse(Asset(bundle("dynamodb", BundleKind.CLOUDWATCH), "dynamodb.yaml", text)), resource
    )


def resource_alarms_args(alarms: tuple[Alarm, ...] | None = None) -> ResourceAlarmsArgs:
    """Alarms of the example table, unless others are given."""
    return ResourceAlarmsArgs(
        alarms=shipped_alarms(table()) if alarms is None else alarms,
        topic_arns=TOPICS,
        prefix="prod-shop-orders",
        owner="shop",
        runbooks="https://runbooks.example.com",
    )


def composite_alarms_args(leaves: Iterable[Leaf] | None = None, **changes: Any) -> CompositeAlarmsArgs:
    """A critical and a warning leaf, unless others are given."""
    severities = (Severity.CRITICAL, Severity.WARNING)
    some = [Leaf(name=f"prod-shop-orders-{severity}", severity=severity, created="made") for severity in severities]
    args = CompositeAlarmsArgs(
        system="shop",
        leaves=some if leaves is None else list(leaves),
        topic_arns=TOPICS,
        prefix="prod-shop",
        owner="shop",
        runbooks="https://runbooks.example.com",
    )
    return replace(args, **changes)


JOB = Job(
    name="shop/jobs",
    system="shop",
    component="jobs",
    namespace="AWS/SQS",
    dimensions={"QueueName": "shop-jobs"},
    metrics={"NumberOfMessagesDeleted": ["Sum"]},
)
DATABASE = DatabaseTarget(
    system="shop",
    component="orders",
    exporter=POSTGRES,
    access=DatabaseAccess(addresses=("orders.example.com", "orders-replica.example.com")),
)
FRONT_DOOR = ProbeTarget(
    system="shop",
    component="api",
    probe="front-door",
    kind=ProbeKind.HTTP,
    group="http",
    target="https://shop.example.com/",
    interval=Duration("30s"),
)
PROGRAM = ProgramArgs(
    namespace="monitoring",
    archive_url="https://belfry-prod-jobs.s3.eu-central-1.amazonaws.com/0123.zip",
    archive_sha256="0123",
    region="eu-central-1",
    priority_class="belfry-platform",
    placement=placement(Pool.OBSERVABILITY),
)
ALARM_FORWARDER = AlarmForwarderArgs(
    program=PROGRAM,
    queue_url="https://sqs.eu-central-1.amazonaws.com/123456789012/belfry-prod-alarm-state-changes",
    alertmanagers=["http://alertmanager-0:9093", "http://alertmanager-1:9093"],
    table={"shop.json": "{}", "belfry.json": "{}"},
    prefixes=("prod", "belfry-prod"),
    environment="prod",
)
INCIDENT_WATCH = IncidentWatchArgs(
    program=PROGRAM,
    environment="prod",
    bucket="belfry-prod-reports",
    scope='{"calls": {}, "teams": []}',
    servers={"prometheus": ["http://prometheus-0:9090"], "alertmanager": ["http://alertmanager-0:9093"]},
)
SCHEDULED = ScheduledProgramArgs(
    name="counting",
    module="ops.counting",
    schedule="0 5 * * 1",
    program=PROGRAM,
    deadline_seconds=600,
    arguments=["--to", "s3://belfry-prod-reports/counts.json"],
    files={"what.json": "{}"},
    scratch_mib=8,
)
