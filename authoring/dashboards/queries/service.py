"""What holds one component back: throttled CPU, open connections, servers behind a proxy."""

from typing import Final

from authoring.dashboards.queries import chosen, workloads
from authoring.rules import anomalies
from authoring.rules.recording import product

THROTTLED = "namespace_workload:container_cpu_throttled:ratio_rate5m"


NOW, EDGE = "now", "edge of the usual"
"""Values of the label ``line``: the curve and the edge of its band."""

BANDS: Final = {anomaly.alert: (anomaly.value, anomaly.band) for anomaly in anomalies.ANOMALIES}


def against_usual(alert: str) -> str:
    """What the alert compares, and the edge of the band that it compares with, by component."""
    value, band = (chosen.component(record) for record in BANDS[alert])
    return (
        f'label_replace({_worst(alert)} by (system, component) ({value}), "line", "{NOW}", "", "")\n  or\n'
        f'label_replace({_worst(alert)} by (system, component) ({band}), "line", "{EDGE}", "", "")'
    )


def _worst(alert: str) -> str:
    return "sum" if BANDS[alert][0] == anomalies.REQUESTS else "max"


def throttled() -> str:
    """Share of CPU periods in which containers were stopped at their limit, by component."""
    return workloads.of_component(THROTTLED)


def connections() -> str:
    """Client connections that are open, by component."""
    return f"sum by (system, component) ({chosen.component(product.CONNECTIONS)})"


def backend_servers() -> str:
    """1 for a server that every replica can use and 0 for one that failed the checks of any, by backend and server."""
    return f"min by (proxy, server) ({chosen.component('component_instance_proxy_server:haproxy_server_up:max')})"


def proxy_responses() -> str:
    """Responses a second of HAProxy, by frontend and class of status."""
    responses = chosen.component("haproxy_frontend_http_responses_total")
    return f"sum by (proxy, code) ({chosen.rate(responses)})"


def nginx_up() -> str:
    """Replicas of Nginx whose status page can be read, by component."""
    return f"sum by (system, component) ({chosen.component('nginx_up')})"


def nginx_requests() -> str:
    """Requests a second that Nginx took, by component."""
    return f"sum by (system, component) ({chosen.rate(chosen.component('nginx_http_requests_total'))})"
