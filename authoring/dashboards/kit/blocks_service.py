"""Panels about what holds one component back: its CPU limit, its connections, the servers behind a proxy."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets
from authoring.dashboards.kit.colours import BAD, GOOD
from authoring.dashboards.kit.thresholds import rising
from authoring.dashboards.queries import service


def saturation() -> blocks.Panels:
    """Throttled CPU and open connections, beside utilization of CPU and memory."""
    return (
        panels.curves(
            "Throttled CPU",
            "Share of the periods of 100 ms in which the kernel stopped containers at their CPU limit. Short peaks are "
            "normal; above 25 % it alerts while users notice errors or slow answers. Raise or remove the limit.",
            targets.over_time(service.throttled(), blocks.BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.25),
            no_data="Not a workload of this cluster, or without a CPU limit",
            runbooks=("WorkloadCpuThrottled",),
        ),
        panels.curves(
            "Active connections",
            "Connections that clients hold open now, over all replicas. They follow the requests; a rise without more "
            "requests means that answers take longer or that clients do not close connections.",
            targets.over_time(service.connections(), blocks.BY_COMPONENT),
            no_data="The component counts no connections",
            runbooks=("HighLatency", "RequestSurge"),
        ),
    )


def against_usual() -> blocks.Panels:
    """Requests, errors and latency with the edge of what is usual at this hour of the week."""
    return tuple(
        panels.curves(
            title,
            f"{explained} The limit is computed from the same hour one and two weeks ago; without a week of history, "
            f"or below 0.2 requests a second, there is none.",
            targets.over_time(service.against_usual(alert), "{{component}} {{line}}"),
            unit=unit,
            no_data=blocks.NO_REQUESTS,
            runbooks=(alert,),
            width=8,
        )
        for title, explained, unit, alert in (
            (
                "Requests and their usual minimum",
                "Below the edge for half an hour alerts.",
                units.RequestsPerSecond,
                "RequestsBelowUsual",
            ),
            (
                "Errors and their usual maximum",
                "Above the edge for half an hour alerts.",
                units.PercentUnit,
                "ErrorsAboveUsual",
            ),
            (
                "Latency (p95) and its usual maximum",
                "Above the edge for half an hour alerts.",
                units.Seconds,
                "LatencyAboveUsual",
            ),
        )
    )


def proxies() -> blocks.Panels:
    """What HAProxy and Nginx say of themselves and of the servers behind them."""
    return (
        panels.states(
            "Servers behind HAProxy",
            "By backend and server, down if any HAProxy sees it down. Servers in maintenance are excluded. A backend "
            "without servers returns 503.",
            targets.over_time(service.backend_servers(), "{{proxy}}/{{server}}"),
            texts={0: ("down", BAD), 1: ("up", GOOD)},
            no_data="Not HAProxy, or without backend servers",
            runbooks=("BackendServersDown",),
            width=8,
        ),
        panels.curves(
            "Responses of HAProxy",
            "Responses a second by frontend and class of status. A step of 5xx with servers down is their absence.",
            targets.over_time(service.proxy_responses(), "{{proxy}} {{code}}"),
            unit=units.RequestsPerSecond,
            no_data="Not HAProxy",
            runbooks=("BackendServersDown",),
            stacked=True,
            width=8,
        ),
        panels.curves(
            "Nginx replicas that answer",
            "Replicas with a readable status page, and requests a second. An alert pages when there is none.",
            targets.over_time(service.nginx_up(), "{{system}}/{{component}} replicas"),
            targets.over_time(service.nginx_requests(), "{{system}}/{{component}} requests a second"),
            no_data="Not Nginx",
            runbooks=("ProxyDown",),
            width=8,
        ),
    )
