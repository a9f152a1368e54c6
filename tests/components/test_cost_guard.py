"""Budgets and anomalies: who is notified, at what, and that AWS takes the requests."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pulumi_aws as aws
import pytest
from moto import mock_aws

from components.cost_guard import CostGuard, CostGuardArgs
from model import labels
from model.problems import BadInput
from tests.components.examples import deploy
from tests.synth import Synth

TOPIC = "arn:aws:sns:eu-central-1:123456789012:belfry-prod-warning"
MONITOR = "arn:aws:ce::123456789012:anomalymonitor/theirs"


def guard(
    budget: str = "2500", monitor_arn: str | None = None, *, environment: str = "prod", by_tag: bool = False
) -> Synth:
    args = CostGuardArgs(
        name=f"belfry-{environment}",
        environment=environment,
        budget_usd=Decimal(budget),
        topic_arn=TOPIC,
        monitor_arn=monitor_arn,
        by_tag=by_tag,
    )
    return deploy(lambda: CostGuard("cost", args))


def notifications(result: Synth) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result.only(aws.budgets.Budget).inputs["notifications"]
    return found


def test_the_budget_is_of_a_month_and_in_dollars() -> None:
    inputs = guard("2500.50").only(aws.budgets.Budget).inputs
    assert (inputs["budgetType"], inputs["timeUnit"]) == ("COST", "MONTHLY")
    assert (inputs["limitAmount"], inputs["limitUnit"]) == ("2500.5", "USD")


def test_the_topic_hears_of_what_was_spent_and_of_what_will_be() -> None:
    reported = notifications(guard())
    assert [(each["notificationType"], each["threshold"]) for each in reported] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert all(each["subscriberSnsTopicArns"] == [TOPIC] for each in reported)
    assert all(each["thresholdType"] == "PERCENTAGE" for each in reported)


def test_an_anomaly_alerts_at_once_from_a_twentieth_of_the_budget_on() -> None:
    inputs = guard().only(aws.costexplorer.AnomalySubscription).inputs
    assert inputs["frequency"] == "IMMEDIATE"
    assert inputs["subscribers"] == [{"type": "SNS", "address": TOPIC}]
    assert inputs["thresholdExpression"]["dimension"]["values"] == ["125"]


def test_a_monitor_of_its_own_is_by_the_environments_tag_as_an_account_has_one_by_service_already() -> None:
    result = guard()
    monitor = result.only(aws.costexplorer.AnomalyMonitor)
    assert monitor.inputs["monitorType"] == "CUSTOM"
    assert "monitorDimension" not in monitor.inputs
    assert json.loads(monitor.inputs["monitorSpecification"])["Tags"] == {
        "Key": "environment",
        "MatchOptions": None,
        "Values": ["prod"],
    }
    assert result.only(aws.costexplorer.AnomalySubscription).inputs["monitorArnLists"] == [
        "arn:aws:mock:eu-central-1:123456789012:cost-monitor"
    ]


def test_the_monitor_that_the_account_has_already_is_used_and_not_made_again() -> None:
    result = guard(monitor_arn=MONITOR)
    assert not result.of(aws.costexplorer.AnomalyMonitor)
    assert result.only(aws.costexplorer.AnomalySubscription).inputs["monitorArnLists"] == [MONITOR]
    assert result.only(CostGuard).outputs["monitor_arn"] == MONITOR


def test_two_environments_of_one_account_share_no_name_and_count_what_is_theirs() -> None:
    prod, dev = guard(by_tag=True), guard(environment="dev", by_tag=True)
    for kind in (aws.budgets.Budget, aws.costexplorer.AnomalyMonitor, aws.costexplorer.AnomalySubscription):
        assert prod.only(kind).inputs["name"] != dev.only(kind).inputs["name"]
    filters = [one.only(aws.budgets.Budget).inputs["costFilters"] for one in (prod, dev)]
    assert filters == [
        [{"name": "TagKeyValue", "values": ["user:environment$prod"]}],
        [{"name": "TagKeyValue", "values": ["user:environment$dev"]}],
    ]
    assert "costFilters" not in guard().only(aws.budgets.Budget).inputs, "the whole account, unless asked"


def test_the_tag_that_is_counted_is_one_that_everything_bears() -> None:
    assert labels.of_aws("prod", "team")[labels.ENVIRONMENT] == "prod"


@pytest.mark.parametrize("budget", ["0", "-1"])
def test_a_budget_of_nothing_is_refused_before_anything_is_registered(budget: str) -> None:
    with pytest.raises(BadInput, match=f"cost: budget_usd: found {budget}; allowed: dollars a month, above zero"):
        guard(budget)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    with mock_aws():
        yield


def test_aws_takes_the_budget_with_its_notifications(cloud: None) -> None:
    """What moto does not know: anomaly monitors and subscriptions; their shape is checked by botocore below."""
    inputs = guard().only(aws.budgets.Budget).inputs
    client = boto3.client("budgets", region_name="us-east-1")
    client.create_budget(
        AccountId="123456789012",
        Budget={
            "BudgetName": inputs["name"],
            "BudgetType": inputs["budgetType"],
            "TimeUnit": inputs["timeUnit"],
            "BudgetLimit": {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]},
        },
        NotificationsWithSubscribers=[
            {
                "Notification": {
                    "NotificationType": each["notificationType"],
                    "ComparisonOperator": each["comparisonOperator"],
                    "Threshold": each["threshold"],
                    "ThresholdType": each["thresholdType"],
                },
                "Subscribers": [
                    {"SubscriptionType": "SNS", "Address": topic} for topic in each["subscriberSnsTopicArns"]
                ],
            }
            for each in inputs["notifications"]
        ],
    )
    budget = client.describe_budget(AccountId="123456789012", BudgetName="belfry-prod")["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "2500", "Unit": "USD"}
    reported = client.describe_notifications_for_budget(AccountId="123456789012", BudgetName="belfry-prod")
    assert {(each["NotificationType"], each["Threshold"]) for each in reported["Notifications"]} == {
        ("ACTUAL", 80.0),
        ("ACTUAL", 100.0),
        ("FORECASTED", 100.0),
    }


def test_the_requests_for_anomalies_are_valid_for_aws() -> None:
    result = guard()
    client = boto3.client("ce", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    monitor = result.only(aws.costexplorer.AnomalyMonitor).inputs
    wanted = result.only(aws.costexplorer.AnomalySubscription).inputs
    expression = wanted["thresholdExpression"]["dimension"]
    requests: dict[str, dict[str, Any]] = {
        "CreateAnomalyMonitor": {
            "AnomalyMonitor": {
                "MonitorName": monitor["name"],
                "MonitorType": monitor["monitorType"],
                "MonitorSpecification": _given(json.loads(monitor["monitorSpecification"])),
            }
        },
        "CreateAnomalySubscription": {
            "AnomalySubscription": {
                "SubscriptionName": wanted["name"],
                "MonitorArnList": wanted["monitorArnLists"],
                "Frequency": wanted["frequency"],
                "Subscribers": [{"Type": each["type"], "Address": each["address"]} for each in wanted["subscribers"]],
                "ThresholdExpression": {
                    "Dimensions": {
                        "Key": expression["key"],
                        "MatchOptions": expression["matchOptions"],
                        "Values": expression["values"],
                    }
                },
            }
        },
    }
    for operation, parameters in requests.items():
        model = client.meta.service_model.operation_model(operation)
        assert validation_errors(parameters, model.input_shape) == []


def _given(expression: dict[str, Any]) -> dict[str, Any]:
    """An expression as the provider sends it: without the keys that are null."""
    return {
        key: _given(value) if isinstance(value, dict) else value
        for key, value in expression.items()
        if value is not None
    }


def validation_errors(parameters: dict[str, Any], shape: Any) -> list[str]:
    """What botocore's own validator says, and words that the service does not have."""
    from botocore.validate import ParamValidator  # noqa: PLC0415

    report = ParamValidator().validate(parameters, shape)
    return ([report.generate_report()] if report.has_errors() else []) + list(_unknown_words(parameters, shape))


def _unknown_words(value: Any, shape: Any) -> Iterator[str]:
    """botocore does not look into enums by itself."""
    if shape.type_name == "structure":
        for key, each in value.items():
            yield from _unknown_words(each, shape.members[key])
    elif shape.type_name == "list":
        for each in value:
            yield from _unknown_words(each, shape.member)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{value} is none of {shape.enum}"
