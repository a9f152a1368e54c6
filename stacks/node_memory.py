"""Whether the nodes that Belfry makes have memory enough for what is placed on them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from model.account.instance_types import memory_gib
from model.catalog.catalog import Catalog
from model.cluster.pods import ThanosSizes
from model.metrics.long_term_metrics import ThanosStore
from model.quantities import plain
from stacks import sizes
from stacks.account_settings import CreatedCluster
from stacks.settings import Settings

# Of a node's memory; the rest is for the kubelet, the system, and the agents that run on every node.
USABLE = Decimal("0.8")
MIB_A_GIB = 1024


class Pods(NamedTuple):
    """``number`` of pods that ask for ``mib`` of memory each."""

    of: str
    number: int
    mib: int


def shortages(settings: Settings, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Key, found, allowed: of the group of nodes on which what watches is placed, where it cannot be placed."""
    cluster = settings.cluster
    if not isinstance(cluster, CreatedCluster):
        return
    key = "observability_nodes" if cluster.observability_nodes else "nodes"
    group = cluster.observability_nodes or cluster.nodes
    memory = memory_gib(group.instance_type)
    if memory is None:
        return
    pods = _pods(settings, catalog)
    usable = memory * USABLE * MIB_A_GIB
    largest = max(pods, key=lambda one: one.mib)
    total = sum(one.number * one.mib for one in pods)
    here = f"cluster.{key}"
    if largest.mib > usable:
        found = f"{group.instance_type} with {plain(memory)} GiB, and {largest.of} asks for {_gib(largest.mib)} GiB"
        yield f"{here}.instance_type", found, "a type with more memory"
    elif total > usable * group.maximum:
        found = f"{group.maximum} of {plain(memory)} GiB, and all that watches asks for {_gib(total)} GiB"
        yield f"{here}.maximum", found, f"more nodes, or larger ones: {plain(100 * USABLE)} % of them is for pods"


def _pods(settings: Settings, catalog: Catalog) -> list[Pods]:
    """What keeps and moves data. The rest, a few hundred MiB each, fits beside it."""
    size = sizes.computed(settings, catalog)
    full = sizes.filled(settings, size)
    logs, collectors = full.logs, full.collectors
    return [
        Pods("Prometheus", full.metrics.replicas, size.prometheus.memory_mib),
        Pods("Alertmanager", full.alerting.replicas, size.alertmanager.memory_mib),
        Pods("Loki", logs.replicas, logs.memory_mib),
        Pods("Jaeger", full.traces.replicas, size.jaeger.memory_mib),
        Pods("the gateway of collectors", collectors.gateway.replicas, collectors.gateway.memory_mib),
        Pods("the sampler of collectors", collectors.sampler.replicas, collectors.sampler.memory_mib),
        *(
            [Pods("Elasticsearch", logs.elasticsearch.nodes, logs.elasticsearch.memory_gib * MIB_A_GIB)]
            if logs.has_elasticsearch
            else []
        ),
        *(_thanos(size.prometheus.memory_mib) if isinstance(full.metrics.long_term, ThanosStore) else []),
    ]


def _thanos(prometheus_mib: int) -> list[Pods]:
    """The compactor opens blocks as Prometheus does, and is given as much."""
    others = ThanosSizes()
    return [
        Pods("Thanos' compactor", 1, prometheus_mib),
        Pods("Thanos' store gateway", 1, others.store.memory_mib),
        Pods("Thanos' query", 2, others.query.memory_mib),
    ]


def _gib(mib: int) -> str:
    return plain(round(Decimal(mib) / MIB_A_GIB, 1))
