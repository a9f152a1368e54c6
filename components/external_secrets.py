"""External Secrets: copies of AWS Secrets Manager's secrets as Secrets of Kubernetes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import AwsPodArgs, Component
from components.chart import Chart, ChartArgs
from model import labels, names
from model.cluster.compute import USUAL, Compute

API = "external-secrets.io/v1"  # the only version that the pinned chart serves
STORE = "aws-secrets-manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretCopy:
    """``secret`` of ``namespace``, made of ``keys``: key in the Secret -> name in AWS, without the prefix.

    ``files``: key in the Secret -> a template of External Secrets over ``keys``; with any, the Secret has no others.
    """

    namespace: str
    secret: str
    keys: Mapping[str, str]
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalSecretsArgs(AwsPodArgs):
    """``prefix`` begins the secrets' names in AWS (``belfry/prod/``); the role may read no others.

    ``refresh_minutes`` is how long a changed secret takes to arrive. AWS bills each read: 0.05 USD for 10,000.
    """

    region: str
    prefix: str
    copies: Sequence[SecretCopy]
    refresh_minutes: int = 60
    replicas: int = 2
    compute: Compute = USUAL
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:ExternalSecrets")
class ExternalSecrets(Component):
    """The controller, one store, and one external secret for each copy. No value ever passes through Pulumi.

    The store serves the namespaces of its copies alone: anybody who may make an ExternalSecret elsewhere would read
    every secret through it. Deliberately without the way back (PushSecret).
    """

    def __init__(self, name: str, args: ExternalSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        controller = Chart(
            f"{name}-controller",
            ChartArgs(
                chart=names.EXTERNAL_SECRETS, namespace=args.namespace, values=values(args), mirror=args.chart_mirror
            ),
            opts=self.child(),
        )
        if args.copies:
            store = kubernetes.apiextensions.CustomResource(
                f"{name}-{STORE}",
                api_version=API,
                kind="ClusterSecretStore",
                metadata={"name": STORE, "labels": labels.of_object(STORE)},
                spec=_store(args),
                opts=self.child(depends_on=[controller]),
            )
            for copy in sorted(args.copies, key=lambda copy: (copy.namespace, copy.secret)):
                kubernetes.apiextensions.CustomResource(
                    f"{name}-{copy.namespace}-{copy.secret}",
                    api_version=API,
                    kind="ExternalSecret",
                    metadata={
                        "name": copy.secret,
                        "namespace": copy.namespace,
                        "labels": labels.of_object(copy.secret),
                    },
                    spec=_copy(copy, args),
                    opts=self.child(depends_on=[store]),
                )
        self.register_outputs({})


def values(args: ExternalSecretsArgs) -> dict[str, Any]:
    """The values of the chart."""
    several = args.replicas > 1
    part: dict[str, Any] = {
        "resources": {"requests": {"cpu": "25m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
        **args.placement,
    }
    return {
        **part,
        **({"extraEnv": args.compute.aws_environment} if args.compute.ipv6 else {}),
        "replicaCount": args.replicas,
        "podAnnotations": dict(args.pod_annotations),
        # Two controllers without an election both write.
        "leaderElect": several,
        "podDisruptionBudget": {"enabled": several, "minAvailable": 1},
        # Deleting a definition deletes every object of its kind, and the controller then every Secret it owns.
        "crds": {"annotations": {"helm.sh/resource-policy": "keep"}},
        "processPushSecret": False,
        "processClusterPushSecret": False,
        "serviceAccount": {
            "name": names.EXTERNAL_SECRETS,  # the role is for this name
            **({"annotations": {"eks.amazonaws.com/role-arn": args.role_arn}} if args.role_arn else {}),
        },
        # The controller speaks with its own identity: it needs no tokens of other accounts.
        "rbac": {"serviceAccountTokenCreate": False},
        # `skipIfMissing`, the default, leaves the monitor out without a word when the definitions come a moment later.
        "serviceMonitor": {"enabled": True, "renderMode": "alwaysRender", "interval": "30s"},
        "webhook": {
            **part,
            "replicaCount": args.replicas,
            "podDisruptionBudget": {"enabled": several, "minAvailable": 1},
        },
        "certController": part,
    }


def _store(args: ExternalSecretsArgs) -> dict[str, Any]:
    return {
        # No `auth`: the controller's own identity, which a key in a Secret would only weaken.
        "provider": {"aws": {"service": "SecretsManager", "region": args.region}},
        "conditions": [{"namespaces": sorted({copy.namespace for copy in args.copies})}],
    }


def _copy(copy: SecretCopy, args: ExternalSecretsArgs) -> dict[str, Any]:
    return {
        "refreshInterval": f"{args.refresh_minutes}m",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
        # Retain: a secret that somebody deletes in AWS by mistake must not silence Alertmanager.
        "target": {
            "name": copy.secret,
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",
            **({"template": {"engineVersion": "v2", "data": dict(copy.files)}} if copy.files else {}),
        },
        "data": [
            {"secretKey": key, "remoteRef": {"key": args.prefix + name}} for key, name in sorted(copy.keys.items())
        ],
    }
