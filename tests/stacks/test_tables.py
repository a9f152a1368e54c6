"""Tables of the catalog in a deployment: only where they are asked for, kept, and there before their alarms."""

import json
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
import yaml

from model.problems import BadInput
from tests.model.catalog.managed_tables import ON_DEMAND, PROVISIONED
from tests.model.catalogs import Document
from tests.stacks.deployment import copy_of_project, deploy, deployed
from tests.stacks.test_deployer_policy import allowed_services, services_of
from tests.synth import Synth
from tests.tools import PROJECT

Table = aws.dynamodb.Table
KMS_OF_TABLES = "dynamodb.eu-central-1.amazonaws.com"


def managing(folder: Path, document: Document = PROVISIONED, **changes: Any) -> Path:
    """The project with a managed table in the place of a watched one."""
    root = copy_of_project(folder)
    file = root / "catalog" / "cloudmart.yaml"
    system = yaml.safe_load(file.read_text())
    place = next(i for i, each in enumerate(system["resources"]) if each["name"] == "orders")
    own = {"name": "orders", "stream_consumers": [], "contributor_insights": "accessed", **changes}
    system["resources"][place] = {**document, **own}
    file.write_text(yaml.safe_dump(system, sort_keys=False))
    return root


@pytest.fixture(scope="module", name="prod")
def in_production(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    return deploy("prod", root=managing(tmp_path_factory.mktemp("managing")))


def test_no_table_is_made_unless_it_is_asked_for() -> None:
    made = [key for stack in ("local", "dev", "staging", "prod") for key in deployed(stack).of(Table)]
    assert made == []
    assert KMS_OF_TABLES not in str(deployed("prod").of(aws.kms.Key)["data-key"].inputs["policy"])


def test_a_managed_table_is_protected_tagged_and_encrypted_with_the_environments_key(prod: Synth) -> None:
    table = prod.only(Table)

    assert table.protect
    assert table.inputs["deletionProtectionEnabled"] is True
    assert table.inputs["tags"] == {"owner": "cloudmart", "system": "cloudmart"}
    assert ("aws:kms/key:Key", "data-key") in table.dependencies
    assert table.inputs["serverSideEncryption"]["kmsKeyArn"].endswith("data-key")


def test_programs_that_may_use_a_table_need_no_rights_of_its_key(prod: Synth) -> None:
    policy = json.loads(prod.of(aws.kms.Key)["data-key"].inputs["policy"])
    [statement] = [each for each in policy["Statement"] if KMS_OF_TABLES in json.dumps(each)]

    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Condition"] == {
        "StringEquals": {"kms:CallerAccount": "123456789012", "kms:ViaService": KMS_OF_TABLES}
    }, "nobody of another account, and nobody but by DynamoDB"
    assert "kms:*" not in statement["Action"]


def test_alarms_of_a_managed_table_wait_for_it_and_those_of_others_do_not(prod: Synth) -> None:
    table, alarms = prod.only(Table).key, prod.of("belfry:aws:ResourceAlarms")
    # A component waits for what it depends on, and its alarms for it.
    assert {name for name, each in alarms.items() if table in each.dependencies} == {"cloudmart-orders"}


def test_insights_see_the_table_and_its_indexes(prod: Synth) -> None:
    made = prod.of(aws.dynamodb.ContributorInsights).values()
    assert {each.inputs.get("indexName") for each in made} == {None, "by-status", "by-day"}
    assert all(("aws:dynamodb/table:Table", prod.only(Table).name) in each.dependencies for each in made)


def test_insights_work_for_a_table_of_another_owner(tmp_path: Path) -> None:
    result = deploy("dev", root=managing(tmp_path, manage=False))
    assert result.of(Table) == {}
    assert {each.inputs["tableName"] for each in result.of(aws.dynamodb.ContributorInsights).values()} == {
        "shop-orders"
    }


def test_dev_can_delete_its_tables_and_production_never_by_a_slip(tmp_path: Path) -> None:
    root = managing(tmp_path)
    table = deploy("dev", root=root).only(Table)
    assert (table.protect, table.inputs["deletionProtectionEnabled"]) == (False, False)
    accepted = [{"check": "unprotected", "until": "2027-01-01", "reason": "A trial."}]
    table = deploy("prod", root=root, changes={"protect": False, "accept": accepted}).only(Table)
    assert (table.protect, table.inputs["deletionProtectionEnabled"]) == (False, True)


def test_an_environment_may_have_its_own_table_or_only_watch_it(tmp_path: Path) -> None:
    there = {"prod": {}, "dev": {"table": "shop-orders-dev", "manage": False}, "staging": {"recovery_days": 0}}
    root = managing(tmp_path, environments=there)

    assert deploy("prod", root=root).only(Table).inputs["name"] == "shop-orders"
    assert deploy("staging", root=root).only(Table).inputs["pointInTimeRecovery"] == {"enabled": False}
    assert deploy("dev", root=root).of(Table) == {}


def test_a_replica_in_the_environments_own_region_is_refused(tmp_path: Path) -> None:
    root = managing(tmp_path, ON_DEMAND, replicas=["eu-central-1"], replica_keys=None)

    with pytest.raises(BadInput, match=r"orders\.replicas: found eu-central-1, where the environment has"):
        deploy("prod", root=root)


def test_whoever_deploys_may_make_tables_and_neither_delete_them_nor_read_their_items(prod: Synth) -> None:
    policy = json.loads((PROJECT / "docs" / "deployer-policy.json").read_text())
    actions = [action for each in policy["Statement"] for action in each["Action"]]

    assert services_of(prod) - allowed_services() == set()
    assert "dynamodb" in services_of(prod)
    assert not {"dynamodb:*", "dynamodb:DeleteTable", "dynamodb:GetItem", "dynamodb:Scan"} & set(actions)


def test_the_starter_shows_a_managed_table_that_can_be_uncommented(tmp_path: Path) -> None:
    root = copy_of_project(tmp_path)
    file = root / "catalog" / "generic.yaml"
    lines = file.read_text().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if "# manage: true" in line)
    last = next(i for i in range(first, len(lines)) if not lines[i].strip())
    shown = [line.replace("    # ", "    ", 1) for line in lines[first:last]]
    file.write_text(
        "".join([*lines[:first], *shown, *lines[last:]]).replace("    indexes: [{name: owner-index}]", "    #")
    )

    assert deploy("dev", root=root).only(Table).inputs["name"] == "generic-items"
