"""Groups of nodes, and how a pod says that it belongs to one."""

from typing import Any

from model import names
from model.vocabulary import Vocabulary

POOL_LABEL = "belfry.dev/pool"


class Pool(Vocabulary):
    """Which nodes a pod runs on."""

    GENERAL = ("general", "All other pods.")
    OBSERVABILITY = ("observability", "The monitoring platform: tainted, so that other pods are not scheduled there.")

    @property
    def tainted(self) -> bool:
        """Whether a pod must tolerate the pool."""
        return self is Pool.OBSERVABILITY


def placement(pool: Pool) -> dict[str, Any]:
    """``nodeSelector`` and ``tolerations`` of a pod that runs on ``pool``, as charts take them."""
    tolerations = [{"key": POOL_LABEL, "operator": "Equal", "value": str(pool), "effect": "NoSchedule"}]
    return {"nodeSelector": {POOL_LABEL: str(pool)}, "tolerations": tolerations if pool.tainted else []}


class Autoscaler(Vocabulary):
    """Programs that add and remove nodes."""

    KARPENTER = (names.KARPENTER, "Launches instances itself. For clusters that Belfry makes: it needs their subnets.")
    CLUSTER_AUTOSCALER = (names.CLUSTER_AUTOSCALER, "Resizes node groups that exist. For adopted clusters.")
    NONE = ("none", "None: only the settings, or another autoscaler, change the number of nodes.")
