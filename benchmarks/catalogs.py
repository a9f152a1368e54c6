"""Catalogs for measurements: the shipped systems, many times over, and generated ones of any size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from model.catalog.catalog import Catalog
from stacks.inputs import ROOT

Document = dict[str, Any]

# Of a generated catalog. A table makes twelve graphs, and a dashboard of CloudWatch takes 500.
SERVICES_PER_TABLE = 5
SERVICES_PER_KPI = 5


def multiplied(factor: int) -> Catalog:
    """The shipped catalog with every system ``factor`` times, under other names."""
    catalog = Catalog.load(ROOT / "catalog")
    copies = [
        system.model_copy(update={"system": system.system if copy == 0 else f"{system.system}-{copy}"})
        for system in catalog.systems
        for copy in range(factor)
    ]
    return Catalog.of(catalog.organization, copies)


def write_generated(folder: Path, systems: int, services: int) -> None:
    """Write a catalog of ``systems`` with ``services`` HTTP services each into ``folder``, and a team for each system.

    Every service has two objectives; every fifth also a table and a KPI. Always the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shipped = yaml.safe_load((ROOT / "catalog" / "teams.yaml").read_text(encoding="utf-8"))
    names = [f"system-{number:03}" for number in range(systems)]
    teams = [team for team in shipped["teams"] if team["name"] == shipped["platform_team"]]
    _write(folder / "teams.yaml", {**shipped, "teams": [*teams, *map(_team, names)]})
    for name in names:
        _write(folder / f"{name}.yaml", _system(name, services))


def _write(path: Path, document: Document) -> None:
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _team(name: str) -> Document:
    return {
        "name": name,
        "title": name,
        "description": f"Runs {name}.",
        "receivers": [
            {"kind": "pagerduty", "secret": f"pagerduty-{name}"},
            {"kind": "slack", "secret": "slack-webhook", "channel": f"#{name}-alerts"},
            {"kind": "email", "to": [f"{name}@example.com"], "severities": ["info"]},
        ],
        "escalation": {
            "team-lead": [{"kind": "email", "to": [f"{name}-lead@example.com"], "severities": ["critical"]}]
        },
    }


def _system(name: str, services: int) -> Document:
    return {
        "system": name,
        "title": name,
        "description": f"A generated system of {services} services.",
        "owner": name,
        "tracing": {"sample_percent": 10, "slow": "1s"},
        "logs": {"destinations": ["loki"]},
        "components": [_service(number, services) for number in range(services)],
        "resources": list(_tables(name, services)),
        "kpis": list(_kpis(services)),
        "thresholds": [
            {"signal": signal, "unit": "percent", "warning": 80, "critical": 95, "reason": "A usual number."}
            for signal in ("cpu-usage", "memory-usage")
        ],
    }


def _service(number: int, services: int) -> Document:
    following = [f"service-{number + 1:03}"] if number + 1 < services else []
    return {
        "name": f"service-{number:03}",
        "title": f"Service {number}",
        "description": "Answers requests.",
        "kind": "http-service",
        "depends_on": following,
        "telemetry": {
            "preset": "prometheus-http",
            "scrape": {"port": "http-metrics", "path": "/metrics"},
            "metrics": [{"name": "orders_total", "type": "counter", "unit": "count", "description": "Orders."}],
        },
        "load": {"requests_per_second": 5, "series": 500, "log_gib_per_day": 0.1, "spans_per_second": 20},
        "objectives": [
            {"name": "error-rate", "target": 99.5, "sli": {"kind": "availability"}, "reason": "Users reload once."},
            {
                "name": "latency-p95",
                "target": 95,
                "page": False,
                "sli": {"kind": "latency", "threshold": "500ms"},
                "reason": "A page makes two calls.",
            },
        ],
        "thresholds": [
            {"signal": "error-rate", "unit": "percent", "warning": 1, "critical": 10, "hold": "5m", "reason": "Usual."}
        ],
    }


def _tables(system: str, services: int) -> Iterator[Document]:
    for number in range(0, services, SERVICES_PER_TABLE):
        yield {
            "name": f"table-{number:03}",
            "description": "Items.",
            "kind": "dynamodb-table",
            "table": f"{system}-table-{number:03}",
            "billing": "on-demand",
        }


def _kpis(services: int) -> Iterator[Document]:
    for number in range(0, services, SERVICES_PER_KPI):
        yield {
            "name": f"orders-{number:03}",
            "title": f"Orders of service {number}",
            "description": "Orders that users placed.",
            "component": f"service-{number:03}",
            "unit": "count-per-hour",
            "measure": {"kind": "rate", "counter": {"metric": "orders_total"}, "per": "hour"},
            "alerts": {"drop_percent": 60, "reason": "Weeks differ by a third."},
        }
