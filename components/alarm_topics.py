"""Where CloudWatch alarms go: one encrypted SNS topic for each severity."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from configs.iam import resource_policies
from model.vocabulary import Severity

TOPIC_SEVERITIES = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTopicsArgs:
    """``account_id`` owns the key; topics are ``<prefix>-<severity>``, ``-heartbeat`` and ``-state-changes``."""

    account_id: pulumi.Input[str]
    prefix: str


@pulumi.type_token("belfry:aws:AlarmTopics")
class AlarmTopics(Component):
    """Topics named by severity, with a key and policies of their own that let AWS's services publish.

    CloudWatch drops a notification without a word when it may not use the topic's key, and the AWS-managed SNS key
    can never admit it: hence key, key policy, topics and their policies are one component. EventBridge and Budgets
    also need the topic's own policy, whose default lets only the account in.
    The heartbeat's topic has the same key and the same policy: what arrives by it could arrive by the others. So has
    the topic of state changes, which EventBridge publishes to: the forwarder's queue and the archive listen there.
    """

    arns: Mapping[Severity, pulumi.Output[str]]
    heartbeat_arn: pulumi.Output[str]
    changes_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmTopicsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        account = pulumi.Output.from_input(args.account_id)
        key = aws.kms.Key(
            f"{name}-key",
            description="Belfry alarm topics",
            enable_key_rotation=True,
            policy=account.apply(resource_policies.topics_key),
            opts=self.child(),
        )
        self.arns = {severity: self._topic(name, str(severity), args, key) for severity in TOPIC_SEVERITIES}
        self.heartbeat_arn = self._topic(name, "heartbeat", args, key)
        self.changes_arn = self._topic(name, "state-changes", args, key)
        self.key_arn = key.arn
        self.register_outputs(
            {
                "arns": {str(severity): arn for severity, arn in self.arns.items()},
                "heartbeat_arn": self.heartbeat_arn,
                "changes_arn": self.changes_arn,
                "key_arn": self.key_arn,
            }
        )

    def _topic(self, name: str, word: str, args: AlarmTopicsArgs, key: aws.kms.Key) -> pulumi.Output[str]:
        topic = aws.sns.Topic(
            f"{name}-{word}", name=f"{args.prefix}-{word}", kms_master_key_id=key.id, opts=self.child()
        )
        aws.sns.TopicPolicy(
            f"{name}-{word}",
            arn=topic.arn,
            policy=pulumi.Output.all(args.account_id, topic.arn).apply(lambda known: resource_policies.topic(*known)),
            opts=self.child(),
        )
        return topic.arn
