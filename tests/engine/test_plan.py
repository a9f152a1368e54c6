"""The plan file and the comparison of two plans."""

import copy
import json
from pathlib import Path

import pulumi_aws as aws
import pytest

from engine.driver import Program
from engine.errors import EngineError
from engine.events import masked
from engine.modes import Mode, choose
from engine.plan import compare, write_plan, written
from model.changes.difference import PropertyChange
from model.plan import Plan, read_plan
from model.problems import BadInput
from model.vocabulary import Environment
from tests.engine.conftest import Planned
from tests.engine.sample import ALERT_TEXT, ENCRYPTED, SECRETS, driver, write_project
from tests.plans import plan_document, planned_resource


def plan() -> Plan:
    """A plan of two resources."""
    stack = "urn:pulumi:dev::belfry::pulumi:pulumi:Stack::belfry-dev"
    inputs = {"name": "orders", "hashKey": "id", "tags": {"app.io/team": "shop"}, "readCapacity": 5}
    return plan_document(
        planned_resource("aws:dynamodb/table:Table", "orders", "dev", parent=stack, inputs=inputs),
        planned_resource("pulumi:pulumi:Stack", "belfry-dev", "dev"),
        environment="dev",
        simulated=False,
        outputs={"topic": "known-after-deployment"},
    )


@pytest.mark.engine
def test_two_plans_of_one_input_are_the_same_bytes(planned: Planned) -> None:
    assert planned.first.plan is not None
    assert planned.second.plan is not None
    assert written(planned.first.plan) == written(planned.second.plan)


@pytest.mark.engine
def test_a_plan_lists_every_resource_with_parent_dependencies_and_inputs(planned: Planned) -> None:
    assert planned.first.plan is not None
    resources = planned.first.plan["resources"]
    assert [resource["urn"] for resource in resources] == sorted(resource["urn"] for resource in resources)
    alarm = next(resource for resource in resources if resource["name"] == "orders-throttles")
    stack = "urn:pulumi:dev::belfry::"
    assert alarm["type"] == "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert alarm["parent"] == f"{stack}belfry:alarms:Watch::orders"
    assert alarm["dependencies"] == [f"{stack}aws:sns/topic:Topic::alarms"]
    assert alarm["inputs"]["threshold"] == 0
    assert alarm["inputs"]["alarmActions"] == ["known-after-deployment"]
    assert planned.first.plan["environment"] == "dev"
    assert planned.first.plan["offline"] is True
    assert planned.first.plan["outputs"]["password"] == "[secret]"


@pytest.mark.engine
def test_no_secret_stands_in_a_plan(planned: Planned) -> None:
    assert planned.first.plan is not None
    text = written(planned.first.plan)
    for secret in (*SECRETS.values(), ALERT_TEXT, ENCRYPTED):
        assert secret not in text
    assert "[secret]" in text


@pytest.mark.engine
def test_a_preview_fails_when_a_secret_reaches_a_resource_as_plain_text(pulumi_cli: None, tmp_path: Path) -> None:
    def leaks(offline: bool) -> None:
        aws.sns.Topic("alarms", display_name=f"key {SECRETS['pagerduty-platform']}")

    program = Program(run=leaks, secrets=lambda environment: SECRETS)
    choice = choose(Environment.DEV, Mode.OFFLINE, {}, tmp_path)
    with pytest.raises(
        EngineError,
        match=r"text of a configuration secret is in the inputs of urn:pulumi:dev::belfry::aws:sns/topic:Topic::alarms",
    ) as caught:
        driver(write_project(tmp_path), program).preview(Environment.DEV, choice)
    assert SECRETS["pagerduty-platform"] not in str(caught.value)


def test_a_file_is_known_by_its_checksum_and_not_by_where_it_lies() -> None:
    key = "4dabf18193072939515e22adb298388d"  # how the engine marks special values
    asset = {key: "c44067f5952c0a294b673a41bacd8c17", "hash": "0123", "path": "/home/somebody/archive.zip"}

    assert masked({"source": asset}) == {"source": {key: asset[key], "hash": "0123"}}


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "build" / "dev" / "plan.json"
    write_plan(plan(), path)
    assert read_plan(path) == plan()
    assert path.read_text().endswith("}\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "the file does not exist", id="a missing file"),
        pytest.param("{", "Expecting", id="a file that does not parse"),
        pytest.param('{"resources": []}', "no plan in it", id="another JSON file"),
        pytest.param("[]", "no plan in it", id="a list"),
        pytest.param(
            '{"environment": "dev", "offline": true, "resources": [], "outputs": {}}',
            "format: found 1; allowed: 2: write the plan again",
            id="a plan of an earlier format",
        ),
        pytest.param(
            written(plan_document(resources=[{"urn": 1}])),
            r"(?s)resources\[0\].inputs: required key is missing.*resources\[0\].urn: found 1; allowed: a text",
            id="a resource without its keys",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_bad_input(content: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=message):
        read_plan(path)


def test_equal_plans_have_no_difference() -> None:
    assert compare(plan(), plan()).empty


def test_plans_of_two_environments_are_compared_by_name() -> None:
    text = written(plan()).replace("urn:pulumi:dev::", "urn:pulumi:prod::").replace("belfry-dev", "belfry-prod")
    prod: Plan = json.loads(text)
    assert compare(plan(), prod).empty


def test_a_resource_on_one_side_only_is_added_or_removed() -> None:
    fewer = copy.deepcopy(plan())
    del fewer["resources"][0]
    assert compare(fewer, plan()).added == ("aws:dynamodb/table:Table::orders",)
    assert compare(plan(), fewer).removed == ("aws:dynamodb/table:Table::orders",)


@pytest.mark.parametrize(
    ("changes", "expected", "replaced"),
    [
        pytest.param({"readCapacity": 10}, PropertyChange(path="readCapacity", old=5, new=10), False, id="updated"),
        pytest.param({"hashKey": "no"}, PropertyChange(path="hashKey", old="id", new="no"), True, id="replaced"),
        pytest.param(
            {"tags": {"app.io/team": "ops"}},
            PropertyChange(path='tags["app.io/team"]', old="shop", new="ops"),
            False,
            id="a nested key",
        ),
        pytest.param(
            {"billingMode": "known-after-deployment"},
            PropertyChange(path="billingMode", old=None, new="known-after-deployment"),
            False,
            id="a new key",
        ),
    ],
)
def test_a_changed_key_is_shown_with_old_and_new_value(
    changes: dict[str, object], expected: PropertyChange, replaced: bool
) -> None:
    after = copy.deepcopy(plan())
    after["resources"][0]["inputs"] |= changes
    (change,) = compare(plan(), after).changed
    assert change.properties == (expected,)
    assert change.replaced is replaced


def test_a_resource_that_moves_to_another_parent_is_a_change() -> None:
    after = copy.deepcopy(plan())
    after["resources"][0]["dependencies"] = ["urn:pulumi:dev::belfry::aws:sns/topic:Topic::alarms"]
    (change,) = compare(plan(), after).changed
    assert change.properties == (PropertyChange(path="dependencies", old=[], new=["aws:sns/topic:Topic::alarms"]),)


def test_changed_outputs_are_shown() -> None:
    after = copy.deepcopy(plan())
    after["outputs"] = {"topic": "arn"}
    assert compare(plan(), after).outputs == (PropertyChange(path="topic", old="known-after-deployment", new="arn"),)
