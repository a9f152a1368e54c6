"""What DynamoDB tables cost, where a plan can know it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.cost.monthly import Cost, cost_of
from model.cost.prices import shipped
from tests.model.catalogs import good_system, write_catalog
from tests.model.cost.plans import HOURS, Resource, in_region, resource

TABLE = "aws:dynamodb/table:Table"
INSIGHTS = "aws:dynamodb/contributorInsights:ContributorInsights"
POLICY = "aws:appautoscaling/policy:Policy"
PROVISIONED: dict[str, Any] = {
    "name": "orders",
    "billingMode": "PROVISIONED",
    "readCapacity": 100,
    "writeCapacity": 50,
    "rangeKey": "placed",
    "pointInTimeRecovery": {"enabled": True},
    "globalSecondaryIndexes": [
        {"name": "by-day", "readCapacity": 20, "writeCapacity": 50, "keySchemas": [{"keyType": "HASH"}]}
    ],
}


@pytest.fixture(name="catalog")
def small_catalog(tmp_path: Path) -> Catalog:
    shop = good_system()
    shop["logs"] = {"destinations": ["loki"]}
    return Catalog.load(write_catalog(tmp_path, [shop]))


def priced(catalog: Catalog, *resources: Resource) -> Cost:
    return cost_of([in_region("us-east-1"), *resources], catalog, shipped())


def by_price(cost: Cost) -> dict[str, Decimal]:
    return {line.price: line.quantity for line in cost.lines}


def test_provisioned_capacity_is_billed_by_the_hour_with_that_of_its_indexes(catalog: Catalog) -> None:
    cost = priced(catalog, resource(TABLE, **PROVISIONED))

    assert by_price(cost) == {"table-read-capacity": 120 * HOURS, "table-write-capacity": 100 * HOURS}
    # 120 x 730 x 0.00013 + 100 x 730 x 0.00065
    assert round(cost.total, 2) == Decimal("58.84")


def test_each_replica_writes_everything_again(catalog: Catalog) -> None:
    cost = priced(catalog, resource(TABLE, **PROVISIONED, replicas=[{"regionName": "eu-west-1"}]))
    assert by_price(cost) == {"table-read-capacity": 120 * HOURS, "table-write-capacity": 200 * HOURS}


def test_the_class_for_what_is_seldom_asked_for_has_prices_of_its_own(catalog: Catalog) -> None:
    cost = priced(catalog, resource(TABLE, **PROVISIONED, tableClass="STANDARD_INFREQUENT_ACCESS"))
    assert by_price(cost).keys() == {"infrequent-table-read-capacity", "infrequent-table-write-capacity"}
    assert "$0.1 for GB-month (infrequent-table-storage)" in cost.by_use[0].prices


def test_what_happens_is_named_with_its_price_and_not_guessed(catalog: Catalog) -> None:
    plan = resource(TABLE, name="carts", billingMode="PAY_PER_REQUEST", streamEnabled=True)
    cost = priced(catalog, plan)

    assert cost.total == 0
    prices = [price for each in cost.by_use for price in each.prices]
    assert "$0.125 for million read request units (table-reads)" in prices
    assert "$0.625 for million write request units (table-writes)" in prices
    assert "$0.25 for GB-month (table-storage)" in prices
    assert "$0.2 for million reads of the stream (table-stream-reads)" in prices
    assert not any("table-recovery" in price for price in prices)
    recovered = priced(catalog, resource(TABLE, **PROVISIONED))
    assert any("table-recovery" in price for each in recovered.by_use for price in each.prices)


@pytest.mark.parametrize(
    ("inputs", "rules", "note"),
    [
        pytest.param({"tableName": "orders"}, 4, False, id="a table with a sort key"),
        pytest.param({"tableName": "orders", "indexName": "by-day"}, 2, False, id="an index without one"),
        pytest.param({"tableName": "orders", "mode": "THROTTLED_KEYS"}, 2, False, id="throttled keys alone"),
        pytest.param({"tableName": "theirs"}, 2, True, id="a table of which nobody knows"),
    ],
)
def test_insights_are_billed_by_their_rules(catalog: Catalog, inputs: dict[str, Any], rules: int, note: bool) -> None:
    cost = priced(catalog, resource(TABLE, "orders-table", **PROVISIONED), resource(INSIGHTS, **inputs))
    (line,) = [line for line in cost.lines if line.price == "insight-rule"]

    assert (line.quantity, line.usd) == (Decimal(rules), rules * Decimal("0.50"))
    assert ("sort key" in line.formula) is note


def test_the_alarms_that_auto_scaling_makes_are_billed_too(catalog: Catalog) -> None:
    assert by_price(priced(catalog, resource(POLICY))) == {"alarm-metric": Decimal(4)}
