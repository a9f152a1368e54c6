"""Inhibitions of systems reach the one configuration that Alertmanager reads."""

import pytest
import yaml

from model.alerting.inhibitions import with_inhibitions
from model.problems import BadInput

CONFIG = "# By hand.\nroute: {receiver: nobody}\ninhibit_rules:\n- {equal: [cluster]}\n"
RULE = "inhibit_rules:\n- {equal: [system]}\n"


def test_rules_of_systems_follow_those_of_everybody_in_the_order_of_their_files() -> None:
    whole = with_inhibitions("a.yaml", CONFIG, {"b.yaml": RULE.replace("system", "b"), "a.yaml": RULE})
    assert yaml.safe_load(whole) == {
        "route": {"receiver": "nobody"},
        "inhibit_rules": [{"equal": ["cluster"]}, {"equal": ["system"]}, {"equal": ["b"]}],
    }


def test_without_systems_the_file_stays_as_it_is() -> None:
    assert with_inhibitions("a.yaml", CONFIG, {}) == CONFIG


@pytest.mark.parametrize("own", ["", "inhibit_rules:\n"])
def test_a_configuration_without_inhibitions_of_its_own_gets_those_of_systems(own: str) -> None:
    whole = with_inhibitions("a.yaml", f"route: {{receiver: nobody}}\n{own}", {"a.yaml": RULE})
    assert yaml.safe_load(whole)["inhibit_rules"] == [{"equal": ["system"]}]


def test_mistakes_of_all_files_are_reported_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        with_inhibitions("a.yaml", CONFIG, {"x.yaml": "routes: []", "y.yaml": "inhibit_rules: ["})
    reported = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith("x.yaml: routes: unknown key") for line in reported)
    assert any(line.startswith("y.yaml: line ") for line in reported)
