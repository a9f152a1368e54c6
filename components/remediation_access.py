"""What the functions of auto-remediation may do in the cluster: exactly the verbs of their rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationAccessArgs:
    """``rights``: group -> namespace -> rules, as Kubernetes spells them."""

    rights: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]


@pulumi.type_token("belfry:kubernetes:RemediationAccess")
class RemediationAccess(Component):
    """Roles, each bound to the group that an access entry of EKS puts one function into."""

    def __init__(self, name: str, args: RemediationAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for group, namespaces in sorted(args.rights.items()):
            for namespace, rules in sorted(namespaces.items()):
                self._role(f"{name}-{group}-{namespace}", group, namespace, rules)
        self.register_outputs({})

    def _role(self, name: str, group: str, namespace: str, rules: Sequence[Mapping[str, Any]]) -> None:
        metadata: Any = {"name": group, "namespace": namespace, "labels": labels.of_object(group)}
        given: Any = list(rules)
        made = kubernetes.rbac.v1.Role(name, metadata=metadata, rules=given, opts=self.child())
        kubernetes.rbac.v1.RoleBinding(
            name,
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": group},
            subjects=[{"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
            opts=self.child(depends_on=[made]),
        )
