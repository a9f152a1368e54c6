"""CloudWatch alarms as AWS gets them."""

from decimal import Decimal
from typing import Any

import pulumi_aws as aws
import pytest

from components.resource_alarms import ResourceAlarms
from model.alarms import Alarm, AlarmMetric, AlarmRow
from model.vocabulary import Severity
from tests.components.examples import TOPICS, deploy, resource_alarms_args, shipped_alarms, table

MetricAlarm = aws.cloudwatch.MetricAlarm


def registered(*alarms: Alarm) -> dict[str, dict[str, Any]]:
    result = deploy(lambda: ResourceAlarms("shop-orders", resource_alarms_args(alarms)))
    return {name.removeprefix("shop-orders-"): alarm.inputs for name, alarm in result.of(MetricAlarm).items()}


def alarm(**changes: Any) -> Alarm:
    row = {
        "name": "slow",
        "metrics": [{"metric": "SuccessfulRequestLatency", "statistic": "Average", "dimensions": {"TableName": "t"}}],
        "datapoints": 3,
        "periods": 5,
        "threshold": "12.5",
        "missing_data": "notBreaching",
        "severity": "warning",
        "summary": "It is slow",
        "reason": "Users wait.",
        "source": "Measured",
    }
    made = AlarmRow.model_validate({**row, **changes})
    return Alarm(
        key=made.name,
        row=made,
        namespace="AWS/DynamoDB",
        metrics=made.metrics,
        threshold=made.threshold,
        severity=made.severity,
    )


def test_a_single_metric_stands_in_the_alarm_itself() -> None:
    assert registered(alarm()) == {
        "slow": {
            "name": "prod-shop-orders-slow",
            "alarmDescription": "It is slow. Users wait. Runbook: https://runbooks.example.com/cloudwatch/slow.md",
            "namespace": "AWS/DynamoDB",
            "metricName": "SuccessfulRequestLatency",
            "dimensions": {"TableName": "t"},
            "statistic": "Average",
            "period": 60,
            "evaluationPeriods": 5,
            "datapointsToAlarm": 3,
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 12.5,
            "treatMissingData": "notBreaching",
            "alarmActions": ["arn:warning"],
            "okActions": ["arn:warning"],
            "tags": {"owner": "shop", "severity": "warning"},
        }
    }


def test_metric_math_stands_in_queries_of_which_only_the_result_is_compared() -> None:
    metrics = [
        {"id": "bad", "metric": "SystemErrors", "statistic": "Sum", "dimensions": {"Operation": "GetItem"}},
        {"id": "all", "metric": "Requests", "statistic": "p99"},
    ]
    inputs = registered(alarm(metrics=metrics, expression="bad/all", period_seconds=300))["slow"]

    assert not {"namespace", "metricName", "dimensions", "statistic", "extendedStatistic", "period"} & set(inputs)
    assert inputs["metricQueries"] == [
        {
            "id": "bad",
            "metric": {
                "namespace": "AWS/DynamoDB",
                "metricName": "SystemErrors",
                "dimensions": {"Operation": "GetItem"},
                "stat": "Sum",
                "period": 300,
            },
        },
        {
            "id": "all",
            "metric": {
                "namespace": "AWS/DynamoDB",
                "metricName": "Requests",
                "dimensions": {},
                "stat": "p99",
                "period": 300,
            },
        },
        {"id": "result", "expression": "bad/all", "returnData": True},
    ]


def test_a_percentile_of_a_single_metric_is_an_extended_statistic() -> None:
    inputs = registered(alarm(metrics=[{"metric": "SuccessfulRequestLatency", "statistic": "p99.9"}]))["slow"]

    assert inputs["extendedStatistic"] == "p99.9"
    assert "statistic" not in inputs


@pytest.mark.parametrize(
    ("bad", "operator"), [("above", "GreaterThanThreshold"), ("below", "LessThanThreshold")], ids=["above", "below"]
)
def test_the_bad_side_of_the_threshold_decides_the_comparison(bad: str, operator: str) -> None:
    assert registered(alarm(bad=bad))["slow"]["comparisonOperator"] == operator


@pytest.mark.parametrize("severity", sorted(TOPICS))
def test_the_topic_of_the_severity_is_told_of_the_alarm_and_of_the_recovery(severity: Severity) -> None:
    inputs = registered(alarm(severity=severity))["slow"]

    assert inputs["alarmActions"] == inputs["okActions"] == [f"arn:{severity}"]
    assert inputs["tags"]["severity"] == severity


def test_an_overridden_threshold_and_severity_are_what_aws_gets() -> None:
    changed = alarm().model_copy(update={"threshold": Decimal(40), "severity": Severity.CRITICAL})
    inputs = registered(changed)["slow"]

    assert (inputs["threshold"], inputs["alarmActions"]) == (40, ["arn:critical"])


def test_an_index_is_alarmed_on_its_own_dimensions() -> None:
    inputs = registered(*shipped_alarms(table()))

    assert inputs["read-throttles"]["dimensions"] == {"TableName": "shop-orders"}
    assert inputs["index-read-throttles-by-customer"]["dimensions"] == {
        "TableName": "shop-orders",
        "GlobalSecondaryIndexName": "by-customer",
    }


def test_the_names_in_aws_are_unique_and_start_with_the_prefix() -> None:
    indexes = [{"name": name, "capacity": {"read": 1, "write": 1}} for name in ("by-customer", "by-product")]
    alarms = shipped_alarms(table(indexes=indexes))
    names = [inputs["name"] for inputs in registered(*alarms).values()]

    assert len(names) == len(set(names)) == len(alarms)
    assert all(name.startswith("prod-shop-orders-") for name in names)


def test_the_component_puts_out_the_alarms_in_the_order_of_the_rows() -> None:
    args = resource_alarms_args()
    outputs = deploy(lambda: ResourceAlarms("shop-orders", args)).only(ResourceAlarms).outputs

    assert outputs["arns"] == [f"arn:aws:mock:eu-central-1:123456789012:shop-orders-{made.key}" for made in args.alarms]


def test_dimensions_are_the_concrete_ones_and_not_the_rows() -> None:
    filled = alarm().model_copy(
        update={"metrics": (AlarmMetric(metric="M", statistic="Sum", dimensions={"TableName": "real"}),)}
    )

    assert registered(filled)["slow"]["dimensions"] == {"TableName": "real"}
