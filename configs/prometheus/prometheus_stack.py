"""kube-prometheus-stack's settings for scraping and retention, without secrets."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from configs.prometheus.keep_list import Job, relabelings
from model import labels

Values = dict[str, Any]

# Components that AWS runs out of reach: their default alerts say `absent`, so they would fire forever.
# kube-proxy is on the nodes but listens on 127.0.0.1 there, and the schema of EKS's add-on has no key for another
# address: its targets would always be down. Not seen without it: how long rules of Services take to reach a node.
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

# Requirement M2: infrastructure every 15 s, everything that says nothing every 30 s. The chart has 10 s for cAdvisor.
INFRASTRUCTURE_INTERVAL = "15s"
INTERVAL = "30s"
# The answer of an API server has tens of thousands of lines, and is built for each request.
_AT_LEISURE = frozenset({Job.API_SERVER})

# What the collectors push may be this late, after an outage of theirs. The gateway drops what is later: Prometheus
# would refuse it with all that stands in the same request. Without a window samples in the order of their own series
# are taken up to an hour late (half of a two-hour block); with this one all are.
LATE_MINUTES = 60

# A scrape above a limit fails whole and an alert says so; without limits one mistaken label fills the memory of
# Prometheus, and then nobody watches anything.
LIMITS: Values = {
    # A node exporter keeps hundreds of series, a large application thousands. Not `enforcedSampleLimit`: from
    # Prometheus 2.45 on the operator raises a lower default to it, so it would be everybody's limit.
    "sampleLimit": 20_000,
    # Metrics of cAdvisor and of YACE have about twenty labels with those of the target.
    "enforcedLabelLimit": 64,
    # A label of Kubernetes has 317 characters at most (a DNS name, a slash, 63), here with a prefix.
    "enforcedLabelNameLengthLimit": 512,
    # Control groups and images have a few hundred; a query or a stack trace has thousands.
    "enforcedLabelValueLengthLimit": 1024,
    # As many nodes as EKS supports in one cluster without asking.
    "enforcedTargetLimit": 5_000,
    # kube-state-metrics of a cluster with ten thousand pods answers with about 100 MB.
    "enforcedBodySizeLimit": "256MB",
    # Those that relabeling dropped are kept in memory for the page of targets alone.
    "enforcedKeepDroppedTargets": 100,
}
# Jobs whose series grow with the cluster: by kube-state-metrics about twenty of ours a pod, by the API server one for
# each pair of verb and resource.
SAMPLE_LIMITS: Mapping[Job, int] = {Job.API_SERVER: 100_000, Job.KUBE_STATE_METRICS: 500_000}

# In memory, of all series together: 100,000 are about 10 MB, at ten traces a second those of almost three hours.
EXEMPLARS = 100_000


def retention_size(volume_gib: int) -> str:
    """How much of a volume blocks may fill.

    In MiB: a whole number of GiB would be 0 for a volume of one, and 0 means no limit at all.
    """
    return f"{int(volume_gib * 1024 * RETENTION_SHARE)}MiB"


def monitor(job: Job, also: Collection[str] = ()) -> Values:
    """Values of the chart's monitor of a job: interval, limits, and the metrics to keep."""
    limit = {"sampleLimit": SAMPLE_LIMITS[job]} if job in SAMPLE_LIMITS else {}
    return {**limit, **scraped(job, also)}


def scraped(job: Job, also: Collection[str] = ()) -> Values:
    """The same, for a part of a monitor that has no limits of its own."""
    return {
        "interval": INTERVAL if job in _AT_LEISURE else INFRASTRUCTURE_INTERVAL,
        "metricRelabelings": kept_metrics(job, also),
    }


def kept_metrics(job: Job, also: Collection[str] = ()) -> list[Values]:
    """What a scrape of the job goes through."""
    return [relabeling.as_object() for relabeling in relabelings(job, also)]


def spread(program: str) -> list[Values]:
    """Replicas in different zones where there are several. Not required: one zone may be all that is left."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {labels.OBJECT_NAME: program}},
        }
    ]
