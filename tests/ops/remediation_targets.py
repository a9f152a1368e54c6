"""A system with a table and a load balancer, and rules about them, for the actions in AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.stub import Stubber

from model.catalog.remediation import Remediation
from model.catalog.system import System
from tests.model.catalog.test_remediation import RULE, system_with

REGION, ACCOUNT = "eu-central-1", "123456789012"
ANSWER = {"ResponseMetadata": {"HTTPStatusCode": 200}}
TABLE = {"name": "stock", "description": "It.", "kind": "dynamodb-table", "table": "shop-stock"}
BALANCER = {
    "name": "edge",
    "description": "It.",
    "kind": "load-balancer",
    "arn_suffix": "app/edge/0123456789abcdef",
    "target_groups": [{"name": "web", "arn_suffix": "targetgroup/web/0123456789abcdef"}],
}
EDGE = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/edge/0123456789abcdef"


def shop(**table: Any) -> System:
    provisioned = {"billing": "provisioned", "capacity": {"read": 100, "write": 50}}
    system = system_with(RULE)
    resources = [*system["resources"], {**TABLE, **(table or provisioned)}, BALANCER]
    return System.model_validate({**system, "resources": resources})


def rule(action: dict[str, Any], component: str, alert: str = "SloOutage") -> Remediation:
    return Remediation.model_validate({**RULE, "component": component, "alert": alert, "action": action})


def capacity(alert: str = "ReadCapacityExhausted", most: int = 1000) -> Remediation:
    return rule({"kind": "table-capacity", "most_read": most, "most_write": most}, "stock", alert)


def make_table(**billing: Any) -> Any:
    made = billing or {"ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 50}}
    tables = boto3.client("dynamodb")
    tables.create_table(
        TableName="shop-stock",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **made,
    )
    return tables


def scaled(highest: int, dimension: str = "dynamodb:table:ReadCapacityUnits") -> Any:
    scaling = boto3.client("application-autoscaling")
    scaling.register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId="table/shop-stock",
        ScalableDimension=dimension,
        MinCapacity=100,
        MaxCapacity=highest,
    )
    return scaling


ASKED: set[str] = set()
"""Calls of stubbed clients, as IAM names them."""
PREFIXES = {"elasticloadbalancing": "elasticloadbalancing", "autoscaling": "application-autoscaling"}


def _count(model: Any, **_: Any) -> None:
    service = model.service_model
    ASKED.add(f"{PREFIXES.get(service.signing_name, service.signing_name)}:{model.name}")


@contextmanager
def stubbed(client: Any, *calls: tuple[str, Any, Any]) -> Iterator[None]:
    """Exactly these calls in this order: method, answer, and what was asked."""
    client.meta.events.register("before-parameter-build", _count)
    with Stubber(client) as stub:
        for method, answer, asked in calls:
            if isinstance(answer, str):
                stub.add_client_error(method, answer, http_status_code=500 if "Internal" in answer else 400)
            else:
                stub.add_response(method, answer, asked)
        yield
        stub.assert_no_pending_responses()
