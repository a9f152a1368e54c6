"""A rule that can never be reached is refused before anything is deployed."""

from typing import Any

from model.alerting.prometheus_rules import RuleFile
from model.catalog.system import System
from model.remediation.known_alerts import problems
from tests.model.catalog.test_remediation import RULE, system_with


def rule(alert: str, **own: str) -> dict[str, Any]:
    return {
        "alert": alert,
        "expr": "up == 0",
        "labels": {"severity": "critical", "team": "shop", **own},
        "annotations": {"summary": "It.", "description": "It."},
    }


RULES = RuleFile.model_validate(
    {
        "groups": [
            {
                "name": "g",
                "rules": [
                    {"record": "a:b:c", "expr": "1"},
                    rule("SloOutage", system="shop", component="api"),
                    rule("SloOutage", system="shop", component="worker", severity="warning"),
                    rule("SloFastBurn", system="shop", component="api"),
                    rule("ServiceDown"),
                    rule("Templated", system="{{ $labels.system }}", component="{{ $labels.component }}"),
                ],
            }
        ]
    }
)
INHIBITIONS: list[dict[str, Any]] = [
    {"target_matchers": ['alertname!~"Watchdog"', 'component!="falco"'], "equal": ["cluster"]},
    {"target_matchers": ['alertname=~"SloFastBurn|SloSlowBurn"'], "equal": ["system", "component"]},
    {"target_matchers": ['alertname=~"SloOutage"', 'severity="warning"'], "equal": ["system", "component"]},
    {"target_matchers": ['alertname="Templated"', 'system="shop"', 'component="api"']},
]


def found(*rules: dict[str, Any]) -> list[str]:
    systems = [System.model_validate(system_with(*rules))]
    return [str(one) for one in problems(systems, [RULES], {"TableThrottled"}, INHIBITIONS, "catalog")]


def test_an_alert_of_this_very_target_is_accepted() -> None:
    assert found(RULE) == []


def test_an_alert_whose_series_name_the_target_and_one_of_cloudwatch_may_be_of_any_part() -> None:
    assert found({**RULE, "alert": "ServiceDown"}, {**RULE, "name": "b", "alert": "TableThrottled"}) == []


def test_each_unknown_alert_is_reported_with_the_known_ones() -> None:
    lines = found({**RULE, "alert": "SloOutrage"}, {**RULE, "name": "b", "alert": "Slow"})
    assert lines == [
        f"catalog/shop.yaml: remediation[{name}].alert: found unknown alert {alert!r}; allowed: "
        "ServiceDown, SloFastBurn, SloOutage, TableThrottled, Templated"
        for name, alert in (("restart", "SloOutrage"), ("b", "Slow"))
    ]


def test_an_alert_of_other_components_only_is_reported() -> None:
    [line] = found({**RULE, "alert": "SloFastBurn", "component": "worker"})
    assert line.endswith(
        "found SloFastBurn, which worker does not have; allowed: an alert of it; SloFastBurn is of api"
    )


def test_an_alert_that_another_of_the_component_inhibits_is_reported() -> None:
    [own] = found({**RULE, "alert": "SloFastBurn"})
    [named] = found({**RULE, "alert": "Templated"})
    [weaker] = found({**RULE, "component": "worker"})
    assert all("which other alerts of" in line for line in (own, named, weaker))
