"""Examples of the components that make the AWS account's part, with made-up ARNs of the right shape."""

from collections.abc import Callable
from pathlib import Path

import pulumi

from components.access import Access, AccessEntries, AccessEntriesArgs
from components.alarm_events import AlarmEvents, AlarmEventsArgs
from components.alarm_mute_rules import AlarmMuteRules, AlarmMuteRulesArgs
from components.audit_alarms import AuditAlarms, AuditAlarmsArgs
from components.base import Component
from components.buckets import Buckets, BucketsArgs
from components.cluster_addons import ClusterAddons, ClusterAddonsArgs, NodeAddons, NodeAddonsArgs
from components.contributor_insights import ContributorInsights, ContributorInsightsArgs
from components.delivery_roles import DeliveryRoles, DeliveryRolesArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.heartbeat import Heartbeat, HeartbeatArgs
from components.job_archive import JobArchive, JobArchiveArgs
from components.log_groups import LogGroup, LogGroups, LogGroupsArgs
from components.log_queries import LogQueries, LogQueriesArgs
from components.managed_table import ManagedTable, ManagedTableArgs
from components.node_groups import NodeGroup, NodeGroups, NodeGroupsArgs
from components.node_provisioning import NodeProvisioning, NodeProvisioningArgs
from components.pod_identity import IdentityProvider, IdentityProviderArgs, PodIdentity, PodIdentityArgs
from components.prometheus_workspace import PrometheusWorkspace, PrometheusWorkspaceArgs
from components.security_events import SecurityEvents, SecurityEventsArgs
from components.subscriptions import SlackChannel, Subscriptions, SubscriptionsArgs
from configs.iam import policies, resource_policies
from configs.iam.delivery import drift, preview
from configs.state_backend import StateBackend
from model.account.access import AccessLevel
from model.account.eks_pins import pins
from model.account.node_pools import Pool
from model.account.storage import REPORTS_KEPT, BucketUse, buckets
from model.alarms.audit_filters import FILTERS
from model.alarms.security_events import EventFile
from model.alerting.alarm_mute_rules import MuteRule
from model.catalog.dynamodb import DynamoDbTable, Insights
from model.cluster import workloads
from model.quantities import Duration
from model.vocabulary import Environment, Severity
from model.yaml_file import read_yaml
from tests.model.catalog.managed_tables import PROVISIONED
from tests.tools import PROJECT

ACCOUNT, REGION = "123456789012", "eu-central-1"
TOPIC_ARNS = {
    severity: f"arn:aws:sns:{REGION}:{ACCOUNT}:belfry-prod-{severity}"
    for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
}
HEARTBEAT_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:belfry-prod-heartbeat"
CHANGES_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:belfry-prod-state-changes"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
RUNBOOKS = "https://runbooks.example.com"
PAGER_URL = "https://events.pagerduty.com/integration/0123456789abcdef0123456789abcdef/enqueue"
RETENTION: dict[BucketUse, Duration | None] = {
    BucketUse.LOKI_CHUNKS: Duration("7d"),
    BucketUse.LONG_TERM_METRICS: Duration("400d"),
    BucketUse.ELASTICSEARCH_SNAPSHOTS: None,
    BucketUse.LOAD_BALANCER_LOGS: Duration("30d"),
    BucketUse.REPORTS: REPORTS_KEPT,
    BucketUse.JOBS: None,
}

PINS = pins("1.34")
NODES = NodeGroupsArgs(
    cluster_name="main",
    version="1.34",
    pins=PINS,
    tags={"owner": "platform", "Name": "main"},
    subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
    groups={
        Pool.GENERAL: NodeGroup(instance_type="m7i.large", minimum=3, maximum=6),
        Pool.OBSERVABILITY: NodeGroup(instance_type="m7g.xlarge", minimum=3, maximum=4),
    },
)
BUCKETS = BucketsArgs(
    prefix=f"belfry-prod-{ACCOUNT}-{REGION}", buckets=buckets(RETENTION), account_id=ACCOUNT, key_arn=KEY_ARN, keep=True
)
STATE = StateBackend(environment=Environment.PROD, account=ACCOUNT, region=REGION)
DELIVERY = DeliveryRolesArgs(
    account_id=ACCOUNT,
    host="token.actions.githubusercontent.com",
    audience="sts.amazonaws.com",
    makes_provider=True,
    deploy_subject="repo:example/belfry:environment:prod",
    preview_subject="repo:example/belfry:pull_request",
    deployer_policy=f"arn:aws:iam::{ACCOUNT}:policy/belfry-deployer",
    drift_subject="repo:example/belfry:environment:drift-prod",
    preview_policy=preview(STATE, project="belfry"),
    drift_policy=drift(STATE, project="belfry"),
    boundary=f"arn:aws:iam::{ACCOUNT}:policy/boundary",
)
EVENT_RULES = "rules/eventbridge/security-events.yaml"
EVENTS = EventFile.model_validate(read_yaml(PROJECT / EVENT_RULES, EVENT_RULES)).rules
SECURITY_EVENTS = SecurityEventsArgs(
    rules=EVENTS, topic_arns=TOPIC_ARNS, prefix="belfry-prod", region=REGION, account_id=ACCOUNT, runbooks=RUNBOOKS
)


def subscriptions_args(pager_url: str | None = PAGER_URL) -> SubscriptionsArgs:
    """Everyone is notified; made at each call, because a secret output belongs to one run."""
    return SubscriptionsArgs(
        prefix="belfry-prod",
        topic_arns=TOPIC_ARNS,
        heartbeat_arn=HEARTBEAT_ARN,
        changes_arn=CHANGES_ARN,
        key_arn=KEY_ARN,
        pager_url=None if pager_url is None else pulumi.Output.secret(pager_url),
        emails={Severity.WARNING: ["team@example.com", "boss@example.com"]},
        slack=SlackChannel(
            workspace_id="T0123456789", channel_id="C0123456789", severities=[Severity.WARNING, Severity.CRITICAL]
        ),
    )


ALARM_EVENTS = AlarmEventsArgs(
    prefix="belfry-prod",
    prefixes=("prod", "belfry-prod"),
    changes_arn=CHANGES_ARN,
    key_arn=KEY_ARN,
    environment="prod",
    owner="platform",
    runbooks=RUNBOOKS,
)
JOB_ARCHIVE = JobArchiveArgs(
    bucket=f"belfry-prod-{ACCOUNT}-{REGION}-jobs", region=REGION, file=Path(__file__), sha256="0123abcd" * 8
)
MUTE_RULE = MuteRule(
    name="upgrade-1-1",
    at="2026-03-07T22:30",
    duration="PT3H30M",
    time_zone="Europe/Berlin",
    reason="PostgreSQL 17.",
    alarms=("prod-shop-critical", "prod-shop-warning"),
)

CLUSTER_ADDONS = ClusterAddonsArgs(
    cluster_name="main",
    pins=PINS,
    volume_key_arn=KEY_ARN,
    endpoint="https://main.eks.example.com",
    authority="b3Vycw==",
    region=REGION,
    account_id=ACCOUNT,
    cluster="main",
)

MANAGED_TABLE = ManagedTableArgs(
    table=DynamoDbTable.model_validate(PROVISIONED),
    key_arn=KEY_ARN,
    deletion_protection=True,
    tags={"owner": "shop", "system": "shop"},
)

ACCOUNT_EXAMPLES: dict[type[Component], Callable[[], Component]] = {
    AlarmEvents: lambda: AlarmEvents("alarm-events", ALARM_EVENTS),
    AlarmMuteRules: lambda: AlarmMuteRules("maintenance", AlarmMuteRulesArgs(rules=[MUTE_RULE], prefix="belfry-prod")),
    JobArchive: lambda: JobArchive("jobs", JOB_ARCHIVE),
    AccessEntries: lambda: AccessEntries(
        "access",
        AccessEntriesArgs(
            cluster_name="main",
            entries={
                "operators": Access(
                    principal_arn=f"arn:aws:iam::{ACCOUNT}:role/operators", level=AccessLevel.CLUSTER_ADMIN
                ),
                "shop": Access(
                    principal_arn=f"arn:aws:iam::{ACCOUNT}:role/shop", level=AccessLevel.VIEW, namespaces=("shop",)
                ),
            },
        ),
    ),
    AuditAlarms: lambda: AuditAlarms(
        "audit",
        AuditAlarmsArgs(
            filters=FILTERS,
            cluster_name="main",
            log_group="/aws/eks/main/cluster",
            topic_arns=TOPIC_ARNS,
            prefix="belfry-prod",
            owner="platform",
            runbooks=RUNBOOKS,
        ),
    ),
    Buckets: lambda: Buckets("storage", BUCKETS),
    ClusterAddons: lambda: ClusterAddons("addons", CLUSTER_ADDONS),
    NodeProvisioning: lambda: NodeProvisioning(
        "provisioning", NodeProvisioningArgs(prefix="belfry-prod", node_role_arn=f"arn:aws:iam::{ACCOUNT}:role/nodes")
    ),
    ContributorInsights: lambda: ContributorInsights(
        "orders-insights",
        ContributorInsightsArgs(table_name="shop-orders", indexes=["by-status"], mode=Insights.ACCESSED),
    ),
    DeliveryRoles: lambda: DeliveryRoles("delivery", DELIVERY),
    EncryptionKey: lambda: EncryptionKey(
        "data",
        EncryptionKeyArgs(
            alias="belfry-prod-data", description="Data.", policy=resource_policies.data_key(ACCOUNT, REGION)
        ),
    ),
    Heartbeat: lambda: Heartbeat(
        "heartbeat",
        HeartbeatArgs(
            heartbeat_arn=HEARTBEAT_ARN,
            topic_arns=TOPIC_ARNS,
            prefix="belfry-prod",
            owner="platform",
            runbooks=RUNBOOKS,
        ),
    ),
    IdentityProvider: lambda: IdentityProvider(
        "issuer", IdentityProviderArgs(issuer="https://oidc.example.com/id/OURS")
    ),
    LogGroups: lambda: LogGroups(
        "logs", LogGroupsArgs(groups={"workloads": LogGroup(name="/belfry/prod/workloads", days=30)}, key_arn=KEY_ARN)
    ),
    LogQueries: lambda: LogQueries(
        "queries",
        LogQueriesArgs(folder="belfry-prod/lambda", groups=["/aws/lambda/export"], queries={"errors": "limit 1"}),
    ),
    ManagedTable: lambda: ManagedTable("orders", MANAGED_TABLE),
    PrometheusWorkspace: lambda: PrometheusWorkspace(
        "long-term", PrometheusWorkspaceArgs(alias="belfry-prod", days=400)
    ),
    NodeAddons: lambda: NodeAddons("node-addons", NodeAddonsArgs(cluster_name="main", pins=PINS)),
    NodeGroups: lambda: NodeGroups("nodes", NODES),
    PodIdentity: lambda: PodIdentity(
        "cloudwatch-exporter",
        PodIdentityArgs(
            cluster_name="main",
            cluster="main",
            region=REGION,
            account_id=ACCOUNT,
            workload=workloads.CLOUDWATCH_EXPORTER,
            policy=policies.cloudwatch_exporter(),
        ),
    ),
    SecurityEvents: lambda: SecurityEvents("security", SECURITY_EVENTS),
    Subscriptions: lambda: Subscriptions("notifications", subscriptions_args()),
}
