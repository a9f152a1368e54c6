"""The textbook's burn-rate alerts: only on request, true to the workbook's numbers, and never anybody's page."""

from itertools import product

import pytest
import yaml

from authoring.rules import slo
from model.alerting.prometheus_rules import Rule, RuleFile
from model.vocabulary import Environment
from tests.authoring.rules.slo_samples import objective, system
from tests.rules.test_routes import TEAMS, receiver_of

ASKED = system(objective()).model_copy(update={"compare": True})


def textbook() -> dict[str, Rule]:
    file = RuleFile.model_validate(yaml.safe_load(slo.rule_file(ASKED)))
    rules = [rule for group in file.groups for rule in group.rules if rule.alert and rule.alert.startswith("Textbook")]
    return {str(rule.alert): rule for rule in rules}


def test_without_the_request_the_rules_are_what_they_were_and_with_it_only_two_alerts_come_in() -> None:
    before, after = slo.rule_file(system(objective())), slo.rule_file(ASKED)
    assert "Textbook" not in before
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.splitlines())  # in order: nothing was changed or taken away
    assert list(textbook()) == ["TextbookPage", "TextbookTicket"]


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("TextbookPage", {"1h": "0.0144", "5m": "0.0144", "6h": "0.006", "30m": "0.006"}),
        ("TextbookTicket", {"1d": "0.003", "2h": "0.003", "3d": "0.001", "6h": "0.001"}),
    ],
)
def test_windows_and_burn_rates_are_the_workbooks(name: str, pairs: dict[str, str]) -> None:
    """14.4 and 6, 3 and 1 times the budget of 0.1 %."""
    expression = " ".join(textbook()[name].expr.split())
    for window, threshold in pairs.items():
        chosen = f'component:slo_errors:ratio{window}{{system="shop", component="api", objective="goal"}}'
        assert f"{chosen} > {threshold}" in expression
    assert (expression.count(" and "), expression.count(" or ")) == (2, 1)


@pytest.mark.parametrize(("team", "environment"), list(product(TEAMS[:2], Environment)))
def test_alertmanager_routes_them_to_nobody(team: str, environment: Environment) -> None:
    for name, rule in textbook().items():
        labels = {**rule.labels, "team": team, "environment": str(environment)}
        assert receiver_of(alertname=name, **labels) == "nobody"
