"""First layer: the AWS account's part. A cluster with its network, and the topics that alarms go to."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.alarm_topics import AlarmTopics, AlarmTopicsArgs
from components.cluster import AdoptedCluster, AdoptedClusterArgs, EksCluster, EksClusterArgs
from components.network import Network, NetworkArgs
from model import labels
from stacks.inputs import Inputs
from stacks.settings import CreatedCluster, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What the layers above build on. One provider for each target: each further one costs hundreds of MiB."""

    aws: aws.Provider
    kubernetes: kubernetes.Provider
    cluster: EksCluster | AdoptedCluster
    topics: AlarmTopics


def build(inputs: Inputs) -> Foundation:
    """Register the layer."""
    settings = inputs.settings
    provider = aws.Provider(
        "aws",
        region=settings.region,
        allowed_account_ids=[settings.account] if settings.account else None,
        default_tags={"tags": labels.of_aws(settings.environment, inputs.catalog.organization.platform_team)},
    )
    in_aws = pulumi.ResourceOptions(provider=provider)
    account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider)).account_id
    cluster = _cluster(settings, provider)
    return Foundation(
        aws=provider,
        kubernetes=kubernetes.Provider(
            "kubernetes",
            kubeconfig=cluster.kubeconfig,
            # The kubeconfig holds no identity of the cluster but its endpoint; when that is replaced, so is all in it.
            cluster_identifier=settings.cluster.name,
            # Otherwise each change of a Secret or ConfigMap deletes it first: Alertmanager would be without its
            # configuration, and Grafana without the board, until the new one is there.
            enable_secret_mutable=True,
            enable_config_map_mutable=True,
        ),
        cluster=cluster,
        topics=AlarmTopics(
            "alarms",
            AlarmTopicsArgs(account_id=account, prefix=f"{labels.PROJECT}-{settings.environment}"),
            opts=in_aws,
        ),
    )


def _cluster(settings: Settings, provider: aws.Provider) -> EksCluster | AdoptedCluster:
    wanted = settings.cluster
    opts = pulumi.ResourceOptions(provider=provider, protect=settings.protect)
    if not isinstance(wanted, CreatedCluster):
        return AdoptedCluster(
            "cluster", AdoptedClusterArgs(cluster_name=wanted.name, region=settings.region), opts=opts
        )
    network = Network(
        "network",
        NetworkArgs(
            cluster_name=wanted.name,
            region=settings.region,
            cidr=wanted.vpc_cidr,
            nat_per_zone=wanted.nat_gateways == "per-zone",
        ),
        opts=opts,
    )
    return EksCluster(
        "cluster",
        EksClusterArgs(
            cluster_name=wanted.name,
            version=wanted.version,
            region=settings.region,
            subnet_ids=network.private_subnet_ids,
            instance_type=wanted.nodes.instance_type,
            minimum_nodes=wanted.nodes.minimum,
            maximum_nodes=wanted.nodes.maximum,
        ),
        opts=opts,
    )
