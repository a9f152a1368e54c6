"""Settings of compute that contradict themselves, or what Belfry makes."""

from collections.abc import Iterator

from model.account.autoscalers import Autoscaler
from model.cluster.compute import Compute, ComputeKind
from model.problems import Problem

# The cluster autoscaler resizes node groups; all other kinds bring their own.
_RESIZED = ComputeKind.MANAGED
_NO_KEY = "or no compute: it follows from the node groups, and other kinds are for mode adopt"


def adopted_problems(where: str, compute: Compute, autoscaler: Autoscaler) -> Iterator[Problem]:
    """Of a cluster that exists; ``where`` is the key ``cluster``."""
    if set(compute.kinds) == {ComputeKind.FARGATE}:
        yield Problem(
            f"{where}.compute.kinds",
            "found only fargate, which has no EBS volumes for the data stores",
            "fargate together with managed, auto or karpenter",
        )
    if autoscaler is Autoscaler.CLUSTER_AUTOSCALER and _RESIZED not in compute.kinds:
        yield Problem(
            f"{where}.autoscaler",
            f"found {autoscaler} while compute.kinds has {', '.join(compute.kinds)} and no node group to resize",
            "none: Auto Mode, Karpenter and Fargate add nodes by themselves",
        )


def made_problems(where: str, stated: Compute, made: Compute) -> Iterator[Problem]:
    """Of a cluster that Belfry makes; ``where`` is the key ``compute``, ``made`` what the other keys ask for."""
    for key, found, allowed in (
        ("kinds", stated.kinds, made.kinds),
        ("architectures", stated.architectures, made.architectures),
        ("family", (stated.family,), (made.family,)),
    ):
        if set(found) != set(allowed):
            yield Problem(
                f"{where}.{key}",
                f"found {', '.join(found)} for a cluster that Belfry makes",
                f"{', '.join(allowed)}, {_NO_KEY}",
            )
