"""Which series Prometheus keeps of what Kubernetes and the stack itself expose.

Nothing is listed by hand that could be derived: a job keeps the metrics of its exporters in `model/metrics/inventory`,
which is all that shipped rules and panels may name, and what other programs of the platform read. So a metric that a
new rule needs is kept as soon as it stands in the inventory, where it has to stand anyway.
"""

from collections.abc import Collection, Iterable

from configs.prometheus.relabeling import METRIC, Action, Relabeling
from model import names
from model.metrics import metric_inventory
from model.vocabulary import Vocabulary


class Job(Vocabulary):
    """What kube-prometheus-stack scrapes."""

    ALERTMANAGER = ("alertmanager", "Alertmanager and its config reloader.")
    API_SERVER = ("api-server", "The Kubernetes API server.")
    CADVISOR = ("cadvisor", "Containers, by the kubelet.")
    COREDNS = ("coredns", "The cluster's DNS.")
    GRAFANA = ("grafana", "Grafana.")
    KUBELET = ("kubelet", "The kubelet itself.")
    KUBE_STATE_METRICS = ("kube-state-metrics", "Kubernetes objects, and the exporter's own metrics.")
    NODE_EXPORTER = ("node-exporter", "Nodes.")
    OPERATOR = ("operator", "The Prometheus operator.")
    PROMETHEUS = ("prometheus", "Prometheus and its config reloader.")
    THANOS = ("thanos", "Thanos' sidecar; its other programs keep the same.")


# Job -> exporters of the inventory.
EXPORTERS: dict[Job, tuple[str, ...]] = {
    Job.ALERTMANAGER: ("alertmanager", "prometheus-operator"),
    Job.API_SERVER: (names.KUBERNETES_API,),
    Job.CADVISOR: ("cadvisor",),
    Job.COREDNS: ("coredns",),
    Job.GRAFANA: ("grafana",),
    Job.KUBELET: ("kubelet",),
    Job.KUBE_STATE_METRICS: ("kube-state-metrics",),
    Job.NODE_EXPORTER: ("node-exporter",),
    Job.OPERATOR: ("prometheus-operator",),
    Job.PROMETHEUS: ("prometheus", "prometheus-operator"),
    Job.THANOS: ("thanos",),
}

# OpenCost asks Prometheus for these and reckons with zero where they are missing. Source: its queries, files
# pkg/costmodel/{allocation,cluster}.go of github.com/opencost/opencost, without what it exposes itself.
READ_BY_OPENCOST: dict[Job, tuple[str, ...]] = {
    Job.CADVISOR: (
        "container_cpu_usage_seconds_total",
        "container_fs_limit_bytes",
        "container_fs_usage_bytes",
        "container_memory_working_set_bytes",
        "container_network_receive_bytes_total",
        "container_network_transmit_bytes_total",
    ),
    Job.KUBELET: ("kubelet_volume_stats_used_bytes",),
    Job.KUBE_STATE_METRICS: (
        "kube_namespace_labels",
        "kube_node_labels",
        "kube_node_status_allocatable",
        "kube_node_status_capacity",
        "kube_persistentvolume_capacity_bytes",
        "kube_persistentvolumeclaim_info",
        "kube_persistentvolumeclaim_resource_requests_storage_bytes",
        "kube_pod_container_resource_requests",
        "kube_pod_container_status_running",
        "kube_pod_labels",
        "kube_pod_owner",
        "kube_replicaset_owner",
    ),
    Job.NODE_EXPORTER: ("node_cpu_seconds_total",),
}

# What the chart drops by default from within metrics that we may keep; a list of ours replaces the chart's.
_BUCKETS_NOBODY_READS = (
    r"(etcd_request|apiserver_request_slo|apiserver_request_sli|apiserver_request)_duration_seconds_bucket;"
    r"(0\.15|0\.2|0\.3|0\.35|0\.4|0\.45|0\.6|0\.7|0\.8|0\.9|1\.25|1\.5|1\.75|2|3|3\.5|4|4\.5|6|7|8|9|15|20|40|45|50)"
    r"(\.0)?"
)
_WITHIN: dict[Job, tuple[Relabeling, ...]] = {
    Job.API_SERVER: (Relabeling(action=Action.DROP, regex=_BUCKETS_NOBODY_READS, labels=(METRIC, "le")),),
    Job.CADVISOR: (
        # Slices of the node that belong to no pod.
        Relabeling(action=Action.DROP, regex=".+;", labels=("id", "pod")),
        # The host's side of a pod's own interface: the same bytes again.
        Relabeling(
            action=Action.DROP,
            regex="container_network_.*;(cali|cilium|cni|eni|lxc|nodelocaldns|tunl|veth).*",
            labels=(METRIC, "interface"),
        ),
    ),
}

# The exporter's kinds of objects, whose metrics begin with the singular. Kinds left out are not even watched: the
# exporter then needs no right to read every Secret of the cluster, which it has by default.
_KINDS = (
    "certificatesigningrequests",
    "configmaps",
    "cronjobs",
    "daemonsets",
    "deployments",
    "endpointslices",
    "horizontalpodautoscalers",
    "ingresses",
    "jobs",
    "leases",
    "limitranges",
    "mutatingwebhookconfigurations",
    "namespaces",
    "networkpolicies",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "poddisruptionbudgets",
    "pods",
    "replicasets",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "statefulsets",
    "storageclasses",
    "validatingwebhookconfigurations",
    "volumeattachments",
)
_SINGULAR = {"ingresses": "ingress", "networkpolicies": "networkpolicy", "storageclasses": "storageclass"}


def metrics(job: Job, also: Collection[str] = ()) -> frozenset[str]:
    """What a job keeps, by name; ``also`` are metrics that a company's own rules and boards read."""
    exporters = metric_inventory.load().exporters
    named = (name for exporter in EXPORTERS[job] for name in exporters[exporter].metrics)
    return frozenset([*named, *READ_BY_OPENCOST.get(job, ()), *also])


def relabelings(job: Job, also: Collection[str] = ()) -> tuple[Relabeling, ...]:
    """What a scrape of the job goes through. First what is kept: most series never meet a second expression."""
    names = Relabeling(action=Action.KEEP, regex="|".join(sorted(metrics(job, also))))
    return (names, *_WITHIN.get(job, ()))


def watched_kinds(also: Collection[str] = ()) -> list[str]:
    """Kinds of objects that kube-state-metrics must watch for the metrics that are kept."""
    names = metrics(Job.KUBE_STATE_METRICS, also)
    return [kind for kind in _KINDS if _has_metric(_SINGULAR.get(kind, kind.removesuffix("s")), names)]


def _has_metric(kind: str, names: Iterable[str]) -> bool:
    return any(name == f"kube_{kind}" or name.startswith(f"kube_{kind}_") for name in names)
