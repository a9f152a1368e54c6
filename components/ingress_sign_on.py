"""What the load balancer proves itself with to the company's single sign-on."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from components.base import Component
from model import labels, names

# The keys that the controller reads.
CLIENT_ID, CLIENT_SECRET = "clientID", "clientSecret"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressSignOnArgs:
    """``namespaces``: those with an Ingress, by name; the controller looks for the Secret beside the Ingress."""

    namespaces: Mapping[str, pulumi.Input[str]]
    client_id: str
    client_secret: pulumi.Input[str]


@pulumi.type_token("belfry:kubernetes:IngressSignOn")
class IngressSignOn(Component):
    """The client's id and secret in each namespace, and the right of the controller to read this one Secret.

    The chart could let it read all Secrets of the cluster (clusterSecretsPermissions); it needs one by its name.
    """

    def __init__(self, name: str, args: IngressSignOnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for key, namespace in sorted(args.namespaces.items()):
            metadata: ObjectMetaArgsDict = {
                "name": names.INGRESS_SIGN_ON_SECRET,
                "namespace": namespace,
                "labels": labels.of_object(names.INGRESS_SIGN_ON_SECRET),
            }
            kubernetes.core.v1.Secret(
                f"{name}-{key}",
                metadata=metadata,
                string_data={CLIENT_ID: args.client_id, CLIENT_SECRET: pulumi.Output.secret(args.client_secret)},
                opts=self.child(),
            )
            role = kubernetes.rbac.v1.Role(
                f"{name}-{key}",
                metadata=metadata,
                rules=[
                    {
                        "api_groups": [""],
                        "resources": ["secrets"],
                        "resource_names": [names.INGRESS_SIGN_ON_SECRET],
                        # It watches the Secret by its name, so that a new one is taken over.
                        "verbs": ["get", "list", "watch"],
                    }
                ],
                opts=self.child(),
            )
            kubernetes.rbac.v1.RoleBinding(
                f"{name}-{key}",
                metadata=metadata,
                role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": role.metadata.name},
                subjects=[
                    {
                        "kind": "ServiceAccount",
                        "name": names.LOAD_BALANCER_CONTROLLER,
                        "namespace": names.KUBE_SYSTEM,
                    }
                ],
                opts=self.child(),
            )
        self.register_outputs({})
