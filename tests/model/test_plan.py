"""A file that is no plan is bad input, with each mistake."""

import pytest

from model.plan import checked_plan
from model.problems import BadInput
from tests.plans import plan_document


def test_a_resource_that_is_no_mapping_is_named_by_its_place() -> None:
    plan = {**plan_document(), "resources": ["topic", {}]}
    with pytest.raises(BadInput) as caught:
        checked_plan(plan, "plan.json")
    reported = [str(problem) for problem in caught.value.problems]
    assert "plan.json: resources[0]: found str; allowed: a mapping" in reported
    assert any(line.startswith("plan.json: resources[1].urn: required key is missing") for line in reported)
