"""kube-prometheus-stack, with values for EKS."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from model import labels, names
from model.quantities import Duration

# Components that AWS runs out of reach: their default alerts say `absent`, so they would fire for ever.
# kube-proxy is on the nodes but listens on 127.0.0.1 there: its targets would always be down.
ABSENT_ON_EKS = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")

# The chart's own arguments, which a list of ours replaces, and the counters behind the network alerts: the ENA driver
# tells through ethtool when an instance passed the allowance of its type.
NODE_EXPORTER_ARGUMENTS = (
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/docker/.+|var/lib/kubelet/.+)($|/)",
    "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl"
    "|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs"
    "|erofs)$",
    "--collector.ethtool",
    "--collector.ethtool.device-include=^(eth|ens).*",
)

# Prometheus deletes by size only after the block is written: the last fifth is room for the head and compaction.
RETENTION_SHARE = Decimal("0.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusStackArgs:
    """``cluster`` and ``environment`` are the labels of all that leaves this Prometheus.

    ``placement``: nodeSelector and tolerations of the nodes that watch; empty where there are none apart.
    """

    namespace: pulumi.Input[str]
    cluster: str
    environment: str
    grafana_url: str
    prometheus_replicas: int
    prometheus_retention: Duration
    prometheus_volume_gib: int
    alertmanager_replicas: int
    alertmanager_config_secret: pulumi.Input[str]
    alertmanager_receivers_secret: pulumi.Input[str]
    grafana_admin_secret: pulumi.Input[str]
    placement: Mapping[str, Any]
    chart_mirror: str | None


@pulumi.type_token("belfry:kubernetes:PrometheusStack")
class PrometheusStack(Component):
    """Custom resource definitions in a release of their own, then the stack.

    Helm never upgrades definitions in a chart's `crds/` folder: hence the separate chart, of the same operator
    version, and `crds.enabled: false` here.
    """

    def __init__(self, name: str, args: PrometheusStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        definitions = Chart(
            f"{name}-crds",
            ChartArgs(
                chart="prometheus-operator-crds",
                namespace=args.namespace,
                # Deleting a definition deletes every object of its kind, other people's too.
                values={"crds": {"annotations": {"helm.sh/resource-policy": "keep"}}},
                mirror=args.chart_mirror,
            ),
            opts=self.child(),
        )
        Chart(
            f"{name}-stack",
            ChartArgs(
                chart="kube-prometheus-stack", namespace=args.namespace, values=values(args), mirror=args.chart_mirror
            ),
            opts=self.child(depends_on=[definitions]),
        )
        self.register_outputs({})


def values(args: PrometheusStackArgs) -> dict[str, Any]:
    """The values of the chart. They hold names of Secrets and never a secret."""
    return {
        "crds": {"enabled": False},
        **{component: {"enabled": False} for component in ABSENT_ON_EKS},
        # Each default alert is said by one of ours or left out with a reason: docs/kubernetes-default-rules.md.
        "defaultRules": {"create": False},
        "prometheusOperator": {
            # Endpoints objects are deprecated since Kubernetes 1.33.
            "kubeletEndpointsEnabled": False,
            "kubeletEndpointSliceEnabled": True,
            "admissionWebhooks": {"patch": dict(args.placement)},
            **args.placement,
        },
        "kube-state-metrics": {
            **args.placement,
            # The network alerts know an instance's baseline by its type.
            "metricLabelsAllowlist": ["nodes=[node.kubernetes.io/instance-type]"],
        },
        "prometheus": _prometheus(args),
        "alertmanager": _alertmanager(args),
        "grafana": _grafana(args),
        "prometheus-node-exporter": {
            "namespaceOverride": names.NODE_AGENTS,
            "extraArgs": list(NODE_EXPORTER_ARGUMENTS),
        },
    }


def _prometheus(args: PrometheusStackArgs) -> dict[str, Any]:
    # In MiB: a whole number of GiB would be 0 for a volume of one, and 0 means no limit at all.
    retained_mib = int(args.prometheus_volume_gib * 1024 * RETENTION_SHARE)
    return {
        "podDisruptionBudget": {"enabled": args.prometheus_replicas > 1},
        "prometheusSpec": {
            **args.placement,
            "replicas": args.prometheus_replicas,
            "podAntiAffinity": "hard" if args.prometheus_replicas > 1 else "soft",
            "retention": str(args.prometheus_retention),
            "retentionSize": f"{retained_mib}MiB",
            "storageSpec": {"volumeClaimTemplate": {"spec": _volume(args.prometheus_volume_gib)}},
            "externalLabels": {labels.CLUSTER: args.cluster, labels.ENVIRONMENT: args.environment},
            # External labels exist on no local series. Written at scrape time, `cluster` is on rules and panels too.
            "scrapeClasses": [
                {
                    "name": "cluster",
                    "default": True,
                    "relabelings": [{"targetLabel": labels.CLUSTER, "replacement": args.cluster}],
                }
            ],
            "serviceDiscoveryRole": "EndpointSlice",
            "enableFeatures": ["exemplar-storage"],
            # The collectors push what they count. After an outage they send what they kept, older than the newest
            # sample: without the window it would be refused.
            "enableOTLPReceiver": True,
            "tsdb": {"outOfOrderTimeWindow": "30m"},
            # The chart's default takes only objects labelled with its own release: everybody else's is ignored.
            **{
                f"{kind}SelectorNilUsesHelmValues": False
                for kind in ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
            },
        },
    }


def _alertmanager(args: PrometheusStackArgs) -> dict[str, Any]:
    return {
        "podDisruptionBudget": {"enabled": args.alertmanager_replicas > 1},
        "alertmanagerSpec": {
            **args.placement,
            "replicas": args.alertmanager_replicas,
            "podAntiAffinity": "hard" if args.alertmanager_replicas > 1 else "soft",
            "useExistingSecret": True,
            "configSecret": args.alertmanager_config_secret,
            "secrets": [args.alertmanager_receivers_secret],
            # Silences and the notification log: without a volume a restart forgets what was sent and silenced.
            "storage": {"volumeClaimTemplate": {"spec": _volume(2)}},
        },
    }


def _grafana(args: PrometheusStackArgs) -> dict[str, Any]:
    return {
        **args.placement,
        "admin": {
            "existingSecret": args.grafana_admin_secret,
            "userKey": names.GRAFANA_ADMIN_USER_KEY,
            "passwordKey": names.GRAFANA_ADMIN_PASSWORD_KEY,
        },
        # The chart's own boards break on the `cluster` label; Belfry ships its own.
        "defaultDashboardsEnabled": False,
        "grafana.ini": {"server": {"root_url": args.grafana_url}},
        "sidecar": {
            "dashboards": {
                "label": labels.GRAFANA_DASHBOARD,
                "labelValue": "1",
                "searchNamespace": "ALL",
                "folderAnnotation": labels.GRAFANA_FOLDER,
                "provider": {"foldersFromFilesStructure": True},
            }
        },
    }


def _volume(gib: int) -> dict[str, Any]:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": f"{gib}Gi"}}}
