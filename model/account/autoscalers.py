"""What adds nodes when pods find no room."""

from model import names
from model.vocabulary import Vocabulary


class Autoscaler(Vocabulary):
    """Programs that add and remove nodes."""

    KARPENTER = (names.KARPENTER, "Launches instances itself. For clusters that Belfry makes: it needs their subnets.")
    CLUSTER_AUTOSCALER = (names.CLUSTER_AUTOSCALER, "Resizes node groups that exist. For adopted clusters.")
    NONE = ("none", "None: only the settings, or another autoscaler, change the number of nodes.")
