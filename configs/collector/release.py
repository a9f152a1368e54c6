"""Values of the chart opentelemetry-collector: what the three collectors in a cluster have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from configs.collector.parts import ARGUMENTS, STORAGE_FOLDER, Config
from model import labels, names
from model.versions import versions

# The chart asks for an image and has no default. Of the published distributions only contrib has Faro, the service
# graph and CloudWatch Logs; the smaller `k8s` one has not. The version is the chart's own (its appVersion).
IMAGE = "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib"
IMAGE_TAG = versions().charts["opentelemetry-collector"].app

USER = 10001  # of the image
QUEUE = "queue"

# Every port that the chart opens by default.
_CHART_PORTS = ("otlp", "otlp-http", "jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin", "metrics")
PORTS = {
    "otlp": names.OTLP_GRPC_PORT,
    "otlp-http": names.OTLP_HTTP_PORT,
    "jaeger-grpc": names.JAEGER_GRPC_PORT,
    "jaeger-thrift": names.JAEGER_HTTP_PORT,
    "zipkin": names.ZIPKIN_PORT,
    "faro": names.FARO_PORT,
    "metrics": names.COLLECTOR_METRICS_PORT,
}


def values(
    release: str, config: Config, *, open_ports: Sequence[str], memory_mib: int, cpu_millis: int
) -> dict[str, Any]:
    """Values of any of the collectors; ``open_ports`` besides the one of its own metrics."""
    return {
        # Service, StatefulSet, ServiceAccount: all bear the name that other configurations know.
        "fullnameOverride": release,
        "image": {"repository": IMAGE, "tag": IMAGE_TAG},
        # Replaces the chart's configuration. `config` would be merged with it, Jaeger over UDP and all.
        "alternateConfig": config,
        "command": {"extraArgs": list(ARGUMENTS)},
        "ports": _ports({*open_ports, "metrics"}),
        "resources": {
            # A limit on memory, because the collector measures itself by it. None on CPU: throttling fills queues.
            "requests": {"cpu": f"{cpu_millis}m", "memory": f"{memory_mib}Mi"},
            "limits": {"memory": f"{memory_mib}Mi"},
        },
        "useGOMEMLIMIT": True,
        "serviceMonitor": {
            "enabled": True,
            "metricsEndpoints": [{"port": "metrics", "interval": "30s"}],
            "relabelings": labels.own_relabelings(release),
        },
        # A pod that ends first sends what it holds.
        "terminationGracePeriodSeconds": 60,
    }


def replicated(replicas: int, volume_gib: int, storage_class: str | None) -> dict[str, Any]:
    """Values of a collector with a queue of its own: a StatefulSet, so that a pod finds its queue again."""
    claim: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{volume_gib}Gi"}},
        **({"storageClassName": storage_class} if storage_class else {}),
    }
    return {
        "mode": "statefulset",
        "replicaCount": replicas,
        "statefulset": {
            "podManagementPolicy": "Parallel",
            "volumeClaimTemplates": [{"metadata": {"name": QUEUE}, "spec": claim}],
            # A smaller tier may still have a queue to send: whoever makes it larger again finds it.
            "persistentVolumeClaimRetentionPolicy": {"enabled": True, "whenDeleted": "Delete", "whenScaled": "Retain"},
        },
        "extraVolumeMounts": [{"name": QUEUE, "mountPath": STORAGE_FOLDER}],
        "podDisruptionBudget": {"enabled": replicas > 1, **({"maxUnavailable": 1} if replicas > 1 else {})},
        **restricted(),
    }


def spread(release: str) -> list[dict[str, Any]]:
    """Replicas over zones, then nodes. Not a must: a queue's volume may hold its pod in one zone."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": release}},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def restricted() -> dict[str, Any]:
    """What the Pod Security level `restricted` asks for, and a root file system that nobody writes to."""
    return {
        "podSecurityContext": {
            "runAsNonRoot": True,
            "fsGroup": USER,  # otherwise the volume of the queue belongs to root
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


def reader_of(*rules: tuple[str, Sequence[str]], verbs: Sequence[str] = ("get", "list", "watch")) -> Mapping[str, Any]:
    """The `clusterRole` value: may read the given resources, each with its API group."""
    return {
        "create": True,
        "rules": [{"apiGroups": [group], "resources": list(kinds), "verbs": list(verbs)} for group, kinds in rules],
    }


def _ports(wanted: set[str]) -> dict[str, Any]:
    """Every port of the chart said openly: closed, or open without a port of the node."""
    ports: dict[str, Any] = {name: {"enabled": False} for name in _CHART_PORTS}
    for name in sorted(wanted):
        ports[name] = {
            "enabled": True,
            "containerPort": PORTS[name],
            "servicePort": PORTS[name],
            "protocol": "TCP",
            # The chart's default opens 4317 and others on every node, to whoever reaches the node.
            **({} if name in ("faro", "metrics") else {"hostPort": None}),
        }
    return ports
