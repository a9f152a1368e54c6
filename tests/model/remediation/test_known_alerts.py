"""A rule that can never be reached is refused before anything is deployed."""

from typing import Any

from model.alerting.prometheus_rules import RuleFile
from model.catalog.system import System
from model.remediation.known_alerts import Kind, inhibits, problems
from tests.model.catalog.test_remediation import RULE, system_with


def rule(alert: str, keep: str = "1m", **own: str) -> dict[str, Any]:
    return {
        "alert": alert,
        "expr": "up == 0",
        "keep_firing_for": keep,
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
                    rule("SloTrickle", keep="1h", system="shop", component="api"),
                    rule("ServiceDown"),
                    rule("Templated", keep="15m", system="{{ $labels.system }}", component="{{ $labels.component }}"),
                    rule("NodeNotReady", system="platform", component="nodes"),
                    rule("Escalation", severity="critical"),
                ],
            }
        ]
    }
)
SAME = ["cluster", "system", "component"]
THERE = ['cluster!=""', 'system!=""', 'component!=""']
INHIBITIONS: list[dict[str, Any]] = [
    {"source_matchers": ['alertname="NodeNotReady"'], "target_matchers": ['alertname!~"Watchdog"'], "equal": []},
    {
        "source_matchers": ['alertname="SloOutage"', 'severity="critical"', *THERE],
        "target_matchers": ['alertname=~"SloFast.*|TableThrottled"'],
        "equal": SAME,
    },
    {
        "source_matchers": ['alertname="ServiceDown"', 'cluster!=""', 'namespace!=""'],
        "target_matchers": ['alertname="Templated"'],
        "equal": ["cluster", "namespace"],
    },
    {
        "source_matchers": ['severity="critical"'],
        "target_matchers": ['severity="warning"'],
        "equal": [*SAME, "alertname"],
    },
]


def found(*rules: dict[str, Any]) -> list[str]:
    long = [{"settle": "10m", **{key: value for key, value in one.items() if key != "settle"}} for one in rules]
    systems = [System.model_validate(system_with(*long))]
    return [str(one) for one in problems(systems, [RULES], {"TableThrottled"}, INHIBITIONS, "catalog")]


def test_an_alert_of_this_very_target_is_accepted() -> None:
    assert found(RULE) == []


def test_an_alert_whose_series_name_the_target_and_one_of_cloudwatch_may_be_of_any_part() -> None:
    """Alarms have no cluster, so no rule that asks for the same one inhibits them."""
    assert found({**RULE, "alert": "ServiceDown"}, {**RULE, "name": "b", "alert": "TableThrottled"}) == []


def test_every_unknown_alert_is_told_with_those_there_are() -> None:
    lines = found({**RULE, "alert": "SloOutrage"}, {**RULE, "name": "b", "alert": "Slow"})
    assert lines == [
        f"catalog/shop.yaml: remediation[{name}].alert: found unknown alert {alert!r}; allowed: "
        "NodeNotReady, ServiceDown, SloFastBurn, SloOutage, SloTrickle, TableThrottled, Templated"
        for name, alert in (("restart", "SloOutrage"), ("b", "Slow"))
    ]


def test_an_alert_that_exists_for_other_components_only_is_told() -> None:
    [line] = found({**RULE, "alert": "SloFastBurn", "component": "worker"})
    assert line.endswith(
        "found SloFastBurn, which worker does not have; allowed: an alert of it; SloFastBurn is of api"
    )
    [line] = found({**RULE, "alert": "NodeNotReady"})
    assert line.endswith("which api does not have; allowed: an alert of it; NodeNotReady is of other systems")


def test_an_alert_that_another_of_the_system_inhibits_is_told() -> None:
    """By labels of system and component, or by any others, such as the namespace."""
    [own] = found({**RULE, "alert": "SloFastBurn"})
    assert own.endswith(
        "found SloFastBurn, which SloOutage inhibit: it may never arrive; allowed: an alert that nothing of a system "
        "inhibits, such as SloOutage"
    )
    settle, other = sorted(found({**RULE, "alert": "Templated"}), key=len)
    assert "found Templated, which ServiceDown inhibit" in other
    assert "settle" in settle


def test_an_alert_that_only_the_same_one_inhibits_arrives_with_the_higher_severity() -> None:
    assert found({**RULE, "component": "worker"}) == []


def test_a_settle_in_which_nothing_can_be_proven_is_told_with_its_numbers() -> None:
    assert found({**RULE, "settle": "5m"}) == []  # the helper's ten minutes
    systems = [
        System.model_validate(system_with({**RULE, "settle": "6m"}, {**RULE, "name": "b", "alert": "SloTrickle"}))
    ]
    short, endless = problems(systems, [RULES], (), [], "catalog")
    assert str(short) == (
        "catalog/shop.yaml: remediation[restart].settle: found 6m; allowed: above 6m; SloOutage keeps firing for 1m "
        "after its cause, and the objective is proven over 5m"
    )
    assert "above 65m, which is beyond 1h: another alert; SloTrickle keeps firing for 1h" in str(endless)


def test_an_alert_that_is_source_and_target_of_a_rule_is_not_inhibited_by_another_such_one() -> None:
    """So does Alertmanager: two alerts could otherwise keep each other from everybody."""
    both = {"source_matchers": ['alertname=~"A|B"'], "target_matchers": ['alertname=~"A|B|C"'], "equal": []}
    a, b, c = (Kind.of_labels({"alertname": name}) for name in "ABC")
    assert [inhibits(both, a, b), inhibits(both, a, c)] == [False, True]
