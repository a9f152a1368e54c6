"""The metrics server: `kubectl top`, and what autoscalers of pods go by."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from model import labels, names


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsServerArgs:
    """``replicas``: with one, autoscalers are blind while its node is drained."""

    replicas: int = 2
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:MetricsServer")
class MetricsServer(Component):
    """For an adopted cluster that has none. A cluster that Belfry makes has it as an add-on of EKS.

    Never both: each would register the one API that autoscalers ask, and the later one would win.
    """

    def __init__(self, name: str, args: MetricsServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-release",
            ChartArgs(chart=names.METRICS_SERVER, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: MetricsServerArgs) -> dict[str, Any]:
    """The values of the chart."""
    several = args.replicas > 1
    return {
        "replicas": args.replicas,
        "podDisruptionBudget": {"enabled": several, **({"minAvailable": 1} if several else {})},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {labels.OBJECT_NAME: names.METRICS_SERVER}},
            }
        ],
        # 1 mCPU and 2 MiB a node (its own guide on scaling): enough for a hundred.
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}, "limits": {"memory": "400Mi"}},
        "metrics": {"enabled": True},
        "serviceMonitor": {
            "enabled": True,
            "interval": "1m",
            "relabelings": labels.own_relabelings(names.METRICS_SERVER),
        },
    }
