"""Karpenter, and the pools of nodes that it may add to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from components.chart import Chart, ChartArgs
from configs.prometheus import relabeling
from model import labels, names
from model.account.node_pools import POOL_LABEL, Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingPool:
    """A pool that may have ``more`` nodes than its managed group, all of one type. ``image`` as Karpenter names it."""

    instance_type: str
    image: str
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KarpenterArgs:
    """``queue`` and ``profile`` are names in the account; ``tags`` are those of instances and volumes.

    ``replicas`` run on nodes of the managed groups, each on another: Karpenter must not end its own node.
    """

    cluster: str
    region: str
    queue: pulumi.Input[str]
    profile: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    pools: Mapping[Pool, GrowingPool]
    tags: Mapping[str, str]
    disk_gib: int
    root_device: str
    replicas: int = 2
    role_arn: pulumi.Input[str] | None = None
    pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:Karpenter")
class Karpenter(Component):
    """The definitions, the controller, and for each pool a node class and a node pool.

    Nodes come as the managed groups have them: the same type, image, role, tags and taints, on demand alone. So what
    an environment costs at most is its ``maximum``. Deliberately without: spot instances, several instance types, and
    an end of each node after 30 days, since images are pinned and a new one replaces the nodes by itself.
    """

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        definitions = Chart(
            f"{name}-definitions",
            ChartArgs(
                chart="karpenter-crd",
                # Whoever deletes the definitions deletes every node that Karpenter made.
                values={"additionalAnnotations": {"helm.sh/resource-policy": "keep"}},
                mirror=args.chart_mirror,
            ),
            opts=self.child(),
        )
        controller = Chart(
            f"{name}-controller",
            ChartArgs(chart=names.KARPENTER, values=values(args), skip_crds=True, mirror=args.chart_mirror),
            opts=self.child(depends_on=[definitions]),
        )
        for pool, wanted in sorted(args.pools.items()):
            metadata = {"name": str(pool), "labels": labels.of_object(str(pool))}
            node_class = kubernetes.apiextensions.CustomResource(
                f"{name}-{pool}-class",
                api_version="karpenter.k8s.aws/v1",
                kind="EC2NodeClass",
                metadata=metadata,
                spec=node_class_spec(args, wanted),
                opts=self.child(depends_on=[controller]),
            )
            # Deleted first: its nodes end while the class and the controller are still there.
            kubernetes.apiextensions.CustomResource(
                f"{name}-{pool}-pool",
                api_version="karpenter.sh/v1",
                kind="NodePool",
                metadata=metadata,
                spec=node_pool_spec(pool, wanted),
                opts=self.child(depends_on=[node_class]),
            )
        self.register_outputs({})


def values(args: KarpenterArgs) -> dict[str, Any]:
    """The values of the controller's chart."""
    role = {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn is not None else {}
    return {
        "replicas": args.replicas,
        "podAnnotations": dict(args.pod_annotations),
        "serviceAccount": {"name": names.KARPENTER, "annotations": role},
        "settings": {
            "clusterName": args.cluster,
            "interruptionQueue": args.queue,
            "eksControlPlane": True,
        },
        "controller": {
            # The instance metadata would tell, but the hop limit of one keeps pods away from it.
            "env": [{"name": "AWS_REGION", "value": args.region}],
            # Its guide's figures are for hundreds of nodes; a cluster of tens stays below half of these.
            "resources": {"requests": {"cpu": "250m", "memory": "768Mi"}, "limits": {"memory": "768Mi"}},
        },
        "serviceMonitor": {
            "enabled": True,
            "endpointConfig": {"interval": "30s"},
            "relabelings": labels.own_relabelings(names.KARPENTER),
            # By itself it has a series for every instance type in every zone: thousands that nobody reads.
            "metricRelabelings": [relabeling.of_inventory(names.KARPENTER).as_object()],
        },
    }


def node_class_spec(args: KarpenterArgs, wanted: GrowingPool) -> dict[str, Any]:
    """How EC2 makes a node: as the launch template of the managed groups has it."""
    return {
        "amiSelectorTerms": [{"alias": wanted.image}],
        "instanceProfile": args.profile,
        "subnetSelectorTerms": [{"id": subnet} for subnet in args.subnet_ids],
        # EKS tags the one group that all nodes of a cluster share.
        "securityGroupSelectorTerms": [{"tags": {"aws:eks:cluster-name": args.cluster}}],
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
        },
        "blockDeviceMappings": [
            {
                "deviceName": args.root_device,
                "ebs": {
                    "encrypted": True,
                    "volumeType": "gp3",
                    "volumeSize": f"{args.disk_gib}Gi",
                    "deleteOnTermination": True,
                },
            }
        ],
        "tags": dict(args.tags),
    }


def node_pool_spec(pool: Pool, wanted: GrowingPool) -> dict[str, Any]:
    """Which pods get such a node, how many there are at most, and when one goes again."""
    taints = [{"key": POOL_LABEL, "value": str(pool), "effect": "NoSchedule"}] if pool.tainted else []
    return {
        "template": {
            "metadata": {"labels": {POOL_LABEL: str(pool)}},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": str(pool)},
                "requirements": [
                    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
                    {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": [wanted.instance_type]},
                ],
                "taints": taints,
                "expireAfter": "Never",
            },
        },
        "limits": {"nodes": str(wanted.more)},
        "disruption": {
            # Stores take minutes to move and rebalance: their nodes go when they are empty, not when they could be.
            "consolidationPolicy": "WhenEmpty" if pool.tainted else "WhenEmptyOrUnderutilized",
            # Longer than a rollout leaves a node idle.
            "consolidateAfter": "10m",
            # One zone's worth at a time, as the managed groups do.
            "budgets": [{"nodes": "1"}],
        },
    }
