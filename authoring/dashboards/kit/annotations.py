"""Grafana annotations: alerts and new versions, drawn on every panel of a dashboard."""

from typing import Any

from authoring.dashboards.kit import targets
from authoring.dashboards.kit.colours import BAD, NEUTRAL, WARN
from authoring.dashboards.queries import alerts, workloads

_SOURCE = {"type": targets.PROMETHEUS.type_val, "uid": targets.PROMETHEUS.uid}

Annotation = dict[str, Any]


def for_variables(*chosen: str) -> list[Annotation]:
    """The annotations of a dashboard with the variables ``chosen`` (labels), for the chosen values only.

    Plain data: the SDK's type knows only Grafana's own annotations, not the titles and tags of those from Prometheus.
    """
    return [
        _query("Critical alerts", alerts.firing_series("critical", *chosen), BAD, "{{alertname}}"),
        _query("Warnings", alerts.firing_series("warning", *chosen), WARN, "{{alertname}}", shown=False),
        _query("Deployments", workloads.new_versions(*chosen), NEUTRAL, "New version of {{component}}"),
    ]


def _query(name: str, expr: str, colour: str, title: str, *, shown: bool = True) -> Annotation:
    return {
        "datasource": _SOURCE,
        "enable": shown,
        "expr": expr,
        "hide": False,
        "iconColor": colour,
        "name": name,
        # Coarse on purpose: a day then has some hundred steps to evaluate.
        "step": "60s",
        "tagKeys": "system,component,team",
        "titleFormat": title,
    }
