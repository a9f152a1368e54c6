"""The EKS cluster: made by Belfry, or adopted as it is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component

# Kept in CloudWatch by EKS itself; without a log group of ours they would be kept, and paid, for ever.
CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
# AWS asks a year for audit trails in most frameworks; a quarter covers what incident response reads.
CONTROL_PLANE_LOG_DAYS = 90

# EBS's driver, EKS's way of giving a pod a role, and the account that the driver runs as.
VOLUMES_ADDON = "aws-ebs-csi-driver"
POD_IDENTITY_ADDON = "eks-pod-identity-agent"
VOLUMES_SERVICE_ACCOUNT = "ebs-csi-controller-sa"

NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class EksClusterArgs:
    """A cluster in the given subnets with one managed node group of on-demand instances."""

    cluster_name: str
    version: str
    region: str
    subnet_ids: Sequence[pulumi.Input[str]]
    instance_type: str
    minimum_nodes: int
    maximum_nodes: int


@pulumi.type_token("belfry:aws:EksCluster")
class EksCluster(Component):
    """An EKS cluster with encrypted secrets, control-plane logs, access entries, a managed node group and volumes.

    Access is by access entries alone: the aws-auth ConfigMap has locked people out of their clusters when a tool
    rewrote it. ``kubeconfig`` is known once nodes and volumes are there: a chart that is installed before would wait
    for them until its timeout, and one that is deleted after them could not run its hooks.
    Deliberately without: Fargate, self-managed nodes, Windows.
    """

    cluster_name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

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
            retention_in_days=CONTROL_PLANE_LOG_DAYS,
            opts=self.child(),
        )
        cluster = aws.eks.Cluster(
            f"{name}-cluster",
            name=args.cluster_name,
            version=args.version,
            role_arn=self._role(f"{name}-control-plane", "eks.amazonaws.com", ("AmazonEKSClusterPolicy",)),
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": True},
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
            vpc_config={"subnet_ids": list(args.subnet_ids), "endpoint_private_access": True},
            # The log group comes first: otherwise EKS makes its own, without an end.
            opts=self.child(depends_on=[logs]),
        )
        nodes = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=cluster.name,
            node_role_arn=self._role(f"{name}-nodes", "ec2.amazonaws.com", NODE_POLICIES),
            subnet_ids=list(args.subnet_ids),
            instance_types=[args.instance_type],
            scaling_config={
                "min_size": args.minimum_nodes,
                "desired_size": args.minimum_nodes,
                "max_size": args.maximum_nodes,
            },
            # An autoscaler moves the desired size; every `up` would otherwise move it back.
            opts=self.child(ignore_changes=["scalingConfig.desiredSize"]),
        )
        volumes = self._volumes(name, nodes)
        self.cluster_name = cluster.name
        self.kubeconfig = kubeconfig(
            volumes.cluster_name,
            cluster.endpoint,
            cluster.certificate_authority.apply(lambda ca: str(ca.data)),
            args.region,
        )
        self.register_outputs({"cluster_name": self.cluster_name, "kubeconfig": self.kubeconfig})

    def _volumes(self, name: str, nodes: aws.eks.NodeGroup) -> aws.eks.Addon:
        """EBS volumes and a default storage class: EKS brings neither, and every volume claim would wait for ever."""
        identity = aws.eks.Addon(
            f"{name}-pod-identity",
            cluster_name=nodes.cluster_name,
            addon_name=POD_IDENTITY_ADDON,
            opts=self.child(),
        )
        role = self._role(f"{name}-volumes", "pods.eks.amazonaws.com", ("service-role/AmazonEBSCSIDriverPolicy",))
        return aws.eks.Addon(
            f"{name}-volumes",
            cluster_name=identity.cluster_name,
            addon_name=VOLUMES_ADDON,
            configuration_values=json.dumps({"defaultStorageClass": {"enabled": True}}),
            pod_identity_associations=[{"role_arn": role, "service_account": VOLUMES_SERVICE_ACCOUNT}],
            opts=self.child(),
        )

    def _role(self, name: str, service: str, policies: Sequence[str]) -> pulumi.Output[str]:
        """The ARN of a role, known once its policies are attached.

        So they are attached before the role is used, and detached after: without them EKS cannot even delete what it
        made in the account.
        """
        # A pod's role is assumed with tags of the session (cluster, namespace); the others know no tags.
        actions = ["sts:AssumeRole", "sts:TagSession"] if service.startswith("pods.") else ["sts:AssumeRole"]
        role = aws.iam.Role(
            name,
            assume_role_policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}],
                }
            ),
            opts=self.child(),
        )
        attached = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
                opts=self.child(),
            )
            for policy in policies
        ]
        return pulumi.Output.all(role.arn, *(attachment.id for attachment in attached)).apply(lambda all_: str(all_[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedClusterArgs:
    """A cluster that exists, by its name."""

    cluster_name: str
    region: str


@pulumi.type_token("belfry:aws:AdoptedCluster")
class AdoptedCluster(Component):
    """A cluster that somebody else made: looked up, never changed. It registers no resource of its own."""

    cluster_name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str, args: AdoptedClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        found = aws.eks.get_cluster_output(name=args.cluster_name, opts=pulumi.InvokeOutputOptions(parent=self))
        self.cluster_name = found.name
        self.kubeconfig = kubeconfig(
            found.name,
            found.endpoint,
            found.certificate_authorities.apply(lambda authorities: str(authorities[0].data)),
            args.region,
        )
        self.register_outputs({"cluster_name": self.cluster_name, "kubeconfig": self.kubeconfig})


def kubeconfig(
    name: pulumi.Input[str], endpoint: pulumi.Input[str], authority: pulumi.Input[str], region: str
) -> pulumi.Output[str]:
    """A kubeconfig without a secret in it: the token comes from the AWS CLI of whoever runs the program."""
    return pulumi.Output.all(name=name, endpoint=endpoint, authority=authority).apply(
        lambda cluster: json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [
                    {
                        "name": "eks",
                        "cluster": {
                            "server": cluster["endpoint"],
                            "certificate-authority-data": cluster["authority"],
                        },
                    }
                ],
                "users": [
                    {
                        "name": "aws",
                        "user": {
                            "exec": {
                                "apiVersion": "client.authentication.k8s.io/v1",
                                "command": "aws",
                                "args": [
                                    *("eks", "get-token", "--region", region, "--cluster-name", cluster["name"]),
                                    *("--output", "json"),  # the user's own default may be a table
                                ],
                                "interactiveMode": "Never",
                            }
                        },
                    }
                ],
                "contexts": [{"name": "eks", "context": {"cluster": "eks", "user": "aws"}}],
                "current-context": "eks",
            },
            sort_keys=True,
        )
    )
