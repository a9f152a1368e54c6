"""CloudWatch alarms as AWS gets them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.resource_alarms import ResourceAlarms
from model.alarms.alarm import Alarm, AlarmRow, MetricQuery
from model.vocabulary import Severity
from tests.components.example_inputs import TOPICS, resource_alarms_args, shipped_alarms, table
from tests.components.examples import deploy

MetricAlarm = aws.cloudwatch.MetricAlarm


def registered(*alarms: Alarm) -> dict[str, dict[str, Any]]:
    result = deploy(lambda: ResourceAlarms("shop-orders", resource_alarms_args(alarms)))
    return {name.removeprefix("shop-orders-"): alarm.inputs for name, alarm in result.of(MetricAlarm).items()}


def alarm(**changes: Any) -> Alarm:
    row = {
        "name": "slow",
        "pack": "must-have",
        "unit": "Milliseconds",
        "impact": "Users wait.",
        "checks": ["Look."],
        "mitigation": ["Scale out."],
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
        metrics=tuple(
            MetricQuery(
                id=metric.id,
                namespace=metric.namespace or "AWS/DynamoDB",
                metric=metric.metric,
                statistic=metric.statistic,
                dimensions=metric.dimensions or {},
            )
            for metric in made.metrics
        ),
        threshold=made.threshold.value or made.threshold.band or Decimal(0),
        severity=made.severity,
    )


def test_a_single_metric_stands_in_the_alarm_itself() -> None:
    assert registered(alarm()) == {
        "slow": {
            "name": "prod-shop-orders-slow",
            "alarmDescription": "It is slow. Users wait. Runbook: https://runbooks.example.com/cloudwatch/dynamodb.md#slow",
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
    expression = "IF(all > 9, bad/all, 0)"
    inputs = registered(alarm(metrics=metrics, expression=expression, period_seconds=300))["slow"]

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
        {"id": "result", "expression": expression, "returnData": True},
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
def test_the_topic_of_the_severity_gets_the_alarm_and_the_recovery(severity: Severity) -> None:
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
        update={
            "metrics": (
                MetricQuery(id="m", namespace="N", metric="M", statistic="Sum", dimensions={"TableName": "real"}),
            )
        }
    )

    assert registered(filled)["slow"]["dimensions"] == {"TableName": "real"}


def test_a_severity_without_a_topic_stays_silent_for_a_composite_to_speak() -> None:
    args = resource_alarms_args((alarm(severity="critical"), alarm(name="odd", severity="info")))
    quiet = replace(args, topic_arns={Severity.INFO: "arn:info"})
    found = deploy(lambda: ResourceAlarms("shop-orders", quiet)).of(MetricAlarm)

    assert found["shop-orders-slow"].inputs["alarmActions"] == found["shop-orders-slow"].inputs["okActions"] == []
    assert found["shop-orders-odd"].inputs["alarmActions"] == ["arn:info"]


@pytest.mark.parametrize(
    ("bad", "operator"), [("above", "GreaterThanUpperThreshold"), ("below", "LessThanLowerThreshold")]
)
def test_a_band_is_compared_with_the_metric_that_both_come_out_of_the_queries(bad: str, operator: str) -> None:
    inputs = registered(alarm(threshold={"band": 2.5}, unit="StandardDeviations", bad=bad))["slow"]

    assert inputs["comparisonOperator"] == operator
    assert "threshold" not in inputs
    assert inputs["thresholdMetricId"] == "band"
    assert [(query["id"], query["returnData"]) for query in inputs["metricQueries"]] == [("m", True), ("band", True)]
    assert inputs["metricQueries"][1]["expression"] == "ANOMALY_DETECTION_BAND(m, 2.5)"


def test_account_and_region_are_filled_in_where_a_service_names_them() -> None:
    metrics = [{"metric": "M", "statistic": "Sum", "dimensions": {"ClientId": "{account}", "Region": "{region}"}}]
    args = replace(
        resource_alarms_args((alarm(metrics=metrics),)),
        account_id=pulumi.Output.from_input("123456789012"),
        region="eu-central-1",
    )
    made = deploy(lambda: ResourceAlarms("shop-orders", args)).only(MetricAlarm)

    assert made.inputs["dimensions"] == {"ClientId": "123456789012", "Region": "eu-central-1"}


def test_no_alarm_is_given_a_unit_that_would_blind_it() -> None:
    assert all("unit" not in inputs for inputs in registered(*shipped_alarms(table())).values())


def test_an_alarm_of_an_index_with_a_very_long_name_has_a_name_that_aws_takes() -> None:
    long = table(indexes=[{"name": "x" * 255, "capacity": {"read": 1, "write": 1}}])
    names = [inputs["name"] for inputs in registered(*shipped_alarms(long)).values()]

    assert max(map(len, names)) == 255
    assert len(names) == len(set(names))


def test_the_names_are_put_out_by_key_for_a_composite_to_wait_for() -> None:
    outputs = deploy(lambda: ResourceAlarms("shop-orders", resource_alarms_args())).only(ResourceAlarms).outputs

    assert outputs["names"]["read-throttles"] == "prod-shop-orders-read-throttles"


def test_an_id_that_aws_gives_stands_in_the_dimensions_where_the_alarm_names_its_word() -> None:
    metrics = [{"metric": "ErrorPortAllocation", "statistic": "Sum", "dimensions": {"NatGatewayId": "{nat-gateway-a}"}}]

    def program() -> None:
        args = replace(
            resource_alarms_args((alarm(metrics=metrics),)), made={"nat-gateway-a": pulumi.Output.from_input("nat-0a")}
        )
        ResourceAlarms("prod", args)

    assert deploy(program).only(aws.cloudwatch.MetricAlarm).inputs["dimensions"] == {"NatGatewayId": "nat-0a"}
