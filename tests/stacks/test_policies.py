"""The policies over what each environment consists of: nothing is found that no exception explains."""

from datetime import UTC, datetime

import pytest

from model.policies.exceptions import Exceptions, judge
from model.policies.registry import findings
from model.policies.rule import Resource
from tests.stacks.deployment import ENVIRONMENTS, deployed
from tests.synth import Key, Synth
from tests.tools import PROJECT


def urn_of(key: Key, result: Synth, stack: str) -> str:
    """As the engine writes it: the types of all parents, but for the stack's."""
    types, parent = [key[0]], result.resources[key].parent
    while parent is not None:
        types.insert(0, parent[0])
        parent = result.resources[parent].parent
    return f"urn:pulumi:{stack}::belfry::{'$'.join(types)}::{key[1]}"


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_every_finding_is_excepted_with_a_reason_and_every_exception_is_needed(stack: str) -> None:
    result = deployed(stack)
    provider = urn_of(("pulumi:providers:aws", "aws"), result, stack)
    resources = [
        Resource(
            urn=urn_of(key, result, stack),
            type=each.type,
            name=each.name,
            inputs=each.inputs,
            protect=each.protect,
            provider=provider if each.provider == "aws" else "",
            dependencies=tuple(urn_of(other, result, stack) for other in sorted(each.dependencies)),
        )
        for key, each in sorted(result.resources.items())
    ]
    today = datetime.now(UTC).date().isoformat()

    judged = judge(findings(resources, stack), Exceptions.load(PROJECT), resources, stack, today)

    assert [(each.rule, each.name, each.message) for each in judged.open] == []
