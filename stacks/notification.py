"""The way alarms take from AWS to people, and what else of AWS goes that way."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.alarm_events import AlarmEvents, AlarmEventsArgs
from components.alarm_topics import AlarmTopics
from components.audit_alarms import AuditAlarms, AuditAlarmsArgs
from components.composite_alarms import CompositeAlarms, CompositeAlarmsArgs, Leaf
from components.heartbeat import Heartbeat, HeartbeatArgs
from components.security_events import SecurityEvents, SecurityEventsArgs
from components.subscriptions import SlackChannel, Subscriptions, SubscriptionsArgs
from model import labels
from model.alarms.audit_filters import FILTERS
from model.alarms.plan import COMPOSED
from model.names import PAGER_SECRET
from model.vocabulary import Severity
from stacks.cluster import Cluster
from stacks.inputs import Inputs


def build(
    inputs: Inputs, provider: aws.Provider, account: pulumi.Input[str], topics: AlarmTopics, cluster: Cluster
) -> AlarmEvents:
    """Register what publishes to the topics besides alarms of the catalog, and who listens. Returns the first way."""
    settings, owner = inputs.settings, inputs.catalog.organization.platform_team
    wanted, prefix = settings.notifications, f"{labels.PROJECT}-{settings.environment}"
    opts = pulumi.ResourceOptions(provider=provider)
    events = AlarmEvents(
        "alarm-events",
        AlarmEventsArgs(
            prefix=prefix,
            prefixes=inputs.alarm_prefixes,
            changes_arn=topics.changes_arn,
            key_arn=topics.key_arn,
            environment=settings.environment,
            owner=owner,
            runbooks=settings.links.runbooks,
            queue=inputs.forwards_alarms,
        ),
        opts=opts,
    )
    Subscriptions(
        "notifications",
        SubscriptionsArgs(
            prefix=prefix,
            topic_arns=topics.arns,
            heartbeat_arn=topics.heartbeat_arn,
            changes_arn=topics.changes_arn,
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
    if wanted.security_events and settings.watches_region:
        SecurityEvents(
            "security",
            SecurityEventsArgs(
                rules=inputs.security_events,
                topic_arns=topics.arns,
                prefix=prefix,
                region=settings.region,
                account_id=account,
                brings_global=settings.watches_account,
                runbooks=settings.links.runbooks,
            ),
            opts=opts,
        )
    if cluster.log_group is not None:
        audit = AuditAlarms(
            "audit",
            AuditAlarmsArgs(
                filters=FILTERS,
                cluster_name=settings.cluster.name,
                log_group=cluster.log_group,
                topic_arns=direct(inputs, topics),
                prefix=prefix,
                owner=owner,
                runbooks=settings.links.runbooks,
            ),
            opts=opts,
        )
        CompositeAlarms(
            "audit",
            CompositeAlarmsArgs(
                system=labels.OWN_SYSTEM,
                leaves=[
                    Leaf(name=f"{prefix}-{each.name}", severity=each.severity, created=audit.names[each.name])
                    for each in FILTERS
                ],
                topic_arns=topics.arns,
                prefix=f"{prefix}-audit",
                owner=owner,
                runbooks=settings.links.runbooks,
                suppressor=events.suppressor,
            ),
            opts=opts,
        )
    return events


def direct(inputs: Inputs, topics: AlarmTopics) -> Mapping[Severity, pulumi.Input[str]]:
    """Topics of severities whose alarms act on their own: info, and none where Alertmanager hears of every alarm."""
    if inputs.forwards_alarms:
        return {}
    return {severity: arn for severity, arn in topics.arns.items() if severity not in COMPOSED}
