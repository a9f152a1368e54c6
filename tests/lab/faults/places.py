"""Addresses at which nothing answers, unless a test says so."""

from typing import Any

from lab.endpoints import Endpoints
from lab.layout import Layout

NOWHERE = "http://127.0.0.1:9"
_URLS = ("prometheus", "alertmanager", "loki", "jaeger", "otlp_http", "blackbox", "inbox", "workload", "console")


def endpoints(layout: Layout) -> Endpoints:
    """All of them."""
    given: dict[str, Any] = dict.fromkeys(_URLS, NOWHERE)
    given |= dict.fromkeys(("jaeger_otlp", "otlp_grpc", "smtp"), "127.0.0.1:9")
    given |= {"targets": layout.targets, "pod_logs": layout.pod_logs}
    return Endpoints(environment="prod", cluster="belfry-test", **given)
