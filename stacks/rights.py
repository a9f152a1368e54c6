"""What each workload of the cluster may do in AWS."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.node_provisioning import NodeProvisioning
from components.pod_identity import Irsa, PodIdentity, PodIdentityArgs
from model.account import karpenter, policies
from model.account.autoscalers import Autoscaler
from model.account.storage import BucketUse
from model.alarms import forwarding_watch
from model.cluster import workloads
from model.cluster.workloads import Workload
from model.metrics.long_term_metrics import ManagedPrometheusStore, ThanosStore
from stacks.cluster import Cluster, control_plane_log
from stacks.inputs import Inputs
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


def build(rights: Rights, provider: aws.Provider, cluster: Cluster) -> dict[Workload, pulumi.Output[str]]:
    """A role for each workload, or none at all where somebody else gives them. Returns the ARNs."""
    if rights.inputs.settings.cluster.identity is None:
        return {}
    irsa = Irsa(account_id=rights.account_id, issuer=cluster.issuer) if cluster.issuer is not None else None
    return {
        workload: PodIdentity(
            workload.name,
            PodIdentityArgs(cluster_name=cluster.cluster_name, workload=workload, policy=policy, irsa=irsa),
            opts=pulumi.ResourceOptions(provider=provider),
        ).role_arn
        for workload, policy in sorted(_policies(rights).items())
    }


def _policies(rights: Rights) -> dict[Workload, pulumi.Input[str]]:
    settings, account, key, bucket = rights.inputs.settings, rights.account_id, rights.key_arn, rights.buckets
    region, all_ = settings.region, pulumi.Output.all
    given: dict[Workload, pulumi.Input[str]] = {
        workloads.LOKI: all_(chunks=bucket[BucketUse.LOKI_CHUNKS], ruler=bucket[BucketUse.LOKI_RULER], key=key).apply(
            lambda known: policies.loki(**known)
        ),
        workloads.PROMETHEUS: all_(bucket=bucket[BucketUse.LONG_TERM_METRICS], key=key).apply(
            lambda known: policies.long_term_metrics(**known)
        ),
        workloads.COLLECTOR_GATEWAY: all_(
            traces=bucket[BucketUse.TRACE_ARCHIVE], log_group=rights.workload_logs, key=key
        ).apply(lambda known: policies.collector_gateway(**known)),
        workloads.REPORTS: all_(bucket=bucket[BucketUse.REPORTS], key=key).apply(
            lambda known: policies.reports(**known)
        ),
        workloads.CLOUDWATCH_EXPORTER: policies.cloudwatch_exporter(),
        workloads.GRAFANA: all_(account, rights.workload_logs, rights.security_logs).apply(
            lambda known: policies.grafana(region=region, account=known[0], log_groups=known[1:])
        ),
        workloads.FALCOSIDEKICK: all_(log_group=rights.security_logs, key=key, queue=rights.findings).apply(
            lambda known: policies.falcosidekick(**known)
        ),
        workloads.EXTERNAL_SECRETS: account.apply(
            lambda id_: policies.external_secrets(region=region, account=id_, environment=settings.environment)
        ),
        workloads.COLLECTOR_CLUSTER: account.apply(
            lambda id_: policies.collector_cluster(
                log_group=f"arn:aws:logs:{region}:{id_}:log-group:{control_plane_log(settings.cluster.name)}"
            )
        ),
    }
    program = {"archive": bucket[BucketUse.JOBS].apply("{}/*".format), "data_key": key}
    if settings.cluster.autoscaler is Autoscaler.CLUSTER_AUTOSCALER:
        given[workloads.CLUSTER_AUTOSCALER] = account.apply(
            lambda id_: policies.cluster_autoscaler(region=region, account=id_, cluster=settings.cluster.name)
        )
    if (made := rights.provisioning) is not None:
        given[workloads.KARPENTER] = all_(
            account=account, node_role=made.node_role_arn, profile=made.profile_arn, queue=made.queue_arn
        ).apply(
            lambda known: karpenter.controller(
                karpenter.Controller(**known, region=region, cluster=settings.cluster.name)
            )
        )
    if rights.state_changes is not None:
        given[workloads.ALARM_FORWARDER] = all_(
            queue=rights.state_changes, topics_key=rights.topics_key_arn, **program
        ).apply(lambda known: policies.alarm_forwarder(**known, metrics=forwarding_watch.NAMESPACE))
    if rights.inputs.reads_security_posture:
        given[workloads.SECURITY_POSTURE] = all_(**program).apply(lambda known: policies.security_posture(**known))
    if domain := settings.traces.opensearch:
        given[workloads.JAEGER] = account.apply(
            lambda id_: policies.traces(region=region, account=id_, domain=domain.domain)
        )
    if isinstance(store := settings.metrics.long_term, ManagedPrometheusStore):
        workspace, home = store.url.rpartition("/")[2], store.region
        given[workloads.PROMETHEUS] = account.apply(
            lambda id_: policies.managed_prometheus(region=home, account=id_, workspace=workspace)
        )
    if isinstance(settings.metrics.long_term, ThanosStore):
        blocks = all_(bucket=bucket[BucketUse.LONG_TERM_METRICS], key=key)
        given[workloads.THANOS_STORE] = blocks.apply(lambda known: policies.long_term_metrics_reader(**known))
        given[workloads.THANOS_COMPACTOR] = blocks.apply(lambda known: policies.long_term_metrics(**known))
    topics = team_topics(rights.inputs)
    return {**given, workloads.ALERTMANAGER: policies.alertmanager(topics=topics)} if topics else given
