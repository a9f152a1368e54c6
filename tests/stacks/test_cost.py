"""The shipped budgets against what the platform itself costs."""

from decimal import Decimal

import pytest

from engine.cost import BUDGET
from model.catalog.catalog import Catalog
from model.cost.charges import PlannedResource
from model.cost.monthly import Cost, cost_of
from model.cost.prices import shipped
from stacks.inputs import ROOT
from tests.stacks.deployment import deployed
from tests.synth import Key, Synth

# Of a budget: what is billed by use, and the nodes that an autoscaler adds, need room beside what a plan knows.
MOST = Decimal("0.7")


def urn(plan: Synth, key: Key) -> str:
    types = [key[0]]
    while (parent := plan.resources[key].parent) is not None:
        types.insert(0, parent[0])
        key = parent
    return f"urn:pulumi:prod::belfry::pulumi:pulumi:Stack${'$'.join(types)}::"


def priced(plan: Synth) -> Cost:
    urns = {key: urn(plan, key) + key[1] for key in plan.keys()}  # noqa: SIM118 (no mapping)
    planned: list[PlannedResource] = [
        {
            "urn": urns[key],
            "type": one.type,
            "name": one.name,
            "dependencies": [urns[each] for each in one.dependencies if each in urns],
            "inputs": one.inputs,
        }
        for key, one in plan.resources.items()
    ]
    return cost_of(planned, Catalog.load(ROOT / "catalog"), shipped())


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_budget_has_room_for_more_than_the_platform_alone(stack: str) -> None:
    budget = Decimal(deployed(stack).only(BUDGET).inputs["limitAmount"])
    total = priced(deployed(stack)).total
    assert budget / 3 < total < budget * MOST, f"{total:.0f} of {budget}: adapt Pulumi.{stack}.yaml"
