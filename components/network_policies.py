"""Network policies of Belfry's namespaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from configs.network_policies import Policy
from model import labels


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPoliciesArgs:
    """The policies, as `configs.network_policies.policies` makes them. Their namespaces must exist."""

    policies: Sequence[Policy]


@pulumi.type_token("belfry:kubernetes:NetworkPolicies")
class NetworkPolicies(Component):
    """Default-deny in each namespace, and what the data paths need.

    Something has to enforce them: on EKS the VPC CNI with `enableNetworkPolicy`, or Calico, or Cilium. Without, they
    are there and do nothing. Deliberately without: policies for applications, which are their owners'.
    """

    def __init__(self, name: str, args: NetworkPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for policy in args.policies:
            spec: Any = policy.spec  # in the words of Kubernetes: the SDK's types spell `from` otherwise
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{policy.namespace}-{policy.name}",
                metadata={
                    "name": policy.name,
                    "namespace": policy.namespace,
                    "labels": labels.of_object(policy.name),
                },
                spec=spec,
                opts=self.child(),
            )
        self.register_outputs({})
