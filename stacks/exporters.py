"""What Prometheus asks others for: metrics of AWS, databases, cost, the world outside."""

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
from model.metrics.database_exporters import EXPORTERS, targets
from stacks.in_cluster import InCluster
from stacks.platform_settings import SecretSource


def build(target: InCluster) -> None:
    """Register those that the environment wants and has something for."""
    settings, monitoring = target.settings, target.namespace(names.MONITORING)
    wanted = settings.exporters
    BlackboxExporter(
        "blackbox",
        BlackboxExporterArgs(
            namespace=monitoring,
            replicas=min(settings.metrics.replicas, 2),
            placement=target.placement,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(),
    )
    watched = jobs(target.inputs.catalog)
    # Without rights in AWS it could read nothing.
    if wanted.cloudwatch and watched and settings.cluster.identity is not None:
        CloudWatchExporter(
            names.CLOUDWATCH_EXPORTER,
            CloudWatchExporterArgs(
                namespace=monitoring,
                region=settings.region,
                jobs=watched,
                role_arn=target.role_arn(workloads.CLOUDWATCH_EXPORTER),
                priority_class=PLATFORM.name,
                placement=target.placement,
                chart_mirror=target.mirror,
            ),
            opts=target.opts(),
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
            opts=target.opts(),
        )
    _databases(target)


def _databases(target: InCluster) -> None:
    settings = target.settings
    reached = targets(settings.exporters.databases, target.inputs.catalog)
    ours = settings.secret_source is SecretSource.STACK
    for exporter in EXPORTERS:
        watched = [one for one in reached if one.exporter is exporter]
        if watched:
            locked = [one for one in watched if one.access.password]
            DatabaseExporter(
                exporter.name,
                DatabaseExporterArgs(
                    namespace=target.namespace(names.MONITORING),
                    exporter=exporter,
                    targets=watched,
                    passwords={one.key: target.inputs.secrets.get(one.secret) for one in locked} if ours else None,
                    replicas=min(settings.metrics.replicas, 2),
                    priority_class=PLATFORM.name,
                    placement=target.placement,
                ),
                opts=target.opts(),
            )
