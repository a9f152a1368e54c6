"""The way alarms take from AWS to people, and what else of AWS goes that way."""

import pulumi
import pulumi_aws as aws

from components.alarm_topics import AlarmTopics
from components.audit_alarms import AuditAlarms, AuditAlarmsArgs
from components.heartbeat import Heartbeat, HeartbeatArgs
from components.security_events import SecurityEvents, SecurityEventsArgs
from components.subscriptions import SlackChannel, Subscriptions, SubscriptionsArgs
from model import labels
from model.alarms.audit_filters import FILTERS
from model.alarms.security_events import EVENTS
from model.names import PAGER_SECRET
from stacks.cluster import Cluster
from stacks.inputs import Inputs


def build(
    inputs: Inputs, provider: aws.Provider, account: pulumi.Input[str], topics: AlarmTopics, cluster: Cluster
) -> None:
    """Register what publishes to the topics besides alarms of the catalog, and who listens."""
    settings, owner = inputs.settings, inputs.catalog.organization.platform_team
    wanted, prefix = settings.notifications, f"{labels.PROJECT}-{settings.environment}"
    opts = pulumi.ResourceOptions(provider=provider)
    Subscriptions(
        "notifications",
        SubscriptionsArgs(
            prefix=prefix,
            topic_arns=topics.arns,
            heartbeat_arn=topics.heartbeat_arn,
            key_arn=topics.key_arn,
            pager_url=inputs.secrets.get(PAGER_SECRET) if wanted.pager else None,
            emails=dict(wanted.emails.items()),
            slack=SlackChannel(
                workspace_id=wanted.slack.workspace,
                channel_id=wanted.slack.channel,
                severities=wanted.slack.severities,
            )
            if wanted.slack
            else None,
        ),
        opts=opts,
    )
    Heartbeat(
        "heartbeat",
        HeartbeatArgs(
            heartbeat_arn=topics.heartbeat_arn,
            topic_arns=topics.arns,
            prefix=prefix,
            owner=owner,
            runbooks=settings.links.runbooks,
        ),
        opts=opts,
    )
    if wanted.security_events:
        SecurityEvents(
            "security",
            SecurityEventsArgs(
                rules=EVENTS,
                topic_arns=topics.arns,
                prefix=prefix,
                region=settings.region,
                account_id=account,
                runbooks=settings.links.runbooks,
            ),
            opts=opts,
        )
    if cluster.log_group is not None:
        AuditAlarms(
            "audit",
            AuditAlarmsArgs(
                filters=FILTERS,
                cluster_name=settings.cluster.name,
                log_group=cluster.log_group,
                topic_arns=topics.arns,
                prefix=prefix,
                owner=owner,
                runbooks=settings.links.runbooks,
            ),
            opts=opts,
        )
