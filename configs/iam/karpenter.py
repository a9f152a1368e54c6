"""What Karpenter may do in AWS, and whom its queue takes messages from.

Source: the CloudFormation template of Karpenter 1.14's getting-started guide. Narrower where Belfry makes a part
itself: the nodes' instance profile is ours, so Karpenter makes, changes and deletes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from configs.iam.policy import Statement, document

# What ends a node that still works, and what has ended one: name of the rule -> its pattern.
INTERRUPTIONS: Mapping[str, Mapping[str, Any]] = {
    "capacity-reservation": {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Capacity Reservation Instance Interruption Warning"],
    },
    "health": {"source": ["aws.health"], "detail-type": ["AWS Health Event"]},
    "rebalance": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]},
    "spot": {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
    "state-change": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]},
}
# A warning of an interruption is worth nothing after the two minutes that it announces; AWS's template keeps five.
KEPT_SECONDS = 300


def queue_name(prefix: str) -> str:
    """The queue of an environment, by the prefix of its names; alarms ask for it by name."""
    return f"{prefix}-node-interruptions"


_CREATED = ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")
_USED = ("image", "snapshot")
_PLACED = ("security-group", "subnet", "capacity-reservation", "placement-group")
_POOL = "karpenter.sh/nodepool"
_CLUSTER_NAME = "eks:eks-cluster-name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Where Karpenter works. ``node_role``, ``profile`` and ``queue`` are ARNs."""

    region: str
    account: str
    cluster: str
    node_role: str
    profile: str
    queue: str


def controller(given: Controller) -> str:
    """Karpenter's own role: it launches, tags and ends instances of this cluster's pools alone."""
    owned = f"kubernetes.io/cluster/{given.cluster}"
    arns = [f"arn:aws:ec2:{given.region}:*:{kind}/*" for kind in _CREATED]
    asked = {f"aws:RequestTag/{owned}": "owned", f"aws:RequestTag/{_CLUSTER_NAME}": given.cluster}
    pooled = {f"aws:RequestTag/{_POOL}": "*"}
    ours: dict[str, dict[str, str]] = {
        "StringEquals": {f"aws:ResourceTag/{owned}": "owned"},
        "StringLike": {f"aws:ResourceTag/{_POOL}": "*"},
    }
    return document(
        [
            Statement(
                reason="Launch instances from images into subnets",
                actions=["ec2:CreateFleet", "ec2:RunInstances"],
                resources=[
                    *(f"arn:aws:ec2:{given.region}::{kind}/*" for kind in _USED),
                    *(f"arn:aws:ec2:{given.region}:*:{kind}/*" for kind in _PLACED),
                ],
            ),
            Statement(
                reason="Launch them from its own templates",
                actions=["ec2:CreateFleet", "ec2:RunInstances"],
                resources=[f"arn:aws:ec2:{given.region}:*:launch-template/*"],
                condition=ours,
            ),
            Statement(
                reason="Launch only what is tagged as this clusters",
                actions=["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"],
                resources=arns,
                condition={"StringEquals": asked, "StringLike": pooled},
            ),
            Statement(
                reason="Tag what it launches",
                actions=["ec2:CreateTags"],
                resources=arns,
                condition={
                    "StringEquals": {
                        **asked,
                        "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"],
                    },
                    "StringLike": pooled,
                },
            ),
            Statement(
                reason="Name instances after their node",
                actions=["ec2:CreateTags"],
                resources=[f"arn:aws:ec2:{given.region}:*:instance/*"],
                condition={
                    **ours,
                    "StringEqualsIfExists": {f"aws:RequestTag/{_CLUSTER_NAME}": given.cluster},
                    "ForAllValues:StringEquals": {"aws:TagKeys": [_CLUSTER_NAME, "karpenter.sh/nodeclaim", "Name"]},
                },
            ),
            Statement(
                reason="End what it launched",
                actions=["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
                resources=[f"arn:aws:ec2:{given.region}:*:{kind}/*" for kind in ("instance", "launch-template")],
                condition=ours,
            ),
            Statement(
                reason="Give nodes their role",
                actions=["iam:PassRole"],
                resources=[given.node_role],
                condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            ),
            Statement(reason="Find the nodes profile", actions=["iam:GetInstanceProfile"], resources=[given.profile]),
            Statement(
                reason="Ask for the clusters endpoint",
                actions=["eks:DescribeCluster"],
                resources=[f"arn:aws:eks:{given.region}:{given.account}:cluster/{given.cluster}"],
            ),
            Statement(
                reason="Read warnings of interruptions",
                actions=["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
                resources=[given.queue],
            ),
            Statement(
                reason="Find the pinned image",
                actions=["ssm:GetParameter"],
                resources=[f"arn:aws:ssm:{given.region}::parameter/aws/service/*"],
            ),
            Statement(
                reason="See instances and what could be launched",
                actions=[
                    *("ec2:DescribeCapacityReservations", "ec2:DescribeImages", "ec2:DescribeInstanceStatus"),
                    *("ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeInstances"),
                    *("ec2:DescribeLaunchTemplates", "ec2:DescribePlacementGroups", "ec2:DescribeSecurityGroups"),
                    *("ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets"),
                ],
                resources=["*"],
                condition={"StringEquals": {"aws:RequestedRegion": given.region}},
            ),
            Statement(
                reason="Compare prices and look for profiles of its own",
                actions=["iam:ListInstanceProfiles", "pricing:GetProducts"],
                resources=["*"],
            ),
        ]
    )


def queue(arn: str, rules: list[str]) -> str:
    """The queue takes what the rules bring, and nobody reads it without TLS."""
    return document(
        [
            Statement(
                reason="EventBridge brings warnings",
                principal={"Service": "events.amazonaws.com"},
                actions=["sqs:SendMessage"],
                resources=[arn],
                condition={"ArnEquals": {"aws:SourceArn": sorted(rules)}},
            ),
            Statement(
                reason="Only with TLS",
                effect="Deny",
                principal={"AWS": "*"},
                actions=["sqs:*"],
                resources=[arn],
                condition={"Bool": {"aws:SecureTransport": "false"}},
            ),
        ]
    )
