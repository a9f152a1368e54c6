"""Managed tables: what AWS would refuse in the middle of a deployment is refused before it, all of it at once."""

from pathlib import Path
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.catalog.dynamodb import AttributeType, DynamoDbTable
from model.catalog.system import System
from model.catalog.table_checks import made_once, of_table, own_region
from model.problems import BadInput
from tests.model.catalog.managed_tables import ON_DEMAND, PROVISIONED
from tests.model.catalogs import REMOVED, Document, Key, changed, good_system, write_catalog

KEY: Document = PROVISIONED["key"]


def mistakes(document: Document) -> list[str]:
    return [str(problem) for problem in of_table(DynamoDbTable.model_validate(document), "orders")]


@pytest.mark.parametrize("document", [PROVISIONED, ON_DEMAND], ids=["provisioned", "on-demand"])
def test_a_good_table_has_no_mistakes(document: Document) -> None:
    assert mistakes(document) == []


def test_the_attributes_that_aws_wants_defined_are_those_of_all_keys_and_no_others() -> None:
    assert DynamoDbTable.model_validate(PROVISIONED).attributes == {
        "customer": AttributeType.STRING,
        "day": AttributeType.STRING,
        "placed": AttributeType.NUMBER,
        "status": AttributeType.STRING,
    }


@pytest.mark.parametrize(
    ("document", "key", "value", "message"),
    [
        pytest.param(PROVISIONED, ("key",), REMOVED, "orders.key: missing", id="a table without a key"),
        pytest.param(
            PROVISIONED,
            ("indexes", 0, "key"),
            REMOVED,
            "orders.indexes[by-status].key: missing: an index of a managed table has a key",
            id="an index without a key",
        ),
        pytest.param(
            PROVISIONED,
            ("key", "sort", "name"),
            "customer",
            "orders.key: found customer as partition and as sort; allowed: two attributes",
            id="one attribute as both parts of a key",
        ),
        pytest.param(
            PROVISIONED,
            ("indexes", 0, "key", "sort", "type"),
            "string",
            "orders.key: found placed as number, string; allowed: one type for an attribute",
            id="an attribute of two types",
        ),
        pytest.param(
            PROVISIONED,
            ("time_to_live_attribute",),
            "placed",
            "orders.time_to_live_attribute: found placed, which is in the key; allowed: another attribute",
            id="a key as the time to live",
        ),
        pytest.param(
            PROVISIONED,
            ("time_to_live_attribute",),
            "status",
            "orders.time_to_live_attribute: found status as string; allowed: an attribute of numbers",
            id="a text as the time to live",
        ),
        pytest.param(
            PROVISIONED,
            ("time_to_live_attribute",),
            REMOVED,
            "orders.time_to_live: found true without time_to_live_attribute: nothing would expire",
            id="items that should expire and have no attribute for it",
        ),
        pytest.param(
            PROVISIONED,
            ("autoscaling", "maximum", "write"),
            4,
            "orders.autoscaling.maximum.write: found 4, below the least, which is capacity.write; allowed: 5 or more",
            id="a maximum below the minimum",
        ),
        pytest.param(
            PROVISIONED,
            ("indexes", 0, "autoscaling", "maximum", "read"),
            1,
            "orders.indexes[by-status].autoscaling.maximum.read: found 1, below the least",
            id="the same of an index",
        ),
        pytest.param(
            PROVISIONED,
            ("indexes", 1, "maximum"),
            {"read": 5, "write": 5},
            "orders.indexes[by-day].maximum: found maximum with billing provisioned; allowed: autoscaling.maximum",
            id="an on-demand maximum of a provisioned index",
        ),
        pytest.param(
            ON_DEMAND,
            ("autoscaling",),
            PROVISIONED["autoscaling"],
            "orders.autoscaling: found auto scaling with billing on-demand, which follows the load by itself",
            id="auto scaling of an on-demand table",
        ),
        pytest.param(
            PROVISIONED,
            ("stream",),
            REMOVED,
            "orders.stream_consumers: found functions that read a stream of a table without one; allowed: stream",
            id="consumers without a stream",
        ),
        pytest.param(
            PROVISIONED,
            ("replicas",),
            ["eu-west-1"],
            "orders.stream: found new-image in a table with replicas; allowed: new-and-old-images: it feeds them",
            id="replicas and another stream",
        ),
        pytest.param(
            changed(PROVISIONED, ("stream",), REMOVED),
            ("replicas",),
            ["eu-west-1"],
            "orders.replicas: found replicas of by-day with provisioned capacity without auto scaling",
            id="replicas and a fixed capacity",
        ),
        pytest.param(
            ON_DEMAND,
            ("replicas",),
            ["eu-west-1", "us-east-1"],
            "orders.replica_keys: found keys for eu-west-1; allowed: one for each of eu-west-1, us-east-1",
            id="a replica without a key",
        ),
        pytest.param(
            ON_DEMAND,
            ("replica_keys", "eu-west-1"),
            "arn:aws:kms:us-east-1:123456789012:key/1",
            "orders.replica_keys.eu-west-1: found a key of us-east-1; allowed: a key of eu-west-1",
            id="a key of another region",
        ),
    ],
)
def test_a_table_that_aws_would_refuse_is_named(document: Document, key: Key, value: Any, message: str) -> None:
    found = mistakes(changed(document, key, value))
    assert [text for text in found if text.startswith(message)], found


def test_all_indexes_together_project_at_most_what_aws_allows() -> None:
    many = [
        {**PROVISIONED["indexes"][0], "name": f"index-{n}", "projection": [f"a{n}-{m}" for m in range(20)]}
        for n in range(6)
    ]
    assert mistakes({**PROVISIONED, "indexes": many}) == [
        "orders.indexes: found 120 projected attributes; allowed: 100 in all indexes, or all"
    ]


def test_settings_of_managed_tables_are_refused_on_other_tables() -> None:
    watched = changed(PROVISIONED, ("manage",), REMOVED)
    [problem] = mistakes(watched)
    assert problem.startswith("orders: found autoscaling, key, time_to_live_attribute, stream, recovery_days")
    assert "indexes[by-status].key" in problem
    assert mistakes({**watched, "manage": False}) == [], "written out, it is known who makes it"


def test_an_environment_is_judged_by_what_it_has() -> None:
    cheap = {**PROVISIONED, "environments": {"prod": {}, "dev": {"autoscaling": {"maximum": {"read": 1, "write": 9}}}}}
    assert [text.split(":")[0] for text in mistakes(cheap)] == ["orders.environments.dev.autoscaling.maximum.read"]
    adopted = {**ON_DEMAND, "key": None, "environments": {"dev": {"manage": False}}}
    assert [text.split(":")[0] for text in mistakes(adopted)] == ["orders.key"]


def test_all_mistakes_come_at_once_with_the_file_and_the_key(tmp_path: Path) -> None:
    shop = good_system()
    shop["resources"] = [
        changed(changed(PROVISIONED, ("key",), REMOVED), ("time_to_live_attribute",), REMOVED),
        {**ON_DEMAND, "replica_keys": None, "table": "shop-orders"},
    ]
    for component in shop["components"]:
        component.pop("depends_on", None)
    with pytest.raises(BadInput) as caught:
        Catalog.load(write_catalog(tmp_path / "catalog", [shop]))
    assert [problem.where for problem in caught.value.problems] == [
        "catalog/shop.yaml: orders.key",
        "catalog/shop.yaml: orders.time_to_live",
        "catalog: managed tables",
    ]


def test_a_table_is_made_once_in_an_environment() -> None:
    def systems(**environments: Any) -> list[System]:
        twice = [{**ON_DEMAND, "name": name, "environments": {where: {}}} for name, where in environments.items()]
        return [System.model_validate(changed(good_system(), ("resources",), twice))]

    assert list(made_once(systems(carts="dev", baskets="prod"), "catalog")) == []
    [problem] = made_once(systems(carts="prod", baskets="prod"), "catalog")
    assert str(problem) == "catalog: managed tables: found 'shop-carts' 2 times; allowed: each name once"


def test_a_replica_is_in_another_region_than_the_table() -> None:
    system = System.model_validate(changed(good_system(), ("resources",), [ON_DEMAND]))
    assert list(own_region([system], "eu-central-1", "catalog")) == []
    [problem] = own_region([system], "eu-west-1", "catalog")
    assert str(problem).startswith("catalog/shop.yaml: carts.replicas: found eu-west-1, where the environment has")
