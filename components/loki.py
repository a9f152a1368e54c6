"""Loki."""

from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import AwsPodArgs, Component
from components.chart import Chart, ChartArgs
from configs.stores import loki as config
from model import labels, names
from model.cluster.compute import aws_environment
from model.cluster.loki import Mode

# The chart's modes by their own names; the parts of the one that is not used must be zero, or it refuses to render.
_SCALABLE = ("read", "write", "backend")
_PARTS = (
    "compactor",
    "distributor",
    "indexGateway",
    "ingester",
    "querier",
    "queryFrontend",
    "queryScheduler",
    "ruler",
)
# Flushing what is in memory to the bucket takes minutes; the chart gives a single process half of one.
FLUSH_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Of one pod. Memory is both asked for and the limit: Loki uses what it gets."""

    cpu_millis: int
    memory_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How many of each part that is by itself. Ingesters: ``replicas`` of the configuration. One compactor, always."""

    distributor: int = 3
    querier: int = 3
    query_frontend: int = 2
    query_scheduler: int = 2
    index_gateway: int = 2
    ruler: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LokiArgs(AwsPodArgs):
    """``size`` is the single process's, or the ingester's. Caches in MiB; the chart's defaults are 8192 and 1024.

    ``role_arn``: with Pod Identity the account's name is what gives the rights.
    """

    config: config.LokiInput
    size: Size = Size(cpu_millis=500, memory_mib=2048)
    parts: Parts = field(default_factory=Parts)
    volume_gib: int = 10
    chunks_cache_mib: int = 512
    results_cache_mib: int = 128
    gateway_replicas: int = 2
    storage_class: str | None = None
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:Loki")
class Loki(Component):
    """Loki behind its gateway, which is the one address for senders and readers in every mode.

    Deliberately without: ingesters by zone (they need an operator of their own, or two zones restart at once), and
    passwords of tenants (they would lie in the values; a sender says whose logs it brings, and policies say who sends).
    """

    def __init__(self, name: str, args: LokiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-release",
            ChartArgs(chart="loki", namespace=args.namespace, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: LokiArgs) -> dict[str, Any]:
    """The values of the chart. Buckets are names, and nothing is secret: the pod's identity opens them."""
    given = args.config
    return {
        "deploymentMode": "Distributed" if given.mode is Mode.DISTRIBUTED else "Monolithic",
        "loki": {**config.sections(given), "podAnnotations": dict(args.pod_annotations)},
        **{part: {"replicas": 0} for part in _SCALABLE},
        **(_distributed(args) if given.mode is Mode.DISTRIBUTED else _monolithic(args)),
        "global": {
            "priorityClassName": args.priority_class,
            **({"extraEnv": aws_environment(ipv6=True)} if given.ipv6 else {}),
        },
        "serviceAccount": {
            "name": names.LOKI,
            "annotations": {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn is not None else {},
        },
        # Of its own namespace alone; the chart's default is a cluster role that reads every Secret.
        "rbac": {"namespaced": True},
        "sidecar": _sidecar(given),
        "gateway": _gateway(args),
        "chunksCache": _cache(args.chunks_cache_mib, args),
        "resultsCache": _cache(args.results_cache_mib, args),
        "memcachedExporter": {"resources": _resources(Size(cpu_millis=10, memory_mib=32))},
        "lokiCanary": {**_canary(given), **args.placement},
        # A pod of an image that is always `latest`.
        "test": {"enabled": False},
        "monitoring": {
            "serviceMonitor": {
                "enabled": True,
                "interval": "30s",
                "relabelings": labels.own_relabelings(names.LOKI),
            }
        },
    }


def _monolithic(args: LokiArgs) -> dict[str, Any]:
    return {
        **{part: {"replicas": 0} for part in _PARTS},
        "singleBinary": {
            **_part(args, "single-binary", args.config.replicas, args.size),
            "persistence": _volume(args),
            "terminationGracePeriodSeconds": FLUSH_SECONDS,
        },
    }


def _distributed(args: LokiArgs) -> dict[str, Any]:
    parts, disk = args.parts, _volume(args)
    # The chart reads the claim's own size, and passes over `persistence.size`.
    claims = [
        {
            "name": "data",
            "accessModes": ["ReadWriteOnce"],
            "size": disk["size"],
            **({"storageClass": args.storage_class} if args.storage_class else {}),
        }
    ]
    small, query = Size(cpu_millis=100, memory_mib=256), Size(cpu_millis=500, memory_mib=1024)
    return {
        "singleBinary": {"replicas": 0},
        "ingester": {
            **_part(args, "ingester", args.config.replicas, args.size),
            "persistence": {"enabled": True, "claims": claims},
            "zoneAwareReplication": {"enabled": False},
        },
        # Never two: they would delete each other's work.
        "compactor": {
            **_part(args, "compactor", 1, query, spread=False),
            "persistence": {"enabled": True, "claims": claims},
        },
        "distributor": _part(args, "distributor", parts.distributor, Size(cpu_millis=250, memory_mib=512)),
        "querier": _part(args, "querier", parts.querier, query),
        "queryFrontend": _part(args, "query-frontend", parts.query_frontend, small),
        "queryScheduler": _part(args, "query-scheduler", parts.query_scheduler, small),
        "indexGateway": {
            **_part(args, "index-gateway", parts.index_gateway, query),
            "persistence": {"enabled": True, **disk},
        },
        "ruler": {
            **_part(args, "ruler", parts.ruler, query),
            "persistence": {"enabled": True, **disk},
            # Off by default here, on in a single process: without it there are no rules.
            "sidecar": True,
        },
    }


def _part(args: LokiArgs, component: str, replicas: int, size: Size, *, spread: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = {"replicas": replicas, "resources": _resources(size), **args.placement}
    if spread:
        found["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {
                    "matchLabels": {labels.OBJECT_NAME: names.LOKI, "app.kubernetes.io/component": component}
                },
            }
        ]
        # Without a number of its own the chart renders no budget at all.
        found["podDisruptionBudget"] = {"maxUnavailable": 1}
    return found


def _gateway(args: LokiArgs) -> dict[str, Any]:
    return {
        **_part(args, "gateway", args.gateway_replicas, Size(cpu_millis=50, memory_mib=64)),
        "metrics": {"resources": _resources(Size(cpu_millis=10, memory_mib=32))},
        # A batch of a collector, compressed; 4M, the default, would refuse one of long lines forever.
        "nginxConfig": {"clientMaxBodySize": "32M"},
        # A line for each push would be a log of the log.
        "verboseLogging": False,
    }


def _cache(memory_mib: int, args: LokiArgs) -> dict[str, Any]:
    """The chart asks for a fifth more than what is cached, as request and limit."""
    return {"allocatedMemory": memory_mib, "allocatedCPU": "50m", **args.placement}


def _canary(given: config.LokiInput) -> dict[str, Any]:
    """Writes lines and asks for them again, by the way that everybody takes."""
    return {
        # One is enough to know; the chart puts one on every node.
        "kind": "Deployment",
        "replicas": 1,
        "push": True,
        "resources": _resources(Size(cpu_millis=10, memory_mib=64)),
        **({"tenant": {"name": sorted(tenant.name for tenant in given.tenants)[0]}} if given.tenants else {}),
    }


def _sidecar(given: config.LokiInput) -> dict[str, Any]:
    """Rules as ConfigMaps with a label. The ruler reads a folder a tenant, and what lies above it not at all."""
    return {
        "rules": {
            "enabled": True,
            "label": config.RULE_LABEL,
            "folder": given.rules_folder if given.tenants else config.rules_folder(given),
            "folderAnnotation": config.TENANT_ANNOTATION if given.tenants else None,
            "resource": "configmap",
        },
        "resources": _resources(Size(cpu_millis=10, memory_mib=96)),
    }


def _volume(args: LokiArgs) -> dict[str, Any]:
    return {
        "size": f"{args.volume_gib}Gi",
        **({"storageClass": args.storage_class} if args.storage_class else {}),
    }


def _resources(size: Size) -> dict[str, Any]:
    return {
        "requests": {"cpu": f"{size.cpu_millis}m", "memory": f"{size.memory_mib}Mi"},
        "limits": {"memory": f"{size.memory_mib}Mi"},
    }
