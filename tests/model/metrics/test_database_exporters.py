"""Databases and the programs that ask them: who is asked how, with which account."""

import json
from typing import Any

import pytest
import yaml

from model import names
from model.catalog.catalog import Catalog
from model.catalog.databases import ElastiCache, RdsDatabase
from model.metrics.database_exporters import (
    CREDENTIALS_FOLDER,
    EXPORTERS,
    POSTGRES,
    REDIS,
    DatabaseAccess,
    DatabaseTarget,
    ExporterProgram,
    Member,
    MemberKind,
    credentials,
    exporter_of,
    members,
    problems,
    targets,
    template,
    without_exporter,
)
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
HOST = "db.abc.eu-central-1.rds.amazonaws.com"


def access(**changes: Any) -> DatabaseAccess:
    return DatabaseAccess.model_validate({"addresses": [HOST], **changes})


def target(exporter: ExporterProgram, **changes: Any) -> DatabaseTarget:
    return DatabaseTarget(system="shop", component="orders", exporter=exporter, access=access(**changes))


def database(**changes: Any) -> RdsDatabase:
    good = {
        "kind": "rds-database",
        "name": "orders",
        "description": "Orders.",
        "identifier": "shop-orders",
        "engine": "postgres",
        "instance_class": "db.m6g.large",
        "storage_gib": 100,
        "max_connections": 200,
        "memory_gib": 8,
    }
    return RdsDatabase.model_validate({**good, **changes})


def cache(engine: str) -> ElastiCache:
    return ElastiCache.model_validate(
        {
            "kind": "elasticache",
            "name": "sessions",
            "description": "Sessions.",
            "cluster": "shop-sessions",
            "engine": engine,
            "node_type": "cache.t4g.small",
        }
    )


def with_resources(*resources: RdsDatabase | ElastiCache) -> Catalog:
    shop = CATALOG.systems[0].model_copy(update={"system": "shop", "resources": resources})
    return Catalog.of(CATALOG.organization, [shop])


def test_the_engine_says_which_exporter_asks() -> None:
    assert exporter_of(database()) is POSTGRES
    assert exporter_of(database(engine="mysql")) is None
    assert [exporter_of(cache(engine)) for engine in ("redis", "valkey", "memcached")] == [REDIS, REDIS, None]


def test_a_target_is_named_by_system_and_resource_as_rules_expect() -> None:
    (alchemorsel, bakhmach) = targets({"bakhmach/cache": access(), "alchemorsel/database": access()}, CATALOG)

    assert (alchemorsel.system, alchemorsel.component, alchemorsel.exporter) == ("alchemorsel", "database", POSTGRES)
    assert (bakhmach.system, bakhmach.component, bakhmach.exporter) == ("bakhmach", "cache", REDIS)
    assert alchemorsel.secret == "database-alchemorsel-database"


def test_postgresql_is_asked_by_host_and_database_and_the_account_by_name() -> None:
    asked = target(POSTGRES, addresses=["one", "two"], database="app")

    assert asked.urls == ("one:5432/app", "two:5432/app")
    assert asked.parameters == {"auth_module": "shop-orders"}


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, f"rediss://{HOST}:6379"),
        ({"user": "watcher"}, f"rediss://watcher@{HOST}:6379"),
        ({"encrypted": False}, f"redis://{HOST}:6379"),
    ],
)
def test_redis_is_asked_by_an_address_under_which_its_password_is_found(changes: dict[str, Any], url: str) -> None:
    asked = target(REDIS, **changes)

    assert asked.urls == (url,)
    assert asked.parameters == {}
    assert json.loads(credentials(REDIS, [(asked, "hush")])) == {url: "hush"}


def test_the_accounts_of_postgresql_are_modules_with_encryption() -> None:
    made = yaml.safe_load(credentials(POSTGRES, [(target(POSTGRES), "hu:sh'")]))

    assert made == {
        "auth_modules": {
            "shop-orders": {
                "type": "userpass",
                "userpass": {"username": "belfry_monitoring", "password": "hu:sh'"},
                "options": {"sslmode": "require"},
            }
        }
    }
    plain = yaml.safe_load(credentials(POSTGRES, [(target(POSTGRES, encrypted=False, user="root"), "x")]))
    assert plain["auth_modules"]["shop-orders"]["options"] == {"sslmode": "disable"}
    assert plain["auth_modules"]["shop-orders"]["userpass"]["username"] == "root"


def test_all_mistakes_are_named_at_once() -> None:
    catalog = with_resources(
        database(),
        database(name="legacy", engine="mysql"),
        database(name="wide", engine="aurora-postgresql", storage_gib=None, instances=["wide-1", "wide-2"]),
    )
    given = {
        "shop/orders": access(password=False),
        "shop/legacy": access(),
        "shop/wide": access(addresses=["wide", "wide-reader"]),
        "shop/gone": access(),
    }
    found = list(problems(given, catalog, "exporters.databases"))

    assert [(problem.where, problem.found) for problem in found] == [
        ("exporters.databases.shop/gone", "found no such database in the catalog"),
        ("exporters.databases.shop/legacy", "found a database without an exporter"),
        ("exporters.databases.shop/orders.password", "found false"),
        ("exporters.databases.shop/wide.addresses", "found 2 of an Aurora cluster"),
    ]
    assert found[0].allowed == "shop/orders, shop/wide"
    assert {asked.component for asked in targets(given, catalog)} == {"orders", "wide"}


def test_what_is_right_has_no_problems() -> None:
    given = {"shop/orders": access(), "shop/sessions": access(password=False)}

    assert list(problems(given, with_resources(database(), cache("valkey")), "exporters.databases")) == []


@pytest.mark.parametrize("wrong", ["db:5432", "https://db", "user:pass@db", ""])
def test_an_address_is_a_host_and_nothing_else(wrong: str) -> None:
    with pytest.raises(ValueError, match="addresses"):
        access(addresses=[wrong])


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.name)
def test_the_program_reads_its_passwords_from_the_mounted_file(exporter: ExporterProgram) -> None:
    assert any(
        argument.endswith(f"={CREDENTIALS_FOLDER}/{exporter.credentials_file}") for argument in exporter.arguments
    )


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.name)
def test_the_image_is_pinned_to_a_release(exporter: ExporterProgram) -> None:
    _, _, tag = exporter.image.rpartition(":")

    assert tag.startswith("v")
    assert tag.count(".") == 2


def test_trap_statements_are_not_measured_by_default() -> None:
    assert "--collector.stat_statements" in POSTGRES.arguments


def test_trap_rds_and_aurora_refuse_the_listing_of_the_write_ahead_log() -> None:
    assert "--no-collector.wal" in POSTGRES.arguments


def test_trap_elasticache_knows_no_config_command() -> None:
    assert "--config-command=-" in REDIS.arguments


def test_trap_without_an_empty_address_the_redis_exporter_asks_itself() -> None:
    assert "--redis.addr=" in REDIS.arguments


def test_ports_are_those_that_paths_let_through() -> None:
    assert [(exporter.name, exporter.port) for exporter in EXPORTERS] == [
        (names.POSTGRES_EXPORTER, 9187),
        (names.REDIS_EXPORTER, 9121),
    ]


def test_an_exporter_follows_from_the_password_and_else_it_is_named_as_missing() -> None:
    catalog = with_resources(database(), database(name="legacy", engine="mysql"), cache("valkey"))

    assert [one.component for one in targets({}, catalog, ["database-shop-orders"])] == ["orders"]
    assert [one.component for one in without_exporter({}, catalog, ["database-shop-orders"])] == ["sessions"]
    stated = {"shop/sessions": DatabaseAccess(password=False)}
    assert [one.component for one in targets(stated, catalog)] == ["sessions"]
    assert [one.component for one in without_exporter(stated, catalog, [])] == ["orders"]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(
            database(replicas=1, read_replicas=["shop-orders-replica"]),
            (Member(MemberKind.INSTANCE, "shop-orders"), Member(MemberKind.INSTANCE, "shop-orders-replica")),
            id="replicas of RDS are asked for their lag",
        ),
        pytest.param(
            database(engine="aurora-postgresql", storage_gib=None, instances=["a", "b"]),
            (Member(MemberKind.CLUSTER, "shop-orders"),),
            id="readers of Aurora refuse to tell it",
        ),
        pytest.param(cache("redis"), (Member(MemberKind.NODE, "shop-sessions-001"),), id="each node of a cache"),
    ],
)
def test_aws_is_asked_for_the_address_of_each_member(
    resource: RdsDatabase | ElastiCache, expected: tuple[Member, ...]
) -> None:
    assert members(resource) == expected


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.name)
def test_external_secrets_puts_any_password_into_the_file_as_it_is(exporter: ExporterProgram) -> None:
    """Two names of which one begins like the other, and a password with what ends texts in YAML and JSON."""
    pair = [
        DatabaseTarget(system="shop", component=component, exporter=exporter, access=access(addresses=[component]))
        for component in ("orders", "orders-eu")
    ]
    passwords = {pair[0].secret: "a\"b'c: #{{", pair[1].secret: "plain"}
    text = template(exporter, pair)
    for name, password in passwords.items():
        text = text.replace(f'{{{{ index . "{name}" | toJson }}}}', json.dumps(password))

    expected = credentials(exporter, [(one, passwords[one.secret]) for one in pair])
    assert yaml.safe_load(text) == yaml.safe_load(expected)
