"""Gauges by OTLP, for programs that run once and end: to the collector, which brings them to every Prometheus."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from model import names
from ops.http import ask

Gauge = tuple[str, Mapping[str, str], float]
"""Name, labels, value."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """An OTLP receiver. ``context``: whose certificates are believed, where it is outside of this machine or pod."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    context: ssl.SSLContext | None = None


def publish(service: str, gauges: Iterable[Gauge], to: Receiver, now: float) -> None:
    """Send them as ``service`` of the platform. Raises Unreachable.

    ``now``: Unix time, seconds. Prometheus shows them for five minutes: whoever reads them looks back by
    `last_over_time`.
    """
    body, outside = _body(service, gauges, now), to.context is not None
    ask("POST", f"{to.url}/v1/metrics", body, to.headers, proxy=outside, context=to.context)


def gateway(api_server: str) -> str:
    """The collector's OTLP receiver by way of the Kubernetes API, which an operator's machine reaches anyway."""
    service = f"{names.COLLECTOR_GATEWAY}:{names.OTLP_HTTP_PORT}"
    return f"{api_server}/api/v1/namespaces/{names.COLLECTORS}/services/{service}/proxy"


def _body(service: str, gauges: Iterable[Gauge], now: float) -> dict[str, Any]:
    metrics: dict[str, list[dict[str, Any]]] = {}
    for name, labels, value in gauges:
        metrics.setdefault(name, []).append(
            {"attributes": _attributes(labels), "timeUnixNano": str(int(now * 1e9)), "asDouble": value}
        )
    resource = {"attributes": _attributes({"service.name": service, "service.namespace": "platform"})}
    scope = {"metrics": [{"name": name, "gauge": {"dataPoints": points}} for name, points in metrics.items()]}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [scope]}]}


def _attributes(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in labels.items()]
