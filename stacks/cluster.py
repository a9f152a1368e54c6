"""The cluster of the first layer: made with its network, nodes and add-ons, or adopted as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.access import Access, AccessEntries, AccessEntriesArgs
from components.cluster import AdoptedCluster, AdoptedClusterArgs, EksCluster, EksClusterArgs
from components.cluster_addons import ClusterAddons, ClusterAddonsArgs, NodeAddons, NodeAddonsArgs
from components.network import Network, NetworkArgs
from components.node_groups import NodeGroup, NodeGroups, NodeGroupsArgs
from components.pod_identity import IdentityProvider, IdentityProviderArgs
from model import labels
from model.account.eks_pins import pins
from model.alarms.scopes import nat_gateway_word, node_group_word
from stacks import log_configs
from stacks.account_settings import CreatedCluster, Nodes
from stacks.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster that is ready for charts. ``log_group`` is None where its audit log is not ours to read.

    ``oidc_issuer`` is the cluster's own, where it is known; ``issuer`` is there where workloads take their roles by
    IRSA. Network, private subnets and the nodes' role are known of a cluster that Belfry makes alone.
    ``load_balancer_subnet_ids``: what the ingress of people is put into; none without one. ``made``: IDs by the words
    that scopes of alarms have for them.
    """

    cluster_name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    log_group: pulumi.Input[str] | None
    issuer: pulumi.Input[str] | None
    vpc_id: pulumi.Output[str]
    load_balancer_subnet_ids: Sequence[pulumi.Input[str]]
    subnet_ids: Sequence[pulumi.Input[str]] = ()
    node_role_arn: pulumi.Output[str] | None = None
    network: Network | None = None
    security_group_id: pulumi.Output[str] | None = None
    oidc_issuer: pulumi.Input[str] | None = None
    made: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)


def build(
    settings: Settings, provider: aws.Provider, account: pulumi.Output[str], data_key: pulumi.Input[str], owner: str
) -> Cluster:
    """Register it. Of an adopted one nothing is registered but the access entries that were asked for.

    ``account``: its number; ``data_key`` encrypts logs and volumes; ``owner`` is the team that pays for the nodes.
    """
    wanted = settings.cluster
    cluster = (
        _create(settings, wanted, provider, account=account, data_key=data_key, owner=owner)
        if isinstance(wanted, CreatedCluster)
        else _adopt(settings, provider)
    )
    if wanted.access:
        AccessEntries(
            "access",
            AccessEntriesArgs(
                cluster_name=cluster.cluster_name,
                entries={
                    name: Access(principal_arn=each.principal, level=each.level, namespaces=each.namespaces)
                    for name, each in wanted.access.items()
                },
            ),
            opts=pulumi.ResourceOptions(provider=provider),
        )
    return cluster


def control_plane_log(cluster: str) -> str:
    """The log group of a cluster's control plane: EKS names it, whoever makes it."""
    return f"/aws/eks/{cluster}/cluster"


def _adopt(settings: Settings, provider: aws.Provider) -> Cluster:
    wanted = settings.cluster
    assert not isinstance(wanted, CreatedCluster)
    found = AdoptedCluster(
        "cluster",
        AdoptedClusterArgs(
            cluster_name=wanted.name,
            region=settings.region,
            identity=settings.aws,
            endpoint=wanted.endpoint,
            issuer=wanted.issuer,
        ),
        opts=pulumi.ResourceOptions(provider=provider),
    )
    return Cluster(
        cluster_name=found.cluster_name,
        kubeconfig=found.kubeconfig,
        # The one name that EKS writes to.
        log_group=f"/aws/eks/{wanted.name}/cluster" if wanted.audit_log else None,
        issuer=wanted.issuer if wanted.identity == "irsa" else None,
        vpc_id=found.vpc_id,
        load_balancer_subnet_ids=sorted(settings.ingress.subnets) if settings.ingress else [],
        oidc_issuer=wanted.issuer,
    )


def _create(
    settings: Settings,
    wanted: CreatedCluster,
    provider: aws.Provider,
    *,
    account: pulumi.Output[str],
    data_key: pulumi.Input[str],
    owner: str,
) -> Cluster:
    # What cannot be had back is protected; nodes and add-ons are replaced whenever their kind changes.
    kept = pulumi.ResourceOptions(provider=provider, protect=settings.protect)
    changing = pulumi.ResourceOptions(provider=provider)
    internal = settings.ingress is not None and settings.ingress.scheme == "internal"
    network = Network(
        "network",
        NetworkArgs(
            cluster_name=wanted.name,
            region=settings.region,
            account_id=account,
            cidr=wanted.vpc_cidr,
            nat_per_zone=wanted.nat_gateways == "per-zone",
            interface_endpoints=wanted.interface_endpoints,
            flow_logs="ALL" if wanted.flow_logs == "all" else "REJECT",
            key_arn=data_key,
            load_balancer_subnets=internal,
        ),
        opts=kept,
    )
    made = EksCluster(
        "cluster",
        EksClusterArgs(
            cluster_name=wanted.name,
            region=settings.region,
            account_id=account,
            version=wanted.version,
            subnet_ids=network.private_subnet_ids,
            service_cidr=wanted.service_cidr,
            public_cidrs=wanted.public_cidrs,
            log_days=wanted.log_days,
            log_key_arn=data_key,
            deletion_protection=settings.protect,
            extended_support=wanted.support == "extended",
        ),
        opts=kept,
    )
    # Elasticsearch takes its role by IRSA in any case: its version knows nothing else.
    if wanted.identity == "irsa" or log_configs.keeps_snapshots(settings):
        IdentityProvider("issuer", IdentityProviderArgs(issuer=made.issuer), opts=kept)
    pinned = pins(wanted.version)
    prepared = NodeAddons("node-addons", NodeAddonsArgs(cluster_name=made.cluster_name, pins=pinned), opts=changing)
    groups = {pool: _group(nodes) for pool, nodes in wanted.pools.items()}
    nodes = NodeGroups(
        "nodes",
        NodeGroupsArgs(
            cluster_name=prepared.cluster_name,
            version=wanted.version,
            pins=pinned,
            subnet_ids=network.private_subnet_ids,
            groups=groups,
            tags=node_tags(settings, owner),
            session_manager=wanted.session_manager,
        ),
        opts=changing,
    )
    addons = ClusterAddons(
        "addons",
        ClusterAddonsArgs(
            cluster_name=nodes.cluster_name,
            pins=pinned,
            volume_key_arn=data_key,
            endpoint=made.endpoint,
            authority=made.authority,
            region=settings.region,
            account_id=account,
            cluster=wanted.name,
            container_insights=wanted.container_insights,
            identity=settings.aws,
        ),
        opts=changing,
    )
    return Cluster(
        cluster_name=made.cluster_name,
        kubeconfig=addons.kubeconfig,
        log_group=made.log_group,
        oidc_issuer=made.issuer,
        subnet_ids=network.private_subnet_ids,
        node_role_arn=nodes.role_arn,
        issuer=made.issuer if wanted.identity == "irsa" else None,
        network=network,
        security_group_id=made.security_group_id,
        made={
            **{nat_gateway_word(zone): gateway for zone, gateway in network.nat_gateway_ids.items()},
            **{node_group_word(pool): group for pool, group in nodes.scaling_groups.items()},
        },
        vpc_id=network.vpc_id,
        load_balancer_subnet_ids=network.load_balancer_subnet_ids if internal else network.public_subnet_ids,
    )


def node_tags(settings: Settings, owner: str) -> dict[str, str]:
    """Tags of every instance and of its disks, whoever launches it."""
    return {**labels.of_aws(settings.environment, owner), "Name": settings.cluster.name}


def _group(nodes: Nodes) -> NodeGroup:
    return NodeGroup(instance_type=nodes.instance_type, minimum=nodes.minimum, maximum=nodes.maximum)
