"""Falco: findings about containers, sent to people, stored with the logs and passed to EventBridge."""

from components.falco import ElasticsearchOutput, Falco, FalcoArgs
from configs.stores import elasticsearch
from model import names
from model.assets import BundleKind
from model.cluster import workloads
from model.cluster.guard_rails import NODE_AGENTS, PLATFORM
from stacks.foundation import SECURITY, log_group
from stacks.in_cluster import InCluster
from stacks.log_stores import Stores
from stacks.telemetry import ELASTICSEARCH_URL


def build(target: InCluster, stores: Stores) -> None:
    """Register it after the ``stores`` that it writes to."""
    settings, wanted = target.settings, target.settings.security
    if not wanted.falco:
        return
    tenants, events = settings.logs.tenants, target.foundation.falco_events
    Falco(
        "falco",
        FalcoArgs(
            namespace=target.namespace(names.FALCO),
            cluster=settings.cluster.name,
            environment=settings.environment,
            region=settings.region,
            team=target.inputs.catalog.organization.platform_team,
            rules={f"{asset.bundle.name}.yaml": asset.text for asset in target.inputs.assets.of(BundleKind.FALCO)},
            alertmanagers=target.alertmanagers,
            runbook=f"{settings.links.runbooks}/falco/README.md",
            alert_from=wanted.alert_from,
            keep_from=wanted.keep_from,
            loki=names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http"),
            loki_tenant=tenants[0].name if tenants else "",
            elasticsearch=ElasticsearchOutput(
                url=ELASTICSEARCH_URL,
                user=elasticsearch.FALCOSIDEKICK.name,
                password=stores.elasticsearch.cluster.passwords[elasticsearch.FALCOSIDEKICK.name],
            )
            if stores.elasticsearch
            else None,
            # Without rights in AWS it could write to neither, and would say so with every finding.
            log_group=log_group(settings, SECURITY) if target.has_rights(workloads.FALCOSIDEKICK) else None,
            queue_url=events.queue_url if events else None,
            role_arn=target.role_arn(workloads.FALCOSIDEKICK),
            pod_annotations=target.pod_annotations(workloads.FALCOSIDEKICK),
            replicas=wanted.replicas,
            agent_priority_class=NODE_AGENTS.name,
            priority_class=PLATFORM.name,
            artifact_index=wanted.artifact_index,
            placement=target.placement,
            compute=settings.compute,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.FALCOSIDEKICK, *stores.ready),
    )
