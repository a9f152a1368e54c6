"""Where logs are kept: Loki always, Elasticsearch where it is asked for."""

from dataclasses import dataclass

import pulumi

from components.elasticsearch import Elasticsearch, ElasticsearchArgs
from components.elasticsearch_setup import ElasticsearchSetup, ElasticsearchSetupArgs
from components.grafana_datasources import GrafanaDatasources, GrafanaDatasourcesArgs
from components.loki import Loki, LokiArgs, Parts, Size
from configs.grafana.datasources import elasticsearch_datasource
from model import names
from model.account.storage import BucketUse
from model.cluster import workloads
from model.cluster.guard_rails import PLATFORM
from model.cluster.loki import Mode
from model.sizing.logs import Loki as LokiNeed
from stacks import log_configs
from stacks.in_cluster import InCluster

# Who speaks to Elasticsearch, and needs the certificate of its authority.
CERTIFICATE_NAMESPACES = (names.COLLECTORS, names.FALCO, names.MONITORING, names.TRACING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchStore:
    """Elasticsearch and the job behind it, which hands out the certificate that all who speak to it mount."""

    cluster: Elasticsearch
    set_up: ElasticsearchSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where logs are kept."""

    loki: Loki
    elasticsearch: ElasticsearchStore | None

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What must be there before the first pod that sends to a store, or mounts what it needs for that."""
        return [self.loki, *([self.elasticsearch.set_up] if self.elasticsearch else [])]


def build(target: InCluster) -> Stores:
    """Register them."""
    settings, logs, need = target.settings, target.settings.logs, target.inputs.size.loki
    kept = Loki(
        "loki",
        LokiArgs(
            namespace=target.namespace(names.LOGGING),
            config=log_configs.loki(settings, target.foundation.buckets.names),
            size=Size(cpu_millis=need.cpu_millis, memory_mib=logs.memory_mib),
            parts=_parts(need),
            chunks_cache_mib=need.chunks_cache_mib,
            volume_gib=logs.volume_gib,
            gateway_replicas=min(logs.replicas, 2),
            storage_class=target.storage_class,
            priority_class=PLATFORM.name,
            placement=target.placement,
            role_arn=target.role_arn(workloads.LOKI),
            pod_annotations=target.pod_annotations(workloads.LOKI),
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.LOKI),
    )
    return Stores(loki=kept, elasticsearch=_elasticsearch(target) if logs.has_elasticsearch else None)


def _parts(need: LokiNeed) -> Parts:
    """Of a Loki that is split; the file may ask for that where the load does not."""
    if need.mode is not Mode.DISTRIBUTED:
        return Parts()
    return Parts(
        distributor=need.distributor,
        querier=need.querier,
        query_frontend=need.query_frontend,
        query_scheduler=need.query_scheduler,
        index_gateway=need.index_gateway,
        ruler=need.ruler,
    )


def _elasticsearch(target: InCluster) -> ElasticsearchStore:
    wanted = target.settings.logs.elasticsearch
    snapshots = log_configs.keeps_snapshots(target.settings)
    if not snapshots:
        pulumi.warn("Elasticsearch has no snapshots: they need cluster.identity, and cluster.issuer if it is adopted")
    made = Elasticsearch(
        "elasticsearch",
        ElasticsearchArgs(
            namespace=target.namespace(names.LOGGING),
            operator_namespace=target.namespace(names.ELASTIC_SYSTEM),
            nodes=wanted.nodes,
            memory_gib=wanted.memory_gib,
            volume_gib=wanted.volume_gib,
            kibana_replicas=wanted.kibana_replicas,
            storage_class=target.storage_class,
            # By IRSA in any case, so not what in_cluster hands out.
            snapshot_role_arn=target.foundation.identities[workloads.ELASTICSEARCH].role_arn if snapshots else None,
            region=target.settings.region,
            priority_class=PLATFORM.name,
            placement=target.placement,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.ELASTICSEARCH),
    )
    set_up = ElasticsearchSetup(
        names.ELASTICSEARCH_SETUP,
        ElasticsearchSetupArgs(
            namespace=target.namespace(names.LOGGING),
            config=log_configs.elasticsearch(target.settings),
            certificate_namespaces=CERTIFICATE_NAMESPACES,
            snapshot_bucket=target.foundation.buckets.names[BucketUse.ELASTICSEARCH_SNAPSHOTS] if snapshots else None,
            placement=target.placement,
        ),
        opts=target.opts(made),
    )
    GrafanaDatasources(
        "elasticsearch-datasource",
        GrafanaDatasourcesArgs(namespace=target.namespace(names.MONITORING), sources=[elasticsearch_datasource()]),
        # It names the certificate's file, which only then is there.
        opts=target.opts(set_up),
    )
    return ElasticsearchStore(cluster=made, set_up=set_up)
