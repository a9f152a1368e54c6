"""How full everything is that can be full: of each kind the fullest, and what is nearest to its alert's threshold."""

from collections.abc import Iterable
from dataclasses import dataclass

from authoring.dashboards.kit.thresholds import NO_LIMIT, Steps
from authoring.dashboards.queries import caches, chosen, workloads
from authoring.promql import any_of
from authoring.rules.recording import capacity, cluster
from model.metrics.metric_names import WARNING_THRESHOLD
from model.vocabulary import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of things: the recorded share of one that is used, and the labels that name one of them.

    ``limits``: the thresholds of ``alert`` (the first is a warning's), where it has the same for all. With ``signal``
    each component has its own threshold in the catalog, or none; ``owned`` by namespace and workload, else by system
    and component.
    """

    title: str
    series: str
    names: tuple[str, ...]
    limits: Steps = NO_LIMIT
    alert: str
    signal: Signal | None = None
    owned: bool = False

    @property
    def threshold(self) -> float:
        """From where on the alert fires, where it has the same threshold for all."""
        threshold = self.limits[1].value
        assert threshold
        return threshold


NODE_CPU = cluster.NODE_CPU
NODE_MEMORY = cluster.NODE_MEMORY
NODE_PODS = cluster.NODE_PODS
NODE_CONNECTIONS = cluster.NODE_CONNECTIONS
NODE_FILES = cluster.NODE_FILES
NODE_NETWORK = "node:network_usage:ratio"
NODE_DISK = "node_mountpoint:node_filesystem_used:ratio"
VOLUME = "namespace_volume:kubelet_volume_stats_used:ratio"
QUOTA = capacity.QUOTA
REQUESTED = capacity.REQUESTED
DATABASE = "component:connections_used:ratio"
REDIS_MEMORY = caches.MEMORY
OWNER = "cluster_namespace_workload:owner:info"
WORKLOAD_MEMORY = workloads.MEMORY


def fullest(kinds: Iterable[Kind]) -> str:
    """The fullest of each kind, by kind."""
    return any_of(f"max by (kind) ({_of(kind)})" for kind in kinds)


def nearest(kinds: Iterable[Kind], count: int = 15) -> str:
    """What is nearest to its alert's threshold: its use as a share of that, with kind, name and threshold in labels.

    Kinds whose thresholds the catalog gives to systems as a whole are left out: nothing names the system of one.
    """
    found = any_of(
        f"max by (cluster, kind, item, threshold) ({_named(kind)})"
        for kind in kinds
        if kind.signal or len(kind.limits) > 1
    )
    return f"sort_desc(topk({count}, {found}))"


def of_all(metric: str, by: str, count: int = 10) -> str:
    """The fullest of one kind over time."""
    return f"topk({count}, max by ({by}) ({chosen.cluster(metric)}))"


def _of(kind: Kind) -> str:
    return f'label_replace({chosen.cluster(kind.series)}, "kind", "{kind.title}", "", "")'


def _named(kind: Kind) -> str:
    names = ", ".join(f'"{name}"' for name in kind.names)
    kind_of = f'label_replace({_of_threshold(kind)}, "kind", "{kind.title}", "", "")'
    return f'label_join({kind_of}, "item", " ", {names})'


def _of_threshold(kind: Kind) -> str:
    """Use as a share of the threshold, with the threshold as a label."""
    used = chosen.cluster(kind.series)
    if kind.signal is None:
        return f'label_replace({used} / {kind.threshold:g}, "threshold", "{kind.threshold * 100:g} %", "", "")'
    if kind.owned:
        owner = chosen.cluster(OWNER)
        used = f"{used} * on (cluster, namespace, workload) group_left (system, component) {owner}"
    threshold = f'{WARNING_THRESHOLD}{{signal="{kind.signal}"}}'
    return f"{used} / on (system, component) group_left (threshold) {threshold}"
