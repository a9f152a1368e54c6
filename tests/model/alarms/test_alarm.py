"""Alarms that a resource gets from the rows of its kind."""

from decimal import Decimal

import pytest

from model.alarms.alarm import (
    AlarmPack,
    alarm_name,
    alarms_for,
)
from model.alarms.scopes import Account
from model.catalog.resources import ElastiCache, LoadBalancer, RdsDatabase, SqsQueue, WebAcl
from model.fitted_names import ALARM
from model.vocabulary import Direction, Severity
from tests.model.alarms.examples import (
    DATABASE,
    alarms,
    file_of,
    good_file,
    of,
    on_demand,
    parsed,
    queue_file,
    row,
    table,
)
from tests.model.catalogs import Document


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

    assert (alarm.threshold, alarm.severity) == (Decimal(80), Severity.WARNING)
    assert {metric.namespace for metric in alarm.metrics} == {"AWS/DynamoDB"}
    assert (alarm.row.period_seconds, alarm.row.bad) == (300, Direction.ABOVE)


def test_a_reduced_pack_keeps_the_must_have_alarms_and_nothing_else() -> None:
    file = parsed(good_file())

    assert [alarm.key for alarm in alarms_for(file, table(), AlarmPack.REDUCED)] == ["throttles", "capacity"]
    assert {a.key for a in alarms_for(file, table(), AlarmPack.FULL)} > {"throttles", "capacity"}


SUBJECT_OF_ACL = WebAcl.model_validate({"kind": "web-acl", "name": "acl", "description": "Front.", "acl": "front"})


def test_a_threshold_may_be_a_share_of_what_the_resource_has() -> None:
    metrics = [{"metric": "DatabaseConnections", "statistic": "Average"}]
    file = file_of(
        "rds-database",
        "AWS/RDS",
        row("connections", metrics=metrics, threshold={"of": "max_connections", "share": 0.9}),
        row(
            "disk",
            metrics=[{"metric": "FreeStorageSpace", "statistic": "Minimum"}],
            bad="below",
            threshold={"of": "storage_bytes", "share": 0.1},
            unit="Bytes",
        ),
        dimensions={"DBInstanceIdentifier": "{identifier}"},
    )

    small, large = of(RdsDatabase, **DATABASE), of(RdsDatabase, **{**DATABASE, "max_connections": 1000})

    assert [alarm.threshold for alarm in alarms_for(file, small)] == [180, 10 * 1024**3]
    assert alarms_for(file, large)[0].threshold == 900


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param({"warning": 300, "critical": 1800}, {"age": 300, "age-critical": 1800}, id="both"),
        pytest.param({"warning": 300}, {"age": 300}, id="a warning only"),
        pytest.param({"critical": 1800}, {"age": 900, "age-critical": 1800}, id="a critical line only"),
        pytest.param(None, {"age": 900}, id="no line at all"),
    ],
)
def test_the_catalogs_own_line_goes_before_ours_and_an_alarm_without_any_line_is_not_made(
    lines: Document | None, expected: dict[str, int]
) -> None:
    thresholds = [{"signal": "queue-lag", "unit": "seconds", "reason": "So.", **lines}] if lines else []
    queue = of(SqsQueue, kind="sqs-queue", queue="jobs", thresholds=thresholds)

    assert {alarm.key: alarm.threshold for alarm in alarms_for(queue_file(), queue)} == expected


def test_each_part_of_a_resource_has_its_own_alarm_with_the_parts_own_dimensions() -> None:
    hosts = {"TargetGroup": "{target_group}", "LoadBalancer": "{arn_suffix}"}
    file = file_of(
        "load-balancer",
        "AWS/ApplicationELB",
        row(
            "hosts",
            each="target_group",
            metrics=[{"metric": "HealthyHostCount", "statistic": "Minimum", "dimensions": hosts}],
        ),
        when={"type": "application"},
    )
    groups = [
        {"name": "web", "arn_suffix": "targetgroup/web/0123456789abcdef"},
        {"name": "api", "arn_suffix": "targetgroup/api/0123456789abcdef"},
    ]
    balancer = {"kind": "load-balancer", "target_groups": groups}

    found = alarms_for(file, of(LoadBalancer, **balancer, arn_suffix="app/shop/0123456789abcdef"))

    assert [alarm.key for alarm in found] == ["hosts-api", "hosts-web"]
    assert found[0].metrics[0].dimensions == {
        "TargetGroup": "targetgroup/api/0123456789abcdef",
        "LoadBalancer": "app/shop/0123456789abcdef",
    }
    assert not alarms_for(file, of(LoadBalancer, **balancer, arn_suffix="net/shop/0123456789abcdef"))


@pytest.mark.parametrize(
    ("fields", "clusters"),
    [
        pytest.param({"engine": "redis", "nodes": 2}, ["cache-001", "cache-002"], id="a group names its members"),
        pytest.param(
            {"engine": "valkey", "nodes": 2, "members": ["cache-0001-001", "cache-0002-001"]},
            ["cache-0001-001", "cache-0002-001"],
            id="members of shards are named in the catalog",
        ),
        pytest.param({"engine": "memcached", "nodes": 2}, ["cache", "cache"], id="memcached is one cluster of nodes"),
    ],
)
def test_a_cache_is_alarmed_node_by_node(fields: Document, clusters: list[str]) -> None:
    dimensions = {"CacheClusterId": "{node_cluster}", "CacheNodeId": "{node}"}
    file = file_of(
        "elasticache",
        "AWS/ElastiCache",
        row("evictions", each="node", metrics=[{"metric": "Evictions", "statistic": "Sum"}]),
        dimensions=dimensions,
    )
    cache = of(ElastiCache, kind="elasticache", cluster="cache", node_type="cache.t4g.medium", **fields)

    found = alarms_for(file, cache)

    assert [alarm.metrics[0].dimensions["CacheClusterId"] for alarm in found] == clusters
    assert len({str(alarm.metrics[0].dimensions) for alarm in found}) == 2


@pytest.mark.parametrize(
    ("wanted", "applies"),
    [
        pytest.param({"uses": "dynamodb-table"}, True, id="the account has such a resource"),
        pytest.param({"uses": "sqs-queue"}, False, id="it has none"),
        pytest.param({"monthly_budget_usd": True}, False, id="nothing is set"),
        pytest.param({"monthly_budget_usd": False}, True, id="and that is what is asked"),
        pytest.param({"region": ["us-east-1", "eu-central-1"]}, True, id="one of several"),
    ],
)
def test_a_row_says_for_whom_it_is(wanted: Document, applies: bool) -> None:
    metrics = [{"metric": "UserErrors", "statistic": "Sum"}]
    file = file_of("account", "AWS/DynamoDB", row("user-errors", metrics=metrics, when=wanted))
    account = Account.model_validate({"name": "account", "region": "eu-central-1", "uses": ["dynamodb-table"]})

    assert bool(alarms_for(file, account)) is applies


def test_account_and_region_stay_open_until_the_alarm_is_made() -> None:
    metrics = [{"metric": "BlockedRequests", "statistic": "Sum"}]
    file = file_of(
        "web-acl",
        "AWS/WAFV2",
        row("blocked", metrics=metrics),
        dimensions={"WebACL": "{acl}", "Rule": "ALL", "Region": "{region}"},
    )
    acl = SUBJECT_OF_ACL

    assert alarms_for(file, acl)[0].metrics[0].dimensions == {"WebACL": "front", "Rule": "ALL", "Region": "{region}"}


def test_a_name_too_long_for_aws_is_shortened_and_stays_unique_and_the_same() -> None:
    index = "x" * 250
    one, other = alarm_name("prod-shop-orders", f"{index}a"), alarm_name("prod-shop-orders", f"{index}b")

    assert len(one) == len(other) == ALARM
    assert one != other
    assert one == alarm_name("prod-shop-orders", f"{index}a")
    assert alarm_name("prod", "short") == "prod-short"


def test_a_resource_without_parts_has_none_of_any_sort() -> None:
    assert SUBJECT_OF_ACL.parts("index") == {}
