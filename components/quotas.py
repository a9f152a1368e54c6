"""What each namespace may hold at most, and what a container gets that asked for nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels
from model.cluster.guard_rails import Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotasArgs:
    """Namespace -> its limits. The namespaces must exist."""

    quotas: Mapping[str, Quota]


@pulumi.type_token("belfry:kubernetes:Quotas")
class Quotas(Component):
    """A ResourceQuota and a LimitRange for each namespace.

    Deliberately without a sum of processor time or memory: it would refuse the very pod that a growing load needs.
    """

    def __init__(self, name: str, args: QuotasArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for namespace, quota in sorted(args.quotas.items()):
            metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
                "name": labels.PROJECT,
                "namespace": namespace,
                "labels": labels.of_object(labels.PROJECT),
            }
            limits: Any = {"type": "Container", **quota.defaults}
            kubernetes.core.v1.ResourceQuota(
                f"{name}-{namespace}", metadata=metadata, spec={"hard": quota.hard}, opts=self.child()
            )
            kubernetes.core.v1.LimitRange(
                f"{name}-{namespace}",
                metadata=metadata,
                spec={"limits": [limits]},
                opts=self.child(),
            )
        self.register_outputs({})
