"""The engine's state as a plan."""

from typing import Any

import pytest

from model.plan import SECRET_TEXT, checked_plan
from model.problems import BadInput
from model.verification.state import plan_from_state

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
TOPIC = "urn:pulumi:local::belfry::belfry:aws:AlarmTopics$aws:sns/topic:Topic::alarms"


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "checkpoint": {"stack": "local", "latest": {"resources": list(resources)}}}


def test_resources_are_those_of_a_plan_and_every_secret_is_masked() -> None:
    stack = {"urn": "urn:pulumi:local::belfry::pulumi:pulumi:Stack::belfry-local", "type": "pulumi:pulumi:Stack"}
    topic = {
        "urn": TOPIC,
        "type": "aws:sns/topic:Topic",
        "parent": "urn:parent",
        "provider": "urn:pulumi:local::belfry::pulumi:providers:aws::aws::417302e7",
        "protect": True,
        "dependencies": ["urn:b", "urn:a"],
        "inputs": {"name": "alarms", "nested": {"list": [SECRET, 1]}},
    }

    plan = plan_from_state(
        state(topic, {**stack, "outputs": {"kubeconfig": SECRET, "region": "eu"}}, {**topic, "delete": True}),
        "local",
        "state.json",
    )

    assert checked_plan(plan, "state.json") == plan
    assert plan["outputs"] == {"kubeconfig": SECRET_TEXT, "region": "eu"}
    (found,) = [each for each in plan["resources"] if each["urn"] == TOPIC]
    assert found == {
        "urn": TOPIC,
        "type": "aws:sns/topic:Topic",
        "name": "alarms",
        "parent": "urn:parent",
        "provider": "urn:pulumi:local::belfry::pulumi:providers:aws::aws",
        "protect": True,
        "dependencies": ["urn:a", "urn:b"],
        "inputs": {"name": "alarms", "nested": {"list": [SECRET_TEXT, 1]}},
    }


@pytest.mark.parametrize("document", [state(), {}, [], None, {"checkpoint": {"latest": None}}])
def test_a_state_without_resources_is_bad_input_that_names_the_way_out(document: Any) -> None:
    with pytest.raises(BadInput, match=r"state\.json: nothing is deployed; allowed: `make up`"):
        plan_from_state(document, "local", "state.json")
