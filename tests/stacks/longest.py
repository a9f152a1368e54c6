"""A deployment in which every name is as long as catalog and settings allow."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.stacks.deployment import copy_of_project, deploy, stack_config
from tests.synth import Synth

NAME = 40  # the longest Name of catalog and settings
REGION = "ap-southeast-3"  # none is longer among those that the program knows


def long(start: str, length: int = NAME) -> str:
    """``start`` made as long as can be."""
    return start + "x" * (length - len(start))


SYSTEM, COMPONENT = long("shop-"), long("api-")


def _throughput(read: int) -> dict[str, Any]:
    return {
        "capacity": {"read": read, "write": read},
        "autoscaling": {"maximum": {"read": 10 * read, "write": 10 * read}},
    }


def _key(name: str) -> dict[str, Any]:
    return {"partition": {"name": name, "type": "string"}}


def _resources() -> list[dict[str, Any]]:
    return [
        {
            "name": long("watched-"),
            "kind": "dynamodb-table",
            "table": long("watched.", 255),
            "billing": "provisioned",
            "capacity": {"read": 10, "write": 10},
            "indexes": [{"name": long("by-", 255), "capacity": {"read": 10, "write": 10}}],
            "stream_consumers": [long("consumer-")],
            "time_to_live": True,
        },
        {
            "name": long("managed-"),
            "kind": "dynamodb-table",
            "table": long("managed.", 255),
            "manage": True,
            "billing": "provisioned",
            "key": _key(long("id", 255)),
            **_throughput(10),
            "indexes": [{"name": long("by-", 255), "key": _key(long("other", 255)), **_throughput(20)}],
        },
        {
            "name": long("queue-"),
            "kind": "sqs-queue",
            "queue": long("q", 75) + ".fifo",
            "dead_letter_queue": long("d", 75) + ".fifo",
        },
        {"name": long("function-"), "kind": "lambda-function", "function": long("f", 64), "timeout_seconds": 30},
        {
            "name": long("database-"),
            "kind": "rds-database",
            "identifier": long("db", 63),
            "engine": "postgres",
            "instance_class": "db.r6g.large",
            "storage_gib": 100,
            "max_connections": 200,
            "memory_gib": 16,
        },
        {
            "name": long("balancer-"),
            "kind": "load-balancer",
            "arn_suffix": f"app/{long('b', 32)}/0123456789abcdef",
            "target_groups": [
                {"name": long("group-"), "arn_suffix": f"targetgroup/{long('t', 32)}/0123456789abcdef"},
            ],
        },
    ]


def _system() -> dict[str, Any]:
    probe = {"name": long("probe-"), "kind": "http", "target": "https://shop.example.com/", "reason": "As users."}
    return {
        "system": SYSTEM,
        "title": "Shop",
        "description": "Sells things.",
        "owner": "platform",
        "tracing": {"sample_percent": 10, "slow": "1s"},
        "components": [
            {
                "name": COMPONENT,
                "kind": "http-service",
                "title": "API",
                "description": "Takes orders.",
                "telemetry": {"preset": "prometheus-http", "scrape": {"port": "metrics"}},
                "health": [{"kind": "ready", "path": "/health/ready"}],
                "probes": [probe],
            }
        ],
        "resources": [{"description": "A thing.", **resource} for resource in _resources()],
    }


@functools.cache
def deployed_longest() -> Synth:
    """Production with such a system, and with the longest names in the settings that name something in AWS."""
    window = {
        "name": long("window-"),
        "reason": "New engine.",
        "systems": [SYSTEM],
        "time_zone": "UTC",
        "start": "2026-12-07T22:30",
        "end": "2026-12-08T02:00",
    }
    cluster = {
        **stack_config("prod")["belfry:cluster"],
        "name": long("cluster-"),
        "peer_cidrs": {long("peer-"): "10.128.0.0/16"},
        "access": {long("people-"): {"principal": "arn:aws:iam::123456789012:role/people", "level": "view"}},
    }
    alerting = {**stack_config("prod")["belfry:alerting"], "maintenance": [window]}
    with tempfile.TemporaryDirectory() as folder:
        project = copy_of_project(Path(folder))
        (project / "catalog" / f"{SYSTEM}.yaml").write_text(yaml.safe_dump(_system()))
        return deploy(
            "prod",
            root=project,
            changes={
                "region": REGION,
                "cluster": cluster,
                "alerting": alerting,
                "alarms": {"pack": "full", "budget": 5000},
            },
        )
