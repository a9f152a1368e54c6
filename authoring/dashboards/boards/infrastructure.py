"""The highest use of everything that can be full: what runs out first, wherever it is."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, links, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import rising
from authoring.dashboards.queries import capacity, fullness, kubernetes, nodes
from authoring.dashboards.queries.fullness import Kind
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import Signal

NOT_COUNTED = "Prometheus does not answer"
number = partial(panels.number, no_data=NOT_COUNTED)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    kinds = everything(catalog)
    board = Board(
        uid=Uid.INFRASTRUCTURE,
        question="What is nearly full, and what runs out first?",
        variables=(variables.clusters(),),
        to=(Uid.NODES, Uid.KUBERNETES, Uid.NETWORK, Uid.CAPACITY),
        rows=(
            Row("Highest use", (*_numbers(), *_fullest(kinds)), collapsed=False),
            Row("Nodes", tuple(_of_kind(kind, Uid.NODES) for kind in kinds if "node" in kind.names), width=8),
            Row(
                "Volumes, databases, workloads",
                tuple(_of_kind(kind) for kind in kinds if "node" not in kind.names),
                width=8,
            ),
        ),
    )
    return (board,)


def everything(catalog: Catalog) -> tuple[Kind, ...]:
    """What can be full, with the thresholds of its alert, where it has the same for all."""
    node = ("node",)
    return (
        Kind(
            title="CPU of a node",
            series=fullness.NODE_CPU,
            names=node,
            limits=thresholds.of_nodes(catalog, Signal.CPU_USAGE),
            alert="NodeHighCpu",
        ),
        Kind(
            title="Memory of a node",
            series=fullness.NODE_MEMORY,
            names=node,
            limits=thresholds.of_nodes(catalog, Signal.MEMORY_USAGE),
            alert="NodeMemoryNearlyExhausted",
        ),
        Kind(
            title="Disk of a node",
            series=fullness.NODE_DISK,
            names=("node", "mountpoint"),
            limits=thresholds.of_nodes(catalog, Signal.DISK_USAGE),
            alert="NodeDiskAlmostFull",
        ),
        Kind(
            title="Network of a node",
            series=fullness.NODE_NETWORK,
            names=node,
            limits=thresholds.shared(catalog, Signal.NETWORK_USAGE),
            alert="NetworkNearlySaturated",
        ),
        Kind(
            title="Pods of a node",
            series=fullness.NODE_PODS,
            names=node,
            limits=rising(warn=0.95),
            alert="NodePodsNearlyFull",
        ),
        Kind(
            title="Tracked connections",
            series=fullness.NODE_CONNECTIONS,
            names=node,
            limits=rising(warn=0.8),
            alert="ConntrackNearlyFull",
        ),
        Kind(
            title="Requested of all nodes",
            series=fullness.REQUESTED,
            names=("resource",),
            limits=rising(warn=0.9),
            alert="ClusterNearlyFull",
        ),
        Kind(
            title="Volume",
            series=fullness.VOLUME,
            names=("namespace", "persistentvolumeclaim"),
            limits=rising(warn=0.8, bad=0.95),
            alert="VolumeAlmostFull",
        ),
        Kind(
            title="Memory of a workload",
            series=fullness.WORKLOAD_MEMORY,
            names=("namespace", "workload"),
            signal=Signal.MEMORY_USAGE,
            owned=True,
            alert="HighMemoryUsage",
        ),
        Kind(
            title="Database connections",
            series=fullness.DATABASE,
            names=("system", "component"),
            signal=Signal.CONNECTION_POOL_USAGE,
            alert="ConnectionPoolNearlyUsed",
        ),
        Kind(
            title="Memory of Redis",
            series=fullness.REDIS_MEMORY,
            names=("system", "component"),
            limits=rising(warn=0.9),
            alert="RedisMemoryNearlyFull",
        ),
        Kind(
            title="Quota",
            series=fullness.QUOTA,
            names=("namespace", "resource"),
            limits=rising(warn=0.9),
            alert="QuotaNearlyUsed",
        ),
    )


def _numbers() -> blocks.Panels:
    return (
        *blocks.firing(labels.CLUSTER),
        number(
            "Nodes not ready",
            "Nodes that do not answer Kubernetes. Any is worth a look; a third of all of them pages.",
            targets.now(nodes.not_ready()),
            thresholds=rising(warn=1),
            runbooks=("NodeNotReady", "ManyNodesNotReady", "ClusterUnavailable"),
        ),
        number(
            "Workloads down",
            "Deployments, StatefulSets and DaemonSets without any running replica.",
            targets.now(kubernetes.down()),
            thresholds=rising(bad=1),
            runbooks=("WorkloadUnavailable",),
        ),
        number(
            "Pods without a node",
            "Pods that find no room. For a few minutes the autoscaler is at work; after 15 it cannot help.",
            targets.now(kubernetes.waiting_in_all('reason="Unschedulable"', labels.CLUSTER)),
            thresholds=rising(warn=1),
            runbooks=("WorkloadUnschedulable",),
        ),
        number(
            "Full within four days",
            "Volumes, disks and connection pools that the trend of six hours and that of two days both fill within "
            "four days, the horizon of the alert on volumes.",
            targets.now(capacity.soon_full()),
            thresholds=rising(warn=1),
            runbooks=("VolumeWillFill", "NodeDiskWillFill", "ConnectionsWillRunOut"),
        ),
    )


def _fullest(kinds: tuple[Kind, ...]) -> blocks.Panels:
    return (
        number(
            "Highest usage of each kind",
            "Usage of the fullest one. Colours follow the alert's thresholds; a kind with different thresholds by "
            "component has none.",
            targets.now(fullness.fullest(kinds), "{{kind}}"),
            limits={kind.title: kind.limits for kind in kinds},
            unit=units.PercentUnit,
            decimals=0,
            runbooks=tuple(kind.alert for kind in kinds),
            width=panels.WIDTH,
            height=8,
        ),
        panels.rows(
            "Nearest to their alert thresholds",
            "Usage as a share of the threshold of the component's alert: at 100 % the alert fires after its pending "
            "period.",
            targets.rows(fullness.nearest(kinds)),
            columns={"kind": "Kind", "item": "Name", labels.CLUSTER: "Cluster", "threshold": "Threshold"},
            value="Of threshold",
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9, bad=1),
            no_data=NOT_COUNTED,
            decimals=0,
            runbooks=tuple(kind.alert for kind in kinds[:3]),
            width=12,
            height=10,
        ),
        panels.curves(
            "Highest usage of each kind over time",
            "A slow climb is growth, see the capacity board; a step is a change that somebody made.",
            targets.over_time(fullness.fullest(kinds), "{{kind}}"),
            unit=units.PercentUnit,
            no_data=NOT_COUNTED,
            runbooks=("ClusterNearlyFull",),
            width=12,
            height=10,
        ),
    )


def _of_kind(kind: Kind, to: Uid = Uid.CAPACITY) -> panels.PanelBuilder:
    return panels.curves(
        kind.title,
        f"The ten fullest. {_alerts(kind)}",
        targets.over_time(
            fullness.of_all(kind.series, ", ".join(kind.names)), " ".join(f"{{{{{n}}}}}" for n in kind.names)
        ),
        unit=units.PercentUnit,
        thresholds=kind.limits,
        no_data="None of these in this cluster",
        runbooks=(kind.alert,),
        data_links=(links.board(to),),
    )


def _alerts(kind: Kind) -> str:
    if len(kind.limits) > 1:
        return f"{kind.alert} fires from {kind.threshold * 100:g} % on."
    return f"The threshold of {kind.alert} differs by component, and not every component has one."
