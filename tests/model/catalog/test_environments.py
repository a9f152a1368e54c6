"""Resources and probes that an environment has under another name, or not at all."""

import re
from decimal import Decimal
from typing import Any

import pytest

from model.catalog.probes import Probe
from model.catalog.resources import LoadBalancer, RdsDatabase, SqsQueue
from model.catalog.system import System
from model.vocabulary import Environment
from tests.model.catalogs import good_system

QUEUE = {
    "kind": "sqs-queue",
    "name": "jobs",
    "description": "Jobs.",
    "queue": "jobs",
    "dead_letter_queue": "jobs-dead",
}


def queue(environments: object) -> SqsQueue:
    return SqsQueue.model_validate({**QUEUE, "environments": environments})


def test_each_environment_has_its_own_name_and_one_that_is_not_named_has_none() -> None:
    jobs = queue({"prod": {}, "dev": {"queue": "jobs-dev"}})

    in_prod, in_dev = jobs.in_environment(Environment.PROD), jobs.in_environment(Environment.DEV)

    assert (in_prod and in_prod.queue, in_dev and in_dev.queue) == ("jobs", "jobs-dev")
    assert in_dev
    assert in_dev.dead_letter_queue == "jobs-dead"
    assert jobs.in_environment(Environment.STAGING) is None


@pytest.mark.parametrize("environment", Environment)
def test_without_the_key_every_environment_has_it_as_it_is_written(environment: Environment) -> None:
    jobs = SqsQueue.model_validate(QUEUE)
    assert jobs.in_environment(environment) == jobs


def test_local_shows_everything_as_it_is_written() -> None:
    jobs = queue({"dev": {"queue": "jobs-dev"}})
    assert jobs.in_environment(Environment.LOCAL) == jobs


@pytest.mark.parametrize(
    ("environments", "said"),
    [
        ({"prod": {"queu": "x"}}, "found environments.prod.queu; allowed: alarms, dead_letter_queue"),
        ({"prod": {"name": "x"}}, "found environments.prod.name; allowed"),
        ({"prod": {"kind": "sns-topic"}}, "found environments.prod.kind; allowed"),
        ({"prod": {"environments": {}}}, "found environments.prod.environments; allowed"),
        ({"prod": {"objectives": []}}, "found environments.prod.objectives; allowed"),
        ({"prod": {"queue": "two words"}}, "found environments.prod.queue: String should match pattern"),
        ({"local": {}}, "found local, which always uses the catalog unchanged; allowed: dev, staging, prod"),
        ({"test": {}}, "dev"),
        ({}, "at least 1 item"),
        ({"prod": None}, "dictionary"),
    ],
)
def test_a_mistake_in_an_environment_is_refused(environments: object, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        queue(environments)


def test_a_probe_may_ask_another_address_and_stays_the_same_probe() -> None:
    given = {"name": "home", "kind": "http", "target": "https://www.example.com/", "reason": "The front door."}
    probe = Probe.model_validate({**given, "environments": {"dev": {"target": "https://dev.example.com/"}}})
    in_dev = probe.in_environment(Environment.DEV)

    assert in_dev
    assert (in_dev.name, in_dev.target) == ("home", "https://dev.example.com/")
    with pytest.raises(ValueError, match=r"found environments\.dev\.third_party"):
        Probe.model_validate({**given, "environments": {"dev": {"third_party": True}}})


def test_what_is_made_once_for_all_environments_sees_every_name() -> None:
    jobs = queue({"prod": {}, "dev": {"queue": "jobs-dev"}, "staging": {"queue": "jobs-staging"}})
    assert [variant.queue for variant in jobs.variants()] == ["jobs", "jobs-dev", "jobs-staging"]


def test_the_texts_that_differ_are_known_also_within_lists() -> None:
    group, other = "targetgroup/a/0123456789abcdef", "targetgroup/b/0123456789abcdef"
    given: dict[str, Any] = {
        "kind": "load-balancer",
        "name": "door",
        "description": "The door.",
        "arn_suffix": "app/a/0123456789abcdef",
        "target_groups": [{"name": "api", "arn_suffix": group}],
    }
    different = {"arn_suffix": "app/b/0123456789abcdef", "target_groups": [{"name": "api", "arn_suffix": other}]}
    door = LoadBalancer.model_validate({**given, "environments": {"dev": different}})
    in_dev = door.in_environment(Environment.DEV)

    assert in_dev
    assert door.differences(in_dev) == {"app/a/0123456789abcdef": "app/b/0123456789abcdef", group: other}


def test_a_system_says_what_an_environment_lacks_of_it() -> None:
    given = good_system("shop")
    given["resources"][0]["environments"] = {"prod": {}}
    component = given["components"][0]
    component["probes"][0]["environments"] = {"prod": {}}
    system = System.model_validate(given)

    here, lacking = system.in_environment(Environment.DEV)

    name, probe = given["resources"][0]["name"], component["probes"][0]["name"]
    assert sorted(lacking) == sorted([f"shop/{name}", f"shop/{component['name']}/{probe}"])
    assert name not in [resource.name for resource in here.resources]
    assert system.in_environment(Environment.PROD)[1] == ()


def test_a_smaller_database_has_its_own_limits() -> None:
    database = RdsDatabase.model_validate(
        {
            "kind": "rds-database",
            "name": "db",
            "description": "Data.",
            "identifier": "db-production",
            "engine": "postgres",
            "instance_class": "db.m6g.large",
            "storage_gib": 100,
            "max_connections": 400,
            "memory_gib": 8,
            "environments": {"prod": {}, "dev": {"identifier": "db-dev", "memory_gib": 2, "max_connections": 80}},
        }
    )
    small = database.in_environment(Environment.DEV)

    assert small
    assert (small.identifier, small.max_connections, small.memory_gib) == ("db-dev", 80, Decimal(2))
    assert small.storage_gib == database.storage_gib
