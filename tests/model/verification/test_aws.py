"""Verdicts on alarms, topics and subscriptions."""

import json
from dataclasses import replace

import pytest

from model.verification import aws
from model.verification.aws import Alarm, Topic
from model.verification.expected import Expected
from model.verification.verdicts import Outcome, Verdict
from tests.model.verification.samples import plan

EXPECTED = Expected.of(plan())
(ERRORS, CPU) = EXPECTED.alarms
NOW = 1_800_000_000.0
PRESENT = Alarm(
    name=CPU.name,
    enabled=True,
    actions=(),
    state="OK",
    since=NOW - 60,
    decides={**CPU.decides, "Threshold": 90.0, "MoreThanPlanned": 1},
)
OTHER = Alarm(name=ERRORS.name, enabled=True, actions=("arn:aws:sns:x",), state="OK", since=NOW - 60)
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}}]})
TOPIC = Topic(
    name="belfry-prod-critical",
    key="alias/alarms",
    policy=POLICY,
    subscriptions=(("https", "arn:aws:sns:1"), ("sqs", "arn:aws:sns:2")),
)


def failed(*sentences: str) -> Outcome:
    more = f" and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    return Outcome(Verdict.FAILED, f"{sentences[0]}{more}", sentences)


def test_alarms_as_planned_pass() -> None:
    assert aws.alarms(EXPECTED.alarms, [PRESENT, OTHER]) == Outcome(Verdict.PASSED, "2 alarms")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        pytest.param([OTHER], f"{CPU.name} does not exist", id="absent"),
        pytest.param([replace(PRESENT, enabled=False), OTHER], f"{CPU.name}: its actions are disabled", id="disabled"),
        pytest.param(
            [PRESENT, replace(OTHER, actions=())], f"{ERRORS.name} has no actions", id="planned actions are absent"
        ),
        pytest.param(
            [replace(PRESENT, decides={**PRESENT.decides, "Threshold": 95.0}), OTHER],
            f"{CPU.name}: Threshold is 95.0, planned 90",
            id="another threshold",
        ),
        pytest.param(
            [replace(PRESENT, decides={**PRESENT.decides, "Dimensions": (("DBInstanceIdentifier", "x"),)}), OTHER],
            f"{CPU.name}: Dimensions is (('DBInstanceIdentifier', 'x'),), planned "
            "(('DBInstanceIdentifier', 'orders'),)",
            id="other dimensions",
        ),
    ],
)
def test_an_alarm_that_differs_from_its_plan_fails(found: list[Alarm], sentence: str) -> None:
    assert aws.alarms(EXPECTED.alarms, found) == failed(sentence)


def test_a_composite_alarm_must_have_an_action_because_nothing_else_notifies() -> None:
    silent = Alarm(name="prod-shop-critical", enabled=True, actions=(), state="OK", since=NOW)

    assert aws.composites(EXPECTED.composites, [silent]) == failed("prod-shop-critical has no actions")
    assert aws.composites(EXPECTED.composites, [replace(silent, actions=("arn:x",))]).verdict is Verdict.PASSED


def test_an_alarm_without_data_is_unknown_for_an_hour_and_then_wrong() -> None:
    new = replace(PRESENT, state="INSUFFICIENT_DATA", since=NOW - 3599)

    assert aws.alarm_data(EXPECTED.alarms, [new, OTHER], NOW) == Outcome(
        Verdict.UNKNOWN,
        f"{CPU.name}: no data yet (INSUFFICIENT_DATA)",
        (f"{CPU.name}: no data yet (INSUFFICIENT_DATA)",),
    )
    old = replace(new, since=NOW - 3600)
    assert aws.alarm_data(EXPECTED.alarms, [old, OTHER], NOW) == failed(f"{CPU.name}: no data for 1.0 h")
    assert aws.alarm_data(EXPECTED.alarms, [PRESENT, OTHER], NOW).verdict is Verdict.PASSED


def test_no_alarm_at_all_is_no_good_news_about_data() -> None:
    strange = replace(PRESENT, name="prod-old", state="INSUFFICIENT_DATA", since=0)

    assert aws.alarm_data(EXPECTED.alarms, [strange], NOW).text == "none of the planned alarms exists"


def test_dimensions_that_cloudwatch_never_saw_are_unknown() -> None:
    asked = aws.resources(EXPECTED.alarms)
    assert asked == [
        ("AWS/Lambda", (("FunctionName", "f"),)),
        ("AWS/RDS", (("DBInstanceIdentifier", "orders"),)),
    ]

    found = aws.alarm_metrics(EXPECTED.alarms, {asked[0]: True, asked[1]: False})

    sentence = f"{CPU.name}: CloudWatch has no metric of AWS/RDS with DBInstanceIdentifier=orders"
    assert found == Outcome(Verdict.UNKNOWN, sentence, (sentence,))
    assert aws.alarm_metrics(EXPECTED.alarms, dict.fromkeys(asked, True)).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        pytest.param([], "belfry-prod-critical does not exist", id="absent"),
        pytest.param([replace(TOPIC, key="")], "belfry-prod-critical is not encrypted", id="plain"),
        pytest.param(
            [replace(TOPIC, policy="")],
            "belfry-prod-critical: its policy does not let CloudWatch publish",
            id="no policy",
        ),
        pytest.param(
            [replace(TOPIC, policy=POLICY.replace("Allow", "Deny"))],
            "belfry-prod-critical: its policy does not let CloudWatch publish",
            id="a policy that denies",
        ),
    ],
)
def test_a_topic_that_cloudwatch_cannot_use_or_anybody_can_read_fails(found: list[Topic], sentence: str) -> None:
    assert aws.topics(EXPECTED.topics, found) == failed(sentence)


def test_a_topic_as_planned_passes_with_one_or_several_services_in_its_policy() -> None:
    several = POLICY.replace('"cloudwatch.amazonaws.com"', '["events.amazonaws.com", "cloudwatch.amazonaws.com"]')

    assert aws.topics(EXPECTED.topics, [TOPIC]).verdict is Verdict.PASSED
    assert aws.topics(EXPECTED.topics, [replace(TOPIC, policy=several)]).verdict is Verdict.PASSED


def test_a_subscription_that_is_absent_or_waits_for_its_confirmation_fails() -> None:
    pending = replace(TOPIC, subscriptions=(("https", "PendingConfirmation"), ("sqs", "arn:aws:sns:2")))

    assert aws.subscriptions(EXPECTED.topics, [pending]) == failed(
        "belfry-prod-critical: a subscription by https is not confirmed"
    )
    assert aws.subscriptions(EXPECTED.topics, [replace(TOPIC, subscriptions=(("sqs", "arn:1"),))]) == failed(
        "belfry-prod-critical: 0 subscriptions by https, planned 1"
    )
    assert aws.subscriptions(EXPECTED.topics, []).verdict is Verdict.FAILED


def test_subscriptions_that_people_added_are_no_fault() -> None:
    more = (*TOPIC.subscriptions, ("email", "arn:aws:sns:3"))

    assert aws.subscriptions(EXPECTED.topics, [replace(TOPIC, subscriptions=more)]) == Outcome(
        Verdict.PASSED, "2 subscriptions"
    )
