"""Services to break: a system of their own, with the textbook's rules beside the generated ones."""

from typing import Any

import yaml

from benchmarks.slo import textbook
from lab.deployment import Object
from model import labels

# The name that the textbook's rules ask for.
SYSTEM = "bench"
TARGETS = ("99", "99.5", "99.9", "99.95")
TEXTBOOK = ("Page", "Ticket")
_INTERVAL = 15


def targets(count: int) -> dict[str, str]:
    """Service -> target, in percent of good answers."""
    return {f"s{number:02}": TARGETS[number % len(TARGETS)] for number in range(count)}


def catalog_file(count: int) -> str:
    """The system: services that answer alone, each with two objectives that page."""
    return yaml.safe_dump(
        {
            "system": SYSTEM,
            "title": "Bench",
            "description": "Services to break.",
            "owner": "platform",
            "tracing": {"sample_percent": 1, "slow": "1s"},
            "components": [_service(name, target) for name, target in targets(count).items()],
        },
        sort_keys=False,
    )


def textbook_rules(count: int) -> Object:
    """The textbook's rules for the same services, with the same receiver."""
    document: dict[str, Any] = yaml.safe_load(textbook.rules(targets(count), _INTERVAL))
    for group in document["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                rule["labels"][labels.TEAM] = "platform"
                rule["annotations"] = {labels.SUMMARY: "The textbook's alert."}
    return Object(name="textbook", namespace="monitoring", spec=document)


def _service(name: str, target: str) -> dict[str, Any]:
    objective = {"target": target, "reason": "Made up."}
    return {
        "name": name,
        "title": name,
        "description": "A service to break.",
        "kind": "http-service",
        "telemetry": {"preset": "prometheus-http", "scrape": {"port": "http", "path": "/metrics"}},
        "health": [{"kind": "ready", "path": "/health/ready", "port": 8080}],
        "load": {"requests_per_second": 1, "series": 100, "spans_per_second": 1},
        "objectives": [
            {"name": "availability", "sli": {"kind": "probe"}, **objective},
            {"name": "error-rate", "sli": {"kind": "availability"}, **objective},
        ],
    }
