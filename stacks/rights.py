"""What each workload of the cluster may do in AWS."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.node_provisioning import NodeProvisioning
from components.pod_identity import Irsa, PodIdentity, PodIdentityArgs
from configs.iam import karpenter, policies, programs
from configs.iam.load_balancer_policy import load_balancer_controller
from model import names
from model.account.node_pools import Autoscaler
from model.account.storage import BucketUse
from model.alarms import forwarding_watch
from model.cluster import workloads
from model.cluster.workloads import Workload
from model.metrics import cloudwatch_metrics
from model.metrics.long_term_metrics import ManagedPrometheusStore, ThanosStore
from model.vocabulary import LogDestination
from stacks import log_configs
from stacks.account_settings import AdoptedCluster
from stacks.cluster import Cluster, control_plane_log
from stacks.ingress_settings import installs_controller
from stacks.inputs import Inputs
from stacks.managed_prometheus import Workspace
from stacks.platform_settings import SecretSource
from stacks.size_checks import team_topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What rights are about."""

    inputs: Inputs
    account_id: pulumi.Output[str]
    buckets: Mapping[BucketUse, pulumi.Output[str]]
    workload_logs: pulumi.Output[str]
    security_logs: pulumi.Output[str]
    findings: pulumi.Output[str] | None  # the queue of Falco's findings
    provisioning: NodeProvisioning | None  # what Karpenter uses, where it is
    state_changes: pulumi.Output[str] | None  # the queue of alarms' state changes
    topics_key_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    workspace: Workspace | None = None  # of Amazon Managed Prometheus


def build(rights: Rights, provider: aws.Provider, cluster: Cluster) -> dict[Workload, PodIdentity]:
    """A role for each workload that is installed, or none at all where somebody else gives them."""
    if rights.inputs.settings.cluster.identity is None:
        return {}
    irsa = Irsa(account_id=rights.account_id, issuer=cluster.issuer) if cluster.issuer is not None else None
    return {
        workload: PodIdentity(
            workload.name,
            PodIdentityArgs(
                cluster_name=cluster.cluster_name,
                cluster=rights.inputs.settings.cluster.name,
                region=rights.inputs.settings.region,
                account_id=rights.account_id,
                workload=workload,
                policy=policy,
                irsa=_web_identity(rights, cluster) if workload == workloads.ELASTICSEARCH else irsa,
            ),
            opts=pulumi.ResourceOptions(provider=provider),
        )
        for workload, policy in sorted(_policies(rights).items())
    }


def _web_identity(rights: Rights, cluster: Cluster) -> Irsa:
    """For Elasticsearch, which knows no Pod Identity."""
    assert cluster.oidc_issuer is not None, "asked for where the issuer is known"
    return Irsa(account_id=rights.account_id, issuer=cluster.oidc_issuer)


def _policies(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """Policies of what this environment installs: a right that nobody uses is one that somebody else can take."""
    return {
        **_of_stores(rights),
        **_of_observers(rights),
        **_of_programs(rights),
        **_of_long_term(rights),
        **_of_autoscaler(rights),
        **_of_ingress(rights),
    }


def _of_stores(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """What keeps logs and traces, and what brings them there."""
    settings, account, key, bucket = rights.inputs.settings, rights.account_id, rights.key_arn, rights.buckets
    region, all_ = settings.region, pulumi.Output.all
    given: dict[Workload, pulumi.Input[str]] = {
        workloads.LOKI: all_(chunks=bucket[BucketUse.LOKI_CHUNKS], key=key).apply(lambda known: policies.loki(**known))
    }
    if log_configs.keeps_snapshots(settings):
        given[workloads.ELASTICSEARCH] = all_(bucket=bucket[BucketUse.ELASTICSEARCH_SNAPSHOTS], key=key).apply(
            lambda known: policies.elasticsearch_snapshots(**known)
        )
    if LogDestination.CLOUDWATCH in settings.logs.backends:
        given[workloads.COLLECTOR_GATEWAY] = all_(log_group=rights.workload_logs, key=key).apply(
            lambda known: policies.collector_gateway(**known)
        )
    if not isinstance(settings.cluster, AdoptedCluster) or settings.cluster.audit_log:
        log = control_plane_log(settings.cluster.name)
        given[workloads.COLLECTOR_CLUSTER] = account.apply(
            lambda id_: policies.collector_cluster(log_group=f"arn:aws:logs:{region}:{id_}:log-group:{log}")
        )
    if domain := settings.traces.opensearch:
        given[workloads.JAEGER] = account.apply(
            lambda id_: policies.traces(region=region, account=id_, domain=domain.domain)
        )
    return given


def _of_observers(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """What reads AWS, and what notifies by way of it."""
    settings, account, key = rights.inputs.settings, rights.account_id, rights.key_arn
    region, all_ = settings.region, pulumi.Output.all
    given: dict[Workload, pulumi.Input[str]] = {
        workloads.GRAFANA: all_(account, rights.workload_logs, rights.security_logs).apply(
            lambda known: policies.grafana(region=region, account=known[0], log_groups=known[1:])
        )
    }
    if settings.exporters.cloudwatch and cloudwatch_metrics.jobs(rights.inputs.catalog):
        given[workloads.CLOUDWATCH_EXPORTER] = policies.cloudwatch_exporter()
    if settings.security.falco:
        given[workloads.FALCOSIDEKICK] = all_(log_group=rights.security_logs, key=key, queue=rights.findings).apply(
            lambda known: policies.falcosidekick(**known)
        )
    if settings.secret_source is SecretSource.AWS_SECRETS_MANAGER:
        given[workloads.EXTERNAL_SECRETS] = account.apply(
            lambda id_: policies.external_secrets(region=region, account=id_, environment=settings.environment)
        )
    topics = team_topics(rights.inputs)
    if settings.remediates:
        given[workloads.ALERTMANAGER] = all_(account, rights.topics_key_arn).apply(
            lambda known: policies.alertmanager(
                topics=topics, news=settings.engine_in(known[0]).news_topic, news_key=known[1]
            )
        )
    elif topics:
        given[workloads.ALERTMANAGER] = policies.alertmanager(topics=topics)
    return given


def _of_programs(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """Belfry's own, which the job archive brings."""
    all_ = pulumi.Output.all
    given: dict[Workload, pulumi.Input[str]] = {}
    program = {"archive": rights.buckets[BucketUse.JOBS].apply("{}/*".format), "data_key": rights.key_arn}
    if rights.state_changes is not None:
        given[workloads.ALARM_FORWARDER] = all_(
            queue=rights.state_changes, topics_key=rights.topics_key_arn, **program
        ).apply(lambda known: programs.alarm_forwarder(**known, metrics=forwarding_watch.NAMESPACE))
    if rights.inputs.settings.reads_security_posture:
        given[workloads.SECURITY_POSTURE] = all_(**program).apply(lambda known: programs.security_posture(**known))
    environment = str(rights.inputs.settings.environment)
    reports = all_(reports=rights.buckets[BucketUse.REPORTS], **program)
    given[workloads.SLO_STATUS] = reports.apply(lambda known: programs.slo_status(**known, environment=environment))
    given[workloads.INCIDENT_WATCH] = reports.apply(
        lambda known: programs.incident_watch(**known, environment=environment)
    )
    given[workloads.REPORTS] = all_(reports=rights.buckets[BucketUse.REPORTS], **program).apply(
        lambda known: programs.reports(**known, rows=names.ROWS_PREFIX, written=names.REPORTS_PREFIX)
    )
    return given


def _of_long_term(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """Whoever keeps samples for longer than Prometheus' volumes."""
    match rights.inputs.settings.metrics.long_term:
        case ManagedPrometheusStore():
            assert rights.workspace is not None, "made or looked up before"
            arn = rights.workspace.arn
            return {
                workloads.PROMETHEUS: arn.apply(lambda known: policies.managed_prometheus(workspace=known)),
                workloads.PROMETHEUS_READER: arn.apply(
                    lambda known: policies.managed_prometheus_reader(workspace=known)
                ),
            }
        case ThanosStore():
            bucket = rights.buckets[BucketUse.LONG_TERM_METRICS]
            blocks = pulumi.Output.all(bucket=bucket, key=rights.key_arn)
            writes = blocks.apply(lambda known: policies.long_term_metrics(**known))
            return {
                workloads.PROMETHEUS: writes,
                workloads.THANOS_COMPACTOR: writes,
                workloads.THANOS_STORE: blocks.apply(lambda known: policies.long_term_metrics_reader(**known)),
            }
        case _:
            return {}


def _of_ingress(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """What makes load balancers."""
    settings = rights.inputs.settings
    region, cluster = settings.region, settings.cluster.name
    controls = rights.account_id.apply(
        lambda id_: load_balancer_controller(region=region, account=id_, cluster=cluster)
    )
    return {workloads.LOAD_BALANCER_CONTROLLER: controls} if installs_controller(settings) else {}


def _of_autoscaler(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    """What adds nodes."""
    settings, account = rights.inputs.settings, rights.account_id
    region, cluster = settings.region, settings.cluster
    given: dict[Workload, pulumi.Input[str]] = {}
    if cluster.autoscaler is Autoscaler.CLUSTER_AUTOSCALER:
        given[workloads.CLUSTER_AUTOSCALER] = account.apply(
            lambda id_: policies.cluster_autoscaler(region=region, account=id_, cluster=cluster.name)
        )
    if (made := rights.provisioning) is not None:
        given[workloads.KARPENTER] = pulumi.Output.all(
            account=account, node_role=made.node_role_arn, profile=made.profile_arn, queue=made.queue_arn
        ).apply(lambda known: karpenter.controller(karpenter.Controller(**known, region=region, cluster=cluster.name)))
    return given
