"""Topics that CloudWatch can really publish to."""

import json

import pulumi_aws as aws

from components.alarm_topics import TOPIC_SEVERITIES, AlarmTopics
from model.vocabulary import Severity
from tests.components.examples import EXAMPLES, deploy


def test_there_is_a_topic_for_every_severity_that_somebody_is_told_of() -> None:
    result = deploy(EXAMPLES[AlarmTopics])

    assert set(TOPIC_SEVERITIES) == set(Severity) - {Severity.NONE}
    assert {topic.inputs["name"] for topic in result.of(aws.sns.Topic).values()} == {
        "belfry-prod-critical",
        "belfry-prod-warning",
        "belfry-prod-info",
    }
    assert result.only(AlarmTopics).outputs["arns"] == {
        severity: f"arn:aws:mock:eu-central-1:123456789012:alarms-{severity}"
        for severity in ("critical", "warning", "info")
    }


def test_every_topic_is_encrypted_with_the_key_that_admits_cloudwatch() -> None:
    result = deploy(EXAMPLES[AlarmTopics])

    assert {topic.inputs["kmsMasterKeyId"] for topic in result.of(aws.sns.Topic).values()} == {"alarms-key-id"}
    assert result.only(aws.kms.Key).inputs["enableKeyRotation"]


def test_the_key_lets_cloudwatch_of_this_account_alone_decrypt_and_generate_data_keys() -> None:
    policy = json.loads(deploy(EXAMPLES[AlarmTopics]).only(aws.kms.Key).inputs["policy"])
    services = [statement for statement in policy["Statement"] if "Service" in statement["Principal"]]

    assert [statement["Principal"] for statement in services] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert services[0]["Effect"] == "Allow"
    assert services[0]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert services[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_the_account_can_still_administer_the_key() -> None:
    policy = json.loads(deploy(EXAMPLES[AlarmTopics]).only(aws.kms.Key).inputs["policy"])

    # Without this statement nobody could ever change or delete the key again.
    assert {"AWS": "arn:aws:iam::123456789012:root"} in [s["Principal"] for s in policy["Statement"]]
