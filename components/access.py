"""Who may use the cluster: access entries for IAM principals."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.account.access import AccessLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One IAM role or user. ``namespaces`` none: the whole cluster."""

    principal_arn: str
    level: AccessLevel
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntriesArgs:
    """Entries by a name of our own, which stays when the principal's ARN changes."""

    cluster_name: pulumi.Input[str]
    entries: Mapping[str, Access]


@pulumi.type_token("belfry:aws:AccessEntries")
class AccessEntries(Component):
    """An access entry and its policy for each principal. Nobody is let in by a ConfigMap."""

    def __init__(self, name: str, args: AccessEntriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for key, access in sorted(args.entries.items()):
            entry = aws.eks.AccessEntry(
                f"{name}-{key}",
                cluster_name=args.cluster_name,
                principal_arn=access.principal_arn,
                opts=self.child(),
            )
            aws.eks.AccessPolicyAssociation(
                f"{name}-{key}",
                cluster_name=args.cluster_name,
                # By the entry, so that it is there first: AWS refuses a policy for a principal without one.
                principal_arn=entry.principal_arn,
                policy_arn=f"arn:aws:eks::aws:cluster-access-policy/{access.level.policy}",
                access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(
                    type="namespace" if access.namespaces else "cluster", namespaces=list(access.namespaces) or None
                ),
                opts=self.child(),
            )
        self.register_outputs({})
