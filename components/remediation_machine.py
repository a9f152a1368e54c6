"""The state machine of auto-remediation, its ledger, and the queue by which news come in."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam import resource_policies
from configs.iam.policy import trust

# What is a day old says nothing of now: whatever still fires is sent again.
KEPT_SECONDS = 86_400
VISIBLE_AFTER_SECONDS = 60
MOST_RECEIPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationMachineArgs:
    """``name`` of table, machine, queue and pipe in AWS; ``news`` is the topic's. ``definition``: the machine as JSON.

    ``changes_arn``: the topic of CloudWatch alarms' state changes; ``topics_key_arn`` encrypts topics and queues,
    ``data_key_arn`` the ledger. ``machine_policy`` and ``pipe_policy``: documents, of which the second is made of the
    queue's ARN. ``approver_policy``: for people's roles. ``expires``: the table's attribute.
    """

    name: str
    news: str
    region: str
    account_id: pulumi.Input[str]
    definition: pulumi.Input[str]
    changes_arn: pulumi.Input[str]
    topics_key_arn: pulumi.Input[str]
    data_key_arn: pulumi.Input[str]
    machine_policy: pulumi.Input[str]
    pipe_policy: pulumi.Input[str]
    approver_policy: pulumi.Input[str]
    boundary_arn: pulumi.Input[str]
    expires: str
    protect: bool


@pulumi.type_token("belfry:aws:RemediationMachine")
class RemediationMachine(Component):
    """Alertmanager's topic and the topic of alarms' state changes -> queue -> pipe -> machine, and the ledger.

    Paging does not pass here. A message that cannot start the machine is tried again, and then waits in the dead-letter
    queue. Deliberately without: logs of the machine, for which AWS wants rights on all log groups; Step Functions keeps
    each execution's history for 90 days.
    """

    machine_arn: pulumi.Output[str]
    news_arn: pulumi.Output[str]
    table_name: pulumi.Output[str]

    def __init__(self, name: str, args: RemediationMachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.table_name = aws.dynamodb.Table(
            f"{name}-ledger",
            opts=self.child(protect=args.protect, retain_on_delete=True),
            **_ledger(args),
        ).name
        account = pulumi.Output.from_input(args.account_id)
        machine = aws.sfn.StateMachine(
            f"{name}-machine",
            name=args.name,
            type="STANDARD",
            definition=args.definition,
            role_arn=role(
                self,
                f"{name}-machine",
                trust=account.apply(
                    lambda id_: trust(
                        "states.amazonaws.com",
                        account=id_,
                        source=f"arn:aws:states:{args.region}:{id_}:stateMachine:{args.name}",
                    )
                ),
                policy=args.machine_policy,
                boundary=args.boundary_arn,
            ),
            opts=self.child(),
        )
        self.machine_arn = machine.arn
        aws.iam.Policy(
            f"{name}-approver",
            name=f"{args.name}-approver",
            description="Lets people answer what auto-remediation asks; to be attached to their roles",
            policy=args.approver_policy,
            opts=self.child(),
        )
        self._pipe(name, args, account, self._queue(name, args))
        self.register_outputs(
            {"machine_arn": self.machine_arn, "news_arn": self.news_arn, "table_name": self.table_name}
        )

    def _queue(self, name: str, args: RemediationMachineArgs) -> aws.sqs.Queue:
        topic = aws.sns.Topic(f"{name}-news", name=args.news, kms_master_key_id=args.topics_key_arn, opts=self.child())
        self.news_arn = topic.arn
        dead = self._one_queue(name, "dead", args)
        redrive = dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MOST_RECEIPTS}))
        queue = self._one_queue(name, "queue", args, redrive_policy=redrive)
        admits = aws.sqs.QueuePolicy(
            f"{name}-queue",
            queue_url=queue.id,
            policy=pulumi.Output.all(queue.arn, topic.arn, args.changes_arn).apply(
                lambda arns: resource_policies.queue(arns[0], arns[1:])
            ),
            opts=self.child(),
        )
        sources: dict[str, pulumi.Input[str]] = {"news": topic.arn, "changes": args.changes_arn}
        for word, source in sources.items():
            aws.sns.TopicSubscription(
                f"{name}-{word}",
                topic=source,
                protocol="sqs",
                endpoint=queue.arn,
                # The body is the message itself, without SNS's envelope.
                raw_message_delivery=True,
                opts=self.child(depends_on=[admits]),
            )
        return queue

    def _one_queue(self, name: str, word: str, args: RemediationMachineArgs, **more: Any) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            f"{name}-{word}",
            name=args.name if word == "queue" else f"{args.name}-{word}",
            kms_master_key_id=args.topics_key_arn,
            message_retention_seconds=KEPT_SECONDS,
            visibility_timeout_seconds=VISIBLE_AFTER_SECONDS,
            opts=self.child(),
            **more,
        )

    def _pipe(self, name: str, args: RemediationMachineArgs, account: pulumi.Output[str], queue: aws.sqs.Queue) -> None:
        aws.pipes.Pipe(
            f"{name}-news",
            name=args.name,
            description="News of alerts, from their queue to the state machine of auto-remediation",
            role_arn=role(
                self,
                f"{name}-pipe",
                trust=account.apply(
                    lambda id_: trust(
                        "pipes.amazonaws.com",
                        account=id_,
                        source=f"arn:aws:pipes:{args.region}:{id_}:pipe/{args.name}",
                    )
                ),
                policy=args.pipe_policy,
                boundary=args.boundary_arn,
            ),
            source=queue.arn,
            # One message an execution: each has its own history.
            source_parameters={"sqs_queue_parameters": {"batch_size": 1}},
            target=self.machine_arn,
            # A Standard machine takes hours: nobody waits for it.
            target_parameters={"step_function_state_machine_parameters": {"invocation_type": "FIRE_AND_FORGET"}},
            opts=self.child(),
        )


def _ledger(args: RemediationMachineArgs) -> dict[str, Any]:
    return {
        "name": args.name,
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "kind",
        "range_key": "name",
        "attributes": [{"name": "kind", "type": "S"}, {"name": "name", "type": "S"}],
        "ttl": {"attribute_name": args.expires, "enabled": True},
        "point_in_time_recovery": {"enabled": True},
        "server_side_encryption": {"enabled": True, "kms_key_arn": args.data_key_arn},
        "deletion_protection_enabled": args.protect,
    }
