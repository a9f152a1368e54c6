"""Rows, files and resources that the tests of alarms speak of."""

from typing import Any

import yaml

from model.alarms.alarm import (
    Alarm,
    AlarmFile,
    alarms_for,
    unknown_overrides,
)
from model.assets import Asset, Bundle, BundleKind, Maturity
from model.catalog.resource_base import Subject
from model.catalog.resources import DynamoDbTable
from model.catalog.system import System
from tests.model.catalogs import Document, changed, good_system

INDEX = {"TableName": "{table}", "GlobalSecondaryIndexName": "{index}"}


def good_file() -> Document:
    """A row for every table, one for every index, and one for provisioned tables."""
    return {
        "namespace": "AWS/DynamoDB",
        "applies_to": "dynamodb-table",
        "alarms": [
            row("throttles"),
            row("index-throttles", pack="extended", each="index", metrics=[metric(dimensions=INDEX)]),
            row(
                "capacity",
                when={"billing": "provisioned"},
                metrics=[
                    {"id": "used", **metric("ConsumedReadCapacityUnits")},
                    {"id": "paid", **metric("ProvisionedReadCapacityUnits"), "statistic": "Average"},
                ],
                expression="100*FILL(used,0)/paid",
                period_seconds=300,
                threshold=80,
                unit="Percent",
            ),
        ],
    }


def row(name: str, **changes: Any) -> Document:
    return {
        "name": name,
        "pack": "must-have",
        "metrics": [metric()],
        "datapoints": 5,
        "periods": 5,
        "threshold": 0,
        "unit": "Count",
        "missing_data": "notBreaching",
        "severity": "warning",
        "summary": "Throttled",
        "reason": "Felt by users.",
        "source": "AWS",
        "impact": "Users wait.",
        "checks": ["Look."],
        "mitigation": ["Scale out."],
        **changes,
    }


def metric(name: str = "ReadThrottleEvents", dimensions: dict[str, str] | None = None) -> Document:
    return {"metric": name, "statistic": "Sum", "dimensions": dimensions or {"TableName": "{table}"}}


def file_of(subject: str, namespace: str, *rows: Document, **changes: Any) -> AlarmFile:
    return parsed({"namespace": namespace, "applies_to": subject, "alarms": list(rows), **changes})


def of(model: type[Subject], **fields: Any) -> Any:
    return model.model_validate({"name": "it", "description": "It.", **fields})


def parsed(document: Document) -> AlarmFile:
    bundle = Bundle(
        name="dynamodb",
        kind=BundleKind.CLOUDWATCH,
        path="cloudwatch/dynamodb.yaml",
        version="1.0.0",
        maturity=Maturity.STABLE,
        owner="platform",
        description="An example.",
    )
    return AlarmFile.parse(Asset(bundle, "rules/cloudwatch/dynamodb.yaml", yaml.safe_dump(document, sort_keys=False)))


def table(**changes: Any) -> DynamoDbTable:
    good = {
        "kind": "dynamodb-table",
        "name": "orders",
        "description": "Orders.",
        "table": "shop-orders",
        "billing": "provisioned",
        "capacity": {"read": 100, "write": 50},
        "indexes": [
            {"name": "by-product", "capacity": {"read": 20, "write": 10}},
            {"name": "by-customer", "capacity": {"read": 20, "write": 10}},
        ],
    }
    return DynamoDbTable.model_validate({**good, **changes})


def on_demand(**changes: Any) -> DynamoDbTable:
    return table(**{"billing": "on-demand", "capacity": None, "indexes": [], **changes})


def override(alarm: str, **changes: Any) -> Document:
    return {"alarm": alarm, "reason": "Because.", **changes}


def alarms(resource: DynamoDbTable) -> dict[str, Alarm]:
    return {alarm.key: alarm for alarm in alarms_for(parsed(good_file()), resource)}


def refusals(*overrides: Document, **resource: Any) -> list[str]:
    first = {**good_system()["resources"][0], **resource, "alarms": list(overrides)}
    system = System.model_validate(changed(good_system(), ("resources",), [first]) | {"kpis": []})
    return [str(problem) for problem in unknown_overrides((parsed(good_file()),), system, "catalog/shop.yaml")]


QUEUE_ROWS = [
    row(
        "age",
        metrics=[
            {
                "metric": "ApproximateAgeOfOldestMessage",
                "statistic": "Maximum",
                "dimensions": {"QueueName": "{queue}"},
            }
        ],
        unit="Seconds",
    )
]


DATABASE = {
    "kind": "rds-database",
    "identifier": "db",
    "engine": "postgres",
    "instance_class": "db.m6g.large",
    "storage_gib": 100,
    "max_connections": 200,
    "memory_gib": 8,
}


def queue_file() -> AlarmFile:
    age = {"metrics": [{"metric": "ApproximateAgeOfOldestMessage", "statistic": "Maximum"}], "unit": "Seconds"}
    return file_of(
        "sqs-queue",
        "AWS/SQS",
        row("age", **age, threshold={"signal": "queue-lag", "otherwise": 900}),
        row("age-critical", **age, severity="critical", threshold={"signal": "queue-lag"}),
        dimensions={"QueueName": "{queue}"},
    )
