"""An alarm that goes off on purpose, and one that misses it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
from model.alarms import heartbeat
from model.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatArgs:
    """``heartbeat_arn`` has the key and the policy of the real topics."""

    heartbeat_arn: pulumi.Input[str]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    owner: str
    runbooks: str


@pulumi.type_token("belfry:aws:Heartbeat")
class Heartbeat(Component):
    """Every hour a schedule fires, an alarm on that schedule goes off and calms down, and three messages arrive.

    That proves what fails without a word: CloudWatch and EventBridge may use the topic and its key, SNS delivers into
    the encrypted archive. When fewer messages are delivered, a second alarm tells the people.
    Deliberately without: the pager itself. Whoever must prove the last metre gives the pager's own check-in.
    """

    arns: Sequence[pulumi.Output[str]]

    def __init__(self, name: str, args: HeartbeatArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        clock = aws.cloudwatch.EventRule(
            f"{name}-clock",
            name=f"{args.prefix}-heartbeat",
            description=f"{heartbeat.BEAT_SUMMARY}. {heartbeat.BEAT_REASON}",
            schedule_expression=heartbeat.SCHEDULE,
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-clock",
            rule=clock.name,
            target_id="topic",
            arn=args.heartbeat_arn,
            input=json.dumps({"heartbeat": args.prefix}),
            opts=self.child(),
        )
        topic_name = pulumi.Output.from_input(args.heartbeat_arn).apply(lambda arn: arn.rpartition(":")[2])
        topic = args.topic_arns[heartbeat.SILENT_SEVERITY]
        beat = aws.cloudwatch.MetricAlarm(
            f"{name}-{heartbeat.BEAT}",
            name=f"{args.prefix}-{heartbeat.BEAT}",
            alarm_description=_description(heartbeat.BEAT, heartbeat.BEAT_SUMMARY, heartbeat.BEAT_REASON, args),
            namespace="AWS/Events",
            metric_name="Invocations",
            dimensions={"RuleName": clock.name},
            statistic="Sum",
            period=60,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0.0,
            treat_missing_data="notBreaching",
            alarm_actions=[args.heartbeat_arn],
            ok_actions=[args.heartbeat_arn],
            tags=_tags(args, Severity.NONE),
            opts=self.child(),
        )
        silent = aws.cloudwatch.MetricAlarm(
            f"{name}-{heartbeat.SILENT}",
            name=f"{args.prefix}-{heartbeat.SILENT}",
            alarm_description=_description(heartbeat.SILENT, heartbeat.SILENT_SUMMARY, heartbeat.SILENT_REASON, args),
            namespace="AWS/SNS",
            metric_name="NumberOfNotificationsDelivered",
            dimensions={"TopicName": topic_name},
            statistic="Sum",
            period=heartbeat.PERIOD_SECONDS,
            evaluation_periods=heartbeat.PERIODS,
            datapoints_to_alarm=heartbeat.PERIODS,
            comparison_operator="LessThanThreshold",
            threshold=float(heartbeat.MESSAGES),
            treat_missing_data="breaching",
            alarm_actions=[topic],
            ok_actions=[topic],
            tags=_tags(args, heartbeat.SILENT_SEVERITY),
            opts=self.child(),
        )
        self.arns = [beat.arn, silent.arn]
        self.register_outputs({"arns": self.arns})


def _description(key: str, summary: str, reason: str, args: HeartbeatArgs) -> str:
    return f"{summary}. {reason} Runbook: {args.runbooks}/aws/{key}.md"


def _tags(args: HeartbeatArgs, severity: Severity) -> dict[str, str]:
    return {labels.OWNER_TAG: args.owner, labels.SEVERITY: str(severity)}
