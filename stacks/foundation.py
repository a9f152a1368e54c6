"""First layer: the AWS account's part. Cluster, network, storage, rights of workloads, and the way alarms take."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.alarm_events import AlarmEvents
from components.alarm_topics import AlarmTopics, AlarmTopicsArgs
from components.buckets import Buckets, BucketsArgs
from components.cost_guard import CostGuard, CostGuardArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.falco_events import FalcoEvents, FalcoEventsArgs
from components.job_archive import JobArchive, JobArchiveArgs
from components.log_groups import LogGroup, LogGroups, LogGroupsArgs
from components.managed_table import ManagedTable
from components.node_provisioning import NodeProvisioning, NodeProvisioningArgs
from components.pod_identity import PodIdentity
from configs.iam import resource_policies
from model import labels
from model.account.storage import REPORTS_KEPT, BucketUse, buckets
from model.cluster import compatibility
from model.cluster.workloads import Workload
from model.metrics.long_term_metrics import ThanosStore
from model.quantities import Duration
from model.vocabulary import Severity
from stacks import (
    aws_logs,
    cluster,
    delivery,
    log_configs,
    managed_prometheus,
    notification,
    production,
    rights,
    tables,
)
from stacks.account_settings import CreatedCluster, account_warnings
from stacks.inputs import Inputs
from stacks.job_archive import job_archive
from stacks.managed_prometheus import Workspace
from stacks.settings import Settings

# Log groups of workloads, by what writes them.
WORKLOADS, SECURITY = "workloads", "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What the layers above build on. One provider for each target: each further one costs hundreds of MiB.

    ``identities`` is empty where somebody else gives workloads their rights. ``delivery``: ARNs of the pipeline's
    roles, by name. ``tables`` are DynamoDB's, by the name of their alarms.
    """

    aws: aws.Provider
    kubernetes: kubernetes.Provider
    account_id: pulumi.Output[str]
    cluster: cluster.Cluster
    topics: AlarmTopics
    alarm_events: AlarmEvents
    jobs: JobArchive | None
    buckets: Buckets
    log_groups: LogGroups
    data_key_arn: pulumi.Output[str]
    falco_events: FalcoEvents | None
    node_provisioning: NodeProvisioning | None
    workspace: Workspace | None
    tables: Mapping[str, ManagedTable]
    identities: Mapping[Workload, PodIdentity]
    delivery: Mapping[str, pulumi.Output[str]]


def build(inputs: Inputs) -> Foundation:
    """Register the layer."""
    settings = inputs.settings
    for warning in (*account_warnings(settings.cluster), *production.warnings(settings), *inputs.warnings):
        pulumi.warn(warning)
    if inputs.lacking:
        pulumi.info(f"catalog/ has none of these in {settings.environment}: {', '.join(inputs.lacking)}")
    if blind := compatibility.unseen(settings.compute):
        pulumi.info("\n".join(["not seen on nodes of this kind:", *blind]))
    role = settings.aws.assume_role
    provider = aws.Provider(
        "aws",
        region=settings.region,
        allowed_account_ids=[settings.account] if settings.account else None,
        profile=settings.aws.profile,
        # As arguments, not as a mapping: a provider's inputs travel as JSON, in which keys of a mapping stay as they
        # are written, and the plugin knows no `role_arn`.
        assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role.arn, session_name=role.session_name)] if role else None,
        default_tags={"tags": labels.of_aws(settings.environment, inputs.catalog.organization.platform_team)},
    )
    in_aws = pulumi.ResourceOptions(provider=provider)
    account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider)).account_id
    data_key = _data_key(inputs, provider, account)
    reached = cluster.build(settings, provider, account, data_key, inputs.catalog.organization.platform_team)
    topics = AlarmTopics("alarms", AlarmTopicsArgs(account_id=account, prefix=prefix(settings)), opts=in_aws)
    alarm_events = notification.build(inputs, provider, account, topics, reached)
    if settings.cost.monthly_budget_usd is not None:
        CostGuard(
            "cost",
            CostGuardArgs(
                name=prefix(settings),
                environment=settings.environment,
                budget_usd=settings.cost.monthly_budget_usd,
                topic_arn=topics.arns[Severity.WARNING],
                by_tag=settings.cost.counts == "environment",
                monitor_arn=settings.cost.anomaly_monitor_arn,
            ),
            opts=in_aws,
        )
    stored = _buckets(inputs, provider, account, data_key)
    logs = _log_groups(settings, provider, data_key)
    events = _falco_events(settings, provider, account)
    provisioning = _node_provisioning(settings, provider, reached)
    aws_logs.build(inputs, provider, reached, data_key, prefix(settings))
    workspace = managed_prometheus.build(settings, provider, account, prefix(settings))
    return Foundation(
        aws=provider,
        kubernetes=kubernetes.Provider(
            "kubernetes",
            kubeconfig=reached.kubeconfig,
            # The kubeconfig holds no identity of the cluster but its endpoint; when that is replaced, so is all in it.
            cluster_identifier=settings.cluster.name,
            # Otherwise each change of a Secret or ConfigMap deletes it first: Alertmanager would be without its
            # configuration, and Grafana without the board, until the new one is there.
            enable_secret_mutable=True,
            enable_config_map_mutable=True,
        ),
        account_id=account,
        cluster=reached,
        topics=topics,
        alarm_events=alarm_events,
        jobs=_jobs(settings, provider, stored) if inputs.runs_programs else None,
        buckets=stored,
        log_groups=logs,
        data_key_arn=data_key,
        falco_events=events,
        node_provisioning=provisioning,
        workspace=workspace,
        tables=tables.build(inputs, provider, data_key),
        delivery=delivery.build(settings, provider, account),
        identities=rights.build(
            rights.Rights(
                inputs=inputs,
                account_id=account,
                buckets=stored.arns,
                workload_logs=logs.arns[WORKLOADS],
                security_logs=logs.arns[SECURITY],
                findings=events.queue_arn if events else None,
                provisioning=provisioning,
                state_changes=alarm_events.queue_arn,
                topics_key_arn=topics.key_arn,
                key_arn=data_key,
                workspace=workspace,
            ),
            provider,
            reached,
        ),
    )


def prefix(settings: Settings) -> str:
    """Starts the names of what is one for an environment."""
    return f"{labels.PROJECT}-{settings.environment}"


def log_group(settings: Settings, writer: str) -> str:
    """The name of the log group of ``writer``: WORKLOADS or SECURITY."""
    return f"/{labels.PROJECT}/{settings.environment}/{writer}"


def _jobs(settings: Settings, provider: aws.Provider, stored: Buckets) -> JobArchive:
    """The programs that pods fetch. Not protected: each version replaces the one before."""
    built = job_archive()
    return JobArchive(
        "jobs",
        JobArchiveArgs(
            bucket=stored.names[BucketUse.JOBS], region=settings.region, file=built.file, sha256=built.sha256
        ),
        opts=pulumi.ResourceOptions(provider=provider),
    )


def _falco_events(settings: Settings, provider: aws.Provider, account: pulumi.Output[str]) -> FalcoEvents | None:
    """Somewhere for Falco's findings, where falcosidekick may write to it."""
    wanted = settings.security.falco and settings.security.event_bus and settings.cluster.identity is not None
    return (
        FalcoEvents(
            "falco-events",
            FalcoEventsArgs(prefix=prefix(settings), region=settings.region, account_id=account),
            opts=pulumi.ResourceOptions(provider=provider),
        )
        if wanted
        else None
    )


def _node_provisioning(settings: Settings, provider: aws.Provider, reached: cluster.Cluster) -> NodeProvisioning | None:
    """What Karpenter needs, where it is installed."""
    if reached.node_role_arn is None or not (isinstance(settings.cluster, CreatedCluster) and settings.cluster.grows):
        return None
    return NodeProvisioning(
        "node-provisioning",
        NodeProvisioningArgs(prefix=prefix(settings), node_role_arn=reached.node_role_arn),
        opts=pulumi.ResourceOptions(provider=provider),
    )


def _data_key(inputs: Inputs, provider: aws.Provider, account: pulumi.Output[str]) -> pulumi.Output[str]:
    settings = inputs.settings
    managed = settings.remediates or any(table.manage for _, table in inputs.catalog.tables())
    return EncryptionKey(
        "data",
        EncryptionKeyArgs(
            alias=f"{prefix(settings)}-data",
            description=f"Buckets, log groups and volumes of Belfry's environment {settings.environment}",
            policy=account.apply(lambda id_: resource_policies.data_key(id_, settings.region, tables=managed)),
        ),
        opts=pulumi.ResourceOptions(provider=provider, protect=settings.protect),
    ).arn


def kept(inputs: Inputs) -> dict[BucketUse, Duration | None]:
    """What is written to S3 here, and how long its writer keeps it. A use that nothing writes has no bucket."""
    settings = inputs.settings
    blocks = isinstance(settings.metrics.long_term, ThanosStore)
    return {
        BucketUse.LOKI_CHUNKS: settings.storage.logs,
        **({BucketUse.LONG_TERM_METRICS: settings.storage.metrics} if blocks else {}),
        **({BucketUse.ELASTICSEARCH_SNAPSHOTS: None} if log_configs.keeps_snapshots(settings) else {}),
        **({BucketUse.LOAD_BALANCER_LOGS: Duration(f"{settings.storage.log_group_days}d")} if settings.ingress else {}),
        **({BucketUse.JOBS: None, BucketUse.REPORTS: REPORTS_KEPT} if inputs.runs_programs else {}),
    }


def _buckets(inputs: Inputs, provider: aws.Provider, account: pulumi.Output[str], key: pulumi.Output[str]) -> Buckets:
    settings = inputs.settings
    return Buckets(
        "storage",
        BucketsArgs(
            # Names of buckets are shared by all accounts of AWS.
            prefix=pulumi.Output.concat(prefix(settings), "-", account, "-", settings.region),
            buckets=buckets(kept(inputs)),
            account_id=account,
            key_arn=key,
            keep=settings.protect,
        ),
        opts=pulumi.ResourceOptions(provider=provider, protect=settings.protect),
    )


def _log_groups(settings: Settings, provider: aws.Provider, key: pulumi.Output[str]) -> LogGroups:
    days = settings.storage.log_group_days
    return LogGroups(
        "logs",
        LogGroupsArgs(
            groups={name: LogGroup(name=log_group(settings, name), days=days) for name in (WORKLOADS, SECURITY)},
            key_arn=key,
        ),
        opts=pulumi.ResourceOptions(provider=provider, protect=settings.protect),
    )
