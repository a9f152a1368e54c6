"""The number of findings as a metric, by OTLP: to the collector, which brings it to every Prometheus."""

import ssl
from collections.abc import Mapping
from typing import Any

from model import names
from model.drift.report import Side
from ops.drift.command import Outcome
from ops.http import ask

METRIC = "drift_findings"


def publish(
    outcome: Outcome,
    collector: str,
    now: float,
    headers: Mapping[str, str],
    context: ssl.SSLContext | None = None,
) -> None:
    """Send it to ``collector``, the URL of an OTLP receiver. ``now``: Unix time, seconds. Raises Unreachable.

    Zero is sent too: it ends the alert.
    """
    ask("POST", f"{collector}/v1/metrics", _body(outcome, now), headers, proxy=context is not None, context=context)


def gateway(api_server: str) -> str:
    """The collector's OTLP receiver by way of the Kubernetes API, which whoever looks for drift reaches anyway."""
    service = f"{names.COLLECTOR_GATEWAY}:{names.OTLP_HTTP_PORT}"
    return f"{api_server}/api/v1/namespaces/{names.COLLECTORS}/services/{service}/proxy"


def _body(outcome: Outcome, now: float) -> dict[str, Any]:
    points = [
        {
            "attributes": [{"key": "side", "value": {"stringValue": str(side)}}],
            "timeUnixNano": str(int(now * 1e9)),
            "asInt": str(outcome.judged.count(side)),
        }
        for side in Side
    ]
    resource = [
        {"key": "service.name", "value": {"stringValue": "drift"}},
        {"key": "service.namespace", "value": {"stringValue": "platform"}},
    ]
    metric = {"name": METRIC, "gauge": {"dataPoints": points}}
    return {"resourceMetrics": [{"resource": {"attributes": resource}, "scopeMetrics": [{"metrics": [metric]}]}]}
