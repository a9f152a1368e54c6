"""Workloads by namespace and name, the API server, and what watches over workloads. Boards choose by namespace."""

from authoring.dashboards.queries import chosen
from authoring.dashboards.queries.workloads import AVAILABLE, DESIRED
from authoring.rules.recording import cluster as series
from authoring.rules.recording.capacity import QUOTA

_WORKLOAD = "cluster, namespace, workload"
API_REQUESTS = "cluster_verb:apiserver_requests:rate5m"
API_ERRORS = "cluster_verb:apiserver_request_errors:rate5m"
API_DURATION = "cluster:apiserver_request_sli_duration_seconds:p99_rate5m"


def _of(metric: str, where: str = "") -> str:
    return chosen.by(metric, "namespace", where=where)


def down(*by: str) -> str:
    """How many workloads have no replica left; 0 and not nothing when all have."""
    desired, available = (chosen.by(metric, *by) for metric in (DESIRED, AVAILABLE))
    return f"count({desired} > 0 and {available} == 0) or vector(0)"


def lacking() -> str:
    """How many workloads lack more than a tenth of their replicas, but not all."""
    return f"count({_missing_share()} > 0.1) or vector(0)"


def missing() -> str:
    """Replicas that are wanted and not available; only workloads that lack some."""
    return f"sort_desc(max by ({_WORKLOAD}) ({_of(DESIRED)} - {_of(AVAILABLE)}) > 0)"


def restarts_in_all() -> str:
    """Restarts of containers in the last hour; 0 and not nothing without any."""
    return f"sum({_of(series.RESTARTS)}) or vector(0)"


def memory_kills_in_all() -> str:
    """Containers that were killed for memory in the last hour, of the workload that has most."""
    return f"max({_of(series.MEMORY_KILLS)}) or vector(0)"


def waiting_in_all(where: str = "", *by: str) -> str:
    """Pods that cannot start now."""
    return f"sum({chosen.by(series.WAITING, *(by or ('namespace',)), where=where)}) or vector(0)"


def restarts(count: int = 15) -> str:
    """Workloads whose containers restarted most in the last hour."""
    return f"sort_desc(topk({count}, max by ({_WORKLOAD}) ({_of(series.RESTARTS)}) > 0.5))"


def waiting() -> str:
    """Pods that cannot start, by workload and reason."""
    return f"sort_desc(sum by ({_WORKLOAD}, reason) ({_of(series.WAITING)}))"


def fullest(metric: str, count: int = 10) -> str:
    """The workloads with most of a share."""
    return f"topk({count}, max by (namespace, workload) ({_of(metric)}))"


def memory_kills(count: int = 10) -> str:
    """Containers killed for memory in an hour, by workload."""
    return f"topk({count}, max by (namespace, workload) ({_of(series.MEMORY_KILLS)}) > 0)"


def _missing_share() -> str:
    return f"1 - ({_of(AVAILABLE)} > 0) / ({_of(DESIRED)} > 0)"


def stuck_rollouts() -> str:
    """Deployments whose rollout passed its deadline."""
    condition = _of("kube_deployment_status_condition", 'condition="Progressing", status="false"')
    return f"max by (cluster, namespace, deployment) ({condition}) == 1"


def failed_jobs() -> str:
    """Jobs with failed attempts and without success, and no later run that succeeded."""
    failed, over = _of("namespace_job:failed:max"), _of("namespace_job:failure_over:group")
    by = "cluster, namespace, job_name"
    return f"sort_desc(max by ({by}) ({failed} unless on ({by}) {over}))"


def late_cron_jobs() -> str:
    """Seconds since cron jobs should have started."""
    due = _of("kube_cronjob_next_schedule_time")
    return f"sort_desc(max by (cluster, namespace, cronjob) (time() - {due}) > 0)"


def autoscalers_at_maximum() -> str:
    """Replicas of autoscalers as a share of the most they may have."""
    now, most = (
        _of(f"kube_horizontalpodautoscaler_{what}") for what in ("status_current_replicas", "spec_max_replicas")
    )
    by = "cluster, namespace, horizontalpodautoscaler"
    return f"sort_desc(max by ({by}) ({now}) / max by ({by}) ({most} > 0))"


def blind_autoscalers() -> str:
    """Autoscalers that get no metrics; one of a workload that was scaled to zero is paused."""
    condition = _of("kube_horizontalpodautoscaler_status_condition", 'condition="ScalingActive", status="false"')
    paused = f"{_of('kube_horizontalpodautoscaler_status_current_replicas')} == 0"
    by = "cluster, namespace, horizontalpodautoscaler"
    return f"max by ({by}) ({condition} == 1 unless on ({by}) {paused})"


def broken_budgets() -> str:
    """Pods that disruption budgets want and do not have."""
    want, have = (_of(f"kube_poddisruptionbudget_status_{what}_healthy") for what in ("desired", "current"))
    exist = _of("kube_poddisruptionbudget_status_expected_pods")
    by = "cluster, namespace, poddisruptionbudget"
    return f"sort_desc(max by ({by}) ({want} - {have} > 0 and on ({by}) {have} < {exist}))"


def quotas() -> str:
    """Quotas by how much of them is used."""
    return f"sort_desc(max by (cluster, namespace, resource) ({_of(QUOTA)}))"


def claims_unbound() -> str:
    """Claims that have no volume though a pod uses them, and those that lost theirs."""
    lost, pending = (_of("kube_persistentvolumeclaim_status_phase", f'phase="{p}"') for p in ("Lost", "Pending"))
    used, by = _of("kube_pod_spec_volumes_persistentvolumeclaims_info"), "cluster, namespace, persistentvolumeclaim"
    waiting = f"({pending} == 1 and on ({by}) {used})"
    return f"max by ({by}, phase) ({lost} == 1 or {waiting})"


def api_requests() -> str:
    """Requests a second to the Kubernetes API, by verb."""
    return f"sum by (verb) ({chosen.cluster(API_REQUESTS)})"


def api_errors() -> str:
    """Share of requests to the Kubernetes API that fail, of all clusters the worst."""
    by = "by (cluster)"
    return f"max(sum {by} ({chosen.cluster(API_ERRORS)}) / (sum {by} ({chosen.cluster(API_REQUESTS)}) > 0))"


def api_errors_by_verb() -> str:
    """The same by verb."""
    return f"sum by (verb) ({chosen.cluster(API_ERRORS)}) / (sum by (verb) ({chosen.cluster(API_REQUESTS)}) > 0)"


def api_duration() -> str:
    """99th percentile of requests for one object, by cluster."""
    return f"max by (cluster) ({chosen.cluster(API_DURATION)})"


def aggregated_apis_down() -> str:
    """Aggregated APIs that do not answer."""
    return f"max by (cluster, name) ({chosen.cluster('aggregator_unavailable_apiservice')}) == 1"
