"""The nodes: one managed group for everything, and a tainted one for what watches it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam.policy import trust
from model.account.eks_pins import ami_type, machine_image
from model.account.node_pools import POOL_LABEL, Pool
from model.versions import EksPins

SESSION_MANAGER_POLICY = "AmazonSSMManagedInstanceCore"
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")

# Images of the whole platform take some 15 GiB; the kubelet evicts from 85 % on.
DISK_GIB = 50
ROOT_DEVICE = "/dev/xvda"
# What a launch template tags. The provider's default tags stop at the group: EC2 would show nodes and disks that belong
# to nobody, and they are the largest part of the bill.
TAGGED = ("instance", "volume", "network-interface")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """Size of one group of on-demand instances."""

    instance_type: str
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroupsArgs:
    """``cluster_name`` is known once the network add-on is there: nodes without it never become ready.

    ``version``: Kubernetes of the cluster, with what is pinned for it. ``tags``: of instances, volumes and interfaces.
    ``session_manager``: people with the right in IAM get a shell on a node, without SSH and without an open port.
    """

    cluster_name: pulumi.Input[str]
    version: str
    pins: EksPins
    subnet_ids: Sequence[pulumi.Input[str]]
    groups: Mapping[Pool, NodeGroup]
    tags: Mapping[str, str]
    session_manager: bool = False


@pulumi.type_token("belfry:aws:NodeGroups")
class NodeGroups(Component):
    """Managed node groups with encrypted disks and without a way from pods to the node's own role.

    The observability group is tainted: a flood in the watched workloads then cannot take the room, the CPU or the
    network of what should report it. Groups have their minimum of nodes, always: growth is an autoscaler's, and it
    makes nodes of its own (Karpenter).
    Deliberately without: self-managed nodes, Windows, spot instances (their end comes with two minutes' notice, and
    monitoring must not be what ends).
    """

    cluster_name: pulumi.Output[str]  # known once all nodes are there
    role_arn: pulumi.Output[str]  # of every node; EKS lets it in as soon as a group has it
    scaling_groups: Mapping[Pool, pulumi.Output[str]]  # names of the EC2 Auto Scaling groups that EKS makes

    def __init__(self, name: str, args: NodeGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        managed = (*NODE_POLICIES, SESSION_MANAGER_POLICY) if args.session_manager else NODE_POLICIES
        worker = role(self, f"{name}-role", trust=trust("ec2.amazonaws.com"), managed=managed)
        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            # A hop limit of one and a token: a pod that is broken into cannot ask for the node's credentials.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            block_device_mappings=[
                {
                    "device_name": ROOT_DEVICE,
                    "ebs": {
                        "encrypted": "true",
                        "volume_type": "gp3",
                        "volume_size": DISK_GIB,
                        "delete_on_termination": "true",
                    },
                }
            ],
            tag_specifications=[{"resource_type": kind, "tags": dict(args.tags)} for kind in TAGGED],
            update_default_version=True,
            opts=self.child(),
        )
        groups = {pool: self._group(name, args, pool, worker, template) for pool in sorted(args.groups)}
        known = pulumi.Output.all(*(group.cluster_name for group in groups.values()))
        self.cluster_name = known.apply(lambda names: str(names[0]))
        self.role_arn = worker
        self.scaling_groups = {pool: group.resources.apply(_scaling_group) for pool, group in groups.items()}
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "role_arn": self.role_arn,
                "scaling_groups": {str(pool): group for pool, group in self.scaling_groups.items()},
            }
        )

    def _group(
        self,
        name: str,
        args: NodeGroupsArgs,
        pool: Pool,
        worker: pulumi.Input[str],
        template: aws.ec2.LaunchTemplate,
    ) -> aws.eks.NodeGroup:
        wanted = args.groups[pool]
        return aws.eks.NodeGroup(
            f"{name}-{pool}",
            cluster_name=args.cluster_name,
            node_role_arn=worker,
            subnet_ids=list(args.subnet_ids),
            # Both stated: AWS moves neither by itself, and the provider compares only what is given.
            version=args.version,
            release_version=machine_image(args.pins, wanted.instance_type).version,
            ami_type=ami_type(wanted.instance_type),
            instance_types=[wanted.instance_type],
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            labels={POOL_LABEL: str(pool)},
            taints=[{"key": POOL_LABEL, "value": str(pool), "effect": "NO_SCHEDULE"}] if pool.tainted else None,
            # The desired size is not ignored: AWS refuses a minimum above the size that the group last had.
            scaling_config={
                "min_size": wanted.minimum,
                "desired_size": wanted.minimum,
                "max_size": wanted.maximum,
            },
            # One third at a time: one zone's worth, so a quorum over three zones lives on.
            update_config={"max_unavailable_percentage": 33},
            opts=self.child(),
        )


def _scaling_group(made: Sequence[aws.eks.outputs.NodeGroupResource]) -> str:
    """EKS makes one for each managed group; a preview knows it as little as the group's other outputs."""
    return str((made[0].autoscaling_groups or [])[0].name)
