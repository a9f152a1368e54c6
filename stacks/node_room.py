"""Whether the nodes that Belfry makes have room for what it places on them."""

from collections.abc import Iterator

from model.account.instance_sizes import instance_size
from model.account.node_pools import Pool
from model.catalog.catalog import Catalog
from model.sizing.placing import shortage, total
from stacks import placed_pods, sizes
from stacks.account_settings import CreatedCluster
from stacks.settings import Settings

KEYS = {Pool.GENERAL: "nodes", Pool.OBSERVABILITY: "observability_nodes"}


def shortages(settings: Settings, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Key, found, allowed: of each group of nodes on which something would wait for ever.

    Counted are the nodes that there will be: with an autoscaler the maximum, else the minimum.
    """
    cluster = settings.cluster
    if not isinstance(cluster, CreatedCluster):
        return
    size = sizes.computed(settings, catalog)
    placed = placed_pods.by_pool(sizes.filled(settings, size), catalog, size)
    for pool, group in cluster.pools.items():
        known = instance_size(group.instance_type)
        if known is None:
            continue
        node = known.allocatable - total(placed_pods.on_each_node(settings))
        key, nodes = ("maximum", group.maximum) if cluster.grows else ("minimum", group.minimum)
        if lacking := shortage(placed[pool], node, nodes):
            here = f"cluster.{KEYS[pool]}.{key if lacking.too_few else 'instance_type'}"
            yield here, f"{nodes if lacking.too_few else group.instance_type}: {lacking.found}", lacking.allowed


def warnings(settings: Settings, catalog: Catalog, where: str) -> Iterator[str]:
    """The same where nothing is refused, and what could not be judged; ``where`` starts each line."""
    for key, found, allowed in shortages(settings, catalog):
        yield f"{where}:{key}: found {found}; needed: {allowed}"
    if isinstance(settings.cluster, CreatedCluster):
        for pool, group in settings.cluster.pools.items():
            if instance_size(group.instance_type) is None:
                yield (
                    f"{where}:cluster.{KEYS[pool]}.instance_type: {group.instance_type} is not in "
                    "model/account/instance_sizes.yaml: whether pods fit on it was not checked"
                )
