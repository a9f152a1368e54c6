"""A table of the catalog as DynamoDB gets it: DynamoDB's own API, in moto, takes what is planned and hands it back."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pulumi
import pulumi_aws as aws
import pytest
from moto import mock_aws

from components.contributor_insights import ContributorInsights, ContributorInsightsArgs
from components.managed_table import ManagedTable
from model.catalog.dynamodb import DynamoDbTable, Insights
from tests.components.account_examples import KEY_ARN, MANAGED_TABLE
from tests.components.examples import deploy
from tests.model.catalog.managed_tables import ON_DEMAND, PROVISIONED
from tests.model.catalogs import Document
from tests.synth import Synth

Target, Policy = aws.appautoscaling.Target, aws.appautoscaling.Policy


def deployed(document: Document, *, protected: bool = True) -> Synth:
    args = replace(MANAGED_TABLE, table=DynamoDbTable.model_validate(document), deletion_protection=protected)
    return deploy(lambda: ManagedTable("orders", args))


def planned(document: Document, *, protected: bool = True) -> dict[str, Any]:
    return deployed(document, protected=protected).only(aws.dynamodb.Table).inputs


@pytest.fixture(name="dynamodb")
def in_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "simulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")
    with mock_aws():
        yield boto3.client("dynamodb", region_name="eu-central-1")


def upper(value: Any) -> Any:
    """Keys as AWS spells them."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: upper(item) for key, item in value.items()}
    return [upper(item) for item in value] if isinstance(value, list) else value


def throughput(part: dict[str, Any]) -> dict[str, Any]:
    """Of a table or an index, as CreateTable takes it."""
    if "readCapacity" in part:
        units = {"ReadCapacityUnits": part["readCapacity"], "WriteCapacityUnits": part["writeCapacity"]}
        return {"ProvisionedThroughput": units}
    return {"OnDemandThroughput": upper(part["onDemandThroughput"])} if "onDemandThroughput" in part else {}


def request(inputs: dict[str, Any]) -> dict[str, Any]:
    """CreateTable, as the provider makes it of its inputs."""
    keys = [(inputs["hashKey"], "HASH"), *([(inputs["rangeKey"], "RANGE")] if "rangeKey" in inputs else [])]
    indexes = [
        {
            "IndexName": index["name"],
            "KeySchema": upper(index["keySchemas"]),
            "Projection": {
                "ProjectionType": index["projectionType"],
                **({"NonKeyAttributes": index["nonKeyAttributes"]} if "nonKeyAttributes" in index else {}),
            },
            **throughput(index),
        }
        for index in inputs["globalSecondaryIndexes"]
    ]
    stream = {"StreamEnabled": inputs["streamEnabled"]}
    if inputs["streamEnabled"]:
        stream["StreamViewType"] = inputs["streamViewType"]
    encryption = inputs["serverSideEncryption"]
    return {
        "TableName": inputs["name"],
        "BillingMode": inputs["billingMode"],
        "TableClass": inputs["tableClass"],
        "DeletionProtectionEnabled": inputs["deletionProtectionEnabled"],
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in keys],
        "AttributeDefinitions": [
            {"AttributeName": each["name"], "AttributeType": each["type"]} for each in inputs["attributes"]
        ],
        "GlobalSecondaryIndexes": indexes,
        "StreamSpecification": stream,
        "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": encryption["kmsKeyArn"]},
        "Tags": [{"Key": key, "Value": value} for key, value in inputs["tags"].items()],
        **throughput(inputs),
    }


@pytest.mark.parametrize("document", [PROVISIONED, ON_DEMAND], ids=["provisioned", "on-demand"])
def test_dynamodb_takes_the_table_as_it_is_planned(dynamodb: Any, document: Document) -> None:
    inputs = planned(document)
    sent = request(inputs)
    dynamodb.create_table(**sent)
    back = dynamodb.describe_table(TableName=inputs["name"])["Table"]

    for key in ("KeySchema", "AttributeDefinitions", "DeletionProtectionEnabled"):
        assert back[key] == sent[key]
    assert back.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED") == sent["BillingMode"]
    assert {i["IndexName"]: (i["KeySchema"], i["Projection"]) for i in back["GlobalSecondaryIndexes"]} == {
        i["IndexName"]: (i["KeySchema"], i["Projection"]) for i in sent["GlobalSecondaryIndexes"]
    }
    assert back["SSEDescription"]["KMSMasterKeyArn"] == KEY_ARN


def test_dynamodb_takes_time_to_live_and_recovery_as_they_are_planned(dynamodb: Any) -> None:
    inputs = planned(PROVISIONED)
    dynamodb.create_table(**request(inputs))
    dynamodb.update_time_to_live(TableName=inputs["name"], TimeToLiveSpecification=upper(inputs["ttl"]))
    recovery = inputs["pointInTimeRecovery"]
    dynamodb.update_continuous_backups(
        TableName=inputs["name"],
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": recovery["enabled"],
            "RecoveryPeriodInDays": recovery["recoveryPeriodInDays"],
        },
    )

    expiry = dynamodb.describe_time_to_live(TableName=inputs["name"])["TimeToLiveDescription"]
    assert (expiry["AttributeName"], expiry["TimeToLiveStatus"]) == ("expires", "ENABLED")
    backups = dynamodb.describe_continuous_backups(TableName=inputs["name"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_what_is_left_out_is_off_and_recovery_is_on() -> None:
    plain = {key: ON_DEMAND[key] for key in ("name", "kind", "description", "table", "manage", "billing", "key")}
    inputs = planned(plain, protected=False)

    assert inputs["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}
    assert (inputs["streamEnabled"], inputs["deletionProtectionEnabled"]) == (False, False)
    assert (inputs["globalSecondaryIndexes"], inputs["replicas"], inputs["tableClass"]) == ([], [], "STANDARD")
    assert "ttl" not in inputs
    assert planned({**plain, "recovery_days": 0})["pointInTimeRecovery"] == {"enabled": False}


def test_capacity_of_table_and_index_follows_the_load_between_their_own_bounds() -> None:
    result = deployed(PROVISIONED)
    bounds = {
        (each.inputs["resourceId"], each.inputs["scalableDimension"]): (
            each.inputs["minCapacity"],
            each.inputs["maxCapacity"],
        )
        for each in result.of(Target).values()
    }

    assert bounds == {
        ("table/shop-orders", "dynamodb:table:ReadCapacityUnits"): (10, 400),
        ("table/shop-orders", "dynamodb:table:WriteCapacityUnits"): (5, 200),
        ("table/shop-orders/index/by-status", "dynamodb:index:ReadCapacityUnits"): (4, 40),
        ("table/shop-orders/index/by-status", "dynamodb:index:WriteCapacityUnits"): (5, 200),
    }
    tracked = {
        (policy.inputs["resourceId"], policy.inputs["scalableDimension"]): (
            policy.inputs["targetTrackingScalingPolicyConfiguration"]["predefinedMetricSpecification"][
                "predefinedMetricType"
            ],
            policy.inputs["targetTrackingScalingPolicyConfiguration"]["targetValue"],
        )
        for policy in result.of(Policy).values()
    }
    assert tracked.keys() == bounds.keys()
    assert tracked["table/shop-orders", "dynamodb:table:ReadCapacityUnits"] == ("DynamoDBReadCapacityUtilization", 60)
    assert tracked["table/shop-orders/index/by-status", "dynamodb:index:WriteCapacityUnits"] == (
        "DynamoDBWriteCapacityUtilization",
        70,
    )
    assert deployed(ON_DEMAND).of(Target) == {}


def test_trap_a_refresh_would_set_back_what_auto_scaling_set() -> None:
    indexes = ("globalSecondaryIndexes[*].readCapacity", "globalSecondaryIndexes[*].writeCapacity")
    fixed = [{key: value for key, value in index.items() if key != "autoscaling"} for index in PROVISIONED["indexes"]]
    alone = {key: value for key, value in PROVISIONED.items() if key != "autoscaling"}

    def ignored(document: Document) -> tuple[str, ...]:
        return deployed(document).only(aws.dynamodb.Table).ignored

    assert ignored(PROVISIONED) == (*indexes, "readCapacity", "writeCapacity")
    assert ignored(alone) == indexes
    assert ignored({**PROVISIONED, "indexes": fixed}) == ("readCapacity", "writeCapacity")
    assert ignored({**alone, "indexes": fixed}) == ignored(ON_DEMAND) == ()


def test_the_table_stays_with_its_items_when_the_catalog_has_it_no_more() -> None:
    result = deployed(PROVISIONED, protected=False)
    assert result.only(aws.dynamodb.Table).retained
    assert not any(target.retained for target in result.of(Target).values())


def test_auto_scaling_takes_the_targets_and_policies_as_they_are_planned(dynamodb: Any) -> None:
    dynamodb.create_table(**request(planned(PROVISIONED)))
    scaling = boto3.client("application-autoscaling", region_name="eu-central-1")
    result = deployed(PROVISIONED)
    for target in result.of(Target).values():
        scaling.register_scalable_target(**upper(target.inputs))
    for policy in result.of(Policy).values():
        sent = upper(policy.inputs)
        scaling.put_scaling_policy(PolicyName=sent.pop("Name"), **sent)

    assert len(scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]) == 4
    assert len(scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]) == 4


def test_a_replica_has_its_own_key_and_what_protects_the_table() -> None:
    assert planned(ON_DEMAND)["replicas"] == [
        {
            "regionName": "eu-west-1",
            "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1111-2222",
            "pointInTimeRecovery": True,
            "deletionProtectionEnabled": True,
            "propagateTags": True,
        }
    ]
    assert planned(ON_DEMAND)["streamViewType"] == "NEW_AND_OLD_IMAGES", "replicas are fed by it"


def test_trap_a_replica_cannot_use_the_key_of_another_region() -> None:
    inputs = planned({**ON_DEMAND, "replica_keys": None})

    assert inputs["serverSideEncryption"] == {"enabled": True}, "AWS's own key, in each region"
    assert "kmsKeyArn" not in inputs["replicas"][0]


def test_the_order_of_indexes_in_the_catalog_is_no_change() -> None:
    turned = {**PROVISIONED, "indexes": PROVISIONED["indexes"][::-1]}
    assert planned(turned) == planned(PROVISIONED)


def test_insights_are_turned_on_for_the_table_and_for_each_index() -> None:
    args = ContributorInsightsArgs(table_name="shop-orders", indexes=["b", "a"], mode=Insights.THROTTLED)
    result = deploy(lambda: ContributorInsights("orders-insights", args))

    made = [each.inputs for each in result.of(aws.dynamodb.ContributorInsights).values()]
    assert {each.get("indexName") for each in made} == {None, "a", "b"}
    assert {(each["tableName"], each["mode"]) for each in made} == {("shop-orders", "THROTTLED_KEYS")}


def test_the_name_is_known_once_the_table_is_there() -> None:
    names: list[pulumi.Output[str]] = []
    result = deploy(lambda: names.append(ManagedTable("orders", MANAGED_TABLE).table_name))

    assert result.only(ManagedTable).outputs == {"table_name": "shop-orders"}
