"""A small good catalog as plain dicts, to be broken in one place by a test, and the means to write it to files."""

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml

Document = dict[str, Any]
Key = tuple[str | int, ...]

REMOVED: Final = object()
"""Given to ``changed`` as the value: takes the key away."""


def good_organization() -> Document:
    """Two teams; ``platform`` has a receiver of every kind."""
    return {
        "platform_team": "platform",
        "business_hours": {
            "time_zone": "Europe/Berlin",
            "weekdays": ["monday", "friday"],
            "start": "09:00",
            "end": "17:00",
        },
        "escalation": [
            {"level": 1, "role": "on-call-engineer", "after": "0s"},
            {"level": 2, "role": "team-lead", "after": "15m"},
        ],
        "teams": [
            {
                "name": "platform",
                "title": "Platform",
                "description": "Runs Belfry.",
                "receivers": [
                    {"kind": "pagerduty", "secret": "pagerduty-platform"},
                    {"kind": "slack", "secret": "slack-webhook", "channel": "#platform"},
                    {"kind": "email", "to": ["platform@example.com"]},
                    {"kind": "sns", "topic_arn": "arn:aws:sns:eu-central-1:123456789012:platform"},
                    {"kind": "webhook", "secret": "webhook-platform"},
                ],
                "escalation": {"team-lead": [{"kind": "email", "to": ["lead@example.com"]}]},
            },
            {
                "name": "shop",
                "title": "Shop",
                "description": "Owns the shop.",
                "receivers": [{"kind": "slack", "secret": "slack-webhook", "channel": "#shop"}],
            },
        ],
    }


def good_system(name: str = "shop") -> Document:
    """A system with every kind of objective, KPI measure and threshold side, and five kinds of resource."""
    return {
        "system": name,
        "title": "Shop",
        "description": "Sells things.",
        "owner": "shop",
        "runbook_owner": "platform",
        "components": [_api(), _worker(), _payments()],
        "resources": _resources(name),
        "kpis": _kpis(),
        "thresholds": [
            {"signal": "cpu-usage", "unit": "percent", "warning": 80, "critical": 90, "reason": "The page says so."},
            {"signal": "cache-hit-ratio", "unit": "percent", "warning": 70, "critical": 50, "reason": "It hurts."},
        ],
        "tracing": {"sample_percent": 10, "slow": "1s"},
        "logs": {"destinations": ["loki", "elasticsearch"]},
    }


def changed(document: Document, key: Key, value: Any) -> Document:
    """A copy of ``document`` with ``value`` at ``key`` (made where it is new), or without it for ``REMOVED``."""
    copy = deepcopy(document)
    place: Any = copy
    for part in key[:-1]:
        place = place[part]
    if value is REMOVED:
        del place[key[-1]]
    else:
        place[key[-1]] = value
    return copy


def write_catalog(
    folder: Path, systems: Iterable[Document] | None = None, organization: Document | None = None
) -> Path:
    """Write a catalog folder (made where missing) and return it; without arguments, the good catalog."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "teams.yaml", organization or good_organization())
    for system in [good_system()] if systems is None else systems:
        _write(folder / f"{system['system']}.yaml", system)
    return folder


def _write(path: Path, document: Document) -> None:
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _api() -> Document:
    return {
        "name": "api",
        "kind": "http-service",
        "title": "API",
        "description": "Takes orders.",
        "depends_on": ["orders", "database", "payments"],
        "telemetry": {
            "preset": "opentelemetry-http-server",
            "metrics": [
                {"name": "orders_total", "type": "counter", "unit": "count", "description": "Orders placed."},
                {"name": "visits_total", "type": "counter", "unit": "count", "description": "Visits begun."},
                {"name": "active_users", "type": "gauge", "unit": "count", "description": "Users of five minutes."},
                {
                    "name": "db_query_duration_seconds",
                    "type": "histogram",
                    "unit": "seconds",
                    "labels": ["operation"],
                    "description": "Query durations as the client sees them.",
                },
            ],
        },
        "health": [{"kind": "ready", "path": "/health/ready"}, {"kind": "live", "path": "/health/live"}],
        "probes": [{"name": "front-door", "kind": "http", "target": "https://shop.example.com", "reason": "As users."}],
        "load": {"requests_per_second": 50, "series": 2000, "log_gib_per_day": 1.5, "spans_per_second": 200},
        "objectives": [
            {
                "name": "availability",
                "target": 99.9,
                "sli": {"kind": "availability"},
                "alert_at": {"target": 99.5, "reason": "Alerted later than the objective says."},
                "reason": "The shop's target.",
            },
            {
                "name": "latency",
                "target": 95,
                "sli": {"kind": "latency", "threshold": "500ms", "where": ['http_route="/orders"']},
                "alert_at": {"threshold": "600ms", "reason": "Alerted later than the objective says."},
                "feature": "checkout",
                "reason": "Slower loses customers.",
            },
            {
                "name": "query-latency",
                "target": 95,
                "sli": {"kind": "histogram", "histogram": "db_query_duration_seconds", "threshold": "100ms"},
                "reason": "Queries are a fifth of a request.",
            },
            {"name": "up", "target": 99.9, "sli": {"kind": "probe"}, "reason": "Health as the page defines it."},
            {
                "name": "front-door",
                "target": 99.5,
                "sli": {"kind": "probe", "probe": "front-door"},
                "page": False,
                "reason": "Includes networks that are not ours.",
            },
            {
                "name": "throughput",
                "target": 99,
                "sli": {
                    "kind": "gauge",
                    "value": {"metric": "orders_total"},
                    "per_second": True,
                    "at_least": 10,
                    "only_when": {"metric": "visits_total"},
                    "only_when_at_least": 100,
                },
                "reason": "Visits without orders are a fault.",
            },
        ],
        "rate_limits": [{"route": "/login", "requests_per_minute": 5, "burst": 2}],
    }


def _worker() -> Document:
    return {
        "name": "worker",
        "kind": "worker",
        "title": "Worker",
        "description": "Fulfils orders.",
        "owner": "platform",
        "namespace": "shop-jobs",
        "depends_on": ["jobs"],
        "telemetry": {
            "scrape": {"port": "metrics"},
            "metrics": [
                {"name": "jobs_total", "type": "counter", "unit": "count", "description": "Jobs done."},
                {"name": "jobs_failed_total", "type": "counter", "unit": "count", "description": "Jobs failed."},
                {"name": "oldest_job_seconds", "type": "gauge", "unit": "seconds", "description": "Age of the oldest."},
            ],
        },
        "objectives": [
            {
                "name": "success",
                "target": 99,
                "sli": {
                    "kind": "ratio",
                    "bad": {"metric": "jobs_failed_total"},
                    "total": {"metric": "jobs_total", "where": ['queue!="retry"']},
                },
                "reason": "A failed job is retried by hand.",
            },
            {
                "name": "freshness",
                "target": 99,
                "window": "7d",
                "sli": {"kind": "freshness", "age": {"metric": "oldest_job_seconds"}, "max_age": "5m"},
                "reason": "Customers wait for the mail.",
            },
        ],
        "thresholds": [
            {"signal": "queue-lag", "unit": "seconds", "warning": 300, "hold": "5m", "reason": "The page says so."}
        ],
        "models": [{"name": "small-model", "provider": "bedrock"}],
    }


def _payments() -> Document:
    return {
        "name": "payments",
        "kind": "external-service",
        "title": "Payments",
        "description": "Somebody else's API.",
        "telemetry": {"traces": False, "logs": "plain"},
        "probes": [
            {
                "name": "payments",
                "kind": "tls",
                "target": "pay.example.com:443",
                "interval": "1m",
                "third_party": True,
                "reason": "An expired certificate stops sales.",
            }
        ],
    }


def _resources(system: str) -> list[Document]:
    return [
        {
            "name": "orders",
            "kind": "dynamodb-table",
            "description": "Orders.",
            "table": f"{system}-orders",
            "billing": "provisioned",
            "capacity": {"read": 100, "write": 50},
            "indexes": [{"name": "by-customer", "capacity": {"read": 20, "write": 10}}],
            "alarms": [{"alarm": "throttled-reads", "index": "by-customer", "threshold": 5, "reason": "A hot key."}],
        },
        {
            "name": "carts",
            "kind": "dynamodb-table",
            "description": "Carts.",
            "table": f"{system}-carts",
            "billing": "on-demand",
            "time_to_live": True,
        },
        {
            "name": "database",
            "kind": "rds-database",
            "description": "Products.",
            "identifier": f"{system}-products",
            "engine": "postgres",
            "instance_class": "db.r6g.large",
            "storage_gib": 100,
            "max_connections": 200,
            "memory_gib": 16,
        },
        {
            "name": "jobs",
            "kind": "sqs-queue",
            "description": "Jobs to do.",
            "queue": f"{system}-jobs",
            "dead_letter_queue": f"{system}-jobs-dead",
        },
        {
            "name": "balancer",
            "kind": "load-balancer",
            "description": "The front door.",
            "depends_on": ["api"],
            "arn_suffix": "app/shop/0123456789abcdef",
            "target_groups": [{"name": "api", "arn_suffix": "targetgroup/shop-api/0123456789abcdef"}],
        },
    ]


def _kpis() -> list[Document]:
    return [
        {
            "name": "orders-per-minute",
            "title": "Orders",
            "description": "Orders placed.",
            "component": "api",
            "unit": "count-per-minute",
            "measure": {"kind": "rate", "counter": {"metric": "orders_total"}, "per": "minute"},
            "alerts": {"drop_percent": 50, "reason": "Half of last week's is a fault, not a mood."},
        },
        {
            "name": "active-users",
            "title": "Active users",
            "description": "Users of the last five minutes.",
            "component": "api",
            "unit": "count",
            "measure": {"kind": "value", "gauge": {"metric": "active_users"}},
        },
        {
            "name": "conversion",
            "title": "Conversion",
            "description": "Orders of visits.",
            "component": "api",
            "unit": "percent",
            "measure": {
                "kind": "ratio",
                "numerator": {"metric": "orders_total"},
                "denominator": {"metric": "visits_total"},
                "scale": 100,
            },
        },
    ]
