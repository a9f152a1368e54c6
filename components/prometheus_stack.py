"""kube-prometheus-stack, with values for EKS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import Component
from components.chart import Chart, ChartArgs
from configs.grafana import settings as grafana
from configs.grafana.datasources import DatasourcesInput, datasources
from configs.grafana.sign_on import Oidc
from configs.prometheus import control_plane_metrics, thanos
from configs.prometheus import prometheus_stack as stack
from configs.prometheus.keep_list import Job, watched_kinds
from model import labels, names
from model.cluster import compatibility, guard_rails, workloads
from model.cluster.compatibility import Part
from model.cluster.compute import USUAL, Compute
from model.cluster.pods import StackSizes
from model.cluster.workloads import Workload
from model.metrics import long_term_metrics
from model.quantities import Duration

Values = dict[str, Any]

# Whose pods may have rights in AWS.
PODS_OF_STACK = (workloads.ALERTMANAGER, workloads.GRAFANA, workloads.PROMETHEUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPrometheus:
    """Every sample goes to Amazon Managed Prometheus too. ``url`` is the workspace's, without a path behind its id."""

    url: pulumi.Input[str]
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanos:
    """Every finished block goes to a bucket too, by Thanos' sidecar. ``region`` is the bucket's.

    The operator sees that Prometheus takes late samples, and so keeps it from merging overlapping blocks itself: the
    sidecar would never send a merged one.
    """

    bucket: pulumi.Input[str]
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What gives pods their rights in AWS. ``role_arn`` only with IRSA: Pod Identity goes by the account's name."""

    role_arn: pulumi.Input[str] | None = None
    pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)

    @property
    def account_annotations(self) -> dict[str, pulumi.Input[str]]:
        """Of the service account."""
        return {"eks.amazonaws.com/role-arn": self.role_arn} if self.role_arn is not None else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusStackArgs:
    """``cluster`` and ``environment`` are the labels of all that leaves this Prometheus.

    ``placement``: nodeSelector and tolerations of the nodes that watch; empty where there are none apart.
    ``keep_metrics``: what a company's own rules and boards read beside the shipped ones, by exact name.
    ``own_jobs``: further jobs, as Prometheus itself has them.
    ``control_plane_metrics``: also scrape scheduler and controller manager, by EKS's API (Kubernetes 1.28 and later).
    ``prometheus_url`` and ``alertmanager_url``: where people reach them, which links in notifications begin with.
    ``prioritized``: whether the priority classes of the guard rails exist.
    ``compute``: what the nodes are, which decides what is scraped.
    ``oidc`` needs the Secret of the component GrafanaSignOn to be there. ``identities`` are of ``PODS_OF_STACK``.
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
    prometheus_url: str | None = None
    alertmanager_url: str | None = None
    sizes: StackSizes = field(default_factory=StackSizes)
    keep_metrics: Sequence[str] = ()
    control_plane_metrics: bool = False
    own_jobs: Sequence[Values] = ()
    long_term: ManagedPrometheus | Thanos | None = None
    datasources: DatasourcesInput = field(default_factory=DatasourcesInput)
    elasticsearch: bool = False
    oidc: Oidc | None = None
    identities: Mapping[Workload, Identity] = field(default_factory=dict)
    storage_class: str | None = None
    prioritized: bool = False
    compute: Compute = USUAL


@pulumi.type_token("belfry:kubernetes:PrometheusStack")
class PrometheusStack(Component):
    """Custom resource definitions in a release of their own, then the stack.

    Helm never upgrades definitions in a chart's `crds/` folder: hence the separate chart, of the same operator
    version, and `crds.enabled: false` here. What reads Thanos' bucket is :mod:`components.thanos`: no chart has it.
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


def values(args: PrometheusStackArgs) -> Values:
    """The values of the chart. They hold names of Secrets and never a secret."""
    keep, sizes = args.keep_metrics, args.sizes
    reached = compatibility.node_selector(Part.KUBELET_METRICS, args.compute)
    return {
        "crds": {"enabled": False},
        **{component: {"enabled": False} for component in stack.ABSENT_ON_EKS},
        # Each default alert is said by one of ours or left out with a reason: docs/kubernetes-default-rules.md.
        "defaultRules": {"create": False},
        "kubelet": {
            "serviceMonitor": {
                **stack.monitor(Job.KUBELET, keep),
                "cAdvisorMetricRelabelings": stack.kept_metrics(Job.CADVISOR, keep),
                # Results of every probe of every container; nothing reads them.
                "probes": False,
            }
        },
        "kubeApiServer": {
            "serviceMonitor": {
                **stack.monitor(Job.API_SERVER, keep),
                # Its objectives choose their series by these.
                "relabelings": labels.own_relabelings(names.KUBERNETES_API),
            }
        },
        "coreDns": {"serviceMonitor": stack.monitor(Job.COREDNS, keep)}
        if compatibility.possible(Part.COREDNS_METRICS, args.compute)
        else {"enabled": False},
        "prometheusOperator": {
            # Endpoints objects are deprecated since Kubernetes 1.33.
            "kubeletEndpointsEnabled": False,
            "kubeletEndpointSliceEnabled": True,
            # Otherwise the kubelets that nobody reaches would be targets that are down forever.
            **({"kubeletService": {"selector": reached}} if reached else {}),
            "admissionWebhooks": {"patch": {"resources": sizes.sidecar.resources, **args.placement}},
            "prometheusConfigReloader": {"resources": sizes.sidecar.resources},
            "serviceMonitor": stack.monitor(Job.OPERATOR, keep),
            "resources": sizes.operator.resources,
            **_priority(args, guard_rails.ALERTING),
            **args.placement,
        },
        "kube-state-metrics": {
            **args.placement,
            "collectors": watched_kinds(keep),
            # The network alerts know an instance's baseline by its type.
            "metricLabelsAllowlist": ["nodes=[node.kubernetes.io/instance-type]"],
            # Its second port tells whether it can list objects at all; the chart leaves that one closed.
            "selfMonitor": {"enabled": True},
            "prometheus": {
                "monitor": {
                    "sampleLimit": stack.SAMPLE_LIMITS[Job.KUBE_STATE_METRICS],
                    "http": stack.scraped(Job.KUBE_STATE_METRICS, keep),
                    "metrics": stack.scraped(Job.KUBE_STATE_METRICS, keep),
                }
            },
            "resources": sizes.kube_state_metrics.resources,
            **_priority(args, guard_rails.ALERTING),
        },
        "prometheus": _prometheus(args),
        "alertmanager": _alertmanager(args),
        "grafana": _grafana(args),
        "prometheus-node-exporter": {
            "namespaceOverride": names.NODE_AGENTS,
            "extraArgs": list(stack.NODE_EXPORTER_ARGUMENTS),
            "prometheus": {"monitor": stack.monitor(Job.NODE_EXPORTER, keep)},
            "resources": sizes.node_exporter.resources,
            **compatibility.affinity(Part.NODE_EXPORTER, args.compute),
            **_priority(args, guard_rails.NODE_AGENTS),
        },
    }


def _prometheus(args: PrometheusStackArgs) -> Values:
    wanted = args.control_plane_metrics
    rights = {"additionalRulesForClusterRole": control_plane_metrics.rights()} if wanted else {}
    further = [*(control_plane_metrics.scrapes(args.cluster) if wanted else []), *args.own_jobs]
    jobs = {"additionalScrapeConfigs": further} if further else {}
    identity = args.identities.get(workloads.PROMETHEUS, Identity())
    kept_long, how = _long_term(args)
    return {
        "podDisruptionBudget": {"enabled": args.prometheus_replicas > 1},
        "serviceAccount": {
            "name": workloads.PROMETHEUS.service_account,
            "annotations": identity.account_annotations,
        },
        "serviceMonitor": stack.monitor(Job.PROMETHEUS, args.keep_metrics),
        **rights,
        **kept_long,
        "prometheusSpec": {
            **args.placement,
            "podMetadata": {"annotations": dict(identity.pod_annotations)},
            **_replicated(args.prometheus_replicas, "prometheus"),
            **_priority(args, guard_rails.ALERTING),
            **_url(args.prometheus_url),
            "resources": args.sizes.prometheus.resources,
            "retention": str(args.prometheus_retention),
            "retentionSize": stack.retention_size(args.prometheus_volume_gib),
            "storageSpec": {"volumeClaimTemplate": {"spec": _volume(args, args.prometheus_volume_gib)}},
            "additionalAlertRelabelConfigs": [dict(rule) for rule in labels.ALERT_RELABELING],
            "externalLabels": {labels.CLUSTER: args.cluster, labels.ENVIRONMENT: args.environment},
            # External labels exist on no local series. Written at scrape time, `cluster` is on rules and panels too.
            "scrapeClasses": [
                {
                    "name": "cluster",
                    "default": True,
                    "relabelings": [{"targetLabel": labels.CLUSTER, "replacement": args.cluster}],
                }
            ],
            "scrapeInterval": stack.INTERVAL,
            **stack.LIMITS,
            **jobs,
            **how,
            "serviceDiscoveryRole": "EndpointSlice",
            "enableFeatures": ["exemplar-storage"],
            # A histogram that is native alone would arrive without buckets. One that is both must keep its classic
            # series, which Prometheus leaves out otherwise: rules of the platform's own parts read them.
            "scrapeNativeHistograms": True,
            "scrapeClassicHistograms": True,
            "exemplars": {"maxSize": stack.EXEMPLARS},
            # The collectors push what they count. After an outage they send what they kept, older than the newest
            # sample: without the window it would be refused.
            "enableOTLPReceiver": True,
            "tsdb": {"outOfOrderTimeWindow": f"{stack.LATE_MINUTES}m"},
            # Loki's ruler writes what its recording rules find in the logs.
            "enableRemoteWriteReceiver": True,
            # The chart's default takes only objects labelled with its own release: everybody else's is ignored.
            **{
                f"{kind}SelectorNilUsesHelmValues": False
                for kind in ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
            },
        },
    }


def _long_term(args: PrometheusStackArgs) -> tuple[Values, Values]:
    """What long-term storage adds beside the Prometheus object, and within it."""
    match args.long_term:
        case ManagedPrometheus(url=workspace, region=region):
            url = pulumi.Output.from_input(workspace).apply(lambda text: f"{text.rstrip('/')}/api/v1/remote_write")
            # By this name it knows the pair's copies of one sample and keeps one of them.
            return {}, {
                "remoteWrite": [long_term_metrics.remote_write(url, region)],
                "replicaExternalLabelName": "__replica__",
            }
        case Thanos(bucket=bucket, region=region):
            # The chart makes the Secret. None of it is secret: the pod's identity opens the bucket.
            storage = {"secret": long_term_metrics.object_storage(bucket, region)}
            sidecar = {
                "image": thanos.IMAGE,
                "objectStorageConfig": storage,
                "resources": args.sizes.sidecar.resources,
            }
            shown = {
                "thanosService": {"enabled": True},
                "thanosServiceMonitor": {"enabled": True, **stack.scraped(Job.THANOS, args.keep_metrics)},
            }
            return shown, {"thanos": sidecar}
        case _:
            return {}, {}


def _alertmanager(args: PrometheusStackArgs) -> Values:
    identity = args.identities.get(workloads.ALERTMANAGER, Identity())
    return {
        "serviceAccount": {
            "name": workloads.ALERTMANAGER.service_account,
            "annotations": identity.account_annotations,
        },
        "podDisruptionBudget": {"enabled": args.alertmanager_replicas > 1},
        "serviceMonitor": stack.monitor(Job.ALERTMANAGER, args.keep_metrics),
        "alertmanagerSpec": {
            **args.placement,
            "podMetadata": {"annotations": dict(identity.pod_annotations)},
            **_replicated(args.alertmanager_replicas, "alertmanager"),
            **_priority(args, guard_rails.ALERTING),
            **_url(args.alertmanager_url),
            "resources": args.sizes.alertmanager.resources,
            "useExistingSecret": True,
            "configSecret": args.alertmanager_config_secret,
            "secrets": [args.alertmanager_receivers_secret],
            # Silences and the notification log: without a volume a restart forgets what was sent and silenced.
            "storage": {"volumeClaimTemplate": {"spec": _volume(args, 2)}},
        },
    }


def _grafana(args: PrometheusStackArgs) -> Values:
    identity = args.identities.get(workloads.GRAFANA, Identity())
    return grafana.values(
        grafana.GrafanaInput(
            url=args.grafana_url,
            namespace=args.namespace,
            admin_secret=args.grafana_admin_secret,
            datasources=datasources(args.datasources),
            monitor=stack.monitor(Job.GRAFANA, args.keep_metrics),
            size=args.sizes.grafana,
            sidecar_size=args.sizes.sidecar,
            oidc=args.oidc,
            elasticsearch=args.elasticsearch,
            role_arn=identity.role_arn,
            pod_annotations=identity.pod_annotations,
            storage_class=args.storage_class,
            pod={**args.placement, **_priority(args, guard_rails.PLATFORM)},
        )
    )


def _replicated(replicas: int, program: str) -> Values:
    several = replicas > 1
    return {
        "replicas": replicas,
        "podAntiAffinity": "hard" if several else "soft",
        **({"topologySpreadConstraints": stack.spread(program)} if several else {}),
    }


def _url(url: str | None) -> Values:
    """What links in alerts and notifications begin with; by itself it would be a name that only the cluster knows."""
    return {"externalUrl": url} if url else {}


def _priority(args: PrometheusStackArgs, priority: guard_rails.Priority) -> Values:
    return {"priorityClassName": priority.name} if args.prioritized else {}


def _volume(args: PrometheusStackArgs, gib: int) -> Values:
    return {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{gib}Gi"}},
        **({"storageClassName": args.storage_class} if args.storage_class else {}),
    }
