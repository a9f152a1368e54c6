"""Every PromQL query of every runbook has an answer in the synthetic store, or a reason why it has none."""

import math

import pytest

from model.yaml_file import read_yaml
from pictures.synthetic import recording
from tests.dashboards.runbook_queries import QUERIES, of_anything
from tests.tools import PROJECT

FILE = "tests/rules/runbook_queries.yaml"
EMPTY: dict[str, str] = read_yaml(PROJECT / FILE, FILE)["empty"] or {}


@pytest.fixture(scope="module")
def silent(address: str) -> set[str]:
    """Runbooks with a query that has no answer."""
    return {
        alert
        for alert, query in QUERIES
        if not any(not math.isnan(points[-1][1]) for _, points in recording.evaluate(address, query, 0))
    }


def test_every_query_of_a_runbook_has_an_answer_or_a_reason(silent: set[str]) -> None:
    assert silent - set(EMPTY) == set()


def test_no_reason_is_left_of_a_runbook_whose_queries_have_answers(silent: set[str]) -> None:
    assert set(EMPTY) - silent == set()


def test_a_label_of_the_alert_stands_for_any_value() -> None:
    assert of_anything('a{b="$c", d=~"$e-.*", f="g"}') == 'a{b=~".+", d=~".+-.*", f="g"}'
