"""Rows of alarm files: what makes one sound, and how a bad one is refused."""

from typing import Any

import pytest

from model.alarms.alarm import (
    MAX_METRICS,
    AlarmThreshold,
    doubled_names,
    placeholders,
)
from model.problems import BadInput
from tests.model.alarms.examples import INDEX, QUEUE_ROWS, file_of, good_file, metric, parsed, queue_file, row
from tests.model.catalogs import Document, Key, changed


def test_placeholders_are_the_names_in_curly_brackets() -> None:
    assert placeholders("{table}/x/{index}") == ["table", "index"]
    assert placeholders("plain") == []


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("alarms", 0, "datapoints"), 6, "found 6 datapoints of 5 periods", id="more datapoints than periods"
        ),
        pytest.param(
            ("alarms", 0, "expression"), "FILL(m,0)", "found 1 metrics and expression", id="math of one metric"
        ),
        pytest.param(("alarms", 2, "expression"), None, "found 2 metrics and expression None", id="two without math"),
        pytest.param(("alarms", 2, "metrics", 1, "id"), "used", "found ids used, used", id="two metrics of one id"),
        pytest.param(("alarms", 2, "metrics", 1, "id"), "result", "found ids used, result", id="the result's id"),
        pytest.param(("alarms", 2, "metrics", 1, "id"), "Paid", "found 'Paid'", id="an id that CloudWatch refuses"),
        pytest.param(("alarms", 0, "severity"), "none", "found severity none", id="no one is notified"),
        pytest.param(("alarms", 0, "period_seconds"), 90, "found 90", id="no whole minutes"),
        pytest.param(("alarms", 0, "metrics", 0, "statistic"), "Median", "found 'Median'", id="an unknown statistic"),
        pytest.param(("alarms", 0, "missing_data"), "fine", "found 'fine'", id="an unknown way to see gaps"),
        pytest.param(("alarms", 1, "name"), "throttles", "found alarm throttles twice", id="one name for two rows"),
        pytest.param(
            ("alarms", 0, "when"),
            {"biling": "x"},
            "found unknown biling; allowed: of dynamodb-table: alarms, attributes, autoscaling, billing",
            id="an unknown field",
        ),
        pytest.param(
            ("alarms", 0, "metrics", 0, "dimensions"), INDEX, "found unknown index", id="an index of a table's row"
        ),
        pytest.param(
            ("alarms", 0, "metrics", 0, "dimensions"), {"T": "{tabel}"}, "found unknown tabel", id="a misspelt field"
        ),
        pytest.param(("alarms", 0, "metrics"), [], "found ", id="no metric"),
        pytest.param(
            ("alarms", 0, "each"), "shard", "found each shard; allowed: resource, index", id="an unknown part"
        ),
        pytest.param(
            ("alarms", 2, "when"),
            {"billing": "provisioned!"},
            "found when billing is 'provisioned!'; allowed: on-demand, provisioned",
            id="a condition that is never true",
        ),
        pytest.param(
            ("alarms", 2, "expression"), "100*FILL(used,0)/pai", "found expression over pai, used", id="an unknown id"
        ),
        pytest.param(
            ("alarms", 2, "expression"),
            "100*used/paid",
            r"found ConsumedReadCapacityUnits bare in metric math; allowed: FILL\(used, 0\)",
            id="a sparse counter without FILL",
        ),
        pytest.param(
            ("alarms", 2, "expression"),
            "100*paid/FILL(used,0)",
            "found a ratio to used without a gate",
            id="a ratio to a count without a gate",
        ),
        pytest.param(
            ("alarms", 2, "period_seconds"),
            60,
            "found ProvisionedReadCapacityUnits with a period of 60 s; allowed: multiples of the 300 s",
            id="a period shorter than the metric's",
        ),
        pytest.param(
            ("alarms", 0, "metrics", 0, "metric"),
            "ReadThrottles",
            "found unknown metric ReadThrottles of AWS/DynamoDB",
            id="a metric that AWS does not send",
        ),
        pytest.param(
            ("alarms", 0, "metrics", 0, "metric"),
            "SystemErrors",
            r"alarms\[throttles\]: found SystemErrors with dimensions TableName; allowed: TableName, Operation",
            id="dimensions that AWS does not send",
        ),
        pytest.param(
            ("alarms", 0, "unit"), "Percent", "found ReadThrottleEvents in Percent; allowed: Count", id="a wrong unit"
        ),
        pytest.param(
            ("alarms", 0, "threshold"),
            {"band": 3},
            "found threshold .* in Count; allowed: a band",
            id="a band in things",
        ),
        pytest.param(
            ("alarms", 2),
            row(
                "capacity",
                metrics=[{"id": "a", **metric()}, {"id": "b", **metric()}],
                expression="FILL(a,0)+FILL(b,0)",
                threshold={"band": 2},
                unit="StandardDeviations",
            ),
            "found a band around metric math; allowed: a band around a single metric",
            id="a band around metric math",
        ),
        pytest.param(("alarms", 0, "threshold"), {"of": "capacity"}, "found of; allowed: a number", id="half a share"),
        pytest.param(
            ("alarms", 0, "threshold"), {"of": "capacty", "share": 1}, "found unknown capacty", id="a share of nothing"
        ),
        pytest.param(
            ("alarms", 0, "threshold"),
            {"signal": "queue-lag"},
            "found signal queue-lag for a threshold above Count; allowed: bad above, in seconds",
            id="a signal of another unit",
        ),
        pytest.param(
            ("alarms", 0, "threshold"),
            {"signal": "queue-lag", "of": "capacity"},
            "found signal queue-lag of capacity; allowed: a signal of use in percent",
            id="a percentage of a signal that is none",
        ),
        pytest.param(
            ("alarms", 0, "periods"), 2000, "found 2000 periods of 60 s; allowed: at most 86400 s", id="too far back"
        ),
        pytest.param(("applies_to",), "dynamo", "found 'dynamo'", id="an unknown kind of resource"),
        pytest.param(("alarms",), [], "found ", id="no row"),
    ],
)
def test_a_bad_row_is_refused_with_what_was_found_and_where(key: Key, value: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        parsed(changed(good_file(), key, value))

    assert "rules/cloudwatch/dynamodb.yaml" in str(refused.value)


def test_the_missing_data_treatment_has_no_default() -> None:
    document = good_file()
    del document["alarms"][0]["missing_data"]

    with pytest.raises(BadInput, match=r"alarms\[0\].missing_data: missing"):
        parsed(document)


def test_more_metrics_than_cloudwatch_takes_are_refused() -> None:
    def with_metrics(count: int) -> Document:
        metrics = [{"id": f"m{number}", **metric()} for number in range(count)]
        expression = "+".join(f"FILL(m{number},0)" for number in range(count))
        return changed(changed(good_file(), ("alarms", 2, "metrics"), metrics), ("alarms", 2, "expression"), expression)

    assert len(parsed(with_metrics(MAX_METRICS)).alarms[2].metrics) == 10
    with pytest.raises(BadInput, match=r"alarms\[2\].metrics"):
        parsed(with_metrics(MAX_METRICS + 1))


def test_two_files_may_not_have_an_alarm_of_one_name() -> None:
    (problem,) = doubled_names([parsed(good_file()), queue_file(), file_of("sqs-queue", "AWS/SQS", *QUEUE_ROWS)])

    assert "found alarm age in two files" in str(problem)


def test_how_often_a_metric_was_sent_is_a_number_whatever_it_measures() -> None:
    calls = {"metric": "SuccessfulRequestLatency", "statistic": "SampleCount"}
    dimensions = {"TableName": "{table}", "Operation": "GetItem"}

    file_of("dynamodb-table", "AWS/DynamoDB", row("calls", metrics=[{**calls, "dimensions": dimensions}]))

    with pytest.raises(BadInput, match="found SuccessfulRequestLatency in Milliseconds; allowed: Count"):
        file_of(
            "dynamodb-table",
            "AWS/DynamoDB",
            row("calls", unit="Milliseconds", metrics=[{**calls, "dimensions": dimensions}]),
        )


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (80, "80"),
        ({"of": "max_connections", "share": 0.9}, "0.9 of max_connections"),
        ({"band": 4}, "anomaly detection band of 4"),
        ({"signal": "queue-lag", "otherwise": 900}, "the catalog's queue-lag, else 900"),
        ({"signal": "queue-lag"}, "the catalog's queue-lag, else no alarm"),
        (
            {"signal": "disk-usage", "of": "storage_bytes", "otherwise": 90},
            "the catalog's disk-usage in percent of storage_bytes, else 90",
        ),
    ],
)
def test_a_threshold_can_be_read_by_people(threshold: Any, words: str) -> None:
    assert str(AlarmThreshold.model_validate(threshold)) == words
