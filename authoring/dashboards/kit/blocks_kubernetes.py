"""What boards of the cluster share: how they choose, autoscalers, quotas, the Kubernetes API, and name resolution."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.thresholds import rising
from authoring.dashboards.queries import kubernetes, network, workloads
from model import labels

NAMESPACE = "namespace"
OF_WORKLOAD = {NAMESPACE: "Namespace", "workload": "Workload", labels.CLUSTER: "Cluster"}
curves = partial(panels.curves, no_data="The API server is not scraped")

NO_DNS = "CoreDNS is not scraped"
dns_curves = partial(panels.curves, no_data=NO_DNS)


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


def dns() -> blocks.Panels:
    """Answers, failures and duration of CoreDNS."""
    return (
        dns_curves(
            "Answers of the DNS",
            "Answers a second, by code. NXDOMAIN is mostly the search list at work; SERVFAIL is trouble.",
            targets.over_time(network.dns_answers(), "{{rcode}}"),
            unit=units.CountsPerSecond,
            runbooks=("DnsDown",),
        ),
        dns_curves(
            "Failures of the DNS",
            "Share of answers that are SERVFAIL or REFUSED. From 3 % on programs feel it.",
            targets.over_time(network.dns_errors_by_cluster(), "{{cluster}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.03),
            runbooks=("DnsErrors",),
        ),
        dns_curves(
            "DNS duration, p99",
            "Resolvers retry after some seconds; at one second requests begin to wait for name resolution.",
            targets.over_time(network.dns_duration_by_cluster(), "{{cluster}}"),
            unit=units.Seconds,
            thresholds=rising(warn=1),
            runbooks=("DnsSlow",),
        ),
    )
