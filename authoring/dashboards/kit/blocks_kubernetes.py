"""What the boards of workloads and of capacity share: how they choose, autoscalers, quotas, and the Kubernetes API."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.thresholds import rising
from authoring.dashboards.queries import kubernetes, workloads
from model import labels

NAMESPACE = "namespace"
OF_WORKLOAD = {NAMESPACE: "Namespace", "workload": "Workload", labels.CLUSTER: "Cluster"}
curves = partial(panels.curves, no_data="The API server is not scraped")


def namespaces() -> variables.Variable:
    """One, some or all namespaces that hold workloads."""
    return variables.label(NAMESPACE, f'{workloads.DESIRED}{{cluster=~"$cluster"}}')


def limits() -> blocks.Panels:
    """Autoscalers near their maximum or without metrics, and quotas."""
    return (
        panels.rows(
            "Autoscalers, nearest to their maximum first",
            "Replicas as a share of the most it may have. At 100 % with more load behind it, users wait.",
            targets.rows(kubernetes.autoscalers_at_maximum()),
            columns={NAMESPACE: "Namespace", "horizontalpodautoscaler": "Autoscaler", labels.CLUSTER: "Cluster"},
            value="Of maximum",
            unit=units.PercentUnit,
            thresholds=rising(warn=1),
            no_data="No autoscalers here",
            decimals=0,
            runbooks=("AutoscalerWantsMore",),
            width=8,
        ),
        panels.rows(
            "Autoscalers without metrics",
            "They keep their current size, whatever the load.",
            targets.rows(kubernetes.blind_autoscalers()),
            columns={NAMESPACE: "Namespace", "horizontalpodautoscaler": "Autoscaler", labels.CLUSTER: "Cluster"},
            value="Blind",
            thresholds=rising(warn=1),
            no_data="All get their metrics",
            runbooks=("AutoscalerBlind",),
            width=8,
        ),
        panels.rows(
            "Quotas, fullest first",
            "At 100 % no new pod is admitted; from 90 % on an alert fires.",
            targets.rows(kubernetes.quotas()),
            columns={NAMESPACE: "Namespace", "resource": "Resource", labels.CLUSTER: "Cluster"},
            value="Used",
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            no_data="No quotas here",
            decimals=0,
            runbooks=("QuotaNearlyUsed",),
            width=8,
        ),
    )


def api() -> blocks.Panels:
    """Requests, errors and duration of the Kubernetes API, and the APIs behind it."""
    return (
        curves(
            "Requests",
            "Requests a second, by verb. A jump is a controller in a request loop.",
            targets.over_time(kubernetes.api_requests(), "{{verb}}"),
            unit=units.RequestsPerSecond,
            runbooks=("KubernetesApiDown",),
        ),
        curves(
            "Errors",
            "Share of requests that fail, by verb; an alert fires at 3 % of all.",
            targets.over_time(kubernetes.api_errors_by_verb(), "{{verb}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.03),
            runbooks=("KubernetesApiErrors",),
        ),
        curves(
            "Duration, p99",
            "Of requests for one object. Kubernetes' own objective is one second.",
            targets.over_time(kubernetes.api_duration(), "{{cluster}}"),
            unit=units.Seconds,
            thresholds=rising(warn=1),
            runbooks=("KubernetesApiSlow",),
        ),
        panels.rows(
            "Aggregated APIs that do not answer",
            "Such as metrics for autoscalers: while one is down, its clients do not work.",
            targets.rows(kubernetes.aggregated_apis_down()),
            columns={"name": "API", labels.CLUSTER: "Cluster"},
            value="Down",
            thresholds=rising(warn=1),
            no_data="All answer",
            runbooks=("AggregatedApiDown",),
        ),
    )
