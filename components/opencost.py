"""OpenCost: what nodes, pods and load balancers cost an hour."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.base import Component, PodArgs
from components.chart import Chart, ChartArgs
from model import labels, names
from model.metrics import metric_inventory

USER = 1001  # of the image


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCostArgs(PodArgs):
    """``cluster`` is the value of the label `cluster` on Prometheus' series."""

    cluster: str
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:OpenCost")
class OpenCost(Component):
    """Prices times allocations, as metrics. Boards and alerts read those; nobody reads OpenCost's own pages.

    So these are off: its pages, its server for language models (open to all, on by default), plugins (downloaded when
    the pod starts), the bills of AWS (Athena; the budget's alarms know them), custom prices, carbon.
    """

    def __init__(self, name: str, args: OpenCostArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-release",
            ChartArgs(chart=names.OPENCOST, namespace=args.namespace, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: OpenCostArgs) -> dict[str, Any]:
    """The values of the chart."""
    return {
        "fullnameOverride": names.OPENCOST,
        "plugins": {"enabled": False},
        "networkPolicies": {"enabled": False},  # of ours: the chart's knows neither DNS nor the API server
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
        "opencost": {
            "mcp": {"enabled": False},
            "ui": {"enabled": False},
            "carbonCost": {"enabled": False},
            "cloudCost": {"enabled": False},
            "customPricing": {"enabled": False},
            "exporter": {
                # Two would each tell of every cost, and sums would be twice as high.
                "replicas": 1,
                "apiPort": names.OPENCOST_PORT,
                "defaultClusterId": args.cluster,
                "extraEnv": {"PROM_CLUSTER_ID_LABEL": labels.CLUSTER},
                # It reads AWS's price list of the region when it starts; the chart's request of 55Mi is for before.
                "resources": {"requests": {"cpu": "20m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
                # The root file system stays writable: it keeps prices in files beside its program.
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            },
            "prometheus": {
                # By default a service that no chart of ours makes (prometheus-server.prometheus-system).
                "internal": {
                    "enabled": True,
                    "serviceName": names.PROMETHEUS,
                    "namespaceName": names.MONITORING,
                    "port": names.PROMETHEUS_PORT,
                },
                "external": {"enabled": False},
            },
            "metrics": {
                "kubeStateMetrics": {"emitKsmV1Metrics": False, "emitKsmV1MetricsOnly": False},
                "serviceMonitor": {
                    "enabled": True,
                    "namespace": names.MONITORING,
                    "scrapeInterval": "60s",
                    "scrapeTimeout": "30s",
                    # `namespace` is that of the workload, or every cost would be the platform's.
                    "honorLabels": True,
                    "relabelings": labels.own_relabelings(names.OPENCOST),
                    # It repeats metrics of kube-state-metrics under the same names: sums over both would be doubled.
                    "metricRelabelings": [
                        {"sourceLabels": ["__name__"], "regex": "|".join(kept()), "action": "keep"},
                    ],
                },
            },
            **args.placement,
        },
    }


def kept() -> list[str]:
    """The metrics that Prometheus keeps: those of the inventory, and the process's own."""
    return [*sorted(metric_inventory.load().exporters[names.OPENCOST].metrics), "process_.+"]
