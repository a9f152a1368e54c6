"""Jaeger v2."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from configs.stores import jaeger as config
from model import labels, names

USER = 10001  # of the image


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKey:
    """A value in a Kubernetes Secret of Jaeger's namespace."""

    secret: pulumi.Input[str]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JaegerArgs:
    """``retention_days`` is Elasticsearch's alone: the component OpenSearchRetention tells an OpenSearch domain.

    ``placement``: nodeSelector and tolerations of the nodes that watch. ``role_arn`` is for OpenSearch with IRSA
    alone; none: EKS Pod Identity.
    """

    namespace: pulumi.Input[str]
    config: config.JaegerInput
    replicas: int = 1
    retention_days: int = 7
    memory_mib: int = 1024
    cpu_millis: int = 250
    elasticsearch_password: SecretKey | None = None
    elasticsearch_certificate: SecretKey | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)
    role_arn: pulumi.Input[str] | None = None
    pod_labels: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:Jaeger")
class Jaeger(Component):
    """Storage and pages of traces. It samples nothing and measures nothing: the collectors did that before.

    One in a namespace: the chart names its ConfigMaps literally `user-config` and `ui-config`.
    """

    def __init__(self, name: str, args: JaegerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-release",
            ChartArgs(chart="jaeger", namespace=args.namespace, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: JaegerArgs) -> dict[str, Any]:
    """The values of the chart."""
    in_memory = isinstance(args.config.storage, config.Memory)
    # Two pods with memory of their own would each know half of the traces.
    replicas = 1 if in_memory else args.replicas
    return {
        # The README still shows `config`; only these two are read.
        "userconfig": config.jaeger(args.config),
        "uiconfig": config.ui(args.config),
        "jaeger": {
            "replicas": replicas,
            # The chart's default, Recreate, is an outage for each change. Only memory has no other way.
            "strategy": {"type": "Recreate"} if in_memory else {"type": "RollingUpdate"},
            # The chart writes no checksum, and a file mounted by subPath never changes in a running pod.
            "podLabels": {"belfry.dev/config": config.fingerprint(args.config), **args.pod_labels},
            "resources": {
                "requests": {"cpu": f"{args.cpu_millis}m", "memory": f"{args.memory_mib}Mi"},
                "limits": {"memory": f"{args.memory_mib}Mi"},
            },
            # Jaeger asks nothing of the API server.
            "serviceAccount": {
                "automountServiceAccountToken": False,
                "annotations": {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn is not None else {},
            },
            **args.placement,
            **_restricted(),
            **_secrets(args),
            # values.yaml misspells this key; the template reads it so.
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "topology.kubernetes.io/zone",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {labels.OBJECT_NAME: names.JAEGER}},
                }
            ],
        },
        **_retention(args),
        "extraObjects": [_service_monitor(), *([_disruption_budget()] if replicas > 1 else [])],
    }


def _secrets(args: JaegerArgs) -> dict[str, Any]:
    """Password and certificate as files from Secrets."""
    files = [
        (secret, file)
        for secret, file in ((args.elasticsearch_password, "password"), (args.elasticsearch_certificate, "ca.crt"))
        if secret
    ]
    if not files:
        return {}
    sources = [
        {"secret": {"name": secret.secret, "items": [{"key": secret.key, "path": file}]}} for secret, file in files
    ]
    return {
        "extraVolumes": [{"name": "secrets", "projected": {"sources": sources}}],
        "extraVolumeMounts": [{"name": "secrets", "mountPath": config.SECRETS_FOLDER, "readOnly": True}],
    }


def _retention(args: JaegerArgs) -> dict[str, Any]:
    """The nightly job that deletes old indices. It takes its settings from its environment, the password too."""
    storage = args.config.storage
    if not isinstance(storage, config.Elasticsearch):
        # The chart's job cannot sign requests: an OpenSearch domain has its own policy (Index State Management).
        return {"esIndexCleaner": {"enabled": False}}
    environment: list[dict[str, Any]] = [
        {"name": "INDEX_PREFIX", "value": config.INDEX_PREFIX},
        {"name": "ES_USERNAME", "value": storage.user},
    ]
    mounts: list[dict[str, Any]] = []
    if password := args.elasticsearch_password:
        source = {"secretKeyRef": {"name": password.secret, "key": password.key}}
        environment.append({"name": "ES_PASSWORD", "valueFrom": source})
    if certificate := args.elasticsearch_certificate:
        environment += [
            {"name": "ES_TLS_ENABLED", "value": "true"},
            {"name": "ES_TLS_CA", "value": f"{config.SECRETS_FOLDER}/ca.crt"},
        ]
        # The chart mounts the Secret whole, under its own name as the volume's, and by a sub-path.
        mounts = [
            {
                "name": certificate.secret,
                "secretName": certificate.secret,
                "mountPath": f"{config.SECRETS_FOLDER}/ca.crt",
                "subPath": certificate.key,
                "readOnly": True,
            }
        ]
    return {
        # No user and no password here: the chart would write both into the CronJob.
        "storage": {"type": "elasticsearch", "elasticsearch": {"url": storage.url}},
        "esIndexCleaner": {
            "enabled": True,
            "numberOfDays": args.retention_days,
            "extraEnv": environment,
            "extraSecretMounts": mounts,
            **args.placement,
            "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
            **_restricted(),
        },
    }


def _restricted() -> dict[str, Any]:
    return {
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _service_monitor() -> dict[str, Any]:
    """The chart has none."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": names.JAEGER},
        "spec": {
            "selector": {"matchLabels": {labels.OBJECT_NAME: names.JAEGER}},
            "endpoints": [
                {
                    "port": "internal-metrics",
                    "interval": "30s",
                    "relabelings": labels.own_relabelings(names.JAEGER),
                }
            ],
        },
    }


def _disruption_budget() -> dict[str, Any]:
    """The chart has none."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": names.JAEGER},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/component": "all-in-one"}}},
    }
