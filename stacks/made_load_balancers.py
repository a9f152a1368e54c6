"""What the AWS Load Balancer Controller made for an Ingress: found in AWS by the controller's tags.

It alone chooses the names, and CloudWatch and AWS WAF know load balancers by suffixes of ARNs.
"""

import pulumi
import pulumi_aws as aws

from configs.iam.load_balancer_policy import OWNED

TAGS = "ingress.k8s.aws"


def balancer(
    provider: aws.Provider, cluster: str, group_name: str, address: pulumi.Output[str]
) -> pulumi.Output[aws.lb.GetLoadBalancerResult]:
    """The load balancer of a group of Ingress objects, once it has its ``address``: before, there is none."""
    tags = _tags(cluster, group_name, "LoadBalancer", address)
    return aws.lb.get_load_balancer_output(tags=tags, opts=pulumi.InvokeOutputOptions(provider=provider))


def group(
    provider: aws.Provider, cluster: str, group_name: str, resource: str, address: pulumi.Output[str]
) -> pulumi.Output[str]:
    """The suffix of the ARN of the target group that the controller tags with ``resource``."""
    tags = _tags(cluster, group_name, resource, address)
    return aws.lb.get_target_group_output(tags=tags, opts=pulumi.InvokeOutputOptions(provider=provider)).arn_suffix


def _tags(cluster: str, group_name: str, resource: str, address: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
    return address.apply(lambda _: {OWNED: cluster, f"{TAGS}/stack": group_name, f"{TAGS}/resource": resource})
