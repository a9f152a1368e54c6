"""The collector on every node: reads what only the node has, takes what its pods send, adds who they are, hands on.

Everything that changes with the catalog is left to the gateway: a new configuration here restarts a pod on each node.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from configs.collector import identity, logs
from configs.collector.parts import (
    IN_CLUSTER,
    STORAGE,
    Config,
    Listen,
    Pipeline,
    Runtime,
    collector,
    otlp_grpc_exporter,
    otlp_receiver,
)
from model import names

LOG_FILES = "/var/log/pods"
HOST_ROOT = "/hostfs"
GATEWAY = "otlp_grpc/gateway"
# Of each sender by itself, as Prometheus must get them.
METRICS_GATEWAY = "otlp_grpc/gateway-metrics"
FILES = "file_log"

# Their own lines would come back through themselves, and in an outage each lap would write more of them.
_NOT_COLLECTED = (f"{names.NODE_AGENTS}_{names.COLLECTOR_AGENT}-*", f"{names.COLLECTORS}_*")

# What the kubelet receiver sends of containers and pods by default.
_KUBELET_DEFAULTS = (
    "cpu.time",
    "cpu.usage",
    "filesystem.available",
    "filesystem.capacity",
    "filesystem.usage",
    "memory.available",
    "memory.major_page_faults",
    "memory.page_faults",
    "memory.rss",
    "memory.usage",
    "memory.working_set",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInput:
    """``gateway`` is host:port of the gateway's OTLP over gRPC."""

    gateway: str = names.service(names.COLLECTOR_GATEWAY, names.COLLECTORS, names.OTLP_GRPC_PORT)
    runtime: Runtime = IN_CLUSTER
    log_files: str = LOG_FILES
    node_metrics: bool = True
    kubernetes: bool = True  # false where there is no API server and no kubelet to ask


def agent(given: AgentInput) -> Config:
    """The agent's configuration."""
    runtime = given.runtime
    pods = [identity.SENDER, identity.KUBERNETES] if given.kubernetes else []
    node = (["host_metrics"] + (["kubeletstats"] if given.kubernetes else [])) if given.node_metrics else []
    return collector(
        runtime,
        receivers={
            "otlp": otlp_receiver(runtime.listen),
            **older_protocols(runtime.listen),
            FILES: _files(given.log_files),
            **{name: receiver for name, receiver in _node_metrics(runtime.node_ip).items() if name in node},
        },
        processors={**identity.sender(), **identity.kubernetes()} if given.kubernetes else {},
        exporters={
            GATEWAY: otlp_grpc_exporter(runtime, given.gateway),
            METRICS_GATEWAY: otlp_grpc_exporter(runtime, given.gateway, merged=False),
        },
        pipelines={
            "traces": Pipeline(receivers=["otlp", "jaeger", "zipkin"], processors=pods, exporters=[GATEWAY]),
            "metrics": Pipeline(receivers=["otlp", *node], processors=pods, exporters=[METRICS_GATEWAY]),
            "logs": Pipeline(receivers=["otlp", FILES], processors=pods, exporters=[GATEWAY]),
        },
    )


def older_protocols(listen: Listen) -> dict[str, Config]:
    """Receivers for services that still send Jaeger's or Zipkin's own format. No UDP: that lost spans in silence."""
    return {
        "jaeger": {
            "protocols": {
                "grpc": {"endpoint": listen.at(listen.jaeger_grpc)},
                "thrift_http": {"endpoint": listen.at(listen.jaeger_http)},
            }
        },
        "zipkin": {"endpoint": listen.at(listen.zipkin)},
    }


def _files(folder: str) -> Config:
    return {
        "include": [f"{folder}/*/*/*.log"],
        "exclude": [f"{folder}/{pods}/*/*.log" for pods in _NOT_COLLECTED],
        # With a checkpoint on the node's disk this means: what was written before the agent came is read too.
        "start_at": "beginning",
        "storage": STORAGE,
        "include_file_path": True,
        "include_file_name": False,
        "operators": logs.file_operators(),
        # A refused batch is tried again and the file waits: the node's disk is the longest queue there is.
        "retry_on_failure": {"enabled": True, "max_elapsed_time": "0s"},
    }


def _node_metrics(node_ip: str) -> dict[str, Config]:
    """Ratios only. The node exporter and cAdvisor give the absolute numbers; twice the same would be paid twice."""
    return {
        "host_metrics": {
            "collection_interval": "30s",
            "root_path": HOST_ROOT,
            "scrapers": {
                "cpu": _only("system.cpu.utilization", ["system.cpu.time"]),
                "memory": _only("system.memory.utilization", ["system.memory.usage"]),
                "filesystem": _only(
                    "system.filesystem.utilization", ["system.filesystem.usage", "system.filesystem.inodes.usage"]
                ),
            },
        },
        "kubeletstats": {
            "collection_interval": "30s",
            "auth_type": "serviceAccount",
            "endpoint": f"https://{node_ip}:10250",
            # The kubelet's certificate is signed by no authority that a pod knows, on EKS too.
            "insecure_skip_verify": True,
            "metric_groups": ["container", "pod"],
            "metrics": {
                **{
                    f"k8s.{scope}.{resource}_{kind}_utilization": {"enabled": True}
                    for scope in ("container", "pod")
                    for resource in ("cpu", "memory")
                    for kind in ("limit", "request")
                },
                **{
                    f"{scope}.{metric}": {"enabled": False}
                    for scope in ("container", "k8s.pod")
                    for metric in _KUBELET_DEFAULTS
                },
                **{f"k8s.pod.network.{metric}": {"enabled": False} for metric in ("errors", "io")},
            },
        },
    }


def _only(wanted: str, defaults: Sequence[str]) -> Config:
    return {"metrics": {wanted: {"enabled": True}, **{metric: {"enabled": False} for metric in defaults}}}
