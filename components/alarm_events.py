"""State changes of CloudWatch alarms, from EventBridge to the forwarder's queue, and the alarm that it delivers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from configs.iam import resource_policies
from model import labels
from model.alarms import forwarding_watch as watch
from model.vocabulary import Severity

# As long as SQS keeps anything: a cluster that is rebuilt over a holiday still gets what changed meanwhile.
KEPT_SECONDS = 1_209_600
# Longer than the forwarder works on ten messages: Alertmanager may take 10 s to answer, each of them.
VISIBLE_AFTER_SECONDS = 60
# The forwarder gives a malformed message back at once, so that it is out of the way within seconds. A good one is
# received again only when the forwarder dies over it.
MOST_RECEIPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEventsArgs:
    """``prefixes``: prefix of alarm names. ``changes_arn``: the topic of state changes; ``key_arn``: its key.

    ``queue``: whether there is a forwarder that reads; without one, state changes are published for the archive alone.
    """

    prefix: str
    prefixes: Sequence[str]
    changes_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    environment: str
    owner: str
    runbooks: str
    queue: bool = True


@pulumi.type_token("belfry:aws:AlarmEvents")
class AlarmEvents(Component):
    """EventBridge rule, and where a forwarder reads, its queue, its dead-letter queue and the suppressor alarm.

    ``suppressor``: an alarm that is in ALARM while heartbeats of the forwarder arrive. Composite alarms that name it
    notify nobody meanwhile, and do so within minutes when the heartbeats end (``model/alarms/forwarding_watch.py``).
    """

    queue_url: pulumi.Output[str] | None
    queue_arn: pulumi.Output[str] | None
    suppressor: pulumi.Output[str] | None

    def __init__(self, name: str, args: AlarmEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        rule = aws.cloudwatch.EventRule(
            f"{name}-changes",
            name=f"{args.prefix}-alarm-state-changes",
            description="State changes of Belfry's alarms, for Alertmanager and for the archive",
            event_pattern=json.dumps(watch.event_pattern(args.prefixes), sort_keys=True),
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-changes", rule=rule.name, target_id="topic", arn=args.changes_arn, opts=self.child()
        )
        self.queue_url = self.queue_arn = self.suppressor = None
        if args.queue:
            queue = self._queues(name, args)
            # The id of a queue is its URL.
            self.queue_url, self.queue_arn = queue.id.apply(str), queue.arn
            self.suppressor = self._suppressor(name, args)
        self.register_outputs({"queue_url": self.queue_url, "queue_arn": self.queue_arn, "suppressor": self.suppressor})

    def _queues(self, name: str, args: AlarmEventsArgs) -> aws.sqs.Queue:
        dead = aws.sqs.Queue(
            f"{name}-dead",
            name=watch.dead_letter_queue(args.prefix),
            kms_master_key_id=args.key_arn,
            message_retention_seconds=KEPT_SECONDS,
            opts=self.child(),
        )
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=watch.queue(args.prefix),
            kms_master_key_id=args.key_arn,
            message_retention_seconds=KEPT_SECONDS,
            visibility_timeout_seconds=VISIBLE_AFTER_SECONDS,
            redrive_policy=dead.arn.apply(
                lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MOST_RECEIPTS})
            ),
            opts=self.child(),
        )
        admits = aws.sqs.QueuePolicy(
            f"{name}-queue",
            queue_url=queue.id,
            policy=pulumi.Output.all(queue.arn, args.changes_arn).apply(
                lambda arns: resource_policies.queue(arns[0], arns[1:])
            ),
            opts=self.child(),
        )
        aws.sns.TopicSubscription(
            f"{name}-queue",
            topic=args.changes_arn,
            protocol="sqs",
            endpoint=queue.arn,
            # The body is the event itself, without SNS's envelope.
            raw_message_delivery=True,
            redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn})),
            opts=self.child(depends_on=[admits]),
        )
        aws.sqs.QueuePolicy(
            f"{name}-dead",
            queue_url=dead.id,
            policy=pulumi.Output.all(dead.arn, args.changes_arn).apply(
                lambda arns: resource_policies.queue(arns[0], arns[1:])
            ),
            opts=self.child(),
        )
        return queue

    def _suppressor(self, name: str, args: AlarmEventsArgs) -> pulumi.Output[str]:
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{watch.SUPPRESSOR}",
            name=f"{args.prefix}-{watch.SUPPRESSOR}",
            alarm_description=f"{watch.SUPPRESSOR_SUMMARY}. {watch.SUPPRESSOR_REASON} "
            f"Runbook: {args.runbooks}/aws/{watch.SUPPRESSOR}.md",
            namespace=watch.NAMESPACE,
            metric_name=watch.METRIC,
            dimensions={watch.DIMENSION: args.environment},
            statistic="Sum",
            period=watch.PERIOD_SECONDS,
            evaluation_periods=watch.PERIODS,
            datapoints_to_alarm=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0.0,
            treat_missing_data="notBreaching",
            tags={labels.OWNER_TAG: args.owner, labels.SEVERITY: str(Severity.NONE)},
            opts=self.child(),
        ).name
