"""Falco's findings as events of EventBridge: falcosidekick has no output for it, but one for SQS."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam import policies
from configs.iam.policy import trust

EVENT_SOURCE = "belfry.falco"
DETAIL_TYPE = "Falco finding"

# As long as SQS keeps anything: a rule that is repaired after a holiday still gets its findings.
KEPT_SECONDS = 1_209_600


@dataclass(frozen=True, slots=True, kw_only=True)
class FalcoEventsArgs:
    """``prefix`` starts the names in AWS."""

    prefix: str
    region: str
    account_id: pulumi.Input[str]


@pulumi.type_token("belfry:aws:FalcoEvents")
class FalcoEvents(Component):
    """A queue, and a pipe from it to the account's default event bus. The body of a finding is the event's detail.

    Deliberately without rules: who wants findings in EventBridge has his own targets for them.
    """

    queue_url: pulumi.Output[str]
    queue_arn: pulumi.Output[str]

    def __init__(self, name: str, args: FalcoEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        queue = aws.sqs.Queue(
            f"{name}-findings",
            name=f"{args.prefix}-falco-findings",
            # SQS's own key: a key of ours would want rights for the writer and the pipe, and protect no secret.
            sqs_managed_sse_enabled=True,
            message_retention_seconds=KEPT_SECONDS,
            opts=self.child(),
        )
        bus = pulumi.Output.concat("arn:aws:events:", args.region, ":", args.account_id, ":event-bus/default")
        aws.pipes.Pipe(
            f"{name}-findings",
            name=f"{args.prefix}-falco-findings",
            description="Findings of Falco, from falcosidekick's queue to the event bus",
            role_arn=role(
                self,
                f"{name}-pipe",
                trust=pulumi.Output.from_input(args.account_id).apply(
                    lambda id_: trust(
                        "pipes.amazonaws.com",
                        account=id_,
                        source=f"arn:aws:pipes:{args.region}:{id_}:pipe/{args.prefix}-falco-findings",
                    )
                ),
                policy=pulumi.Output.all(queue=queue.arn, bus=bus).apply(lambda known: policies.findings_pipe(**known)),
            ),
            source=queue.arn,
            source_parameters={"sqs_queue_parameters": {"batch_size": 10}},
            target=bus,
            target_parameters={
                # The body alone: without a template the event would be SQS's envelope with the finding as text.
                "input_template": "<$.body>",
                "eventbridge_event_bus_parameters": {"source": EVENT_SOURCE, "detail_type": DETAIL_TYPE},
            },
            opts=self.child(),
        )
        self.queue_url = queue.id.apply(str)  # the id of a queue is its URL
        self.queue_arn = queue.arn
        self.register_outputs({"queue_url": self.queue_url, "queue_arn": self.queue_arn})
