"""The way of telemetry: collectors on the nodes, the gateway, the samplers, and Jaeger behind them."""

from collections.abc import Sequence

import pulumi

from components.jaeger import Jaeger, JaegerArgs
from components.jaeger import SecretKey as JaegerSecret
from components.opensearch_retention import OpenSearchRetention, OpenSearchRetentionArgs
from components.opentelemetry_agent import OpenTelemetryAgent, OpenTelemetryAgentArgs
from components.opentelemetry_gateway import OpenTelemetryGateway, OpenTelemetryGatewayArgs, SecretKey, Tier
from configs.collector.agent import AgentInput
from configs.collector.cluster import ClusterInput
from configs.collector.gateway import CA_FILE, CloudWatchLogs, GatewayInput, Loki
from configs.collector.gateway import Elasticsearch as ElasticsearchExport
from configs.collector.parts import in_cluster
from configs.collector.sampler import SamplerInput
from configs.stores import elasticsearch
from configs.stores import jaeger as tracing
from model import names
from model.cluster import workloads
from model.cluster.guard_rails import NODE_AGENTS, PLATFORM
from model.sizing.traces import Tier as TierNeed
from model.vocabulary import LogDestination
from stacks.cluster import control_plane_log
from stacks.foundation import WORKLOADS, log_group
from stacks.in_cluster import InCluster
from stacks.platform_settings import CollectorTier, TraceStorage

ELASTICSEARCH_URL = names.service(names.ELASTICSEARCH, names.LOGGING, names.ELASTICSEARCH_PORT, "https")
CA_KEY = "ca.crt"


def build(target: InCluster, stores: Sequence[pulumi.Resource]) -> None:
    """Register it from its end to its beginning, so that nothing sends to what is not there."""
    jaeger = _jaeger(target, stores)
    if domain := target.settings.traces.opensearch:
        OpenSearchRetention(
            names.OPENSEARCH_RETENTION,
            OpenSearchRetentionArgs(
                namespace=target.namespace(names.TRACING),
                url=domain.url,
                region=target.settings.region,
                days=target.settings.traces.retention_days,
                placement=target.placement,
            ),
            # Its account, and with it its rights, comes with Jaeger's release.
            opts=target.opts(jaeger),
        )
    _collectors(target, [*stores, jaeger])


def _jaeger(target: InCluster, stores: Sequence[pulumi.Resource]) -> Jaeger:
    wanted, need = target.settings.traces, target.inputs.size.jaeger
    elastic = wanted.storage is TraceStorage.ELASTICSEARCH
    return Jaeger(
        "jaeger",
        JaegerArgs(
            namespace=target.namespace(names.TRACING),
            config=tracing.JaegerInput(
                storage=_storage(target),
                prometheus=names.service(names.PROMETHEUS, names.MONITORING, names.PROMETHEUS_PORT, "http"),
                grafana=target.settings.links.grafana,
                host=tracing.EVERY_ADDRESS if target.settings.compute.ipv6 else tracing.IPV4_ADDRESSES,
            ),
            replicas=wanted.replicas,
            memory_mib=need.memory_mib,
            cpu_millis=need.cpu_millis,
            retention_days=wanted.retention_days,
            elasticsearch_password=JaegerSecret(secret=elasticsearch.JAEGER.secret, key="password")
            if elastic
            else None,
            elasticsearch_certificate=JaegerSecret(secret=names.ELASTICSEARCH_CA_SECRET, key=CA_KEY)
            if elastic
            else None,
            placement=target.placement,
            role_arn=target.role_arn(workloads.JAEGER),
            # Not annotations: only labels are known to reach the pods of this chart.
            pod_labels=target.pod_annotations(workloads.JAEGER),
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.JAEGER, *stores),
    )


def _storage(target: InCluster) -> tracing.Storage:
    wanted = target.settings.traces
    if wanted.opensearch:
        return tracing.OpenSearch(url=wanted.opensearch.url, region=target.settings.region)
    if wanted.storage is TraceStorage.ELASTICSEARCH:
        return tracing.Elasticsearch(
            url=ELASTICSEARCH_URL,
            user=elasticsearch.JAEGER.name,
            ca_file=f"{tracing.SECRETS_FOLDER}/{CA_KEY}",
            replicas=min(target.settings.logs.elasticsearch.nodes - 1, 1),
        )
    return tracing.Memory()


def _collectors(target: InCluster, stores: Sequence[pulumi.Resource]) -> None:
    settings, wanted, size = target.settings, target.settings.collectors, target.inputs.size
    elastic, runtime = settings.logs.has_elasticsearch, in_cluster(ipv6=settings.compute.ipv6)
    gateway = OpenTelemetryGateway(
        "gateway",
        OpenTelemetryGatewayArgs(
            namespace=target.namespace(names.COLLECTORS),
            gateway=_gateway(target),
            sampler=SamplerInput(
                cluster=settings.cluster.name,
                systems=target.inputs.catalog.systems,
                jaeger=names.service(names.JAEGER, names.TRACING, names.OTLP_GRPC_PORT),
                prometheus=target.prometheus,
                zipkin=wanted.zipkin,
                replicas=wanted.sampler.replicas,
                runtime=runtime,
            ),
            cluster=ClusterInput(region=settings.region, audit_log_group=_audit_log(target), runtime=runtime),
            gateway_size=_size(wanted.gateway, size.gateway),
            sampler_size=_size(wanted.sampler, size.sampler),
            elasticsearch_password=SecretKey(secret=elasticsearch.COLLECTOR.secret, key="password")
            if elastic
            else None,
            elasticsearch_certificate=SecretKey(secret=names.ELASTICSEARCH_CA_SECRET, key=CA_KEY) if elastic else None,
            priority_class=PLATFORM.name,
            compute=settings.compute,
            storage_class=target.storage_class,
            placement=target.placement,
            gateway_role_arn=target.role_arn(workloads.COLLECTOR_GATEWAY),
            cluster_role_arn=target.role_arn(workloads.COLLECTOR_CLUSTER),
            gateway_pod_annotations=target.pod_annotations(workloads.COLLECTOR_GATEWAY),
            cluster_pod_annotations=target.pod_annotations(workloads.COLLECTOR_CLUSTER),
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.COLLECTOR_GATEWAY, workloads.COLLECTOR_CLUSTER, *stores),
    )
    OpenTelemetryAgent(
        "agent",
        OpenTelemetryAgentArgs(
            namespace=target.namespace(names.NODE_AGENTS),
            config=AgentInput(node_metrics=wanted.node_metrics, runtime=runtime),
            priority_class=NODE_AGENTS.name,
            compute=settings.compute,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(gateway),
    )


def _gateway(target: InCluster) -> GatewayInput:
    settings, backends = target.settings, target.settings.logs.backends
    tenants = settings.logs.tenants
    return GatewayInput(
        cluster=settings.cluster.name,
        environment=settings.environment,
        systems=target.inputs.catalog.systems,
        loki=Loki(
            url=names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http"),
            tenant=tenants[0].name if tenants else None,
        ),
        prometheus=target.prometheus,
        samplers=f"{names.COLLECTOR_SAMPLER}.{names.COLLECTORS}.svc",
        elasticsearch=ElasticsearchExport(url=ELASTICSEARCH_URL, user=elasticsearch.COLLECTOR.name, ca_file=CA_FILE)
        if settings.logs.has_elasticsearch
        else None,
        cloudwatch=CloudWatchLogs(region=settings.region, log_group=log_group(settings, WORKLOADS))
        if LogDestination.CLOUDWATCH in backends
        else None,
        origins=settings.collectors.browser_origins,
        masks_persons=settings.collectors.mask_personal_data,
        runtime=in_cluster(ipv6=settings.compute.ipv6),
    )


def _audit_log(target: InCluster) -> str | None:
    """Where the audit log is read: by a collector that may."""
    return control_plane_log(target.settings.cluster.name) if target.has_rights(workloads.COLLECTOR_CLUSTER) else None


def _size(tier: CollectorTier, need: TierNeed) -> Tier:
    return Tier(
        replicas=tier.replicas, memory_mib=tier.memory_mib, cpu_millis=need.cpu_millis, volume_gib=tier.volume_gib
    )
