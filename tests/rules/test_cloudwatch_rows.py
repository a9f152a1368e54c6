"""The shipped rows of CloudWatch alarms, as data: each can fire, and none fires on a gap."""

import re
from pathlib import Path

import pytest

from model.alarms import MAX_METRICS, RESULT, AlarmFile, AlarmRow, MissingData
from model.yaml_file import read_yaml

FOLDER = Path(__file__).parents[2] / "rules" / "cloudwatch"

FILES = {path.stem: AlarmFile.model_validate(read_yaml(path, path.name)) for path in sorted(FOLDER.glob("*.yaml"))}
ROWS = [pytest.param(file, row, id=f"{name}/{row.name}") for name, file in FILES.items() for row in file.alarms]
MATH = [param for param in ROWS if isinstance(row := param.values[1], AlarmRow) and row.expression]

every_row = pytest.mark.parametrize(("file", "row"), ROWS)
every_expression = pytest.mark.parametrize(("file", "row"), MATH)

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
DYNAMODB_NEEDS_OPERATION = {
    "SystemErrors",
    "SuccessfulRequestLatency",
    "ThrottledRequests",
    "ReturnedItemCount",
    "ReturnedBytes",
    "ReturnedRecordsCount",
}
# Of these every period has a value, so they need no FILL with zero.
DENSE = re.compile("^(Provisioned|Account|Max).*")

# Identifiers in metric math are lower case, functions upper case.
IDS = re.compile(r"\b[a-z][a-zA-Z0-9_]*\b")


def test_there_are_rows() -> None:
    assert "dynamodb" in FILES
    assert MATH


@every_row
def test_a_metric_has_the_dimensions_that_aws_emits_it_with(file: AlarmFile, row: AlarmRow) -> None:
    if file.namespace == "AWS/DynamoDB":
        for metric in row.metrics:
            assert metric.dimensions["TableName"] == "{table}"
            assert ("Operation" in metric.dimensions) == (metric.metric in DYNAMODB_NEEDS_OPERATION)
            assert metric.dimensions.get("GlobalSecondaryIndexName") == ("{index}" if row.each == "index" else None)


@every_expression
def test_the_ids_of_an_expression_and_of_the_metrics_are_the_same(file: AlarmFile, row: AlarmRow) -> None:
    assert set(IDS.findall(row.expression or "")) == {metric.id for metric in row.metrics}
    assert RESULT not in {metric.id for metric in row.metrics}


@every_expression
def test_a_gap_of_a_sparse_counter_counts_as_zero(file: AlarmFile, row: AlarmRow) -> None:
    # In PERIOD(m) the metric stands for its period and not for its values.
    values = re.sub(r"PERIOD\(\w+\)", "", row.expression or "")
    for metric in row.metrics:
        fill = "REPEAT" if DENSE.match(metric.metric) else "0"
        assert len(re.findall(rf"\b{metric.id}\b", values)) == values.count(f"FILL({metric.id},{fill})") > 0


@every_row
def test_cloudwatch_takes_the_number_of_metrics(file: AlarmFile, row: AlarmRow) -> None:
    assert len(row.metrics) <= MAX_METRICS


@every_row
def test_what_arrives_every_five_minutes_is_asked_for_every_five_minutes(file: AlarmFile, row: AlarmRow) -> None:
    if any(metric.metric.startswith("Provisioned") for metric in row.metrics):
        assert row.period_seconds == 300


@every_row
def test_consumption_is_a_rate_before_it_is_compared_with_what_is_provisioned(file: AlarmFile, row: AlarmRow) -> None:
    for metric in row.metrics:
        if metric.metric.startswith("Consumed") and row.expression:
            assert metric.statistic == "Sum"
            assert f"FILL({metric.id},0)/PERIOD({metric.id})" in row.expression


@every_row
def test_an_alarm_looks_back_no_further_than_cloudwatch_does(file: AlarmFile, row: AlarmRow) -> None:
    assert row.period_seconds * row.periods <= 24 * 3600


@every_row
def test_silence_of_a_counter_of_faults_is_good(file: AlarmFile, row: AlarmRow) -> None:
    if any(re.search("Errors|Throttle", metric.metric) for metric in row.metrics):
        assert row.missing_data is MissingData.NOT_BREACHING


@every_row
def test_a_row_about_provisioned_capacity_is_for_provisioned_tables_only(file: AlarmFile, row: AlarmRow) -> None:
    if file.namespace == "AWS/DynamoDB" and any("Provisioned" in metric.metric for metric in row.metrics):
        assert row.when == {"billing": "provisioned"}


@every_row
def test_a_table_and_its_indexes_are_alarmed_apart(file: AlarmFile, row: AlarmRow) -> None:
    if file.namespace == "AWS/DynamoDB" and re.search("ThrottleEvents", row.metrics[0].metric):
        partners = {
            other.each
            for other in file.alarms
            if [metric.metric for metric in other.metrics] == [metric.metric for metric in row.metrics]
        }
        assert partners == {"resource", "index"}


@every_row
def test_every_number_has_its_reason_and_its_source(file: AlarmFile, row: AlarmRow) -> None:
    assert row.reason.endswith(".")
    # The description of an alarm is "summary. reason": AWS takes 1024 characters, the link needs some of them.
    assert len(f"{row.summary}. {row.reason}") < 700
    assert not row.summary.endswith(".")
