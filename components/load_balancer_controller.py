"""The AWS Load Balancer Controller: it makes load balancers for Ingress objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from model import labels, names


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancerControllerArgs:
    """``vpc_id`` and ``region`` are stated, since pods cannot ask the node's metadata service for them.

    ``role_arn`` is for IRSA alone; ``pod_annotations`` change when it is first given rights.
    """

    cluster_name: str
    region: str
    vpc_id: pulumi.Input[str]
    role_arn: pulumi.Input[str] | None = None
    pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    placement: Mapping[str, Any] = field(default_factory=dict)
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:LoadBalancerController")
class LoadBalancerController(Component):
    """The controller in kube-system, with what is not used switched off, as its role has no right to it.

    Helm installs the definitions of its kinds with the first release and never upgrades them (docs/access.md).
    """

    def __init__(self, name: str, args: LoadBalancerControllerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-release",
            ChartArgs(chart=names.LOAD_BALANCER_CONTROLLER, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: LoadBalancerControllerArgs) -> dict[str, Any]:
    """The values of the chart."""
    return {
        "clusterName": args.cluster_name,
        "region": args.region,
        "vpcId": args.vpc_id,
        "replicaCount": 2,
        "serviceAccount": {
            "name": names.LOAD_BALANCER_CONTROLLER,
            "annotations": {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn is not None else {},
        },
        "podAnnotations": args.pod_annotations,
        # Belfry's class has parameters of its own and is made apart.
        "createIngressClassResource": False,
        # On by default, and then no Service of the whole cluster can be made while the controller is down.
        "enableServiceMutatorWebhook": False,
        # By default each upgrade makes a new certificate, and admission fails until all replicas have it.
        "keepTLSSecret": True,
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {labels.OBJECT_NAME: names.LOAD_BALANCER_CONTROLLER}},
            }
        ],
        # It watches every Pod, Service and Ingress of the cluster.
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}, "limits": {"memory": "400Mi"}},
        "serviceMonitor": {
            "enabled": True,
            "interval": "1m",
            "relabelings": labels.own_relabelings(names.LOAD_BALANCER_CONTROLLER),
        },
        **args.placement,
    }
