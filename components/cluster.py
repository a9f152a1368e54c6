"""The EKS cluster: made by Belfry, or adopted as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam.policy import cluster_arn, trust
from configs.kubeconfig import kubeconfig
from model.account.identity import AwsIdentity
from model.problems import BadInput, Problem

# Kept in CloudWatch by EKS itself; without a log group of ours they would be kept, and paid, forever.
CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@dataclass(frozen=True, slots=True, kw_only=True)
class EksClusterArgs:
    """A control plane in the given subnets. ``service_cidr`` is for Services and overlaps nothing it must reach.

    ``public_cidrs`` may call the API from outside; none means that only the network itself may.
    ``extended_support``: stay on a version whose standard support ended; otherwise AWS upgrades the cluster by itself.
    ``log_days`` is how long the control plane's logs are kept. AWS asks a year for audit trails in most frameworks; a
    quarter covers what incident response reads.
    """

    cluster_name: str
    region: str
    account_id: pulumi.Input[str]
    version: str
    subnet_ids: Sequence[pulumi.Input[str]]
    service_cidr: str = "172.20.0.0/16"
    public_cidrs: Sequence[str] = ("0.0.0.0/0",)
    log_days: int = 90
    log_key_arn: pulumi.Input[str] | None = None
    deletion_protection: bool = False
    extended_support: bool = True


@pulumi.type_token("belfry:aws:EksCluster")
class EksCluster(Component):
    """An EKS control plane with encrypted secrets, all its logs, and access entries.

    Access is by access entries alone: the aws-auth ConfigMap has locked people out of their clusters when a tool
    rewrote it. EKS's own unmanaged add-ons are left out: the managed ones come as resources, and taking over the
    others later is a fight over fields.
    Deliberately without: nodes and add-ons (components of their own), Fargate, Auto Mode.
    """

    cluster_name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    authority: pulumi.Output[str]
    issuer: pulumi.Output[str]
    log_group: pulumi.Output[str]
    security_group_id: pulumi.Output[str]  # of control plane and nodes; EKS makes it

    def __init__(self, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            f"{name}-secrets",
            description=f"Kubernetes secrets of the EKS cluster {args.cluster_name}",
            enable_key_rotation=True,
            opts=self.child(),
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-control-plane",
            name=f"/aws/eks/{args.cluster_name}/cluster",
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            opts=self.child(),
        )
        cluster = aws.eks.Cluster(
            f"{name}-cluster",
            name=args.cluster_name,
            version=args.version,
            role_arn=role(
                self,
                f"{name}-control-plane",
                trust=pulumi.Output.from_input(args.account_id).apply(
                    lambda id_: trust(
                        "eks.amazonaws.com", account=id_, source=cluster_arn(args.region, id_, args.cluster_name)
                    )
                ),
                managed=("AmazonEKSClusterPolicy",),
            ),
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": True},
            bootstrap_self_managed_addons=False,
            upgrade_policy={"support_type": "EXTENDED" if args.extended_support else "STANDARD"},
            deletion_protection=args.deletion_protection,
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
            kubernetes_network_config={"service_ipv4_cidr": args.service_cidr},
            vpc_config={
                "subnet_ids": list(args.subnet_ids),
                "endpoint_private_access": True,
                "endpoint_public_access": bool(args.public_cidrs),
                "public_access_cidrs": list(args.public_cidrs) if args.public_cidrs else None,
            },
            # The log group comes first: otherwise EKS makes its own, without an end.
            opts=self.child(depends_on=[logs]),
        )
        self.cluster_name = cluster.name
        self.endpoint = cluster.endpoint
        self.authority = cluster.certificate_authority.apply(lambda ca: str(ca.data))
        self.issuer = cluster.identities.apply(lambda found: str((found[0].oidcs or [])[0].issuer))
        self.log_group = logs.name
        self.security_group_id = cluster.vpc_config.apply(lambda config: str(config.cluster_security_group_id))
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "endpoint": self.endpoint,
                "authority": self.authority,
                "issuer": self.issuer,
                "log_group": self.log_group,
                "security_group_id": self.security_group_id,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedClusterArgs:
    """A cluster that exists, by its name.

    ``identity``: as whom its kubeconfig asks for tokens.
    ``endpoint`` and ``issuer``, where given, must be what the lookup finds: another account may have a cluster of the
    same name, and a role that trusts the wrong issuer fails only when a pod first needs it.
    """

    cluster_name: str
    region: str
    identity: AwsIdentity = field(default_factory=AwsIdentity)
    endpoint: str | None = None
    issuer: str | None = None


@pulumi.type_token("belfry:aws:AdoptedCluster")
class AdoptedCluster(Component):
    """A cluster that somebody else made: looked up, never changed. It registers no resource of its own.

    Raises BadInput for a cluster without an endpoint (it is still being made) or another one than was meant.
    """

    cluster_name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    vpc_id: pulumi.Output[str]

    def __init__(self, name: str, args: AdoptedClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        found = aws.eks.get_cluster_output(name=args.cluster_name, opts=pulumi.InvokeOutputOptions(parent=self))
        checked = found.apply(lambda cluster: _checked(cluster, args))
        self.cluster_name = checked.apply(lambda cluster: str(cluster.name))
        self.kubeconfig = checked.apply(
            lambda cluster: kubeconfig(
                name=cluster.name,
                endpoint=cluster.endpoint,
                authority=cluster.certificate_authorities[0].data,
                region=args.region,
                identity=args.identity,
            )
        )
        self.vpc_id = checked.apply(lambda cluster: str(cluster.vpc_config.vpc_id))
        self.register_outputs({"cluster_name": self.cluster_name, "kubeconfig": self.kubeconfig, "vpc_id": self.vpc_id})


def _checked(cluster: aws.eks.GetClusterResult, args: AdoptedClusterArgs) -> aws.eks.GetClusterResult:
    where, problems = f"cluster {args.cluster_name}", []
    if not cluster.endpoint:
        problems.append(Problem(where, "found no endpoint", "a cluster that is active"))
    elif args.endpoint and cluster.endpoint != args.endpoint:
        problems.append(Problem(f"{where}: endpoint", f"found {cluster.endpoint}", args.endpoint))
    if args.issuer:
        issuers = [oidc.issuer for identity in cluster.identities for oidc in identity.oidcs]
        if args.issuer not in issuers:
            problems.append(Problem(f"{where}: issuer", f"found {', '.join(issuers) or 'none'}", args.issuer))
    if problems:
        raise BadInput(problems)
    return cluster
