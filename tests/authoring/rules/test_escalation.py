"""The escalation rules of another catalog."""

from typing import Any

import yaml

from authoring.rules.escalation import generate
from model.catalog.teams import Organization
from tests.model.catalogs import changed, good_organization


def rules(organization: dict[str, Any]) -> list[dict[str, Any]]:
    document = yaml.safe_load(generate(Organization.model_validate(organization)))
    found: list[dict[str, Any]] = document["groups"][0]["rules"]
    return found


def test_each_level_but_the_first_has_one_rule_at_its_time() -> None:
    levels = [
        {"level": 1, "role": "on-call-engineer", "after": "0s"},
        {"level": 2, "role": "team-lead", "after": "10m"},
        {"level": 3, "role": "director", "after": "2h"},
    ]
    [_, *copies] = rules(changed(good_organization(), ("escalation",), levels))
    assert [(copy["labels"]["level"], copy["expr"]) for copy in copies] == [
        ("2", "time() - alert:firing_since:timestamp >= 600"),
        ("3", "time() - alert:firing_since:timestamp >= 7200"),
    ]


def test_an_escalation_policy_of_one_level_makes_no_copy() -> None:
    organization = good_organization()
    assert [rule["record"] for rule in rules(changed(organization, ("escalation",), organization["escalation"][:1]))]


def test_no_copy_is_made_of_alerts_of_a_team_that_pagerduty_escalates_for() -> None:
    organization = good_organization()
    pager = {"kind": "pagerduty", "secret": "pagerduty-shop"}
    organization["teams"][1] |= {"receivers": [pager], "escalation": {"by": "pagerduty"}}
    since, copy = rules(organization)
    assert copy["expr"] == 'time() - alert:firing_since:timestamp{team!~"shop"} >= 900'
    # The series is for boards and reports as well.
    assert "team" not in since["expr"]


def test_a_copy_never_escalates_itself() -> None:
    assert 'level=""' in rules(good_organization())[0]["expr"]
