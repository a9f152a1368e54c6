"""The pods that run all the time, with what they request, by the pool that they are placed on.

The same numbers stand in the components; ``tests/stacks/test_node_room.py`` holds the two together.
"""

from collections.abc import Collection, Iterator

from model import names
from model.account.node_pools import Pool
from model.catalog.catalog import Catalog
from model.cluster.loki import Mode
from model.cluster.pods import Size, StackSizes, ThanosSizes
from model.metrics import cloudwatch_metrics
from model.metrics.database_exporters import EXPORTERS, targets
from model.metrics.long_term_metrics import ThanosStore
from model.sizing.placing import Pods
from model.sizing.platform import Sizing
from stacks.account_settings import CreatedCluster
from stacks.ingress_settings import installs_controller
from stacks.platform_settings import SecretSource
from stacks.settings import Settings

STACK, THANOS = StackSizes(), ThanosSizes()
LOKI_SIDECAR, LOKI_METRICS = Size(cpu_millis=10, memory_mib=96), Size(cpu_millis=10, memory_mib=32)
LOKI_SMALL, LOKI_QUERY = Size(cpu_millis=100, memory_mib=256), Size(cpu_millis=500, memory_mib=1024)
LOKI_RESULTS_CACHE_MIB = 128
PROGRAM = Size(cpu_millis=20, memory_mib=96)
SECRETS = Size(cpu_millis=25, memory_mib=64)
# What runs on the nodes of the general pool without Belfry: two replicas each of CoreDNS and metrics-server, and of the
# controller of volumes with its six containers; requests of the EKS add-ons' own charts.
ADDONS = (
    Pods(of="CoreDNS", replicas=2, containers=(Size(cpu_millis=100, memory_mib=70),)),
    Pods(of=names.METRICS_SERVER, replicas=2, containers=(Size(cpu_millis=100, memory_mib=200),)),
    Pods(of="the EBS CSI controller", replicas=2, containers=(Size(cpu_millis=60, memory_mib=240),)),
)
# On every node: VPC CNI with its network policy agent, kube-proxy, EBS CSI driver, Pod Identity agent.
NODE_ADDONS = (
    Pods(of="the VPC CNI", replicas=1, containers=(Size(cpu_millis=50, memory_mib=0),)),
    Pods(of="kube-proxy", replicas=1, containers=(Size(cpu_millis=100, memory_mib=0),)),
    Pods(of="the EBS CSI driver", replicas=1, containers=(Size(cpu_millis=30, memory_mib=120),)),
    Pods(of="the Pod Identity agent", replicas=1, containers=(Size(cpu_millis=0, memory_mib=0),)),
)


def on_each_node(settings: Settings) -> list[Pods]:
    """Pods of DaemonSets."""
    falco = [_one("Falco", 100, 512)] if settings.security.falco else []
    return [
        *NODE_ADDONS,
        _one("the agent", 100, 512),
        Pods(of="", replicas=1, containers=(STACK.node_exporter,)),
        *falco,
    ]


def by_pool(
    settings: Settings, catalog: Catalog, size: Sizing, secrets: Collection[str] = ()
) -> dict[Pool, list[Pods]]:
    """Of a cluster that Belfry makes; ``settings`` have every size filled in.

    ``secrets``: names of belfry:secrets, for a database whose password is among them has an exporter.
    """
    cluster = settings.cluster
    assert isinstance(cluster, CreatedCluster)
    watching = [
        *_metrics(settings, size),
        *_logs(settings, size),
        *_traces(settings, size),
        *_exporters(settings, catalog, secrets),
        *_others(settings, catalog),
    ]
    general = [*ADDONS]
    if cluster.grows:
        replicas = min(cluster.nodes.minimum, 2)
        general.append(_one("Karpenter", 250, 768, replicas, apart=True))
    if Pool.OBSERVABILITY in cluster.pools:
        return {Pool.GENERAL: general, Pool.OBSERVABILITY: watching}
    return {Pool.GENERAL: [*general, *watching]}


def _one(of: str, cpu_millis: int, memory_mib: int, replicas: int = 1, *, apart: bool = False) -> Pods:
    container = Size(cpu_millis=cpu_millis, memory_mib=memory_mib)
    return Pods(of=of, replicas=replicas, containers=(container,), apart=apart)


def _metrics(settings: Settings, size: Sizing) -> Iterator[Pods]:
    """kube-prometheus-stack, and what reads long-term metrics."""
    one = Size(cpu_millis=size.prometheus.cpu_millis, memory_mib=size.prometheus.memory_mib)
    long_term = isinstance(settings.metrics.long_term, ThanosStore)
    sidecars = (STACK.sidecar,) * (2 if long_term else 1)
    replicas, alertmanagers = settings.metrics.replicas, settings.alerting.replicas
    yield Pods(of="Prometheus", replicas=replicas, containers=(one, *sidecars), apart=replicas > 1)
    yield Pods(
        of="Alertmanager",
        replicas=alertmanagers,
        containers=(Size(cpu_millis=50, memory_mib=size.alertmanager.memory_mib), STACK.sidecar),
        apart=alertmanagers > 1,
    )
    yield Pods(of="Grafana", replicas=1, containers=(STACK.grafana, STACK.sidecar, STACK.sidecar))
    yield Pods(of="the Prometheus Operator", replicas=1, containers=(STACK.operator,))
    yield Pods(of="kube-state-metrics", replicas=1, containers=(STACK.kube_state_metrics,))
    if long_term:
        yield Pods(of="Thanos Query", replicas=2, containers=(THANOS.query,))
        yield Pods(of="the Thanos store", replicas=1, containers=(THANOS.store,))
        yield Pods(of="the Thanos compactor", replicas=1, containers=(Size(cpu_millis=100, memory_mib=one.memory_mib),))


def _logs(settings: Settings, size: Sizing) -> Iterator[Pods]:
    logs, need = settings.logs, size.loki
    one = Size(cpu_millis=need.cpu_millis, memory_mib=logs.memory_mib)
    if logs.mode is Mode.DISTRIBUTED:
        yield Pods(of="Loki's ingester", replicas=logs.replicas, containers=(one,))
        yield _one("Loki's distributor", 250, 512, need.distributor or 3)
        yield Pods(of="Loki's querier", replicas=need.querier or 3, containers=(LOKI_QUERY,))
        yield Pods(of="Loki's query frontend", replicas=need.query_frontend or 2, containers=(LOKI_SMALL,))
        yield Pods(of="Loki's query scheduler", replicas=need.query_scheduler or 2, containers=(LOKI_SMALL,))
        yield Pods(of="Loki's index gateway", replicas=need.index_gateway or 2, containers=(LOKI_QUERY,))
        yield Pods(of="Loki's ruler", replicas=need.ruler or 2, containers=(LOKI_QUERY, LOKI_SIDECAR))
        yield Pods(of="Loki's compactor", replicas=1, containers=(LOKI_QUERY,))
    else:
        yield Pods(of="Loki", replicas=logs.replicas, containers=(one, LOKI_SIDECAR))
    gateway = (Size(cpu_millis=50, memory_mib=64), LOKI_METRICS)
    yield Pods(of="Loki's gateway", replicas=min(logs.replicas, 2), containers=gateway)
    for cache, mib in (("chunks", need.chunks_cache_mib), ("results", LOKI_RESULTS_CACHE_MIB)):
        # The chart requests a fifth more than what is cached.
        held = Size(cpu_millis=50, memory_mib=mib * 6 // 5)
        yield Pods(of=f"Loki's cache of {cache}", replicas=1, containers=(held, LOKI_METRICS))
    yield _one("Loki's canary", 10, 64)
    if logs.has_elasticsearch:
        store = logs.elasticsearch
        yield _one("Elasticsearch", 500, store.memory_gib * 1024, store.nodes)
        yield _one("Kibana", 250, 1024, store.kibana_replicas)
        yield _one("the operator of Elasticsearch", 100, 150)  # the chart's own


def _traces(settings: Settings, size: Sizing) -> Iterator[Pods]:
    """Jaeger and the collectors."""
    yield _one("Jaeger", size.jaeger.cpu_millis, size.jaeger.memory_mib, settings.traces.replicas)
    tiers = settings.collectors
    yield _one("the gateway", size.gateway.cpu_millis, tiers.gateway.memory_mib, tiers.gateway.replicas)
    yield _one("the sampler", size.sampler.cpu_millis, tiers.sampler.memory_mib, tiers.sampler.replicas)
    yield _one("the collector of events", 50, 256)


def _exporters(settings: Settings, catalog: Catalog, secrets: Collection[str]) -> Iterator[Pods]:
    wanted, pair = settings.exporters, min(settings.metrics.replicas, 2)
    yield _one("the blackbox exporter", 20, 32, pair)
    if wanted.cloudwatch and cloudwatch_metrics.jobs(catalog):
        yield _one("the CloudWatch exporter", 20, 64)
    if wanted.cost:
        yield _one("OpenCost", 20, 256)
    if settings.logs.has_elasticsearch:
        yield _one("the Elasticsearch exporter", 20, 32)
    reached = targets(wanted.databases, catalog, secrets)
    for exporter in EXPORTERS:
        if any(one.exporter is exporter for one in reached):
            yield _one(exporter.name, 20, 48, pair)


def _others(settings: Settings, catalog: Catalog) -> Iterator[Pods]:
    """Secrets, security, and Belfry's own programs, which a cluster of Belfry's making always has."""
    acknowledging = any(team.api_secret for team in catalog.teams.values())
    yield Pods(of="the alarm forwarder", replicas=1, containers=(PROGRAM,) * (2 if acknowledging else 1))
    if settings.reads_security_posture:
        yield Pods(of="the security reader", replicas=1, containers=(PROGRAM,))
    yield Pods(of="the program that writes incidents", replicas=1, containers=(PROGRAM,), yields=True)
    # A job, of which one runs nearly all the time.
    yield Pods(of="the SLO status", replicas=1, containers=(PROGRAM,), yields=True)
    if settings.security.falco:
        yield _one("falcosidekick", 50, 64, settings.security.replicas)
    if settings.secret_source is SecretSource.AWS_SECRETS_MANAGER:
        # Controller and webhook in two replicas, and what brings the webhook's certificate.
        yield Pods(of="External Secrets", replicas=5, containers=(SECRETS,))
    if installs_controller(settings):
        yield _one("the load balancer controller", 100, 200, 2)
