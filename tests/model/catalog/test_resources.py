from typing import get_args

import pytest
from pydantic import TypeAdapter

from model.base import Model
from model.catalog.resources import DynamoDbTable, ElastiCache, RdsDatabase, Resource, ResourceBase, ResourceKind
from model.catalog.system import System
from tests.model.catalogs import REMOVED, Document, Key, changed, good_system
from tests.model.refusals import refusal

PROVISIONED: Document = good_system()["resources"][0]
ON_DEMAND: Document = good_system()["resources"][1]
DATABASE: Document = good_system()["resources"][2]
OTHERS: dict[str, Document] = {
    "elasticache": {"cluster": "c", "engine": "redis", "node_type": "cache.t4g.medium"},
    "sqs-queue": {"queue": "jobs", "dead_letter_queue": "jobs-dead", "fifo": True},
    "sns-topic": {"topic": "orders"},
    "lambda-function": {"function": "f", "timeout_seconds": 30, "reserved_concurrency": 5, "reads_stream": True},
    "load-balancer": {
        "arn_suffix": "app/shop/0123456789abcdef",
        "target_groups": [{"name": "api", "arn_suffix": "targetgroup/api/0123456789abcdef"}],
    },
    "api-gateway": {"protocol": "rest", "api": "orders", "stage": "live"},
    "s3-bucket": {"bucket": "shop-images"},
    "opensearch-domain": {"domain": "search", "storage_gib": 100},
    "nat-gateway": {"gateway": "nat-0123456789abcdef0"},
    "certificate": {"arn": "arn:aws:acm:eu-central-1:123456789012:certificate/x"},
    "ec2-instance": {"instance": "i-0123456789abcdef0"},
    "web-acl": {"acl": "front"},
}
CACHE: Document = {"name": "it", "kind": "elasticache", "description": "It."} | OTHERS["elasticache"]
ALL: list[Document] = [
    PROVISIONED,
    ON_DEMAND,
    DATABASE,
    *({"name": "it", "kind": kind, "description": "It."} | fields for kind, fields in OTHERS.items()),
]
RESOURCE: TypeAdapter[ResourceBase] = TypeAdapter(Resource)


@pytest.mark.parametrize("document", ALL, ids=lambda document: f"{document['kind']} {document['name']}")
def test_every_kind_of_resource_is_read(document: Document) -> None:
    assert RESOURCE.validate_python(document).model_dump()["kind"] == document["kind"]


def test_every_word_of_the_kinds_has_its_model_and_its_example_here() -> None:
    assert {document["kind"] for document in ALL} == set(ResourceKind)
    assert len(get_args(get_args(Resource)[0])) == len(ResourceKind)


def test_an_unknown_kind_is_refused_with_the_list() -> None:
    message = refusal(System, changed(good_system(), ("resources", 0, "kind"), "dynamo"))
    assert message.startswith("resources[0].kind: found 'dynamo'; allowed: dynamodb-table, rds-database, elasticache")
    assert "ResourceKind" not in message


@pytest.mark.parametrize(
    ("model", "document", "key", "value", "message"),
    [
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("capacity",),
            REMOVED,
            "found billing provisioned without capacity; allowed: capacity with read and write",
            id="a provisioned table without capacity",
        ),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("indexes", 0, "capacity"),
            REMOVED,
            "found billing provisioned without indexes[by-customer].capacity",
            id="a provisioned index without capacity",
        ),
        pytest.param(
            DynamoDbTable,
            ON_DEMAND,
            ("capacity",),
            {"read": 1, "write": 1},
            "found capacity with billing on-demand; allowed: no capacity, or billing provisioned",
            id="an on-demand table with capacity",
        ),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("alarms", 0, "index"),
            "by-date",
            "found an alarm on missing index 'by-date'; allowed: by-customer",
            id="an alarm on a missing index",
        ),
        pytest.param(
            DynamoDbTable,
            ON_DEMAND,
            ("alarms",),
            [{"alarm": "throttled-reads", "index": "by-date", "reason": "Hot."}],
            "found an alarm on missing index 'by-date'; allowed: none, the table has no index",
            id="an alarm on an index of a table without any",
        ),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("indexes",),
            [{"name": "by-date", "capacity": {"read": n, "write": 1}} for n in (1, 2)],
            "found two indexes of one name among by-date, by-date",
            id="two indexes of one name",
        ),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("capacity", "read"),
            0,
            "capacity.read: found 0",
            id="a capacity of nothing",
        ),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("capacity", "read"),
            True,
            "capacity.read: found 'true'",
            id="a yes as a capacity",
        ),
        pytest.param(DynamoDbTable, ON_DEMAND, ("billing",), "auto", "billing: found 'auto'", id="an unknown billing"),
        pytest.param(DynamoDbTable, ON_DEMAND, ("table",), "a b", "table: found 'a b'", id="no table name of AWS"),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("alarms", 0, "severity"),
            "page",
            "alarms[0].severity: found 'page'",
            id="an alarm of unknown severity",
        ),
        pytest.param(
            RdsDatabase,
            DATABASE,
            ("storage_gib",),
            REMOVED,
            "found engine postgres and storage_gib None",
            id="a database without storage",
        ),
        pytest.param(
            RdsDatabase,
            DATABASE,
            ("engine",),
            "aurora-postgresql",
            "found engine aurora-postgresql and storage_gib 100",
            id="an Aurora cluster with storage",
        ),
        pytest.param(
            RdsDatabase,
            {**changed(DATABASE, ("storage_gib",), REMOVED), "engine": "aurora-mysql"},
            ("replicas",),
            0,
            "found engine aurora-mysql and instances none; allowed: instances for aurora and for no other engine",
            id="an Aurora cluster whose instances nobody knows",
        ),
        pytest.param(
            RdsDatabase,
            DATABASE,
            ("instances",),
            ["a"],
            "found engine postgres and instances a; allowed: instances for aurora and for no other engine",
            id="an RDS instance with instances",
        ),
        pytest.param(
            RdsDatabase,
            {**DATABASE, "replicas": 2},
            ("read_replicas",),
            ["replica"],
            "found 1 read_replicas and replicas 2; allowed: as many of each",
            id="a replica without a name",
        ),
        pytest.param(
            ElastiCache,
            {**CACHE, "nodes": 3},
            ("members",),
            ["a", "b"],
            "found 2 members for 3 nodes of redis; allowed: none, or one a node of redis or valkey",
            id="a node without a name",
        ),
        pytest.param(
            ElastiCache,
            {**CACHE, "engine": "memcached"},
            ("members",),
            ["a"],
            "found 1 members for 1 nodes of memcached",
            id="members of memcached",
        ),
        pytest.param(
            DynamoDbTable,
            PROVISIONED,
            ("maximum",),
            {"read": 1, "write": 1},
            "found maximum with billing provisioned; allowed: no maximum, or billing on-demand",
            id="a ceiling of a provisioned table",
        ),
        pytest.param(
            RdsDatabase,
            DATABASE,
            ("instance_class",),
            "r6g.large",
            "instance_class: found 'r6g.large'",
            id="an instance class without db.",
        ),
        pytest.param(
            RdsDatabase,
            DATABASE,
            ("max_connections",),
            "many",
            "max_connections: found 'many'",
            id="a word as a number",
        ),
    ],
)
def test_a_broken_resource_is_refused(
    model: type[Model], document: Document, key: Key, value: object, message: str
) -> None:
    assert refusal(model, changed(document, key, value)).startswith(message)


def test_an_aurora_cluster_grows_by_itself() -> None:
    aurora = {**changed(changed(DATABASE, ("engine",), "aurora-mysql"), ("storage_gib",), REMOVED), "instances": ["a"]}
    assert RdsDatabase.model_validate(aurora).storage_gib is None


def test_only_a_table_has_indexes_to_alarm() -> None:
    assert RESOURCE.validate_python(PROVISIONED).index_names == {"by-customer"}
    assert RESOURCE.validate_python(DATABASE).index_names == frozenset()


def test_the_metrics_of_an_aurora_cluster_are_those_of_its_instances() -> None:
    aurora = {**DATABASE, "engine": "aurora-mysql", "identifier": "cluster", "instances": ["one", "two"]}
    del aurora["storage_gib"]

    assert set(RdsDatabase.model_validate(aurora).parts("instance")) == {"one", "two"}
    assert set(RdsDatabase.model_validate(DATABASE).parts("instance")) == {DATABASE["identifier"]}
