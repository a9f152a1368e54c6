"""Names of alerts by what they are about, for inhibition. tests/rules compares them with the rules."""

from authoring.rules.slo.threshold import ALERT_NAMES
from model.metrics.metric_names import (
    BELOW_THRESHOLD,
    FAST_BURN,
    LOW_TRAFFIC_ERRORS,
    NO_DATA,
    OUTAGE,
    SLOW_BURN,
    TRICKLE,
)
from model.security.alert_names import SECURITY_ALERTS

CLUSTER_DOWN = "ClusterUnavailable"
API_DOWN = "KubernetesApiDown"
NODE_DOWN = "NodeNotReady"
WORKLOAD_DOWN = "WorkloadUnavailable"

# A component that does not answer at all.
DOWN = ("CacheDown", "DatabaseDown", "ProxyDown", "ServiceDown", WORKLOAD_DOWN)
BURN_RATES = (FAST_BURN, LOW_TRAFFIC_ERRORS, SLOW_BURN, TRICKLE)
# What an objective's outage explains about the same objective.
OF_OBJECTIVES = (*BURN_RATES, *ALERT_NAMES)
# What users, and components that depend on it, notice of a component that is down. The outage of an objective is none
# of them: users notice it, and it fires within a minute, before any of the alerts above.
SYMPTOMS = (
    *BURN_RATES,
    BELOW_THRESHOLD,
    "AiLatencyHigh",
    "HighErrorRate",
    "HighLatency",
    "HighMedianLatency",
    "HighTailLatency",
    NO_DATA,
)
# Further symptoms, of the component itself. Not here: what may be the reason why it is down (memory, CPU, connections,
# crash loops, rollouts, disks, certificates), and business KPIs.
LESSER_SYMPTOMS = (
    *SYMPTOMS,
    "BrowserErrorsSurge",
    "CacheHitRatioLow",
    "DatabaseUnwatched",
    "ErrorsAboveUsual",
    "HighQueryLatency",
    "LatencyAboveUsual",
    "LogsMissing",
    "PerformanceRegression",
    "PostgresScrapeFailing",
    "ProbeFailing",
    "QueueLagging",
    "RedisReplicationBroken",
    "ReplicationLagging",
    "RequestsBelowUsual",
    "SlowPageInteraction",
    "SlowPageLoad",
)
# What fails because the Kubernetes API does not answer. No alert about workloads or nodes is one of them: without the
# API kube-state-metrics repeats the last state it saw, and that was true.
API_CLIENTS = (
    "AggregatedApiDown",
    "AutoscalerBlind",
    "KubeStateMetricsErrors",
    "KubernetesApiErrors",
    "KubernetesApiSlow",
    "PrometheusOperatorFailing",
)
# What may be the reason why a node is not ready, so that the on-call engineer needs to see it.
NODE_CAUSES = (
    "ConntrackNearlyFull",
    "KubeletCertificateRenewalFailing",
    "KubeletEvictingPods",
    "NetworkAllowanceExceeded",
    "NetworkNearlySaturated",
    "NodeClockWrong",
    "NodeDiskAlmostFull",
    "NodeDiskSaturated",
    "NodeDiskWillFill",
    "NodeFileDescriptorsNearlyUsed",
    "NodeFilesystemReadOnly",
    "NodeHighCpu",
    "NodeInodesNearlyUsed",
    "NodeKernelKilledProcesses",
    "NodeMemoryNearlyExhausted",
    "NodeNetworkErrors",
    "NodePressure",
)

# An attack may be the cause of everything else.
SECURITY = SECURITY_ALERTS
# Business KPIs, and what users and probes notice from outside.
SEEN_FROM_OUTSIDE = (
    OUTAGE,
    "BrowserErrorsSurge",
    "CertificateExpiresSoon",
    "CertificateNearExpiry",
    "ExternalCallsFailing",
    "ExternalCallsSlow",
    "ExternalServiceDown",
    "ExternalServiceSlow",
    "KpiAboveCeiling",
    "KpiBelowFloor",
    "KpiDropped",
    "KpiOutsideBand",
    "PageViewsStopped",
    "ProbeFailing",
    "ServiceDown",
)
# What AWS runs outside the cluster, and what it costs.
OUTSIDE_CLUSTER = (
    "CacheDown",
    "CacheHitRatioLow",
    "CacheNodeDown",
    "ClusterCostJumped",
    "ConnectionPoolNearlyUsed",
    "ConnectionsWillRunOut",
    "DatabaseDown",
    "DatabaseReplicaDown",
    "DeadLettersWaiting",
    "PostgresDeadlocks",
    "PostgresLongTransaction",
    "PostgresManyRollbacks",
    "PostgresStatementsSlower",
    "RedisEvicting",
    "RedisMemoryNearlyFull",
    "RedisRefusesConnections",
    "RedisReplicationBroken",
    "ReplicationLagging",
    "SystemCostJumped",
)

# Labels that say which thing of a component an alert is about. Two alerts about different things differ in one of them.
IDENTITY = (
    "alarm",
    "collector",
    "condition",
    "datname",
    "destination",
    "device",
    "dimension_QueueName",
    "eviction_signal",
    "exported_cluster",
    "exporter",
    "instance",
    "integration",
    "job",
    "k8s_ns_name",
    "kpi",
    "mountpoint",
    "name",
    "namespace",
    "node",
    "objective",
    "operation",
    "persistentvolume",
    "persistentvolumeclaim",
    "pod",
    "probe",
    "provider",
    "proxy",
    "queue",
    "reason",
    "receiver",
    "resource",
    "route",
    "rule",
    "rule_group",
    "service_name",
    "signal",
    "subject",
    "table",
    "url",
    "workload",
)
