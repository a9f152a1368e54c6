"""Where CloudWatch alarms go: one encrypted SNS topic for each severity."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.vocabulary import Severity

TOPIC_SEVERITIES = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTopicsArgs:
    """``account_id`` owns the key; topics are named ``<prefix>-<severity>``."""

    account_id: pulumi.Input[str]
    prefix: str


@pulumi.type_token("belfry:aws:AlarmTopics")
class AlarmTopics(Component):
    """Topics named by severity, with a key of their own that lets CloudWatch publish.

    CloudWatch drops a notification without a word when it may not use the topic's key, and the AWS-managed SNS key
    can never admit it: hence key, key policy and topics are one component.
    """

    arns: Mapping[Severity, pulumi.Output[str]]

    def __init__(self, name: str, args: AlarmTopicsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description="Belfry alarm topics",
            enable_key_rotation=True,
            policy=pulumi.Output.from_input(args.account_id).apply(_key_policy),
            opts=self.child(),
        )
        topics = {
            severity: aws.sns.Topic(
                f"{name}-{severity}",
                name=f"{args.prefix}-{severity}",
                kms_master_key_id=key.id,
                opts=self.child(),
            )
            for severity in TOPIC_SEVERITIES
        }
        self.arns = {severity: topic.arn for severity, topic in topics.items()}
        self.register_outputs({"arns": {str(severity): arn for severity, arn in self.arns.items()}})


def _key_policy(account_id: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AccountAdministers",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Sid": "CloudWatchPublishes",
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
                },
            ],
        },
        sort_keys=True,
    )
