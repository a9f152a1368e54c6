"""What adds nodes when pods find no room."""

from components.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from components.karpenter import GrowingPool, Karpenter, KarpenterArgs
from components.node_groups import DISK_GIB, ROOT_DEVICE
from model import names
from model.account.eks_pins import machine_image, pins
from model.account.node_pools import Autoscaler
from model.cluster import workloads
from stacks.account_settings import CreatedCluster
from stacks.cluster import node_tags
from stacks.in_cluster import InCluster


def build(target: InCluster) -> None:
    """Register the one that the environment wants, if any."""
    cluster = target.settings.cluster
    if isinstance(cluster, CreatedCluster):
        _karpenter(target, cluster)
    elif cluster.autoscaler is Autoscaler.CLUSTER_AUTOSCALER:
        ClusterAutoscaler(
            names.CLUSTER_AUTOSCALER,
            ClusterAutoscalerArgs(
                cluster=cluster.name,
                region=target.settings.region,
                compute=target.settings.compute,
                role_arn=target.role_arn(workloads.CLUSTER_AUTOSCALER),
                pod_annotations=target.pod_annotations(workloads.CLUSTER_AUTOSCALER),
                chart_mirror=target.mirror,
            ),
            opts=target.opts(workloads.CLUSTER_AUTOSCALER),
        )


def _karpenter(target: InCluster, cluster: CreatedCluster) -> None:
    made = target.foundation.node_provisioning
    if made is None:
        return
    pinned = pins(cluster.version)
    Karpenter(
        names.KARPENTER,
        KarpenterArgs(
            cluster=cluster.name,
            region=target.settings.region,
            queue=made.queue_name,
            profile=made.profile_name,
            subnet_ids=target.foundation.cluster.subnet_ids,
            pools={
                pool: GrowingPool(
                    instance_type=nodes.instance_type,
                    image=machine_image(pinned, nodes.instance_type).alias,
                    more=nodes.maximum - nodes.minimum,
                )
                for pool, nodes in cluster.pools.items()
                if nodes.maximum > nodes.minimum
            },
            tags=node_tags(target.settings, target.inputs.catalog.organization.platform_team),
            disk_gib=DISK_GIB,
            root_device=ROOT_DEVICE,
            # Each on a node of its own, and a group keeps its minimum.
            replicas=min(cluster.nodes.minimum, 2),
            role_arn=target.role_arn(workloads.KARPENTER),
            pod_annotations=target.pod_annotations(workloads.KARPENTER),
            chart_mirror=target.mirror,
        ),
        # Also when all is deleted: Karpenter must live until its last node has ended.
        opts=target.opts(workloads.KARPENTER),
    )
