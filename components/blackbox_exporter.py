"""The blackbox exporter: it asks health endpoints and public addresses on behalf of Prometheus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from model import names
from model.cluster.compute import USUAL, Compute
from model.vocabulary import ProbeKind

# Longer than any healthy answer, shorter than the shortest interval of a probe (15 s): probes must not pile up.
TIMEOUT = "10s"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackboxExporterArgs:
    """``replicas``: with one, every probe fails while its node is drained. ``placement``: see PrometheusStackArgs."""

    namespace: pulumi.Input[str]
    replicas: int
    placement: Mapping[str, Any]
    chart_mirror: str | None
    compute: Compute = USUAL


@pulumi.type_token("belfry:kubernetes:BlackboxExporter")
class BlackboxExporter(Component):
    """One module for each kind of probe; the targets are Probe objects, not values of this release.

    Deliberately without raw sockets, which the namespace's Pod Security level refuses: ICMP probes need the nodes to
    allow unprivileged echo sockets (sysctl net.ipv4.ping_group_range), as the images of EKS do.
    """

    def __init__(self, name: str, args: BlackboxExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-exporter",
            ChartArgs(
                chart=names.BLACKBOX_EXPORTER,
                namespace=args.namespace,
                values={**values(args.replicas, args.compute), **args.placement},
                mirror=args.chart_mirror,
            ),
            opts=self.child(),
        )
        self.register_outputs({})


def values(replicas: int, compute: Compute = USUAL) -> dict[str, Any]:
    """The values of the chart."""
    return {
        "service": {"port": names.BLACKBOX_EXPORTER_PORT},
        "replicas": replicas,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "config": {"modules": modules(compute)},
        "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        # A probe holds a connection and a few kB; 50 targets every 15 s stay below a tenth of this.
        "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "serviceMonitor": {"selfMonitor": {"enabled": True}},
    }


def modules(compute: Compute = USUAL) -> dict[str, Any]:
    """The exporter's modules, named after the kinds of probe."""
    # Dual-stack names of third parties resolve to addresses that a cluster without IPv6 cannot reach.
    # Where pods have IPv6 alone the other family is the second choice, which the exporter tries by itself.
    first = {"preferred_ip_protocol": "ip6" if compute.ipv6 else "ip4"}
    return {
        str(ProbeKind.HTTP): {"prober": "http", "timeout": TIMEOUT, "http": {**first, "follow_redirects": True}},
        str(ProbeKind.TCP): {"prober": "tcp", "timeout": TIMEOUT, "tcp": first},
        str(ProbeKind.TLS): {"prober": "tcp", "timeout": TIMEOUT, "tcp": {**first, "tls": True}},
        str(ProbeKind.ICMP): {"prober": "icmp", "timeout": TIMEOUT, "icmp": first},
        str(ProbeKind.GRPC): {"prober": "grpc", "timeout": TIMEOUT, "grpc": {**first, "tls": True}},
    }
