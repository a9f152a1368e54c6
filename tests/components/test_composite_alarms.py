"""Composite alarms: what people are notified of, and the limits of CloudWatch they keep."""

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.composite_alarms import CompositeAlarms, CompositeAlarmsArgs, Leaf
from model.alarms.composites import MAX_CHILDREN, MAX_RULE, composites
from model.vocabulary import Severity
from tests.components.example_inputs import TOPICS, composite_alarms_args
from tests.components.examples import deploy
from tests.synth import Synth

CompositeAlarm = aws.cloudwatch.CompositeAlarm


def leaf(name: str, severity: Severity = Severity.CRITICAL) -> Leaf:
    return Leaf(name=name, severity=severity, created=name)


def made(*leaves: Leaf, **changes: Any) -> Synth:
    return deploy(lambda: CompositeAlarms("shop", composite_alarms_args(leaves, **changes)))


def test_one_composite_stands_above_all_alarms_of_a_severity() -> None:
    result = made(leaf("b"), leaf("a"), leaf("w", Severity.WARNING))

    assert {name: alarm.inputs["alarmRule"] for name, alarm in result.of(CompositeAlarm).items()} == {
        "shop-critical": 'ALARM("a") OR ALARM("b")',
        "shop-warning": 'ALARM("w")',
    }


def test_a_composite_is_complete() -> None:
    assert made(leaf("a")).only(CompositeAlarm).inputs == {
        "alarmName": "prod-shop-critical",
        "alarmDescription": (
            "At least one alarm of shop of severity critical is in ALARM; its children are the alarms, and the "
            "description of each links to its runbook below https://runbooks.example.com/. A further child that goes "
            "into ALARM is not notified again."
        ),
        "alarmRule": 'ALARM("a")',
        "alarmActions": ["arn:critical"],
        "okActions": ["arn:critical"],
        "tags": {"owner": "shop", "severity": "critical", "system": "shop"},
    }


def test_alarms_of_severity_info_act_on_their_own_and_have_no_composite() -> None:
    assert not made(leaf("a", Severity.INFO)).of(CompositeAlarm)


def test_a_severity_that_no_alarm_has_has_no_composite() -> None:
    result = made(leaf("a", Severity.WARNING))

    assert set(result.only(CompositeAlarms).outputs["arns"]) == {"warning"}


def test_a_composite_is_quiet_while_its_suppressor_is_in_alarm_and_says_who_notifies_instead() -> None:
    inputs = made(leaf("a"), suppressor="belfry-prod-alarms-forwarded").only(CompositeAlarm).inputs

    assert inputs["actionsSuppressor"] == {
        "alarm": "belfry-prod-alarms-forwarded",
        "waitPeriod": 60,
        "extensionPeriod": 60,
    }
    assert "Alertmanager notifies of each child" in inputs["alarmDescription"]
    assert "only while alarms do not reach Alertmanager" in inputs["alarmDescription"]
    assert inputs["alarmActions"] == inputs["okActions"] == ["arn:critical"]


def test_a_composite_waits_for_its_children() -> None:
    def program() -> None:
        child = aws.cloudwatch.MetricAlarm("child", name="child", comparison_operator="x", evaluation_periods=1)
        leaves = [Leaf(name="child", severity=Severity.CRITICAL, created=child.name)]
        CompositeAlarms("shop", composite_alarms_args(leaves))

    assert ("aws:cloudwatch/metricAlarm:MetricAlarm", "child") in deploy(program).only(CompositeAlarm).dependencies


def test_the_rule_is_known_in_a_preview() -> None:
    def program() -> None:
        leaves = [Leaf(name="child", severity=Severity.CRITICAL, created=pulumi.Output.from_input("child"))]
        CompositeAlarms("shop", composite_alarms_args(leaves))

    assert deploy(program, preview=True).only(CompositeAlarm).inputs["alarmRule"] == 'ALARM("child")'


def test_more_alarms_than_one_rule_takes_are_spread_over_parts_and_only_the_top_acts() -> None:
    result = made(*(leaf(f"alarm-{number:03d}") for number in range(250))).of(CompositeAlarm)

    assert set(result) == {"shop-critical", "shop-critical-part-1", "shop-critical-part-2", "shop-critical-part-3"}
    assert {name for name, alarm in result.items() if alarm.inputs.get("alarmActions")} == {"shop-critical"}
    assert result["shop-critical"].inputs["alarmRule"] == (
        'ALARM("prod-shop-critical-part-1") OR ALARM("prod-shop-critical-part-2") OR ALARM("prod-shop-critical-part-3")'
    )
    parts = {("aws:cloudwatch/compositeAlarm:CompositeAlarm", f"shop-critical-part-{n}") for n in (1, 2, 3)}
    assert parts <= result["shop-critical"].dependencies


@given(st.lists(st.text("abc-", min_size=1, max_size=255), unique=True, max_size=400))
def test_every_rule_is_within_the_limits_and_every_alarm_is_below_the_top_once(names: list[str]) -> None:
    made = composites("top", names)
    rules = {composite.name: composite for composite in made}

    assert all(len(composite.rule) <= MAX_RULE for composite in made)
    assert all(len(composite.children) <= MAX_CHILDREN for composite in made)
    assert len(rules) == len(made)
    assert made[-1].name == "top"
    seen: list[str] = []
    waiting = ["top"]
    while waiting:
        for child in rules[waiting.pop()].children:
            (waiting if child in rules else seen).append(child)
    assert sorted(seen) == sorted(names)


def test_long_names_fill_a_rule_before_a_hundred_of_them_do() -> None:
    *parts, top = composites("top", [f"{number:03d}{'x' * 252}" for number in range(100)])

    assert [len(part.children) for part in parts] == [38, 38, 24]
    assert all(len(part.rule) <= MAX_RULE for part in (*parts, top))


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (100, 1), (101, 3), (200, 3), (201, 4)])
def test_parts_are_as_few_as_possible(count: int, expected: int) -> None:
    assert len(composites("top", [f"a{number}" for number in range(count)])) == expected


def test_two_severities_never_share_a_topic() -> None:
    result = made(leaf("a"), leaf("b", Severity.WARNING)).of(CompositeAlarm)

    assert [alarm.inputs["alarmActions"] for alarm in result.values()] == [
        [TOPICS[Severity.CRITICAL]],
        [TOPICS[Severity.WARNING]],
    ]


def test_a_severity_without_a_topic_is_a_fault_of_the_program() -> None:
    args = CompositeAlarmsArgs(
        system="shop", leaves=[leaf("a")], topic_arns={}, prefix="prod-shop", owner="shop", runbooks="https://x"
    )
    with pytest.raises(KeyError):
        deploy(lambda: CompositeAlarms("shop", args))
