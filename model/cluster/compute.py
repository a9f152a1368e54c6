"""What the nodes of a cluster are: who launches them, their processors, the addresses of pods; what contradicts it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from model.account.node_pools import Autoscaler
from model.base import Model, each_once
from model.problems import Problem
from model.vocabulary import Vocabulary

COMPUTE_LABEL = "eks.amazonaws.com/compute-type"
"""EKS writes it on nodes of Auto Mode and of Fargate, with the kind's word; other nodes have none."""


class ComputeKind(Vocabulary):
    """Who launches nodes. A cluster may have several kinds."""

    MANAGED = ("managed", "Node groups: managed ones of EKS, or instances that somebody joins to the cluster.")
    AUTO = ("auto", "EKS Auto Mode: AWS launches nodes and runs DNS, network and storage on them, out of reach.")
    KARPENTER = ("karpenter", "Instances that a Karpenter in the cluster launches.")
    FARGATE = ("fargate", "A node for each pod, without DaemonSets, privileged containers and EBS volumes.")


class Architecture(Vocabulary):
    """Processors of nodes."""

    AMD64 = ("amd64", "Intel and AMD.")
    ARM64 = ("arm64", "Graviton.")


class IpFamily(Vocabulary):
    """Addresses of pods and Services; a cluster keeps its family forever."""

    IPV4 = ("ipv4", "The default of EKS.")
    IPV6 = ("ipv6", "Pods and Services have only IPv6 addresses.")


class Compute(Model):
    """The nodes of a cluster. ``python -m ops detect`` writes it for a cluster that exists."""

    kinds: Annotated[tuple[ComputeKind, ...], Field(min_length=1), AfterValidator(each_once)] = (ComputeKind.MANAGED,)
    architectures: Annotated[tuple[Architecture, ...], Field(min_length=1), AfterValidator(each_once)] = (
        Architecture.AMD64,
    )
    family: IpFamily = IpFamily.IPV4

    @property
    def ipv6(self) -> bool:
        """Whether pods have IPv6 addresses alone."""
        return self.family is IpFamily.IPV6

    @property
    def aws_environment(self) -> list[dict[str, str]]:
        """Environment of a container that asks AWS."""
        return aws_environment(ipv6=self.ipv6)


USUAL = Compute()
"""Managed nodes of Intel's or AMD's processors, with IPv4."""


def aws_environment(*, ipv6: bool) -> list[dict[str, str]]:
    """Environment of a container that asks AWS: AWS's SDKs take endpoints of both families by it, else of IPv4."""
    return [{"name": "AWS_USE_DUALSTACK_ENDPOINT", "value": "true"}] if ipv6 else []


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
