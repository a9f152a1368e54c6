"""The OpenTelemetry collector on every node."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from configs.collector import release
from configs.collector.agent import HOST_ROOT, LOG_FILES, AgentInput, agent
from configs.collector.parts import STORAGE_FOLDER
from model import names
from model.cluster import compatibility
from model.cluster.compatibility import Part
from model.cluster.compute import USUAL, Compute

# What a node's pods send while the gateway is away, and what is read of their files. Its queue is on the node's disk.
MEMORY_MIB = 512
CPU_MILLIS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTelemetryAgentArgs:
    """``namespace`` must admit privileged pods: the agent reads the node's files. ``compute``: what the nodes are."""

    namespace: pulumi.Input[str]
    config: AgentInput
    memory_mib: int = MEMORY_MIB
    cpu_millis: int = CPU_MILLIS
    priority_class: str | None = None
    compute: Compute = USUAL
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:OpenTelemetryAgent")
class OpenTelemetryAgent(Component):
    """A collector for each node, and one Service that leads every pod to the one on its own node.

    It parses and redacts nothing: the gateway does, in one place. No presets of the chart: they stand before the
    memory limiter, and their mounts come with a configuration that is not ours.
    """

    def __init__(self, name: str, args: OpenTelemetryAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-collector",
            ChartArgs(
                chart="opentelemetry-collector",
                release=names.COLLECTOR_AGENT,
                namespace=args.namespace,
                values=values(args),
                mirror=args.chart_mirror,
            ),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: OpenTelemetryAgentArgs) -> dict[str, Any]:
    """The values of the chart."""
    mounts, volumes = _host_folders(host_root=args.config.node_metrics)
    return {
        **release.values(
            names.COLLECTOR_AGENT,
            agent(args.config),
            open_ports=("otlp", "otlp-http", "jaeger-grpc", "jaeger-thrift", "zipkin"),
            memory_mib=args.memory_mib,
            cpu_millis=args.cpu_millis,
        ),
        "mode": "daemonset",
        # A DaemonSet has none by default; the chart then keeps its traffic on the node.
        "service": {"enabled": True},
        "clusterRole": release.reader_of(
            ("", ("pods", "namespaces", "nodes", "nodes/stats", "nodes/metrics", "nodes/proxy")),
            ("apps", ("replicasets",)),
        ),
        # Files of containers belong to root. Nothing else of root's powers is needed.
        "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {
            "runAsUser": 0,
            "runAsGroup": 0,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "extraVolumes": volumes,
        "extraVolumeMounts": mounts,
        # Every node has pods that write lines, also the tainted ones.
        "tolerations": [{"operator": "Exists"}],
        **compatibility.affinity(Part.COLLECTOR_AGENT, args.compute),
        "rollout": {"rollingUpdate": {"maxUnavailable": "10%"}},
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
    }


def _host_folders(*, host_root: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Mounts, and the volumes behind them. Only the queue is written."""
    folders: list[tuple[str, str, str, dict[str, Any]]] = [
        ("pod-logs", LOG_FILES, "Directory", {"mountPath": LOG_FILES, "readOnly": True}),
        (release.QUEUE, STORAGE_FOLDER, "DirectoryOrCreate", {"mountPath": STORAGE_FOLDER}),
    ]
    if host_root:
        # File systems that are mounted later must be seen too.
        root = {"mountPath": HOST_ROOT, "readOnly": True, "mountPropagation": "HostToContainer"}
        folders.append(("host", "/", "Directory", root))
    return (
        [{"name": name, **mount} for name, _, _, mount in folders],
        [{"name": name, "hostPath": {"path": path, "type": kind}} for name, path, kind, _ in folders],
    )
