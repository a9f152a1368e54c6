"""Nodes: which is not ready, full or slow? Volumes stand here too, since alerts on disks lead here."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, blocks_kubernetes, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.colours import BAD, GOOD, NEUTRAL, WARN
from authoring.dashboards.kit.thresholds import Steps, rising
from authoring.dashboards.queries import nodes
from authoring.rules.recording import cluster
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import Signal

NO_NODES = "No node is scraped"
BY_NODE = "{{node}}"
curves = partial(panels.curves, no_data=NO_NODES)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.NODES,
        question="Which node is not ready, full or slow?",
        variables=(
            variables.clusters(),
            variables.label(nodes.NODE, f'{cluster.NODE_STATE}{{cluster=~"$cluster"}}'),
            # Of the volumes, where alerts on volumes lead.
            blocks_kubernetes.namespaces(),
        ),
        to=(Uid.KUBERNETES, Uid.NETWORK, Uid.CAPACITY),
        rows=(
            Row("Now", (*_numbers(), *_states(), _compared(catalog), *_use(catalog)), collapsed=False),
            Row("Disks", _disks(catalog)),
            Row("Top workloads", _top()),
            Row("Volumes", _volumes(catalog)),
            Row("Network", _network(catalog), width=8),
            Row("Kernel", _kernel(), width=8),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        _number(
            "Not ready",
            "Nodes that do not answer Kubernetes; their pods move after five minutes. A third of all of them pages.",
            nodes.not_ready(nodes.NODE),
            "NodeNotReady",
            "ManyNodesNotReady",
            "ClusterUnavailable",
        ),
        _number(
            "Under pressure",
            "Nodes short of memory, disk or process ids: the kubelet evicts pods from them.",
            nodes.under_pressure(),
            "NodePressure",
        ),
        _number(
            "Processes killed in an hour",
            "By the kernel, because memory ran out. An alert fires from five on a node.",
            nodes.in_all(cluster.NODE_MEMORY_KILLS),
            "NodeKernelKilledProcesses",
            warn=4.5,
        ),
        _number(
            "Pods evicted in 30 minutes",
            "By kubelets that are short of something. An alert fires from three on a node.",
            nodes.in_all(cluster.NODE_EVICTIONS),
            "KubeletEvictingPods",
            warn=2.5,
        ),
    )


def _number(title: str, description: str, expr: str, *runbooks: str, warn: float = 1) -> panels.PanelBuilder:
    return panels.number(
        title,
        description,
        targets.now(expr),
        thresholds=rising(warn=warn),
        no_data="Prometheus does not answer",
        decimals=0,
        runbooks=runbooks,
        width=6,
    )


def _states() -> blocks.Panels:
    return (
        panels.states(
            "State of nodes",
            "Short gaps are reboots; a flapping node is worse than a lost one.",
            targets.over_time(nodes.state(), BY_NODE),
            texts={0: ("not ready", BAD), 1: ("under pressure", WARN), 2: ("cordoned", NEUTRAL), 3: ("ready", GOOD)},
            no_data=NO_NODES,
            runbooks=("NodeNotReady", "NodeFlapping", "NodePressure"),
            width=8,
            height=9,
        ),
    )


def _compared(catalog: Catalog) -> panels.PanelBuilder:
    shown = (
        ("CPU", cluster.NODE_CPU, thresholds.of_nodes(catalog, Signal.CPU_USAGE)),
        ("Memory", cluster.NODE_MEMORY, thresholds.of_nodes(catalog, Signal.MEMORY_USAGE)),
        ("Fullest disk", nodes.DISK, thresholds.of_nodes(catalog, Signal.DISK_USAGE)),
        ("Network", nodes.NETWORK, thresholds.shared(catalog, Signal.NETWORK_USAGE)),
        ("Pods", cluster.NODE_PODS, rising(warn=0.95)),
    )
    return panels.comparison(
        "Nodes",
        "Share of each node's capacity; network is the share of the instance type's baseline, pods of the maximum "
        "number. Colours follow the alert thresholds.",
        *(
            panels.Column(
                heading=heading, expr=nodes.each(metric), unit=units.PercentUnit, thresholds=steps, decimals=0
            )
            for heading, metric, steps in shown
        ),
        names={nodes.NODE: "Node", labels.CLUSTER: "Cluster"},
        no_data=NO_NODES,
        runbooks=("NodeHighCpu", "NodeMemoryNearlyExhausted", "NodeDiskAlmostFull", "NodePodsNearlyFull"),
        width=16,
    )


def _use(catalog: Catalog) -> blocks.Panels:
    return (
        _shares(
            "CPU",
            "The ten busiest nodes. Thresholds are those of the nodes in the catalog; above the critical one an "
            "alert pages while users of its pods are affected.",
            cluster.NODE_CPU,
            thresholds.of_nodes(catalog, Signal.CPU_USAGE),
            "NodeHighCpu",
        ),
        _shares(
            "Memory",
            "The ten fullest nodes. Past the critical threshold of the catalog the kernel is about to kill processes.",
            cluster.NODE_MEMORY,
            thresholds.of_nodes(catalog, Signal.MEMORY_USAGE),
            "NodeMemoryNearlyExhausted",
        ),
    )


def _shares(
    title: str,
    description: str,
    metric: str,
    limits: Steps,
    *runbooks: str,
    also: tuple[str, ...] = (),
) -> panels.PanelBuilder:
    legend = " ".join(f"{{{{{name}}}}}" for name in (nodes.NODE, *also))
    return curves(
        title,
        description,
        targets.over_time(nodes.highest(metric, *also), legend),
        unit=units.PercentUnit,
        thresholds=limits,
        runbooks=runbooks,
    )


def _disks(catalog: Catalog) -> blocks.Panels:
    return (
        _shares(
            "Space",
            "The ten fullest disks. The kubelet deletes images from 85 % on and evicts pods from 90 % on.",
            nodes.DISK,
            thresholds.of_nodes(catalog, Signal.DISK_USAGE),
            "NodeDiskAlmostFull",
            "NodeDiskWillFill",
            also=("mountpoint",),
        ),
        curves(
            "Inodes",
            "The ten fullest disks, by files. At 100 % no new files can be created, even with free space.",
            targets.over_time(nodes.inodes(), "{{node}} {{mountpoint}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            runbooks=("NodeInodesNearlyUsed",),
        ),
        curves(
            "Requests that wait for a disk",
            "Average number, on the worst disk of a node. More than ten for half an hour mean that the disk is too "
            "slow.",
            targets.over_time(nodes.highest(cluster.NODE_DISK_QUEUE), BY_NODE),
            thresholds=rising(warn=10),
            runbooks=("NodeDiskSaturated",),
        ),
        curves(
            "Read and write operations",
            "Operations a second that a node's disks completed; the ten busiest. An EBS volume has a limit: 3,000 "
            "IOPS for gp3 unless provisioned higher. At the limit operations queue, as the panel of waiting requests "
            "shows.",
            targets.over_time(nodes.disk_operations(), "{{node}} {{operation}}"),
            unit=units.IOOpsPerSecond,
            runbooks=("NodeDiskSaturated",),
        ),
        panels.rows(
            "Disks that have become read-only",
            "The kernel does so after errors of the disk.",
            targets.rows(nodes.read_only()),
            columns={nodes.NODE: "Node", "mountpoint": "Disk", labels.CLUSTER: "Cluster"},
            value="Read-only",
            thresholds=rising(bad=1),
            no_data="All disks can be written",
            runbooks=("NodeFilesystemReadOnly",),
        ),
    )


def _top() -> blocks.Panels:
    explained = (
        "The ten highest on the chosen nodes. Prometheus sees workloads and not single processes: on a node, "
        "`kubectl debug node/NAME` and `top` show those."
    )
    return (
        _workloads(
            "Top workloads by CPU",
            f"CPU cores in use. {explained}",
            nodes.top_by_cpu(),
            "NodeHighCpu",
            value="Cores",
            unit=units.Short,
            decimals=2,
        ),
        _workloads(
            "Top workloads by memory",
            f"Working set, which the kernel cannot reclaim. {explained}",
            nodes.top_by_memory(),
            "NodeMemoryNearlyExhausted",
            value="Memory",
            unit=units.BytesIEC,
            decimals=1,
        ),
    )


def _workloads(
    title: str, description: str, expr: str, *runbooks: str, value: str, unit: str, decimals: int
) -> panels.PanelBuilder:
    return panels.rows(
        title,
        description,
        targets.rows(expr),
        columns={"namespace": "Namespace", "workload": "Workload"},
        value=value,
        unit=unit,
        no_data=NO_NODES,
        decimals=decimals,
        runbooks=runbooks,
    )


def _volumes(catalog: Catalog) -> blocks.Panels:
    claim = "{{namespace}}/{{persistentvolumeclaim}}"
    return (
        curves(
            "Volumes",
            f"The ten fullest. Alerts on the platform's fire at 80 %. {thresholds.SAYS}",
            targets.over_time(nodes.volumes(), claim),
            unit=units.PercentUnit,
            thresholds=thresholds.shared(catalog, Signal.DISK_USAGE),
            no_data="No volume is mounted",
            runbooks=("DiskFilling", "VolumeAlmostFull", "VolumeWillFill"),
        ),
        curves(
            "Inodes of volumes",
            "The ten fullest, by number of files. From 90 % on an alert fires.",
            targets.over_time(nodes.volume_inodes(), claim),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            no_data="No volume is mounted",
            runbooks=("VolumeInodesNearlyUsed",),
        ),
    )


def _network(catalog: Catalog) -> blocks.Panels:
    return (
        _shares(
            "Traffic, of the baseline",
            f"The ten busiest. Above 100 % an instance lives on credits. {thresholds.SAYS}",
            nodes.NETWORK,
            thresholds.shared(catalog, Signal.NETWORK_USAGE),
            "NetworkNearlySaturated",
        ),
        curves(
            "Packets dropped by AWS",
            "Packets a second above the instance type's bandwidth; from 10 an alert fires.",
            targets.over_time(nodes.highest(cluster.NODE_DROPPED), BY_NODE),
            unit=units.PacketsPerSecond,
            thresholds=rising(warn=10),
            no_data="No such counters (only on AWS)",
            runbooks=("NetworkAllowanceExceeded",),
        ),
        _shares(
            "Packets with errors",
            "Share of packets on a node's worst interface. Above 1 % an alert fires after an hour.",
            cluster.NODE_NETWORK_ERRORS,
            rising(warn=0.01),
            "NodeNetworkErrors",
        ),
    )


def _kernel() -> blocks.Panels:
    return (
        _shares(
            "Tracked connections",
            "Share of the kernel's table. When it is full, new connections are dropped without a word.",
            cluster.NODE_CONNECTIONS,
            rising(warn=0.8),
            "ConntrackNearlyFull",
        ),
        _shares(
            "File descriptors",
            "Share of the kernel's maximum.",
            cluster.NODE_FILES,
            rising(warn=0.8),
            "NodeFileDescriptorsNearlyUsed",
        ),
        curves(
            "Clocks",
            "Seconds off. From 50 ms on certificates, tokens and traces begin to look wrong.",
            targets.over_time(nodes.clocks(), BY_NODE),
            unit=units.Seconds,
            thresholds=rising(warn=0.05),
            runbooks=("NodeClockWrong",),
        ),
    )
