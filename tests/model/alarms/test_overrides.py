"""Overrides of the catalog: they change exactly one alarm, or are a mistake."""

from decimal import Decimal

import pytest

from model.alarms.alarm import (
    alarms_for,
    override_problems,
    unknown_overrides,
)
from model.catalog.resources import RdsDatabase
from model.catalog.system import System
from model.vocabulary import Severity
from tests.model.alarms.examples import (
    DATABASE,
    alarms,
    file_of,
    good_file,
    of,
    override,
    parsed,
    refusals,
    row,
    table,
)
from tests.model.catalogs import Document, changed, good_system


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


def test_an_override_to_a_severity_without_notification_is_a_mistake() -> None:
    (problem,) = refusals(override("throttles", severity="none"))

    assert "found severity none for throttles; allowed: another severity, or `enabled: false`" in problem


def test_an_override_where_there_are_no_alarms_at_all_says_so() -> None:
    queue = {"name": "jobs", "kind": "sqs-queue", "description": "Jobs.", "queue": "jobs", "alarms": [override("age")]}
    system = System.model_validate(changed(good_system(), ("resources",), [queue]) | {"kpis": []})

    (problem,) = unknown_overrides((parsed(good_file()),), system, "catalog/shop.yaml")

    assert problem.allowed == "none, there are no alarms for sqs-queue"


def test_an_override_in_the_wrong_unit_is_a_mistake_and_in_the_right_one_is_none() -> None:
    (problem,) = refusals(override("throttles", threshold=1, unit="Percent"))

    assert problem.endswith("orders.alarms: found unit Percent for throttles; allowed: Count")
    assert not refusals(override("throttles", threshold=1, unit="Count"))


def test_an_override_of_an_extended_alarm_is_no_mistake_where_the_pack_is_reduced() -> None:
    extended = override("index-throttles", index="by-customer", threshold=1)

    assert not list(override_problems([parsed(good_file())], table(alarms=[extended]), "here"))


def test_an_override_of_a_share_is_the_number_itself() -> None:
    metrics = [{"metric": "DatabaseConnections", "statistic": "Average"}]
    file = file_of(
        "rds-database",
        "AWS/RDS",
        row("connections", metrics=metrics, threshold={"of": "max_connections", "share": 0.9}),
        dimensions={"DBInstanceIdentifier": "{identifier}"},
    )
    database = of(RdsDatabase, **DATABASE, alarms=[override("connections", threshold=150)])

    assert alarms_for(file, database)[0].threshold == 150


def test_a_row_with_index_and_part_in_one_override_is_refused() -> None:
    with pytest.raises(ValueError, match="found both index and part; allowed: one of them"):
        table(alarms=[override("index-throttles", index="by-product", part="x")])
