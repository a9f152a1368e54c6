"""All alarms of an environment, for the shipped catalog."""

from pathlib import Path

import pytest

from model.alarms.alarm import AlarmFile, AlarmPack, Pack
from model.alarms.budget import AlarmCount
from model.alarms.plan import AlarmPlan
from model.alarms.scopes import Account, AlarmTopic, Cluster
from model.catalog.catalog import Catalog
from model.vocabulary import Severity
from model.yaml_file import read_yaml

ROOT = Path(__file__).parents[3]
CATALOG = Catalog.load(ROOT / "catalog")
FILES = [
    AlarmFile.model_validate(read_yaml(path, path.name)) for path in sorted((ROOT / "rules/cloudwatch").glob("*.yaml"))
]
SCOPES = (
    Account(name="account", region="eu-central-1"),
    Cluster(name="cluster", cluster="main"),
    AlarmTopic(name="critical-topic", topic="belfry-prod-critical", severity=Severity.CRITICAL),
)


def plan(pack: AlarmPack = AlarmPack.FULL, catalog: Catalog = CATALOG) -> AlarmPlan:
    return AlarmPlan.of(FILES, catalog, SCOPES, pack)


def test_every_system_with_resources_and_belfry_itself_are_watched() -> None:
    with_resources = {system.system for system in CATALOG.systems if system.resources}

    assert set(plan().systems) == {*with_resources, "belfry"}


def test_every_resource_that_rows_are_about_is_watched_and_owned() -> None:
    kinds = {file.applies_to for file in FILES}
    wanted = {f"{s.system}-{r.name}" for s in CATALOG.systems for r in s.resources if r.kind in kinds}
    found = {one.name: one.owner for one in plan().watched}

    assert wanted <= set(found)
    assert set(found.values()) <= set(CATALOG.teams)
    assert found["cloudmart-support-conversations"] == "cloudmart-ai"
    assert found["belfry-cluster"] == CATALOG.organization.platform_team


def test_names_of_alarms_are_unique_in_an_environment() -> None:
    names = [f"{one.name}-{alarm.key}" for one in plan().watched for alarm in one.alarms]

    assert len(names) == len(set(names))


def test_the_count_of_all_is_the_sum_of_the_systems() -> None:
    full = plan()
    total = AlarmCount()
    for system in full.systems:
        total += full.count(system)

    assert full.count() == total
    assert full.count("nobody") == AlarmCount()


def test_a_system_has_one_composite_for_each_severity_with_notifications() -> None:
    full = plan()
    severities = {
        name: {alarm.severity for one in watched for alarm in one.alarms} - {Severity.INFO}
        for name, watched in full.systems.items()
    }

    assert {name: full.count(name).composites for name in full.systems} == {
        name: len(found) for name, found in severities.items()
    }


@pytest.mark.parametrize("system", [system.system for system in CATALOG.systems if system.resources])
def test_the_reduced_pack_keeps_every_must_have_of_every_system_for_less(system: str) -> None:
    full, reduced = plan(), plan(AlarmPack.REDUCED)
    must_have = [alarm.key for one in full.systems[system] for alarm in one.alarms if alarm.row.pack is Pack.MUST_HAVE]

    assert [alarm.key for one in reduced.systems[system] for alarm in one.alarms] == must_have
    assert 0 < reduced.count(system).metrics < full.count(system).metrics
