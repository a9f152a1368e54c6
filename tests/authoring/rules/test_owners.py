"""Owners as series: what a rule joins to find whom to tell."""

import re

import pytest

from authoring.rules import owners
from model.catalog.catalog import Catalog
from model.catalog.resources import SqsQueue
from model.problems import BadInput
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
TEXT = "".join(owners.generate(CATALOG).values())


def rows(record: str) -> list[dict[str, str]]:
    found = re.findall(rf"record: {record}\n\s+expr: vector\(1\)\n\s+labels: {{(.+)}}\n", TEXT)
    return [dict(pair.split(": ") for pair in row.split(", ")) for row in found]


def test_a_component_with_an_owner_of_its_own_is_not_its_systems() -> None:
    (row,) = [r for r in rows("component:owner:info") if (r["system"], r["component"]) == ("cloudmart", "ai-service")]
    assert row["team"] == "cloudmart-ai"
    assert row["namespace"] == "cloudmart"


def test_every_component_and_resource_of_the_catalog_has_one_line() -> None:
    known = [(s.system, part.name) for s in CATALOG.systems for part in (*s.components, *s.resources)]
    assert sorted((row["system"], row["component"]) for row in rows("component:owner:info")) == sorted(known)


def test_a_queue_and_its_dead_letter_queue_lead_to_the_same_owner() -> None:
    found = {row["dimension_QueueName"]: row for row in rows("queue:owner:info")}
    assert found["bakhmach-jobs"]["role"] == "main"
    assert found["bakhmach-jobs-dead"]["role"] == "dead-letter"
    assert found["bakhmach-jobs"]["team"] == found["bakhmach-jobs-dead"]["team"] == "bakhmach"


def test_a_queue_is_known_by_the_name_that_each_environment_gives_it() -> None:
    """The rules are the same files everywhere."""
    system = next(system for system in CATALOG.systems if system.system == "bakhmach")
    queues = [part for part in system.resources if isinstance(part, SqsQueue)]
    elsewhere = SqsQueue.model_validate(
        {**queues[0].model_dump(exclude_unset=True), "environments": {"prod": {}, "dev": {"queue": "jobs-of-dev"}}}
    )
    changed = Catalog.of(CATALOG.organization, [system.model_copy(update={"resources": (elsewhere,)})])
    (text,) = owners.generate(changed).values()

    assert "dimension_QueueName: jobs-of-dev" in text
    assert f"dimension_QueueName: {queues[0].queue}" in text


def test_a_namespace_of_two_systems_stands_for_neither() -> None:
    first, second = CATALOG.systems[0], CATALOG.systems[1]
    guests = tuple(
        c.model_copy(update={"namespace": first.system, "name": f"guest-{c.name}"}) for c in second.components
    )
    shared = Catalog.of(CATALOG.organization, [first, second.model_copy(update={"components": guests})])
    rows = "".join(owners.generate(shared).values())
    assert f"labels: {{namespace: {first.system}," not in rows


def test_two_components_of_one_name_in_one_namespace_are_refused() -> None:
    first, second = CATALOG.systems[0], CATALOG.systems[1]
    twin = second.components[0].model_copy(update={"namespace": first.system, "name": first.components[0].name})
    with pytest.raises(BadInput, match="also in system"):
        owners.generate(Catalog.of(CATALOG.organization, [first, second.model_copy(update={"components": (twin,)})]))
