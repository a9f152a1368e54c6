"""CloudWatch alarms as data: which alarms a resource gets, and which rows and overrides are refused."""

from decimal import Decimal
from typing import Any

import pytest
import yaml

from model.alarms import MAX_METRICS, Alarm, AlarmFile, alarms_for, placeholders, unknown_overrides
from model.assets import Asset, Bundle, BundleKind, Maturity
from model.problems import BadInput
from model.resources import DynamoDbTable
from model.system import System
from model.vocabulary import Direction, Severity
from tests.model.catalogs import Document, Key, changed, good_system

INDEX = {"TableName": "{table}", "GlobalSecondaryIndexName": "{index}"}


def good_file() -> Document:
    """A row for every table, one for every index, and one for provisioned tables."""
    return {
        "namespace": "AWS/DynamoDB",
        "applies_to": "dynamodb-table",
        "alarms": [
            row("throttles", metrics=[metric("Throttles", {"TableName": "{table}"})]),
            row("index-throttles", each="index", metrics=[metric("Throttles", INDEX)]),
            row(
                "capacity",
                when={"billing": "provisioned"},
                metrics=[
                    {"id": "used", **metric("Consumed", {"TableName": "{table}"})},
                    {"id": "paid", **metric("Provisioned", {"TableName": "{table}"})},
                ],
                expression="100*used/paid",
                period_seconds=300,
                threshold=80,
            ),
        ],
    }


def row(name: str, **changes: Any) -> Document:
    return {
        "name": name,
        "metrics": [metric("Throttles", {"TableName": "{table}"})],
        "datapoints": 5,
        "periods": 5,
        "threshold": 0,
        "missing_data": "notBreaching",
        "severity": "warning",
        "summary": "Throttled",
        "reason": "Felt by users.",
        "source": "AWS",
        **changes,
    }


def metric(name: str, dimensions: dict[str, str]) -> Document:
    return {"metric": name, "statistic": "Sum", "dimensions": dimensions}


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


def test_a_table_gets_each_row_once_and_a_row_about_indexes_once_for_each_index_sorted() -> None:
    assert list(alarms(table())) == [
        "throttles",
        "index-throttles-by-customer",
        "index-throttles-by-product",
        "capacity",
    ]


def test_a_table_without_indexes_gets_no_alarm_of_indexes() -> None:
    assert list(alarms(table(indexes=[]))) == ["throttles", "capacity"]


def test_an_on_demand_table_gets_no_alarm_on_capacity_that_it_does_not_have() -> None:
    assert list(alarms(on_demand())) == ["throttles"]


def test_dimensions_name_the_table_and_the_index_as_aws_knows_them() -> None:
    found = alarms(table())

    assert found["throttles"].metrics[0].dimensions == {"TableName": "shop-orders"}
    assert found["index-throttles-by-product"].metrics[0].dimensions == {
        "TableName": "shop-orders",
        "GlobalSecondaryIndexName": "by-product",
    }
    assert [m.dimensions for m in found["capacity"].metrics] == [{"TableName": "shop-orders"}] * 2


def test_an_alarm_has_what_its_row_says() -> None:
    alarm = alarms(table())["capacity"]

    assert (alarm.namespace, alarm.threshold, alarm.severity) == ("AWS/DynamoDB", Decimal(80), Severity.WARNING)
    assert (alarm.row.period_seconds, alarm.row.bad) == (300, Direction.ABOVE)


def test_an_override_changes_threshold_and_severity_of_exactly_one_alarm() -> None:
    found = alarms(table(alarms=[override("throttles", threshold="2.5", severity="critical")]))

    assert (found["throttles"].threshold, found["throttles"].severity) == (Decimal("2.5"), Severity.CRITICAL)
    assert {(a.threshold, a.severity) for key, a in found.items() if key.startswith("index")} == {
        (Decimal(0), Severity.WARNING)
    }


def test_an_override_to_zero_is_an_override() -> None:
    assert alarms(table(alarms=[override("capacity", threshold=0)]))["capacity"].threshold == 0


def test_an_override_of_one_index_leaves_the_other_alone() -> None:
    found = alarms(table(alarms=[override("index-throttles", index="by-product", threshold=7)]))

    assert found["index-throttles-by-product"].threshold == 7
    assert found["index-throttles-by-customer"].threshold == 0


def test_a_disabled_alarm_is_gone_and_only_that_one() -> None:
    found = alarms(
        table(
            alarms=[
                override("throttles", enabled=False),
                override("index-throttles", index="by-product", enabled=False),
            ]
        )
    )

    assert list(found) == ["index-throttles-by-customer", "capacity"]


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
        pytest.param(("alarms", 0, "severity"), "none", "found severity none", id="nobody is told"),
        pytest.param(("alarms", 0, "period_seconds"), 90, "found 90", id="no whole minutes"),
        pytest.param(("alarms", 0, "metrics", 0, "statistic"), "Median", "found 'Median'", id="an unknown statistic"),
        pytest.param(("alarms", 0, "missing_data"), "fine", "found 'fine'", id="an unknown way to see gaps"),
        pytest.param(("alarms", 1, "name"), "throttles", "found alarm throttles twice", id="one name for two rows"),
        pytest.param(("alarms", 0, "when"), {"biling": "x"}, "alarm throttles: found biling", id="an unknown field"),
        pytest.param(("alarms", 0, "metrics", 0, "dimensions"), INDEX, "found index", id="an index of a table's row"),
        pytest.param(("alarms", 0, "metrics", 0, "dimensions"), {"T": "{tabel}"}, "found tabel", id="a misspelt field"),
        pytest.param(("alarms", 0, "metrics"), [], "found ", id="no metric"),
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
        metrics = [{"id": f"m{number}", **metric("M", {})} for number in range(count)]
        return changed(good_file(), ("alarms", 2, "metrics"), metrics)

    assert len(parsed(with_metrics(MAX_METRICS)).alarms[2].metrics) == 10
    with pytest.raises(BadInput, match=r"alarms\[2\].metrics"):
        parsed(with_metrics(MAX_METRICS + 1))


def test_an_override_that_changes_an_alarm_of_the_table_is_no_mistake() -> None:
    assert not refusals(override("throttles"), override("capacity"), override("index-throttles", index="by-customer"))


def test_an_override_of_an_unknown_alarm_is_a_mistake_that_lists_the_known_ones() -> None:
    assert refusals(override("trottles")) == [
        "catalog/shop.yaml: orders.alarms: found unknown alarm 'trottles'; "
        "allowed: capacity, index-throttles (index by-customer), throttles"
    ]


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        pytest.param(override("index-throttles"), "'index-throttles'", id="an index's alarm without the index"),
        pytest.param(
            override("throttles", index="by-customer"), "'throttles' (index by-customer)", id="a table's with one"
        ),
    ],
)
def test_an_override_that_would_change_nothing_is_a_mistake(bad: Document, found: str) -> None:
    (problem,) = refusals(bad)

    assert f"found unknown alarm {found};" in problem


def test_an_override_of_an_alarm_for_other_tables_is_a_mistake() -> None:
    (problem,) = refusals(override("capacity"), billing="on-demand", capacity=None, indexes=[])

    assert problem.endswith("found unknown alarm 'capacity'; allowed: throttles")


def test_an_override_to_a_severity_that_tells_nobody_is_a_mistake() -> None:
    (problem,) = refusals(override("throttles", severity="none"))

    assert "found severity none for throttles; allowed: another severity, or `enabled: false`" in problem


def test_an_override_where_there_are_no_alarms_at_all_says_so() -> None:
    queue = {"name": "jobs", "kind": "sqs-queue", "description": "Jobs.", "queue": "jobs", "alarms": [override("age")]}
    system = System.model_validate(changed(good_system(), ("resources",), [queue]) | {"kpis": []})

    (problem,) = unknown_overrides((parsed(good_file()),), system, "catalog/shop.yaml")

    assert problem.allowed == "none, there are no alarms for sqs-queue"
