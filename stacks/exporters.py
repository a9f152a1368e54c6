"""What Prometheus asks others for: metrics of AWS, databases, cost, the world outside."""

from collections.abc import Sequence

import pulumi

from components.blackbox_exporter import BlackboxExporter, BlackboxExporterArgs
from components.cloudwatch_exporter import CloudWatchExporter, CloudWatchExporterArgs
from components.database_exporter import DatabaseExporter, DatabaseExporterArgs
from components.elasticsearch_exporter import ElasticsearchExporter, ElasticsearchExporterArgs
from components.metrics_server import MetricsServer, MetricsServerArgs
from components.opencost import OpenCost, OpenCostArgs
from model import names
from model.cluster import workloads
from model.cluster.guard_rails import PLATFORM
from model.metrics.cloudwatch_metrics import jobs
from model.metrics.database_exporters import EXPORTERS
from stacks.databases import Databases
from stacks.in_cluster import InCluster
from stacks.log_stores import Stores
from stacks.platform_settings import SecretSource


def build(target: InCluster, stores: Stores, copies: Sequence[pulumi.Resource], asked: Databases) -> None:
    """Register those that the environment wants and has something for. ``copies`` bring secrets from outside."""
    settings, monitoring = target.settings, target.namespace(names.MONITORING)
    wanted = settings.exporters
    BlackboxExporter(
        "blackbox",
        BlackboxExporterArgs(
            namespace=monitoring,
            replicas=min(settings.metrics.replicas, 2),
            placement=target.placement,
            compute=settings.compute,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(),
    )
    # Without rights in AWS it could read nothing; it is given them where the catalog has something to read.
    if target.has_rights(workloads.CLOUDWATCH_EXPORTER):
        CloudWatchExporter(
            names.CLOUDWATCH_EXPORTER,
            CloudWatchExporterArgs(
                namespace=monitoring,
                region=settings.region,
                jobs=jobs(target.inputs.catalog),
                compute=settings.compute,
                role_arn=target.role_arn(workloads.CLOUDWATCH_EXPORTER),
                pod_annotations=target.pod_annotations(workloads.CLOUDWATCH_EXPORTER),
                priority_class=PLATFORM.name,
                placement=target.placement,
                chart_mirror=target.mirror,
            ),
            opts=target.opts(workloads.CLOUDWATCH_EXPORTER),
        )
    if wanted.cost:
        OpenCost(
            "cost",
            OpenCostArgs(
                namespace=monitoring,
                cluster=settings.cluster.name,
                priority_class=PLATFORM.name,
                placement=target.placement,
                chart_mirror=target.mirror,
            ),
            opts=target.opts(),
        )
    if wanted.metrics_server:
        MetricsServer(
            names.METRICS_SERVER,
            MetricsServerArgs(replicas=min(settings.metrics.replicas, 2), chart_mirror=target.mirror),
            opts=target.opts(),
        )
    if settings.logs.has_elasticsearch:
        ElasticsearchExporter(
            names.ELASTICSEARCH_EXPORTER,
            ElasticsearchExporterArgs(
                namespace=monitoring,
                priority_class=PLATFORM.name,
                placement=target.placement,
                chart_mirror=target.mirror,
            ),
            opts=target.opts(*stores.ready),
        )
    _databases(target, copies, asked)


def _databases(target: InCluster, copies: Sequence[pulumi.Resource], asked: Databases) -> None:
    settings = target.settings
    ours = settings.secret_source is SecretSource.STACK
    for exporter in EXPORTERS:
        watched = asked.of(exporter)
        if watched:
            locked = [one for one in watched if one.access.password]
            DatabaseExporter(
                exporter.name,
                DatabaseExporterArgs(
                    namespace=target.namespace(names.MONITORING),
                    exporter=exporter,
                    targets=watched,
                    addresses=asked.addresses,
                    passwords={one.key: target.inputs.secrets.get(one.secret) for one in locked} if ours else None,
                    replicas=min(settings.metrics.replicas, 2),
                    priority_class=PLATFORM.name,
                    placement=target.placement,
                ),
                opts=target.opts(*copies),
            )
