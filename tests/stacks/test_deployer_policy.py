"""The rights of the person who deploys, as docs/deployer-policy.json has them, reach every service of the plans."""

import json

import pytest

from tests.stacks.deployment import deployed
from tests.synth import Synth
from tests.tools import PROJECT

# Pulumi's module -> the prefix of IAM's actions, where they differ.
PREFIXES = {"costexplorer": "ce", "amp": "aps", "lb": "elasticloadbalancing"}
PREFIXES |= {"appautoscaling": "application-autoscaling", "sfn": "states", "vpc": "ec2"}
# CloudWatch's module of Pulumi has resources of other services.
OTHERS = {"eventRule": "events", "eventTarget": "events", "logGroup": "logs", "logMetricFilter": "logs"}
OTHERS |= {"queryDefinition": "logs", "logResourcePolicy": "logs"}


def allowed_services() -> set[str]:
    """Prefixes of the actions that the policy allows."""
    policy = json.loads((PROJECT / "docs" / "deployer-policy.json").read_text())
    return {action.split(":")[0] for each in policy["Statement"] for action in _list(each["Action"])}


def services_of(plan: Synth) -> set[str]:
    """Prefixes of the services of AWS that a plan has resources of."""
    used = set()
    for type_ in {resource.type for resource in plan.resources.values()}:
        if type_.startswith("aws:"):
            module, _, name = type_.removeprefix("aws:").partition(":")[0].partition("/")
            used.add(OTHERS.get(name, PREFIXES.get(module, module)))
    return used


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_policy_of_who_deploys_names_every_service_that_the_plan_uses(stack: str) -> None:
    assert services_of(deployed(stack)) - allowed_services() == set()


def test_the_policy_makes_no_users_and_no_keys() -> None:
    text = (PROJECT / "docs" / "deployer-policy.json").read_text()
    assert '"iam:*"' not in text
    assert '"*:*"' not in text
    assert "iam:CreateUser" not in text
    assert "iam:CreateAccessKey" not in text


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
