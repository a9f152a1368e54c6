"""Whether the nodes that Belfry makes have room for what it places on them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from model.account.instance_sizes import Room, instance_size
from model.account.node_pools import Pool
from model.catalog.catalog import Catalog
from model.sizing.placing import Pods, shortage, total
from stacks import placed_pods, sizes
from stacks.account_settings import CreatedCluster, Nodes
from stacks.settings import Settings

KEYS = {Pool.GENERAL: "nodes", Pool.OBSERVABILITY: "observability_nodes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The pods of one pool. ``node``: what one node offers them beside its DaemonSets."""

    pool: Pool
    group: Nodes
    pods: list[Pods]
    node: Room


def placements(settings: Settings, catalog: Catalog, secrets: Collection[str] = ()) -> Iterator[Placement]:
    """Every pool that Belfry makes of a type in model/account/instance_sizes/.

    ``secrets``: names of belfry:secrets, which the engine alone knows; exporters can follow from them.
    """
    cluster = settings.cluster
    if not isinstance(cluster, CreatedCluster):
        return
    size = sizes.computed(settings, catalog)
    placed = placed_pods.by_pool(sizes.filled(settings, size), catalog, size, secrets)
    for pool, group in cluster.pools.items():
        if known := instance_size(group.instance_type):
            node = known.allocatable - total(placed_pods.on_each_node(settings))
            yield Placement(pool=pool, group=group, pods=placed[pool], node=node)


def shortages(settings: Settings, catalog: Catalog, secrets: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Key, found, allowed for each node group on which a pod would stay pending.

    The number of nodes is the maximum with an autoscaler, else the minimum.
    """
    for one in placements(settings, catalog, secrets):
        key, nodes = _nodes(settings, one)
        if lacking := shortage(one.pods, one.node, nodes):
            here = f"cluster.{KEYS[one.pool]}.{key if lacking.too_few else 'instance_type'}"
            found = nodes if lacking.too_few else one.group.instance_type
            yield here, f"{found}: {lacking.found}", lacking.allowed


def after_a_loss(settings: Settings, catalog: Catalog, secrets: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """The same after the loss of one node, for groups with enough room before it.

    It is only a warning, because the group replaces the node within minutes; and none if an autoscaler may add a node
    meanwhile, or if pods have no replicas that should survive the loss of a node.
    """
    if sizes.filled(settings, sizes.computed(settings, catalog)).metrics.replicas == 1:
        return
    for one in placements(settings, catalog, secrets):
        key, nodes = _nodes(settings, one)
        if shortage(one.pods, one.node, nodes) is None and (lacking := shortage(one.pods, one.node, nodes - 1)):
            found = f"{nodes}: when one of them is lost, {lacking.found} until another is ready"
            yield f"cluster.{KEYS[one.pool]}.{key}", found, f"{lacking.enough + 1}, or a larger type"


def warnings(settings: Settings, catalog: Catalog, where: str, secrets: Collection[str] = ()) -> Iterator[str]:
    """The same where nothing is refused, and what could not be judged; ``where`` starts each line."""
    for key, found, allowed in (*shortages(settings, catalog, secrets), *after_a_loss(settings, catalog, secrets)):
        yield f"{where}:{key}: found {found}; needed: {allowed}"
    if isinstance(settings.cluster, CreatedCluster):
        for pool, group in settings.cluster.pools.items():
            if instance_size(group.instance_type) is None:
                yield (
                    f"{where}:cluster.{KEYS[pool]}.instance_type: {group.instance_type} is not in "
                    "model/account/instance_sizes/: whether pods fit on it was not checked"
                )


def _nodes(settings: Settings, placed: Placement) -> tuple[str, int]:
    cluster, group = settings.cluster, placed.group
    assert isinstance(cluster, CreatedCluster)
    return ("maximum", group.maximum) if cluster.grows else ("minimum", group.minimum)
