"""Groups of panels that several boards show alike: rate, errors and duration; saturation; objectives; alerts.

Each returns panels for a row, after the variables ``cluster``, ``system`` and ``component``.
"""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import links, panels, targets
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import alerts, red, slo, traces, workloads
from model import labels
from model.dashboards import Board
from model.metrics.metric_names import BUDGET_EXHAUSTED, FAST_BURN, OUTAGE, SLOW_BURN
from model.vocabulary import Severity

Panels = tuple[panels.PanelBuilder, ...]

BY_COMPONENT = "{{system}}/{{component}}"
BY_OBJECTIVE = "{{system}}/{{component}} {{objective}}"

TO_SERVICE = links.of_series(Board.SERVICE, labels.SYSTEM, labels.COMPONENT)
ROW_TO_SERVICE = links.of_row(Board.SERVICE, labels.SYSTEM, labels.COMPONENT)
ROW_TO_SLO = links.of_row(Board.SLO, labels.SYSTEM, labels.COMPONENT)

NO_REQUESTS = "No requests, or none that are counted"
curves = partial(panels.curves, no_data=NO_REQUESTS)


def rate_errors_duration() -> Panels:
    """RED: three panels in a line, of recorded series; the dots on the third open traces."""
    return (
        curves(
            "Requests",
            "Requests a second. A drop without a known reason means that users cannot reach the service.",
            targets.over_time(red.requests(), BY_COMPONENT),
            unit=units.RequestsPerSecond,
            runbooks=("RequestFlood",),
            data_links=(TO_SERVICE,),
            width=8,
        ),
        curves(
            "Errors",
            "Share of requests answered with a server error. Above 1 % users notice, above 5 % they leave; the SLO "
            "dashboard has the objectives.",
            targets.over_time(red.error_ratio(), BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            runbooks=("HighErrorRate",),
            data_links=(TO_SERVICE,),
            width=8,
        ),
        curves(
            "Duration, p95",
            "p95. Dots are single requests: a click opens the trace.",
            targets.over_time(red.percentile(95), BY_COMPONENT),
            targets.exemplars(red.duration_exemplars(), "p99 of traced requests, now"),
            unit=units.Seconds,
            runbooks=("HighLatency",),
            data_links=(TO_SERVICE,),
            width=8,
        ),
    )


def utilization_saturation_errors() -> Panels:
    """USE of the workloads behind the chosen components: CPU, memory, replicas."""
    return (
        curves(
            "CPU usage of the busiest container, of its limit",
            "Without a limit: share of its request, at least one core. Above 90 % little is left for a peak.",
            targets.over_time(workloads.of_component(workloads.CPU), BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.9),
            no_data="Not a workload of this cluster",
            runbooks=("HighCpuUsage",),
            width=8,
        ),
        curves(
            "Memory usage of the fullest container, of its limit",
            "At 100 % the kernel kills the container. From 90 % on a peak is enough.",
            targets.over_time(workloads.of_component(workloads.MEMORY), BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.9),
            no_data="Not a workload of this cluster, or without a limit",
            runbooks=("HighMemoryUsage", "WorkloadOutOfMemory"),
            width=8,
        ),
        curves(
            "Unavailable replicas",
            "Desired replicas that are not available. A short step during a rollout is normal; a lasting one is a "
            "stuck rollout.",
            targets.over_time(workloads.missing_replicas(), BY_COMPONENT),
            thresholds=rising(warn=1),
            no_data="Not a workload of this cluster",
            runbooks=("WorkloadReplicasMissing", "WorkloadUnavailable"),
            width=8,
        ),
    )


def operations(of: str) -> Panels:
    """From spans: all durations, and the slowest operations ``of`` what the board is about."""
    return (
        panels.spread(
            "Duration distribution",
            "Durations of traced requests. Two bands mean two kinds of requests, such as hits and misses.",
            targets.buckets(red.duration_buckets()),
            unit=units.Seconds,
            no_data="No traced requests",
            runbooks=("HighTailLatency",),
        ),
        panels.rows(
            "Slowest operations",
            f"Operations of {of} by their p95 of the last minutes, from spans.",
            targets.rows(traces.slowest_operations()),
            columns={"system": "System", "component": "Component", "span_name": "Operation"},
            value="p95",
            unit=units.Seconds,
            no_data="No traced requests",
            runbooks=("HighLatency",),
        ),
    )


def objectives() -> Panels:
    """SLO: what is left of each budget, and how fast it goes."""
    return (
        panels.rows(
            "Error budget remaining, lowest first",
            "Error budget of each objective, remaining in its window. Below 0 the objective is missed; below 25 % "
            "releases should wait.",
            targets.rows(slo.least_left()),
            columns={labels.SYSTEM: "System", labels.COMPONENT: "Component", "objective": "Objective"},
            value="Remaining",
            unit=units.PercentUnit,
            thresholds=falling(warn=0.0001, good=0.25),
            no_data="No objectives here",
            decimals=1,
            runbooks=(BUDGET_EXHAUSTED,),
            data_links=(ROW_TO_SLO,),
        ),
        curves(
            "Burn rate, 1 hour",
            "The error budget is used this many times faster than the objective allows. At 1 the budget "
            "lasts exactly its window. At 14.4 an hour uses 2 % of 30 days' budget: there SloFastBurn "
            "pages (3.36 for a window of 7 days).",
            targets.over_time(slo.burn_rate("1h"), BY_OBJECTIVE),
            unit="none",
            thresholds=rising(warn=1, bad=14.4),
            no_data="No events, so no burn rate",
            runbooks=(OUTAGE, FAST_BURN, SLOW_BURN),
            data_links=(links.of_series(Board.SLO, labels.SYSTEM, labels.COMPONENT),),
        ),
    )


def firing(*by: str) -> Panels:
    """Counts of alerts by severity and the list of what fires; ``by`` are the labels that the board chooses by."""
    return (
        panels.number(
            "Critical alerts",
            "Firing alerts that page. Each is counted once, whatever the number of its series and escalation levels.",
            targets.now(alerts.count(Severity.CRITICAL, *by)),
            thresholds=rising(bad=1),
            no_data="Prometheus does not answer",
            runbooks=("Watchdog",),
        ),
        panels.number(
            "Warning alerts",
            "Firing alerts that need action within the day.",
            targets.now(alerts.count(Severity.WARNING, *by)),
            thresholds=rising(warn=1),
            no_data="Prometheus does not answer",
            runbooks=("Watchdog",),
        ),
    )


def alert_table(*by: str, where: str = "", width: int = panels.WIDTH) -> panels.PanelBuilder:
    """A row for each alert that fires; a click opens its component. ``where`` are more matchers."""
    return panels.rows(
        "Firing alerts",
        "One row per alert, with the number of its series. The runbook has the alert's name.",
        targets.rows(alerts.table(*by, where=where)),
        columns={
            labels.SEVERITY: "Severity",
            "alertname": "Alert",
            labels.SYSTEM: "System",
            labels.COMPONENT: "Component",
            labels.TEAM: "Team",
            labels.CLUSTER: "Cluster",
        },
        value="Series",
        no_data="Nothing fires",
        data_links=(ROW_TO_SERVICE,),
        width=width,
    )
