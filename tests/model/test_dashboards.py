"""What a board's file says about itself."""

import json
from typing import Any

import pytest

from model.dashboards import chosen_labels


@pytest.mark.parametrize(
    ("variable", "found"),
    [
        ({"name": "node", "type": "query", "query": 'label_values(node:state{cluster=~"$cluster"}, node)'}, {"node"}),
        ({"name": "traced", "type": "query", "query": "label_values(component:catalog:info, component)"}, set()),
        ({"name": "region", "type": "query", "query": "regions()"}, set()),
        ({"name": "level", "type": "custom", "query": "INFO,ERROR"}, set()),
        ({"name": "system", "type": "constant", "query": "shop"}, set()),
    ],
)
def test_a_board_chooses_by_the_labels_that_its_variables_list_under_their_names(
    variable: dict[str, Any], found: set[str]
) -> None:
    assert chosen_labels(json.dumps({"templating": {"list": [variable]}})) == found


def test_a_board_without_variables_chooses_by_nothing() -> None:
    assert chosen_labels("{}") == frozenset()
