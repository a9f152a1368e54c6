"""Where samples go that shall outlive Prometheus' volumes, and what reads them there."""

import pulumi

from components.prometheus_stack import ManagedPrometheus, Thanos
from components.thanos import ThanosReader, ThanosReaderArgs
from model import names
from model.account.storage import BucketUse
from model.cluster import workloads
from model.cluster.guard_rails import PLATFORM
from model.cluster.pods import Size, ThanosSizes
from model.metrics import thanos
from model.metrics.long_term_metrics import ManagedPrometheusStore, ThanosStore
from stacks.in_cluster import InCluster


def store(target: InCluster) -> ManagedPrometheus | Thanos | None:
    """What Prometheus is told."""
    match target.settings.metrics.long_term:
        case ManagedPrometheusStore(url=url, region=region):
            return ManagedPrometheus(url=url, region=region)
        case ThanosStore():
            return Thanos(bucket=_bucket(target), region=target.settings.region)
        case _:
            return None


def build(target: InCluster) -> None:
    """Register what reads the bucket, where there is one. Amazon Managed Prometheus answers queries itself."""
    metrics = target.settings.metrics
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


def _bucket(target: InCluster) -> pulumi.Output[str]:
    return target.foundation.buckets.names[BucketUse.LONG_TERM_METRICS]
