"""Notified: pager, people, chat and archive; the pager's address is secret and nothing is lost without a trace."""

import json

import pulumi_aws as aws
import pytest

from components.subscriptions import Subscriptions
from model.problems import BadInput
from tests.components.account_examples import (
    CHANGES_ARN,
    HEARTBEAT_ARN,
    KEY_ARN,
    PAGER_URL,
    TOPIC_ARNS,
    subscriptions_args,
)
from tests.components.examples import EXAMPLES, deploy
from tests.synth import Synth


@pytest.fixture(name="result")
def deployed() -> Synth:
    return deploy(EXAMPLES[Subscriptions])


def test_every_topic_is_archived_heartbeat_and_state_changes_too(result: Synth) -> None:
    archived = [s.inputs for s in result.of(aws.sns.TopicSubscription).values() if s.inputs["protocol"] == "sqs"]

    assert {subscription["topic"] for subscription in archived} == {*TOPIC_ARNS.values(), HEARTBEAT_ARN, CHANGES_ARN}
    archive = "arn:aws:mock:eu-central-1:123456789012:notifications-archive"
    assert {subscription["endpoint"] for subscription in archived} == {archive}


def test_the_archive_is_encrypted_keeps_a_fortnight_and_lets_the_topics_in(result: Synth) -> None:
    queues, policies = result.of(aws.sqs.Queue), result.of(aws.sqs.QueuePolicy)

    assert set(queues) == set(policies) == {"notifications-archive", "notifications-undelivered"}
    for name, queue in queues.items():
        assert queue.inputs["kmsMasterKeyId"] == KEY_ARN
        assert queue.inputs["messageRetentionSeconds"] == 14 * 86_400
        (statement,) = json.loads(policies[name].inputs["policy"])["Statement"]
        assert set(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == {
            *TOPIC_ARNS.values(),
            HEARTBEAT_ARN,
            CHANGES_ARN,
        }


def test_the_pager_hears_of_critical_alarms_alone_and_its_address_is_secret(result: Synth) -> None:
    (pager,) = (s for s in result.of(aws.sns.TopicSubscription).values() if s.inputs["protocol"] == "https")

    assert pager.inputs["topic"] == TOPIC_ARNS[next(iter(TOPIC_ARNS))].replace("info", "critical")
    assert pager.inputs["endpoint"] == PAGER_URL
    assert "endpoint" in pager.secrets
    assert pager.inputs["endpointAutoConfirms"]
    others = [resource for resource in result.resources.values() if resource is not pager]
    assert PAGER_URL not in str([resource.inputs for resource in others])


def test_what_the_pager_did_not_take_is_kept(result: Synth) -> None:
    pager = result.of(aws.sns.TopicSubscription)["notifications-pager-critical"]

    assert json.loads(pager.inputs["redrivePolicy"]) == {
        "deadLetterTargetArn": "arn:aws:mock:eu-central-1:123456789012:notifications-undelivered"
    }


def test_people_hear_of_their_severity_by_mail(result: Synth) -> None:
    mails = [s.inputs for s in result.of(aws.sns.TopicSubscription).values() if s.inputs["protocol"] == "email"]

    assert [(mail["topic"].rpartition("-")[2], mail["endpoint"]) for mail in mails] == [
        ("warning", "boss@example.com"),
        ("warning", "team@example.com"),
    ]


def test_the_channel_hears_of_what_it_asked_for_and_can_only_look(result: Synth) -> None:
    channel = result.only(aws.chatbot.SlackChannelConfiguration).inputs

    assert [arn.rpartition("-")[2] for arn in channel["snsTopicArns"]] == ["critical", "warning"]
    assert channel["guardrailPolicyArns"] == ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]
    assert (channel["slackTeamId"], channel["slackChannelId"]) == ("T0123456789", "C0123456789")


@pytest.mark.parametrize("url", ["http://events.pagerduty.com/x", "events.pagerduty.com", "https://", "s3cr3t-key"])
def test_a_pagers_address_that_is_none_is_refused_and_never_shown(url: str) -> None:
    with pytest.raises(BadInput, match="the pager's address: found no HTTPS URL; allowed: https://, a host") as mistake:
        deploy(lambda: Subscriptions("notifications", subscriptions_args(url)))
    assert url not in str(mistake.value).replace("https://, a host", "")


def test_without_a_pager_there_is_no_https_subscription() -> None:
    result = deploy(lambda: Subscriptions("notifications", subscriptions_args(None)))

    assert "https" not in {s.inputs["protocol"] for s in result.of(aws.sns.TopicSubscription).values()}
