"""A deployment in a hurry: only what waits is shorter."""

import yaml

from lab.deployment import Deployment
from lab.faults.hurry import hurried
from tests.lab import resources as given

RULE = {"alert": "Slow", "expr": "rate(x[5m]) > 1", "for": "10m", "keep_firing_for": "5m", "labels": {"a": "b"}}
AT_ONCE = {"alert": "Down", "expr": "y == 0"}
SOON = {"alert": "Soon", "expr": "z == 0", "for": "20s"}
OWN = {"alert": "AlertsNotDelivered", "expr": "e == 0", "for": "10m", "labels": {"system": "platform"}}
GROUPS = {"groups": [{"name": "g", "interval": "15s", "rules": [RULE, AT_ONCE, SOON, OWN]}]}


def deployment() -> Deployment:
    logs = given.config_map("rules", "loki_rule", {}, {"logs.yaml": yaml.safe_dump(GROUPS)})
    found = Deployment.of([*given.resources(), given.custom("PrometheusRule", "slow", GROUPS), logs])
    assert found.loki_rules
    return found


def test_holds_of_rules_but_the_platforms_own_are_shorter_and_nothing_else_of_them_changes() -> None:
    found = hurried(deployment(), 10)
    shorter = [{**RULE, "for": "60s", "keep_firing_for": "30s"}, AT_ONCE, {**SOON, "for": "5s"}, OWN]

    (rules,) = [each for each in found.rules if each.name == "slow"]
    assert rules.spec == {"groups": [{"name": "g", "interval": "15s", "rules": shorter}]}
    (text,) = found.loki_rules.values()
    assert yaml.safe_load(text) == rules.spec


def test_groups_wait_less_and_go_to_the_same_receivers() -> None:
    whole = deployment()
    route = {"receiver": "a", "group_wait": "15m", "group_interval": "1h", "repeat_interval": "12h"}
    child = {"receiver": "b", "group_wait": "5s", "matchers": ['severity="critical"']}
    whole.alertmanager["route"] = {**route, "routes": [child]}

    found = hurried(whole, 10).alertmanager["route"]

    assert found == {**route, "group_wait": "90s", "group_interval": "360s", "routes": [child]}


def test_what_was_deployed_stays_as_it_was() -> None:
    whole, again = deployment(), deployment()

    hurried(whole, 10)

    assert whole == again
