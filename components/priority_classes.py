"""Priority classes: who is scheduled first, and who may end whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels
from model.cluster.guard_rails import PRIORITIES, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityClassesArgs:
    """The classes; Belfry's own by default."""

    priorities: Sequence[Priority] = PRIORITIES


@pulumi.type_token("belfry:kubernetes:PriorityClasses")
class PriorityClasses(Component):
    """One class for each priority. None is the cluster's default: what is watched keeps its own.

    Not Kubernetes' `system-node-critical`: a quota keeps that one to kube-system in many clusters.
    """

    def __init__(self, name: str, args: PriorityClassesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for priority in args.priorities:
            kubernetes.scheduling.v1.PriorityClass(
                f"{name}-{priority.name}",
                metadata={"name": priority.name, "labels": labels.of_object(priority.name)},
                value=priority.value,
                global_default=False,
                preemption_policy=str(priority.preemption),
                description=priority.description,
                opts=self.child(),
            )
        self.register_outputs({})
