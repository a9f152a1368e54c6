"""Who hears of alarms: a pager, people, a chat channel, and an archive that forgets nothing."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam import policies, resource_policies
from configs.iam.policy import trust
from model.problems import BadInput, Problem
from model.vocabulary import Severity

# The longest SQS keeps: a fortnight, so that what came over Christmas can still be read.
ARCHIVE_SECONDS = 1_209_600

HTTPS_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/\S+")

# What the channel's members may make Amazon Q Developer do at most, whatever role they chose.
GUARDRAIL = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannel:
    """A channel by its ids. Somebody has allowed the workspace once, in the console of Amazon Q Developer."""

    workspace_id: str
    channel_id: str
    severities: Sequence[Severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionsArgs:
    """``pager_url`` is secret: whoever knows it can wake people. It hears of ``pager_severities`` alone."""

    prefix: str
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    heartbeat_arn: pulumi.Input[str]
    changes_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    pager_url: pulumi.Input[str] | None = None
    pager_severities: Sequence[Severity] = (Severity.CRITICAL,)
    emails: Mapping[Severity, Sequence[str]] = field(default_factory=dict)
    slack: SlackChannel | None = None


@pulumi.type_token("belfry:aws:Subscriptions")
class Subscriptions(Component):
    """Subscriptions of every topic. The archive takes all of them, and what could not be delivered goes to a queue.

    A person must confirm an email's subscription: until then AWS drops what it should deliver.
    Raises BadInput for a pager's address that is no HTTPS URL; the address itself is never shown.
    """

    archive_arn: pulumi.Output[str]
    undelivered_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SubscriptionsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        topics = {
            **{str(severity): arn for severity, arn in args.topic_arns.items()},
            "heartbeat": args.heartbeat_arn,
            "state-changes": args.changes_arn,
        }
        archive = self._queue(f"{name}-archive", f"{args.prefix}-notifications", args, topics)
        undelivered = self._queue(f"{name}-undelivered", f"{args.prefix}-undelivered", args, topics)
        for word, topic in sorted(topics.items()):
            aws.sns.TopicSubscription(
                f"{name}-archive-{word}", topic=topic, protocol="sqs", endpoint=archive.arn, opts=self.child()
            )
        if args.pager_url is not None:
            self._pager(name, args, args.pager_url, undelivered)
        for severity, addresses in sorted(args.emails.items()):
            for number, address in enumerate(sorted(addresses), 1):
                aws.sns.TopicSubscription(
                    f"{name}-email-{severity}-{number}",
                    topic=args.topic_arns[severity],
                    protocol="email",
                    endpoint=address,
                    opts=self.child(),
                )
        if args.slack:
            self._slack(name, args, args.slack)
        self.archive_arn = archive.arn
        self.undelivered_arn = undelivered.arn
        self.register_outputs({"archive_arn": self.archive_arn, "undelivered_arn": self.undelivered_arn})

    def _queue(
        self, name: str, physical: str, args: SubscriptionsArgs, topics: Mapping[str, pulumi.Input[str]]
    ) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            name,
            name=physical,
            kms_master_key_id=args.key_arn,
            message_retention_seconds=ARCHIVE_SECONDS,
            opts=self.child(),
        )
        aws.sqs.QueuePolicy(
            name,
            queue_url=queue.id,
            policy=pulumi.Output.all(queue.arn, *topics.values()).apply(
                lambda arns: resource_policies.queue(arns[0], arns[1:])
            ),
            opts=self.child(),
        )
        return queue

    def _pager(self, name: str, args: SubscriptionsArgs, url: pulumi.Input[str], undelivered: aws.sqs.Queue) -> None:
        endpoint = pulumi.Output.secret(url).apply(_checked)
        for severity in args.pager_severities:
            aws.sns.TopicSubscription(
                f"{name}-pager-{severity}",
                topic=args.topic_arns[severity],
                protocol="https",
                endpoint=endpoint,
                endpoint_auto_confirms=True,
                redrive_policy=undelivered.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn})),
                opts=self.child(),
            )

    def _slack(self, name: str, args: SubscriptionsArgs, slack: SlackChannel) -> None:
        aws.chatbot.SlackChannelConfiguration(
            f"{name}-slack",
            configuration_name=f"{args.prefix}-alarms",
            slack_team_id=slack.workspace_id,
            slack_channel_id=slack.channel_id,
            sns_topic_arns=[args.topic_arns[severity] for severity in sorted(slack.severities)],
            iam_role_arn=role(self, f"{name}-slack", trust=trust("chatbot.amazonaws.com"), policy=policies.chat()),
            guardrail_policy_arns=[GUARDRAIL],
            logging_level="ERROR",
            opts=self.child(),
        )


def _checked(url: str) -> str:
    if not HTTPS_URL.fullmatch(url):
        # The text stays out of the message: it is a secret, however wrong.
        raise BadInput([Problem("the pager's address", "found no HTTPS URL", "https://, a host and a path")])
    return url
