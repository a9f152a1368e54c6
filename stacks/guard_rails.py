"""What limits the cluster's layer, and is there before its first pod."""

import pulumi
import pulumi_kubernetes as kubernetes

from components.namespaces import Namespaces
from components.network_policies import NetworkPolicies, NetworkPoliciesArgs
from components.priority_classes import PriorityClasses, PriorityClassesArgs
from components.quotas import Quotas, QuotasArgs
from configs.network_policies import Ranges, policies
from model.cluster.guard_rails import QUOTAS
from model.cluster.network_paths import PATHS
from stacks.account_settings import CreatedCluster
from stacks.ingress_settings import load_balancer_ranges
from stacks.settings import Settings


def build(settings: Settings, provider: kubernetes.Provider, namespaces: Namespaces) -> list[pulumi.Resource]:
    """Register them. Their namespaces are made before."""
    opts = pulumi.ResourceOptions(provider=provider, depends_on=[namespaces])
    cluster, people = settings.cluster, load_balancer_ranges(settings)
    ranges = (
        Ranges(
            vpc=(cluster.vpc_cidr,), services=(cluster.service_cidr,), load_balancer=people, proxied=settings.remediates
        )
        if isinstance(cluster, CreatedCluster)
        else Ranges(load_balancer=people, ipv6=settings.compute.ipv6)
    )
    return [
        NetworkPolicies("network", NetworkPoliciesArgs(policies=policies(PATHS, ranges)), opts=opts),
        PriorityClasses("priorities", PriorityClassesArgs(), opts=opts),
        Quotas("quotas", QuotasArgs(quotas=QUOTAS), opts=opts),
    ]
