"""What Karpenter needs in the account: the nodes' instance profile, and warnings of interruptions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from configs.iam import karpenter


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProvisioningArgs:
    """``prefix`` starts the names; ``node_role_arn`` is the role of the managed groups' nodes, which EKS lets in."""

    prefix: str
    node_role_arn: pulumi.Input[str]


@pulumi.type_token("belfry:aws:NodeProvisioning")
class NodeProvisioning(Component):
    """An instance profile, and a queue that EventBridge tells of whatever ends an instance.

    With it Karpenter drains a node before AWS takes it away, and removes one that was stopped by hand. Deliberately
    without a dead-letter queue: a warning of an interruption is worthless after minutes.
    """

    node_role_arn: pulumi.Output[str]
    profile_name: pulumi.Output[str]
    profile_arn: pulumi.Output[str]
    queue_name: pulumi.Output[str]
    queue_arn: pulumi.Output[str]

    def __init__(self, name: str, args: NodeProvisioningArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.node_role_arn = pulumi.Output.from_input(args.node_role_arn)
        profile = aws.iam.InstanceProfile(
            f"{name}-profile",
            name=f"{args.prefix}-nodes",
            role=self.node_role_arn.apply(lambda arn: arn.rpartition("/")[2]),
            opts=self.child(),
        )
        queue = aws.sqs.Queue(
            f"{name}-interruptions",
            name=karpenter.queue_name(args.prefix),
            message_retention_seconds=karpenter.KEPT_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=self.child(),
        )
        rules = [self._rule(name, key, args.prefix, queue) for key in sorted(karpenter.INTERRUPTIONS)]
        policy = aws.sqs.QueuePolicy(
            f"{name}-interruptions",
            queue_url=queue.url,
            policy=_policy(queue.arn, rules),
            opts=self.child(),
        )
        self.profile_name, self.profile_arn = profile.name, profile.arn
        self.queue_arn = queue.arn
        # Known once messages come in: Karpenter is installed after that.
        self.queue_name = pulumi.Output.all(queue.name, policy.id).apply(lambda known: str(known[0]))
        self.register_outputs(
            {
                "node_role_arn": self.node_role_arn,
                "profile_name": self.profile_name,
                "profile_arn": self.profile_arn,
                "queue_name": self.queue_name,
                "queue_arn": self.queue_arn,
            }
        )

    def _rule(self, name: str, key: str, prefix: str, queue: aws.sqs.Queue) -> pulumi.Output[str]:
        rule = aws.cloudwatch.EventRule(
            f"{name}-{key}",
            name=f"{prefix}-interruption-{key}",
            description=f"What ends nodes ({key}), for Karpenter",
            event_pattern=json.dumps(karpenter.INTERRUPTIONS[key], sort_keys=True),
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-{key}", rule=rule.name, target_id="karpenter", arn=queue.arn, opts=self.child()
        )
        return rule.arn


def _policy(queue: pulumi.Output[str], rules: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
    return pulumi.Output.all(queue, *rules).apply(lambda arns: karpenter.queue(arns[0], list(arns[1:])))
