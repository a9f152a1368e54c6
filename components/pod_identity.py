"""A role for one workload of the cluster."""

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam.policy import cluster_arn, trust_of_pod, trust_of_service_account
from model.cluster.workloads import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Irsa:
    """What roles for service accounts need: the cluster's OIDC issuer, which IAM must know as a provider."""

    account_id: pulumi.Input[str]
    issuer: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PodIdentityArgs:
    """``irsa`` none: EKS Pod Identity. With it, nothing in EKS is registered: the service account names the role.

    ``cluster`` is the name as the settings have it, ``cluster_name`` is known once there is the cluster.
    """

    cluster_name: pulumi.Input[str]
    cluster: str
    region: str
    account_id: pulumi.Input[str]
    workload: Workload
    policy: pulumi.Input[str]
    irsa: Irsa | None = None


@pulumi.type_token("belfry:aws:PodIdentity")
class PodIdentity(Component):
    """One role for one service account, with one policy of its own. No key, no secret, nothing shared.

    With IRSA the chart annotates the service account with ``role_arn``; with Pod Identity it must not.

    Credentials are injected when a pod is created, and a restart of its containers does not help one that came before.
    So what runs the pods depends on this component, and annotates them with ``version``: pods that run already are
    replaced when they are first given rights.
    """

    role_arn: pulumi.Output[str]
    version: pulumi.Output[str]

    def __init__(self, name: str, args: PodIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        workload = args.workload
        trusted: pulumi.Input[str] = pulumi.Output.from_input(args.account_id).apply(
            lambda id_: trust_of_pod(
                account=id_,
                cluster=cluster_arn(args.region, id_, args.cluster),
                namespace=workload.namespace,
                service_account=workload.service_account,
            )
        )
        if args.irsa:
            trusted = pulumi.Output.all(account=args.irsa.account_id, issuer=args.irsa.issuer).apply(
                lambda known: trust_of_service_account(
                    **known, namespace=workload.namespace, service_account=workload.service_account
                )
            )
        self.role_arn = given = role(self, f"{name}-role", trust=trusted, policy=args.policy)
        if not args.irsa:
            association = aws.eks.PodIdentityAssociation(
                f"{name}-association",
                cluster_name=args.cluster_name,
                namespace=workload.namespace,
                service_account=workload.service_account,
                role_arn=self.role_arn,
                opts=self.child(),
            )
            self.role_arn, given = association.role_arn, association.id
        self.version = given.apply(lambda known: hashlib.sha256(known.encode()).hexdigest()[:16])
        self.register_outputs({"role_arn": self.role_arn, "version": self.version})


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProviderArgs:
    """The OIDC issuer of a cluster that Belfry makes."""

    issuer: pulumi.Input[str]


@pulumi.type_token("belfry:aws:IdentityProvider")
class IdentityProvider(Component):
    """The cluster's OIDC issuer as IAM knows it, where roles are taken by IRSA. AWS checks its certificate itself."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: IdentityProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        provider = aws.iam.OpenIdConnectProvider(
            f"{name}-provider", url=args.issuer, client_id_lists=["sts.amazonaws.com"], opts=self.child()
        )
        self.arn = provider.arn
        self.register_outputs({"arn": self.arn})
