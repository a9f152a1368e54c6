"""No object is larger than what takes it, however large the catalog; and what is larger is refused before anything."""

import base64
import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from authoring.bundles import assets, listing, lock
from benchmarks.catalogs import write_generated
from model.alerting.prometheus_rules import RuleFile
from model.alerting.rule_objects import yaml_size
from model.assets import read_manifest
from model.catalog.catalog import Catalog
from model.catalog.teams import SnsReceiver
from model.problems import Problem
from model.size_limits import (
    CONFIG_MAP,
    DASHBOARD_BODY,
    EVENT_PATTERN,
    HELM_RELEASE,
    PROMETHEUS_RULE,
    QUEUE_POLICY,
    ROLE_POLICY,
    SECRET,
    TOPIC_POLICY,
    Limit,
)
from model.vocabulary import ReceiverKind
from stacks import size_checks
from stacks.inputs import Inputs, read
from tests.stacks.deployment import TODAY, copy_of_project, deploy, stack_config
from tests.synth import Resource, Synth


def project_of(folder: Path, systems: int, services: int) -> Path:
    """A project whose catalog is generated, with its assets written, listed and locked."""
    copy_of_project(folder)
    for name in ("rules", "dashboards"):
        for bundle in read_manifest(folder, name).bundles:
            if bundle.system:
                (folder / name / bundle.path).unlink()
        shutil.rmtree(folder / name / "manifest")
    shutil.rmtree(folder / "catalog")
    write_generated(folder / "catalog", systems, services)
    files = assets.generate(folder)
    assets.write(folder, files)
    listing.list_new(folder, files, Catalog.load(folder / "catalog"))
    lock.lock(folder, lock.Bump.MINOR)
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    """Prod with a hundred services in one system, each with two objectives."""
    return deploy(
        "prod",
        root=project_of(tmp_path_factory.mktemp("large"), systems=1, services=100),
        changes={"alarms": {"budget": 10_000}},
    )


def _values(resource: Resource, key: str) -> int:
    return sum(len(name) + len(value.encode()) for name, value in resource.inputs[key].items())


def _release(resource: Resource) -> int:
    """Values are in the release twice: as they are, and in the manifest made of them."""
    values = json.dumps(resource.inputs["values"]).encode()
    return 2 * len(base64.b64encode(gzip.compress(values)))


SIZES: dict[str, tuple[Limit, Callable[[Resource], int]]] = {
    "kubernetes:monitoring.coreos.com/v1:PrometheusRule": (
        PROMETHEUS_RULE,
        lambda one: yaml_size(RuleFile.model_validate(one.inputs["spec"])),
    ),
    "kubernetes:core/v1:ConfigMap": (CONFIG_MAP, lambda one: _values(one, "data")),
    "kubernetes:core/v1:Secret": (SECRET, lambda one: _values(one, "stringData")),
    # Half: the charts' own templates take up to 400 KB of the rest.
    "kubernetes:helm.sh/v3:Release": (replace(HELM_RELEASE, most=HELM_RELEASE.most // 2), _release),
    "aws:iam/rolePolicy:RolePolicy": (ROLE_POLICY, lambda one: len("".join(one.inputs["policy"].split()))),
    "aws:sns/topicPolicy:TopicPolicy": (TOPIC_POLICY, lambda one: len(one.inputs["policy"])),
    "aws:sqs/queuePolicy:QueuePolicy": (QUEUE_POLICY, lambda one: len(one.inputs["policy"])),
    "aws:cloudwatch/eventRule:EventRule": (EVENT_PATTERN, lambda one: len(one.inputs.get("eventPattern", ""))),
    "aws:cloudwatch/dashboard:Dashboard": (DASHBOARD_BODY, lambda one: len(one.inputs["dashboardBody"])),
}


@pytest.mark.parametrize("kind", SIZES)
def test_no_object_of_a_hundred_services_is_too_large(large: Synth, kind: str) -> None:
    limit, size = SIZES[kind]
    sizes = {name: size(one) for name, one in large.of(kind).items()}
    assert sizes
    assert {name: found for name, found in sizes.items() if found > limit.most} == {}


def test_the_objectives_of_a_hundred_services_all_arrive(large: Synth) -> None:
    objects = large.of("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
    groups = [group["name"] for one in objects.values() for group in one.inputs["spec"]["groups"]]
    expected = {
        f"belfry.slo.system-000.service-{number:03}.{objective}"
        for number in range(100)
        for objective in ("error-rate", "latency-p95")
    }
    assert expected <= set(groups)
    assert "rules-slo-system-000.service-042" in objects
    names = [one.inputs["metadata"]["name"] for one in objects.values()]
    assert len(names) == len(set(names))


def given(stack: str) -> dict[str, Any]:
    return {key.removeprefix("belfry:"): value for key, value in stack_config(stack).items() if "belfry:" in key}


@pytest.fixture(scope="module")
def prod() -> Inputs:
    return read("prod", {key: value for key, value in given("prod").items() if key != "secrets"}, today=TODAY)


def only(inputs: Inputs) -> Problem:
    [problem] = size_checks.problems(inputs, "Pulumi.prod.yaml: belfry")
    return problem


def test_the_shipped_systems_are_small_enough(prod: Inputs) -> None:
    assert list(size_checks.problems(prod, "f")) == []


def test_a_board_that_no_config_map_holds_is_refused(prod: Inputs) -> None:
    first, *others = prod.dashboards
    board = replace(first, text=json.dumps({"title": "x" * CONFIG_MAP.most}))
    problem = only(replace(prod, dashboards=(board, *others)))
    assert str(problem).startswith(f"{first.file}: found a ConfigMap of 1,048,")
    assert problem.allowed == "at most 1,048,576; fewer panels: divide the system"


def with_text(inputs: Inputs, bundle: str, text: str) -> Inputs:
    items = tuple(replace(a, text=text) if a.bundle.name == bundle else a for a in inputs.assets.items)
    return replace(inputs, assets=replace(inputs.assets, items=items))


def test_a_configuration_that_alertmanagers_secret_cannot_hold_is_refused(prod: Inputs) -> None:
    problem = only(with_text(prod, "alertmanager", "templates: [" + "x" * SECRET.most + "]\n"))
    assert problem.where == "rules/alertmanager/alertmanager.yaml"
    assert "found a Secret of 1,0" in problem.found


def test_rules_of_one_component_that_no_object_holds_are_refused(prod: Inputs) -> None:
    name = "slo-cloudmart"
    rules = prod.rules[name].groups[0].rules[0].model_copy(update={"expr": "x" * PROMETHEUS_RULE.most})
    group = prod.rules[name].groups[0].model_copy(update={"rules": (rules,)})
    problem = only(replace(prod, rules={**prod.rules, name: prod.rules[name].model_copy(update={"groups": (group,)})}))
    assert problem.where == "rules/prometheus/slo-cloudmart.yaml: object slo-cloudmart.frontend.availability"
    assert "found a PrometheusRule of 55" in problem.found


def test_more_topics_than_a_role_may_name_are_refused(prod: Inputs) -> None:
    topics = tuple(
        SnsReceiver(
            kind=ReceiverKind.SNS, topic_arn=f"arn:aws:sns:eu-central-1:123456789012:alerts-of-a-team-{number:03}"
        )
        for number in range(200)
    )
    teams = prod.catalog.organization.teams
    first = teams[0].model_copy(update={"receivers": (*teams[0].receivers, *topics)})
    organization = prod.catalog.organization.model_copy(update={"teams": (first, *teams[1:])})
    problem = only(replace(prod, catalog=Catalog.of(organization, prod.catalog.systems)))
    assert problem.where == "catalog/teams.yaml: receivers of kind sns"
    assert problem.allowed.startswith("at most 10,240; fewer than 200 topics")


def test_alarms_that_the_forwarders_table_cannot_hold_are_refused(tmp_path: Path) -> None:
    write_generated(tmp_path / "catalog", systems=1, services=400)
    prod = read("prod", {**given("prod"), "alarms": {"budget": 10_000}}, today=TODAY)
    problem = only(replace(prod, catalog=Catalog.load(tmp_path / "catalog")))
    assert problem.where == "catalog/system-000.yaml: resources"
    assert "found a ConfigMap of 1," in problem.found
