"""CloudWatch alarms as data: which alarms a resource gets, and which rows and overrides are refused."""

from decimal import Decimal
from typing import Any

import pytest
import yaml

from model.alarms.alarm import (
    MAX_METRICS,
    MAX_NAME,
    Alarm,
    AlarmFile,
    AlarmPack,
    AlarmThreshold,
    alarm_name,
    alarms_for,
    doubled_names,
    override_problems,
    placeholders,
    unknown_overrides,
)
from model.alarms.scopes import Account
from model.assets import Asset, Bundle, BundleKind, Maturity
from model.catalog.resource_base import Subject
from model.catalog.resources import DynamoDbTable, ElastiCache, LoadBalancer, RdsDatabase, SqsQueue, WebAcl
from model.catalog.system import System
from model.problems import BadInput
from model.vocabulary import Direction, Severity
from tests.model.catalogs import Document, Key, changed, good_system

INDEX = {"TableName": "{table}", "GlobalSecondaryIndexName": "{index}"}


def good_file() -> Document:
    """A row for every table, one for every index, and one for provisioned tables."""
    return {
        "namespace": "AWS/DynamoDB",
        "applies_to": "dynamodb-table",
        "alarms": [
            row("throttles"),
            row("index-throttles", pack="extended", each="index", metrics=[metric(dimensions=INDEX)]),
            row(
                "capacity",
                when={"billing": "provisioned"},
                metrics=[
                    {"id": "used", **metric("ConsumedReadCapacityUnits")},
                    {"id": "paid", **metric("ProvisionedReadCapacityUnits"), "statistic": "Average"},
                ],
                expression="100*FILL(used,0)/paid",
                period_seconds=300,
                threshold=80,
                unit="Percent",
            ),
        ],
    }


def row(name: str, **changes: Any) -> Document:
    return {
        "name": name,
        "pack": "must-have",
        "metrics": [metric()],
        "datapoints": 5,
        "periods": 5,
        "threshold": 0,
        "unit": "Count",
        "missing_data": "notBreaching",
        "severity": "warning",
        "summary": "Throttled",
        "reason": "Felt by users.",
        "source": "AWS",
        "steps": ["Look."],
        **changes,
    }


def metric(name: str = "ReadThrottleEvents", dimensions: dict[str, str] | None = None) -> Document:
    return {"metric": name, "statistic": "Sum", "dimensions": dimensions or {"TableName": "{table}"}}


def file_of(subject: str, namespace: str, *rows: Document, **changes: Any) -> AlarmFile:
    return parsed({"namespace": namespace, "applies_to": subject, "alarms": list(rows), **changes})


def of(model: type[Subject], **fields: Any) -> Any:
    return model.model_validate({"name": "it", "description": "It.", **fields})


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

    assert (alarm.threshold, alarm.severity) == (Decimal(80), Severity.WARNING)
    assert {metric.namespace for metric in alarm.metrics} == {"AWS/DynamoDB"}
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
        pytest.param(
            ("alarms", 0, "when"),
            {"biling": "x"},
            "found unknown biling; allowed: of dynamodb-table: alarms, billing",
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


def test_an_override_in_the_wrong_unit_is_a_mistake_and_in_the_right_one_is_none() -> None:
    (problem,) = refusals(override("throttles", threshold=1, unit="Percent"))

    assert problem.endswith("orders.alarms: found unit Percent for throttles; allowed: Count")
    assert not refusals(override("throttles", threshold=1, unit="Count"))


def test_a_reduced_pack_keeps_the_must_have_alarms_and_nothing_else() -> None:
    file = parsed(good_file())

    assert [alarm.key for alarm in alarms_for(file, table(), AlarmPack.REDUCED)] == ["throttles", "capacity"]
    assert {a.key for a in alarms_for(file, table(), AlarmPack.FULL)} > {"throttles", "capacity"}


def test_an_override_of_an_extended_alarm_is_no_mistake_where_the_pack_is_reduced() -> None:
    extended = override("index-throttles", index="by-customer", threshold=1)

    assert not list(override_problems([parsed(good_file())], table(alarms=[extended]), "here"))


SUBJECT_OF_ACL = WebAcl.model_validate({"kind": "web-acl", "name": "acl", "description": "Front.", "acl": "front"})
QUEUE_ROWS = [
    row(
        "age",
        metrics=[
            {
                "metric": "ApproximateAgeOfOldestMessage",
                "statistic": "Maximum",
                "dimensions": {"QueueName": "{queue}"},
            }
        ],
        unit="Seconds",
    )
]
DATABASE = {
    "kind": "rds-database",
    "identifier": "db",
    "engine": "postgres",
    "instance_class": "db.m6g.large",
    "storage_gib": 100,
    "max_connections": 200,
    "memory_gib": 8,
}


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


def queue_file() -> AlarmFile:
    age = {"metrics": [{"metric": "ApproximateAgeOfOldestMessage", "statistic": "Maximum"}], "unit": "Seconds"}
    return file_of(
        "sqs-queue",
        "AWS/SQS",
        row("age", **age, threshold={"signal": "queue-lag", "otherwise": 900}),
        row("age-critical", **age, severity="critical", threshold={"signal": "queue-lag"}),
        dimensions={"QueueName": "{queue}"},
    )


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

    assert len(one) == len(other) == MAX_NAME
    assert one != other
    assert one == alarm_name("prod-shop-orders", f"{index}a")
    assert alarm_name("prod", "short") == "prod-short"


def test_two_files_may_not_have_an_alarm_of_one_name() -> None:
    (problem,) = doubled_names([parsed(good_file()), queue_file(), file_of("sqs-queue", "AWS/SQS", *QUEUE_ROWS)])

    assert "found alarm age in two files" in str(problem)


def test_a_row_with_index_and_part_in_one_override_is_refused() -> None:
    with pytest.raises(ValueError, match="found both index and part; allowed: one of them"):
        table(alarms=[override("index-throttles", index="by-product", part="x")])


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
    ],
)
def test_a_threshold_can_be_read_by_people(threshold: Any, words: str) -> None:
    assert str(AlarmThreshold.model_validate(threshold)) == words


def test_a_resource_without_parts_has_none_of_any_sort() -> None:
    assert SUBJECT_OF_ACL.parts("index") == {}
