"""Exporters of databases follow from the catalog: what is left to people is the password."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.metrics.database_exporters import targets, without_exporter
from model.problems import BadInput
from tests.stacks.deployment import INVOKES, copy_of_project, deploy, deployed, made_up_secrets
from tests.synth import Synth
from tests.tools import PROJECT

EXPORTER = "belfry:kubernetes:DatabaseExporter"
PROBE = "kubernetes:monitoring.coreos.com/v1:Probe"
SECRET = "kubernetes:core/v1:Secret"
COPY = "kubernetes:external-secrets.io/v1:ExternalSecret"
DATABASE, CACHE = "database-alchemorsel-database", "database-alchemorsel-cache"
CATALOG = Catalog.load(PROJECT / "catalog").only(["alchemorsel"])
# The databases are production's; one system is enough, and quicker.
SMALL = {"systems": ["alchemorsel"], "secret_source": "stack"}
# What AWS would answer, whoever is asked for.
AWS = {
    "aws:rds/getInstance:getInstance": {"address": "one.rds.amazonaws.com"},
    "aws:elasticache/getCluster:getCluster": {"cacheNodes": [{"address": "node.cache.amazonaws.com"}]},
}


@pytest.fixture(name="aws", autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    for token, answer in AWS.items():
        monkeypatch.setitem(INVOKES, token, answer)


def with_secrets(*names: str, **changes: Any) -> Synth:
    secrets = {**made_up_secrets(), **{name: f"hush-{name}" for name in names}}
    return deploy("prod", secrets=secrets, changes={**SMALL, **changes})


def asked(result: Synth) -> dict[str, list[str]]:
    """Name of each database's probe -> what is asked."""
    probes = (each.inputs for each in result.of(PROBE).values() if each.parent and each.parent[0] == EXPORTER)
    return {probe["metadata"]["name"]: probe["spec"]["targets"]["staticConfig"]["static"] for probe in probes}


def test_a_password_is_enough_for_an_exporter_at_the_addresses_that_aws_has() -> None:
    result = with_secrets(DATABASE, CACHE)

    assert set(result.of(EXPORTER)) == {"postgres-exporter", "redis-exporter"}
    found = asked(result)
    assert set(found["postgres-exporter-alchemorsel-database"]) == {"one.rds.amazonaws.com:5432/postgres"}
    assert set(found["redis-exporter-alchemorsel-cache"]) == {"rediss://node.cache.amazonaws.com:6379"}
    file = result.of(SECRET)["redis-exporter-credentials"].inputs["stringData"]["passwords.json"]
    assert json.loads(file) == {"rediss://node.cache.amazonaws.com:6379": f"hush-{CACHE}"}


def test_of_an_aurora_cluster_the_writer_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = {"endpoint": "writer.cluster.rds.amazonaws.com"}
    monkeypatch.setitem(INVOKES, "aws:rds/getCluster:getCluster", writer)
    root = copy_of_project(tmp_path)
    file = root / "catalog" / "alchemorsel" / "resources.yaml"
    rds, aurora = "engine: postgres\n", "engine: aurora-postgresql\n    instances: [alchemorsel-1, alchemorsel-2]\n"
    file.write_text(file.read_text().replace(rds, aurora, 1).replace("    storage_gib: 200\n", "", 1))

    result = deploy("prod", root=root, secrets={**made_up_secrets(), DATABASE: "hush"}, changes=SMALL)

    found = asked(result)["postgres-exporter-alchemorsel-database"]
    assert found == ["writer.cluster.rds.amazonaws.com:5432/postgres"]


def test_without_a_password_nothing_is_made_and_nothing_is_mounted() -> None:
    for stack in ("local", "dev", "staging", "prod"):
        assert deployed(stack).of(EXPORTER) == {}
        assert "postgres-exporter" not in {
            copy.inputs["metadata"]["name"] for copy in deployed(stack).of(COPY).values()
        }
    assert set(with_secrets(CACHE).of(EXPORTER)) == {"redis-exporter"}


def test_a_preview_makes_what_an_update_makes() -> None:
    secrets = {**made_up_secrets(), DATABASE: "hush"}
    preview = deploy("prod", secrets=secrets, changes=SMALL, preview=True)
    assert preview.keys() == deploy("prod", secrets=secrets, changes=SMALL).keys()


def test_the_deployment_names_every_database_without_an_exporter_and_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with_secrets(CACHE)
    lacking = without_exporter({}, CATALOG, [CACHE])

    assert [one.secret for one in lacking] == [DATABASE]
    assert f"alchemorsel/database: the secret {DATABASE} is not set" in caplog.text
    assert CACHE not in caplog.text
    assert "hush" not in caplog.text


def test_with_aws_secrets_manager_it_names_the_settings_instead(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with_secrets(secret_source="aws-secrets-manager")
    assert "alchemorsel/database: not in exporters.databases" in caplog.text


def test_the_local_environment_speaks_of_no_exporters(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    deploy("local")
    assert "without an exporter" not in caplog.text


def test_what_the_settings_name_wants_its_password_at_once() -> None:
    with pytest.raises(BadInput, match=f"secrets.{DATABASE}: the secret is missing"):
        with_secrets(exporters={"databases": {"alchemorsel/database": {}}})


def test_a_stated_address_is_taken_and_aws_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for token in AWS:
        monkeypatch.delitem(INVOKES, token)
    there = {"alchemorsel/cache": {"addresses": ["cache.example.com"], "password": False}}
    assert asked(with_secrets(exporters={"databases": there})) == {
        "redis-exporter-alchemorsel-cache": ["rediss://cache.example.com:6379"]
    }


def test_with_aws_secrets_manager_the_password_alone_is_there_and_external_secrets_writes_the_file() -> None:
    result = with_secrets(secret_source="aws-secrets-manager", exporters={"databases": {"alchemorsel/cache": {}}})
    (copy,) = [each for each in result.of(COPY).values() if each.inputs["metadata"]["name"] == "redis-exporter"]
    spec = copy.inputs["spec"]

    assert [each["remoteRef"]["key"] for each in spec["data"]] == [f"belfry/prod/{CACHE}"]
    template = spec["target"]["template"]["data"]["passwords.json"]
    assert f'{{{{ index . "{CACHE}" | toJson }}}}' in template
    assert not [name for name in result.of(SECRET) if name.startswith("redis-exporter")]


def test_each_database_of_the_catalog_has_an_exporter() -> None:
    every = targets({}, CATALOG, [one.secret for one in without_exporter({}, CATALOG, [])])
    assert {one.component for one in every} >= {"database", "cache"}
    assert all(one.members for one in every)
