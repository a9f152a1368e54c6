"""Objectives for the tests of their rules."""

from typing import Any

import yaml

from authoring.rules import slo
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from tests.model.catalogs import Document, good_organization

HTTP = {
    "requests": "http_requests_total",
    "duration": "http_request_duration_seconds",
    "status_label": "status",
    "route_label": "route",
}
REQUESTS = {"kind": "availability"}


def objective(**changes: Any) -> Document:
    return {"name": "goal", "target": "99.9", "sli": REQUESTS, "reason": "It was agreed.", **changes}


def system(*objectives: Document, load: float = 10, **component: Any) -> System:
    return System.model_validate(
        {
            "system": "shop",
            "title": "Shop",
            "description": "Sells things.",
            "owner": "shop",
            "tracing": {"sample_percent": 10, "slow": "1s"},
            "components": [
                {
                    "name": "api",
                    "kind": "http-service",
                    "title": "API",
                    "description": "Answers.",
                    "telemetry": {"http": HTTP},
                    "load": {"requests_per_second": str(load)},
                    "objectives": list(objectives),
                    **component,
                }
            ],
        }
    )


def rules(*objectives: Document, **more: Any) -> list[dict[str, Any]]:
    document = yaml.safe_load(slo.rule_file(system(*objectives, **more)))
    return [rule for group in document["groups"] for rule in group["rules"]]


def alert(name: str, *objectives: Document, **more: Any) -> dict[str, Any]:
    (found,) = (rule for rule in rules(*objectives, **more) if rule.get("alert") == name)
    return found


def alerts(*objectives: Document, **more: Any) -> set[str]:
    return {rule["alert"] for rule in rules(*objectives, **more) if "alert" in rule}


def catalog(*objectives: Document, **more: Any) -> Catalog:
    return Catalog.of(Organization.model_validate(good_organization()), [system(*objectives, **more)])


AT = {"target": "99.5", "reason": "The team's document says so."}
SLOW = {
    "target": "95",
    "sli": {"kind": "latency", "threshold": "500ms"},
    "alert_at": {"threshold": "750ms", "reason": "The team's document says so."},
}


def of_threshold(*objectives: Document, **more: Any) -> dict[str, Any]:
    """The one alert of `alert_at`, whatever its name."""
    plain = {**objectives[0], "alert_at": None}
    (name,) = alerts(*objectives, **more) - alerts(plain, **more)
    return alert(name, *objectives, **more)
