"""What a board's file says about itself."""

import json
from typing import Any

import pytest

from model.dashboards import REPORTS_TITLE, REPORTS_UNSET, chosen_labels, for_environment, reports_at


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


LINKED = json.dumps({"links": [{"title": "Belfry"}, {"title": REPORTS_TITLE, "url": REPORTS_UNSET}]})


def test_the_reports_are_linked_where_the_environment_keeps_them() -> None:
    made = for_environment(LINKED, "https://runbooks.test", "https://bucket.test")
    assert json.loads(made)["links"] == [{"title": "Belfry"}, {"title": REPORTS_TITLE, "url": "https://bucket.test"}]

    moved = json.loads(reports_at(made, "http://127.0.0.1:8081/reports/"))["links"]
    assert moved[1]["url"] == "http://127.0.0.1:8081/reports/"


def test_an_environment_without_reports_has_no_link_that_leads_nowhere() -> None:
    assert json.loads(for_environment(LINKED, "https://runbooks.test"))["links"] == [{"title": "Belfry"}]
    assert reports_at("{}", "https://bucket.test") == "{}"
