"""How full everything is that can be full: of each kind the fullest, and what is nearest to the line of its alert."""

from collections.abc import Iterable
from dataclasses import dataclass

from authoring.dashboards import series_capacity, series_cluster
from authoring.dashboards.queries import caches, chosen, workloads
from authoring.dashboards.thresholds import Steps
from authoring.slo.promql import any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of things: the recorded share of one that is used, and the labels that name one of them.

    ``limits``: the thresholds of ``alert`` (the first is a warning's). ``by_system``: every system sets its own, so
    that those of one would be wrong for all others; the limits then are where it is worth a look.
    """

    title: str
    series: str
    names: tuple[str, ...]
    limits: Steps
    alert: str
    by_system: bool = False

    @property
    def line(self) -> float:
        """From when on it is nearly full."""
        line = self.limits[1].value
        assert line
        return line


NODE_CPU = series_cluster.NODE_CPU
NODE_MEMORY = series_cluster.NODE_MEMORY
NODE_PODS = series_cluster.NODE_PODS
NODE_CONNECTIONS = series_cluster.NODE_CONNECTIONS
NODE_FILES = series_cluster.NODE_FILES
NODE_NETWORK = "node:network_usage:ratio"
NODE_DISK = "node_mountpoint:node_filesystem_used:ratio"
VOLUME = "namespace_volume:kubelet_volume_stats_used:ratio"
QUOTA = series_capacity.QUOTA
REQUESTED = series_capacity.REQUESTED
DATABASE = "component:connections_used:ratio"
REDIS_MEMORY = caches.MEMORY
WORKLOAD_MEMORY = workloads.MEMORY


def fullest(kinds: Iterable[Kind]) -> str:
    """The fullest of each kind, by kind."""
    return any_of(f"max by (kind) ({_of(kind)})" for kind in kinds)


def nearest(kinds: Iterable[Kind], count: int = 15) -> str:
    """What is nearest to its line: its use as a share of the line, with kind, name and line in labels."""
    found = any_of(f"max by (cluster, kind, item, line) ({_named(kind)}) / {kind.line:g}" for kind in kinds)
    return f"sort_desc(topk({count}, {found}))"


def of_all(metric: str, by: str, count: int = 10) -> str:
    """The fullest of one kind over time."""
    return f"topk({count}, max by ({by}) ({chosen.cluster(metric)}))"


def _of(kind: Kind) -> str:
    return f'label_replace({chosen.cluster(kind.series)}, "kind", "{kind.title}", "", "")'


def _named(kind: Kind) -> str:
    names = ", ".join(f'"{name}"' for name in kind.names)
    line = f'label_replace({_of(kind)}, "line", "{kind.line * 100:g} %", "", "")'
    return f'label_join({line}, "item", " ", {names})'
