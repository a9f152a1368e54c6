"""What the AWS Load Balancer Controller may do: AWS's policy for it, without what is switched off or never asked for.

Source: kubernetes-sigs/aws-load-balancer-controller, docs/install/iam_policy.json of v3.5.0. Left out: network load
balancers, Cognito, WAF, Shield, certificate discovery, customer-owned and IPAM addresses, VPC peering, trust stores,
reserved capacity. Narrowed: to one account and region, and by the controller's own tag to what one cluster owns.
"""

from collections.abc import Mapping

from configs.iam.policy import Statement, document
from model.account.iam_actions import LOAD_BALANCER_READS

OWNED = "elbv2.k8s.aws/cluster"  # the controller's tag, with the cluster's name, on all that it makes
READ_NETWORK = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
    "ec2:GetSecurityGroupsForVpc",
)
TAG = ("elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags")


def load_balancer_controller(*, region: str, account: str, cluster: str) -> str:
    """One application load balancer with its listeners, rules, target groups and security groups, for one cluster."""
    balancers, groups, listeners, rules = (
        f"arn:aws:elasticloadbalancing:{region}:{account}:{kind}"
        for kind in ("loadbalancer/app/*", "targetgroup/*", "listener/app/*", "listener-rule/app/*")
    )
    security_groups = f"arn:aws:ec2:{region}:{account}:security-group/*"
    requested, owned = _tag("Request", OWNED, cluster), _tag("Resource", OWNED, cluster)
    return document(
        [
            Statement(
                reason="The first load balancer of an account needs ELB's own role",
                actions=["iam:CreateServiceLinkedRole"],
                resources=[
                    f"arn:aws:iam::{account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/"
                    "AWSServiceRoleForElasticLoadBalancing"
                ],
                condition={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
            ),
            Statement(reason="See the network", actions=READ_NETWORK, resources=["*"]),
            Statement(reason="See what is there", actions=LOAD_BALANCER_READS, resources=["*"]),
            Statement(
                reason="Make a security group",
                actions=["ec2:CreateSecurityGroup"],
                resources=[security_groups, f"arn:aws:ec2:{region}:{account}:vpc/*"],
            ),
            Statement(
                reason="Tag it as it is made",
                actions=["ec2:CreateTags"],
                resources=[security_groups],
                condition={"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup", **requested}},
            ),
            Statement(
                reason="Change tags of its own security groups and delete them",
                actions=["ec2:CreateTags", "ec2:DeleteTags", "ec2:DeleteSecurityGroup"],
                resources=[security_groups],
                condition={"StringEquals": owned},
            ),
            Statement(
                reason="Say who reaches its own security groups",
                actions=["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
                resources=[security_groups],
                condition={"StringEquals": owned},
            ),
            Statement(
                reason="Let the load balancer into the nodes of this cluster",
                actions=["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
                resources=[security_groups],
                condition={"StringLike": _tag("Resource", f"kubernetes.io/cluster/{cluster}", "*")},
            ),
            Statement(
                reason="Make a load balancer and target groups",
                actions=["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
                resources=[balancers, groups],
                condition={"StringEquals": requested},
            ),
            Statement(
                reason="Tag them as they are made",
                actions=["elasticloadbalancing:AddTags"],
                resources=[balancers, groups],
                condition={
                    "StringEquals": {
                        "elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"],
                        **requested,
                    }
                },
            ),
            Statement(
                reason="Change tags of its own",
                actions=TAG,
                resources=[balancers, groups],
                condition={"StringEquals": owned},
            ),
            # Of these AWS's policy asks no tag: a listener is made before it is tagged.
            Statement(reason="Tag listeners and rules", actions=TAG, resources=[listeners, rules]),
            Statement(
                reason="Make and change listeners and rules",
                actions=[
                    "elasticloadbalancing:AddListenerCertificates",
                    "elasticloadbalancing:CreateListener",
                    "elasticloadbalancing:CreateRule",
                    "elasticloadbalancing:DeleteListener",
                    "elasticloadbalancing:DeleteRule",
                    "elasticloadbalancing:ModifyListener",
                    "elasticloadbalancing:ModifyListenerAttributes",
                    "elasticloadbalancing:ModifyRule",
                    "elasticloadbalancing:RemoveListenerCertificates",
                    "elasticloadbalancing:SetRulePriorities",
                ],
                resources=[balancers, listeners, rules],
            ),
            Statement(
                reason="Change and delete its own load balancer and target groups",
                actions=[
                    "elasticloadbalancing:DeleteLoadBalancer",
                    "elasticloadbalancing:DeleteTargetGroup",
                    "elasticloadbalancing:ModifyLoadBalancerAttributes",
                    "elasticloadbalancing:ModifyTargetGroup",
                    "elasticloadbalancing:ModifyTargetGroupAttributes",
                    "elasticloadbalancing:SetIpAddressType",
                    "elasticloadbalancing:SetSecurityGroups",
                    "elasticloadbalancing:SetSubnets",
                ],
                resources=[balancers, groups],
                condition={"StringEquals": owned},
            ),
            Statement(
                reason="Send traffic to pods that are ready",
                actions=["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
                resources=[groups],
            ),
        ]
    )


def _tag(whose: str, key: str, value: str) -> Mapping[str, str]:
    return {f"aws:{whose}Tag/{key}": value}
