"""The cluster autoscaler, for an adopted cluster whose node groups it resizes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from configs.prometheus import relabeling
from model import labels, names
from model.cluster.compute import USUAL, Compute


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAutoscalerArgs:
    """``cluster`` is the name in the groups' tags, by which it finds them; EKS tags managed groups by itself."""

    cluster: str
    region: str
    role_arn: pulumi.Input[str] | None = None
    pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    placement: Mapping[str, Any] = field(default_factory=dict)
    compute: Compute = USUAL
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:ClusterAutoscaler")
class ClusterAutoscaler(Component):
    """It adds nodes for pods that find no room, and takes away those that stand half empty.

    Its minor version is that of the Kubernetes it was built for; AWS asks for the same one as the cluster's.
    """

    def __init__(self, name: str, args: ClusterAutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-release",
            ChartArgs(chart=names.CLUSTER_AUTOSCALER, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: ClusterAutoscalerArgs) -> dict[str, Any]:
    """The values of the chart."""
    role = {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn is not None else {}
    environment = args.compute.aws_environment
    return {
        "fullnameOverride": names.CLUSTER_AUTOSCALER,
        "cloudProvider": "aws",
        "awsRegion": args.region,
        **({"extraEnv": {one["name"]: one["value"] for one in environment}} if environment else {}),
        "autoDiscovery": {"clusterName": args.cluster},
        "rbac": {"serviceAccount": {"name": names.CLUSTER_AUTOSCALER, "annotations": role}},
        "extraArgs": {
            # Groups of one kind in several zones grow evenly: a volume needs a node in its own zone.
            "balance-similar-node-groups": True,
            # By default it never ends a node with a pod of kube-system or with an emptyDir: none would ever go.
            "skip-nodes-with-local-storage": False,
            "skip-nodes-with-system-pods": False,
        },
        # Two with an election: one alone stands on a node that may be the one that goes.
        "replicaCount": 2,
        "podAnnotations": dict(args.pod_annotations),
        "resources": {"requests": {"cpu": "100m", "memory": "600Mi"}, "limits": {"memory": "600Mi"}},
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
        **args.placement,
        "serviceMonitor": {
            "enabled": True,
            "namespace": names.KUBE_SYSTEM,
            "interval": "30s",
            "relabelings": labels.own_relabelings(names.CLUSTER_AUTOSCALER),
            "metricRelabelings": [relabeling.of_inventory(names.CLUSTER_AUTOSCALER).as_object()],
        },
    }
