"""Topics that AWS's services can really publish to."""

import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.alarm_topics import TOPIC_SEVERITIES, AlarmTopics
from configs.iam.resource_policies import Publisher
from model.vocabulary import Severity
from tests.components.examples import EXAMPLES, deploy


@pytest.fixture(name="key_policy")
def the_policy_of_the_key() -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(deploy(EXAMPLES[AlarmTopics]).only(aws.kms.Key).inputs["policy"])[
        "Statement"
    ]
    return statements


def of_service(statements: list[dict[str, Any]], service: str) -> dict[str, Any]:
    (found,) = (statement for statement in statements if statement["Principal"].get("Service") == service)
    return found


def test_every_severity_with_notifications_has_a_topic_and_so_has_the_heartbeat() -> None:
    result = deploy(EXAMPLES[AlarmTopics])

    assert set(TOPIC_SEVERITIES) == set(Severity) - {Severity.NONE}
    assert {topic.inputs["name"] for topic in result.of(aws.sns.Topic).values()} == {
        "belfry-prod-critical",
        "belfry-prod-warning",
        "belfry-prod-info",
        "belfry-prod-heartbeat",
        "belfry-prod-state-changes",
    }
    assert result.only(AlarmTopics).outputs["arns"] == {
        severity: f"arn:aws:mock:eu-central-1:123456789012:alarms-{severity}"
        for severity in ("critical", "warning", "info")
    }


def test_every_topic_is_encrypted_with_the_key_that_admits_cloudwatch() -> None:
    result = deploy(EXAMPLES[AlarmTopics])

    assert {topic.inputs["kmsMasterKeyId"] for topic in result.of(aws.sns.Topic).values()} == {"alarms-key-id"}
    assert result.only(aws.kms.Key).inputs["enableKeyRotation"]


@pytest.mark.parametrize("service", [*map(str, Publisher), "sns.amazonaws.com"])
def test_the_key_lets_every_publisher_decrypt_and_generate_data_keys(
    key_policy: list[dict[str, Any]], service: str
) -> None:
    statement = of_service(key_policy, service)

    assert statement["Effect"] == "Allow"
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    if service == Publisher.EVENTBRIDGE:
        # EventBridge names no account to KMS: under a condition every message would be lost without a word.
        assert "Condition" not in statement
    else:
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize("service", list(map(str, Publisher)))
def test_every_topic_lets_every_publisher_publish_to_it(service: str) -> None:
    policies = deploy(EXAMPLES[AlarmTopics]).of(aws.sns.TopicPolicy)

    assert set(policies) == {
        f"alarms-{topic}" for topic in ("critical", "warning", "info", "heartbeat", "state-changes")
    }
    for name, policy in policies.items():
        statement = of_service(json.loads(policy.inputs["policy"])["Statement"], service)
        assert statement["Action"] == ["sns:Publish"]
        assert statement["Resource"] == [policy.inputs["arn"]] == [f"arn:aws:mock:eu-central-1:123456789012:{name}"]
        assert ("Condition" in statement) == (service != Publisher.EVENTBRIDGE)


def test_the_account_can_still_administer_the_key(key_policy: list[dict[str, Any]]) -> None:
    # Without this statement nobody could ever change or delete the key again.
    assert {"AWS": "arn:aws:iam::123456789012:root"} in [statement["Principal"] for statement in key_policy]
