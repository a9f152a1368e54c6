"""Where samples go that shall outlive Prometheus' volumes, and what reads them there."""

import pulumi

from components.prometheus_reader import PrometheusReader, PrometheusReaderArgs
from components.prometheus_stack import ManagedPrometheus, Thanos
from components.thanos import ThanosReader, ThanosReaderArgs
from configs.prometheus import thanos
from model import names
from model.account.storage import BucketUse
from model.cluster import workloads
from model.cluster.guard_rails import PLATFORM
from model.cluster.pods import Size, ThanosSizes
from model.metrics.long_term_metrics import ManagedPrometheusStore, ThanosStore
from stacks.in_cluster import InCluster
from stacks.managed_prometheus import Workspace


def store(target: InCluster) -> ManagedPrometheus | Thanos | None:
    """Prometheus' configuration."""
    match target.settings.metrics.long_term:
        case ManagedPrometheusStore():
            workspace = _workspace(target)
            return ManagedPrometheus(url=workspace.url, region=workspace.region)
        case ThanosStore():
            return Thanos(bucket=_bucket(target), region=target.settings.region)
        case _:
            return None


def build(target: InCluster) -> None:
    """Register what Grafana asks for what is older: Thanos, or the proxy that signs for Amazon Managed Prometheus."""
    metrics = target.settings.metrics
    if isinstance(metrics.long_term, ManagedPrometheusStore):
        PrometheusReader(
            "prometheus-reader",
            PrometheusReaderArgs(
                namespace=target.namespace(names.MONITORING),
                region=_workspace(target).region,
                role_arn=target.role_arn(workloads.PROMETHEUS_READER),
                pod_annotations=target.pod_annotations(workloads.PROMETHEUS_READER),
                priority_class=PLATFORM.name,
                placement=target.placement,
            ),
            opts=target.opts(workloads.PROMETHEUS_READER),
        )
    if not isinstance(metrics.long_term, ThanosStore):
        return
    one = target.inputs.size.prometheus
    ThanosReader(
        "thanos",
        ThanosReaderArgs(
            namespace=target.namespace(names.MONITORING),
            bucket=_bucket(target),
            region=target.settings.region,
            retention=target.settings.storage.metrics,
            store_volume_gib=metrics.long_term.volume_gib,
            scratch_gib=metrics.long_term.scratch_gib or thanos.scratch_gib(metrics.volume_gib, metrics.retention),
            sizes=ThanosSizes(compactor=Size(cpu_millis=100, memory_mib=one.memory_mib)),
            keep_metrics=metrics.keep,
            storage_class=target.storage_class,
            store_role_arn=target.role_arn(workloads.THANOS_STORE),
            compactor_role_arn=target.role_arn(workloads.THANOS_COMPACTOR),
            store_pod_annotations=target.pod_annotations(workloads.THANOS_STORE),
            compactor_pod_annotations=target.pod_annotations(workloads.THANOS_COMPACTOR),
            priority_class=PLATFORM.name,
            placement=target.placement,
        ),
        opts=target.opts(workloads.THANOS_STORE, workloads.THANOS_COMPACTOR),
    )


def reader_url(target: InCluster) -> pulumi.Output[str] | None:
    """Where Grafana queries Amazon Managed Prometheus, where there is a workspace."""
    if target.foundation.workspace is None:
        return None
    proxy = names.service(names.PROMETHEUS_READER, names.MONITORING, names.PROMETHEUS_READER_PORT, "http")
    return target.foundation.workspace.url.apply(lambda url: f"{proxy}/workspaces/{url.rpartition('/')[2]}")


def _workspace(target: InCluster) -> Workspace:
    workspace = target.foundation.workspace
    assert workspace is not None, "the first layer makes it or looks it up"
    return workspace


def _bucket(target: InCluster) -> pulumi.Output[str]:
    return target.foundation.buckets.names[BucketUse.LONG_TERM_METRICS]
