"""How many log rules an environment ships."""

from model.alerting.prometheus_rules import Group, Rule, RuleFile
from model.alerting.rule_objects import SHIPPED, shipped_rules

RULE = Rule(record="lines:count", expr="vector(1)")
FILE = RuleFile(groups=(Group(name="a", rules=(RULE, RULE)), Group(name="b", rules=(RULE,))))


def test_every_rule_counts_once_for_each_tenant() -> None:
    for tenants, count in ((0, 6), (1, 6), (3, 18)):
        rules = shipped_rules([FILE, FILE], tenants)

        assert rules is not None
        assert [(rule.record, rule.expr) for group in rules.groups for rule in group.rules] == [
            (SHIPPED, f"vector({count})")
        ]


def test_an_environment_without_log_rules_expects_none() -> None:
    assert shipped_rules([], 2) is None
