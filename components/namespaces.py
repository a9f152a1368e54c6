"""Kubernetes namespaces with the Pod Security level that what runs in them really needs."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels
from model.names import PodSecurity


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespacesArgs:
    """Namespace -> Pod Security level."""

    levels: Mapping[str, PodSecurity]


@pulumi.type_token("belfry:kubernetes:Namespaces")
class Namespaces(Component):
    """One namespace for each entry; the level is enforced, and named in warnings to whoever applies by hand."""

    names: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: NamespacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        namespaces = {
            namespace: kubernetes.core.v1.Namespace(
                f"{name}-{namespace}",
                metadata={"name": namespace, "labels": labels.of_object(namespace) | _pod_security(level)},
                opts=self.child(),
            )
            for namespace, level in sorted(args.levels.items())
        }
        self.names = {key: namespace.metadata.name.apply(str) for key, namespace in namespaces.items()}
        self.register_outputs({"names": self.names})


def _pod_security(level: PodSecurity) -> dict[str, str]:
    return {f"pod-security.kubernetes.io/{mode}": str(level) for mode in ("enforce", "warn")}
