"""Nodes by name: their state, how full they are, their disks, kernel and interfaces."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording import cluster as series

NODE = "node"
DISK = "node_mountpoint:node_filesystem_used:ratio"
NETWORK = "node:network_usage:ratio"
BYTES = "node:network_bytes:rate5m"
_CONTAINERS = 'container!=""'


def _of(metric: str, where: str = "") -> str:
    return chosen.by(metric, NODE, where=where)


def _named(expr: str) -> str:
    """What node_exporter tells by address, by the node's name."""
    return f"{expr} * on (cluster, instance) group_left (node) {_of('node:node_exporter:info')}"


def not_ready(*by: str) -> str:
    """How many nodes are not ready; 0 and not nothing when all are."""
    return f"count({chosen.by(series.NODE_STATE, *by)} == 0) or vector(0)"


def under_pressure() -> str:
    """How many nodes are short of memory, disk or process ids."""
    return f"count({_of(series.NODE_STATE)} == 1) or vector(0)"


def state() -> str:
    """0 not ready, 1 under pressure, 2 cordoned, 3 ready, by node."""
    return f"min by (cluster, node) ({_of(series.NODE_STATE)})"


def in_all(metric: str) -> str:
    """A number of all nodes together; 0 and not nothing without any."""
    return f"sum({_of(metric)}) or vector(0)"


def each(metric: str) -> str:
    """A share or rate by node; of its disks the fullest."""
    return f"max by (cluster, node) ({_of(metric)})"


def highest(metric: str, *by: str, count: int = 10) -> str:
    """The highest of a share or rate, by node and what else tells them apart."""
    return f"topk({count}, max by ({', '.join(('node', *by))}) ({_of(metric)}))"


def inodes(count: int = 10) -> str:
    """Inodes in use, as a share."""
    free, every = (
        chosen.cluster(f"node_filesystem_{what}", 'fstype!~"tmpfs|overlay"') for what in ("files_free", "files")
    )
    return f"topk({count}, max by (node, mountpoint) ({_named(f'(1 - {free} / ({every} > 0))')}))"


def read_only() -> str:
    """Disks that became read-only; not those that are mounted so by design."""
    disks = chosen.cluster("node_filesystem_readonly", 'fstype=~"ext4|xfs|btrfs"')
    before = chosen.cluster("instance_mountpoint:node_filesystem_was_writable:bool")
    changed = f"({disks} == 1 and on (cluster, instance, mountpoint, device, fstype) {before} == 1)"
    return f"max by (cluster, node, mountpoint) ({_named(changed)})"


def disk_operations(count: int = 10) -> str:
    """Reads and writes a second of all disks of a node, the operation as a label."""
    parts = [
        f"label_replace(sum by (node) ({_named(chosen.rate(chosen.cluster(f'node_disk_{what}_completed_total')))}), "
        f'"operation", "{what}", "", "")'
        for what in ("reads", "writes")
    ]
    return f"topk({count}, {parts[0]} or {parts[1]})"


def top_by_cpu(count: int = 10) -> str:
    """Workloads by the CPU cores that their pods use on the chosen nodes."""
    return _top("sum", chosen.rate(chosen.cluster("container_cpu_usage_seconds_total", _CONTAINERS)), count)


def top_by_memory(count: int = 10) -> str:
    """Workloads by the bytes of memory that their pods on the chosen nodes cannot give back."""
    return _top("max", chosen.cluster("container_memory_working_set_bytes", _CONTAINERS), count)


def _top(kind: str, expr: str, count: int) -> str:
    # One series a container: kubelet restarts leave a second one for minutes, which `max` takes once.
    by = "cluster, namespace, pod"
    pods = f"sum by ({by}) ({kind} by ({by}, container) ({expr}))"
    placed = f"{pods} and on ({by}) {_of('kube_pod_info')}"
    owners = chosen.cluster("namespace_workload_pod:kube_pod_owner:relabel")
    named = f"({placed}) * on ({by}) group_left (workload) {owners}"
    return f"topk({count}, sum by (namespace, workload) ({named}))"


def clocks(count: int = 10) -> str:
    """Seconds by which clocks are off."""
    offset = chosen.cluster("node_timex_offset_seconds")
    return f"topk({count}, max by (node) ({_named(f'abs({offset})')}))"


def volumes(count: int = 10) -> str:
    """Volumes by how full they are."""
    used = chosen.by("namespace_volume:kubelet_volume_stats_used:ratio", "namespace")
    return f"topk({count}, max by (namespace, persistentvolumeclaim) ({used}))"


def volume_inodes(count: int = 10) -> str:
    """Inodes of volumes in use, as a share."""
    by = "namespace, persistentvolumeclaim"
    used, every = (chosen.by(f"kubelet_volume_stats_{what}", "namespace") for what in ("inodes_used", "inodes"))
    return f"topk({count}, max by ({by}) ({used} / ({every} > 0)))"
