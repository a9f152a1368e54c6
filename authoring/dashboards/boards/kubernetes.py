"""Workloads: which lacks replicas, restarts or waits, and does Kubernetes itself answer?"""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, blocks_kubernetes, links, panels, targets, thresholds, variables
from authoring.dashboards.kit.blocks_kubernetes import NAMESPACE, OF_WORKLOAD
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import Steps, rising
from authoring.dashboards.queries import kubernetes, service, workloads
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import Signal

NOT_COUNTED = "Prometheus does not answer"
BY_WORKLOAD = "{{namespace}}/{{workload}}"
number = partial(panels.number, no_data=NOT_COUNTED)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.KUBERNETES,
        question="Which workload lacks replicas, restarts or waits, and does Kubernetes answer?",
        variables=(variables.clusters(), blocks_kubernetes.namespaces()),
        to=(Uid.NODES, Uid.CAPACITY, Uid.INFRASTRUCTURE),
        rows=(
            Row("What does not run", (*_numbers(), *_troubles(), *_use(catalog)), collapsed=False),
            Row("Rollouts, jobs, disruption budgets", _rollouts()),
            Row("Autoscalers and quotas", blocks_kubernetes.limits()),
            Row("CPU limits", (_throttled(),)),
            Row("Kubernetes API", blocks_kubernetes.api()),
            Row("Name resolution", blocks_kubernetes.dns(), width=8),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        number(
            "Down",
            "Workloads without any running replica.",
            targets.now(kubernetes.down(NAMESPACE)),
            thresholds=rising(bad=1),
            runbooks=("WorkloadUnavailable",),
        ),
        number(
            "Lacking replicas",
            "Workloads that lack more than a tenth of their replicas. Normal for minutes in a rollout.",
            targets.now(kubernetes.lacking()),
            thresholds=rising(warn=1),
            runbooks=("WorkloadReplicasMissing",),
        ),
        number(
            "Pods that cannot start",
            "Pods that crash repeatedly, cannot get an image or Secret, or are unschedulable. The table shows the "
            "reason.",
            targets.now(kubernetes.waiting_in_all()),
            thresholds=rising(warn=1),
            runbooks=("WorkloadCrashLooping", "WorkloadContainersWaiting", "WorkloadUnschedulable"),
        ),
        number(
            "Restarts in an hour",
            "Of all containers. A few are normal during rollouts; the table shows the workloads.",
            targets.now(kubernetes.restarts_in_all()),
            decimals=0,
            runbooks=("WorkloadCrashLooping",),
        ),
        number(
            "Memory kills in an hour",
            "Of the workload with the most. A single kill is normal; from three an alert fires.",
            targets.now(kubernetes.memory_kills_in_all()),
            thresholds=rising(warn=2.5),
            decimals=0,
            runbooks=("WorkloadOutOfMemory",),
        ),
        number(
            "API errors",
            "Share of requests to the Kubernetes API that fail. From 3 % on deployments and autoscalers feel it.",
            targets.now(kubernetes.api_errors()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.03),
            no_data="The API server is not scraped",
            decimals=1,
            runbooks=("KubernetesApiErrors", "KubernetesApiDown"),
        ),
    )


def _troubles() -> blocks.Panels:
    return (
        panels.rows(
            "Unavailable replicas",
            "Desired but not available, most first. A lasting row is a stuck rollout or missing capacity.",
            targets.rows(kubernetes.missing()),
            columns=OF_WORKLOAD,
            value="Missing",
            thresholds=rising(warn=1),
            no_data="No replica is missing",
            runbooks=("WorkloadReplicasMissing", "WorkloadRolloutStuck"),
            data_links=(_here(),),
            width=12,
            height=7,
        ),
        panels.rows(
            "Pods that cannot start",
            "CrashLoopBackOff is a fault of the program, images and Secrets of the rollout, Unschedulable means "
            "missing capacity.",
            targets.rows(kubernetes.waiting()),
            columns={**OF_WORKLOAD, "reason": "Reason"},
            value="Pods",
            thresholds=rising(warn=1),
            no_data="All pods start",
            runbooks=("WorkloadCrashLooping", "WorkloadContainersWaiting", "WorkloadUnschedulable"),
            data_links=(_here(),),
            width=12,
            height=7,
        ),
        panels.rows(
            "Restarts in the last hour",
            "Restarts of containers, most first; of these, kills for memory are drawn below.",
            targets.rows(kubernetes.restarts()),
            columns=OF_WORKLOAD,
            value="Restarts",
            no_data="Nothing restarted",
            decimals=0,
            runbooks=("WorkloadCrashLooping",),
            data_links=(_here(),),
            width=12,
            height=7,
        ),
    )


def _use(catalog: Catalog) -> blocks.Panels:
    return (
        panels.curves(
            "Killed for memory",
            "Containers killed in the hour before, by workload. From three on it is no accident.",
            targets.over_time(kubernetes.memory_kills(), BY_WORKLOAD),
            thresholds=rising(warn=2.5),
            no_data="None was killed",
            runbooks=("WorkloadOutOfMemory",),
            width=12,
            height=7,
        ),
        _curve(
            "CPU usage, of limits",
            f"The ten highest. Without a limit: share of the request, at least one core. {thresholds.SAYS}",
            kubernetes.fullest(workloads.CPU),
            thresholds.shared(catalog, Signal.CPU_USAGE),
            "HighCpuUsage",
        ),
        _curve(
            "Memory usage, of limits",
            f"The highest container of each of the top ten; at 100 % the kernel kills it. {thresholds.SAYS}",
            kubernetes.fullest(workloads.MEMORY),
            thresholds.shared(catalog, Signal.MEMORY_USAGE),
            "HighMemoryUsage",
        ),
    )


def _throttled() -> panels.PanelBuilder:
    return panels.curves(
        "Throttled CPU",
        "Share of 100 ms periods in which the kernel throttled containers at their CPU limit, the ten highest. By "
        "itself it is no fault; it alerts while users notice errors or latency, or when usage is near the limit.",
        targets.over_time(kubernetes.fullest(service.THROTTLED), BY_WORKLOAD),
        unit=units.PercentUnit,
        thresholds=rising(warn=0.25),
        no_data="No container has a CPU limit",
        runbooks=("WorkloadCpuThrottled",),
        width=panels.WIDTH,
    )


def _curve(title: str, description: str, expr: str, limits: Steps, alert: str) -> panels.PanelBuilder:
    return panels.curves(
        title,
        description,
        targets.over_time(expr, BY_WORKLOAD),
        unit=units.PercentUnit,
        thresholds=limits,
        no_data="No running pods, or none with requests and limits",
        runbooks=(alert,),
        width=12,
        height=7,
    )


def _table(
    title: str, description: str, expr: str, *runbooks: str, name: str, heading: str, value: str, no_data: str
) -> panels.PanelBuilder:
    return panels.rows(
        title,
        description,
        targets.rows(expr),
        columns={NAMESPACE: "Namespace", name: heading, labels.CLUSTER: "Cluster"},
        value=value,
        thresholds=rising(warn=1),
        no_data=no_data,
        runbooks=runbooks,
        width=8,
    )


def _rollouts() -> blocks.Panels:
    return (
        _table(
            "Rollouts past their deadline",
            "Deployments without progress of the new version for ten minutes; the old one still runs.",
            kubernetes.stuck_rollouts(),
            "WorkloadRolloutStuck",
            name="deployment",
            heading="Deployment",
            value="Stuck",
            no_data="No rollout is stuck",
        ),
        _table(
            "Failed jobs",
            "Attempts that failed of jobs that have not succeeded since.",
            kubernetes.failed_jobs(),
            "JobFailed",
            name="job_name",
            heading="Job",
            value="Failed",
            no_data="No job failed",
        ),
        _table(
            "Disruption budgets broken",
            "Pods that the budget demands and that are not healthy: nodes cannot be drained meanwhile.",
            kubernetes.broken_budgets(),
            "DisruptionBudgetBroken",
            name="poddisruptionbudget",
            heading="Budget",
            value="Missing",
            no_data="All disruption budgets are met",
        ),
        panels.rows(
            "Late cron jobs",
            "How long ago they should have started. An alert fires after an hour.",
            targets.rows(kubernetes.late_cron_jobs()),
            columns={NAMESPACE: "Namespace", "cronjob": "Cron job", labels.CLUSTER: "Cluster"},
            value="Late",
            unit=units.Seconds,
            thresholds=rising(warn=3600),
            no_data="All start in time",
            runbooks=("CronJobLate",),
        ),
        _table(
            "Claims without a volume",
            "Their pods wait until the claim is bound.",
            kubernetes.claims_unbound(),
            "VolumeClaimUnbound",
            "VolumeFailed",
            name="persistentvolumeclaim",
            heading="Claim",
            value="Unbound",
            no_data="All claims are bound",
        ),
    )


def _here() -> links.Link:
    return links.of_row(Uid.KUBERNETES, NAMESPACE, title="Only this namespace")
