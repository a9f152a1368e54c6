"""Second layer: what is installed in the cluster, in the order in which one thing needs another."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.alertmanager_config import AlertmanagerConfig, AlertmanagerConfigArgs
from components.external_secrets import ExternalSecrets, ExternalSecretsArgs, SecretCopy
from components.grafana_admin import GrafanaAdmin, GrafanaAdminArgs
from components.grafana_sign_on import GrafanaSignOn, GrafanaSignOnArgs
from components.namespaces import Namespaces, NamespacesArgs
from components.prometheus_stack import PODS_OF_STACK, Identity, PrometheusStack, PrometheusStackArgs
from components.storage_class import StorageClass, StorageClassArgs
from configs.grafana.datasources import DatasourcesInput
from configs.mute_times import muted
from configs.prometheus import annotated_targets
from model import labels, names
from model.alerting.inhibitions import alertmanager_config
from model.assets import BundleKind
from model.cluster import workloads
from model.cluster.guard_rails import PLATFORM
from model.cluster.pods import Size, StackSizes
from model.metrics.database_exporters import EXPORTERS
from model.metrics.long_term_metrics import ThanosStore
from stacks import (
    autoscaling,
    databases,
    exporters,
    guard_rails,
    ingress,
    log_stores,
    long_term,
    node_room,
    own_programs,
    remediation,
    runtime_security,
    sizes,
    telemetry,
)
from stacks.account_settings import CreatedCluster
from stacks.cluster import node_tags
from stacks.databases import Databases
from stacks.foundation import Foundation
from stacks.in_cluster import InCluster
from stacks.inputs import Inputs, needed_secrets
from stacks.platform_settings import SecretSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the layer above puts its objects into. ``made``: names in AWS by the words of alarms' scopes."""

    namespaces: Namespaces
    prometheus: PrometheusStack
    made: Mapping[str, pulumi.Output[str]]


def build(inputs: Inputs, foundation: Foundation) -> Platform:
    """Register the layer."""
    where = f"Pulumi.{inputs.settings.environment}.yaml: belfry"
    for warning in sizes.warnings(inputs.settings, inputs.size, where):
        pulumi.warn(warning)
    for warning in node_room.warnings(inputs.stated, inputs.catalog, where, inputs.database_secrets):
        pulumi.warn(warning)
    namespaces = Namespaces(
        "namespaces",
        NamespacesArgs(levels=names.POD_SECURITY),
        # Whoever deletes a namespace deletes every volume in it.
        opts=pulumi.ResourceOptions(provider=foundation.kubernetes, protect=inputs.settings.protect),
    )
    target = InCluster(
        inputs=inputs,
        foundation=foundation,
        namespaces=namespaces,
        guards=[
            *guard_rails.build(inputs.settings, foundation.kubernetes, namespaces),
            *_storage_class(inputs, foundation),
        ],
    )
    prometheus = _prometheus(target)
    # From here on everything brings monitors, of a kind that the stack defines.
    watched = InCluster(
        inputs=inputs, foundation=foundation, namespaces=namespaces, guards=[*target.guards, prometheus]
    )
    autoscaling.build(watched)
    asked = databases.find(inputs, foundation.aws)
    copies = _external_secrets(watched, asked)
    long_term.build(watched)
    own_programs.alarm_forwarder(watched, copies)
    own_programs.security_posture(watched)
    own_programs.slo_status(watched)
    own_programs.reports(watched)
    own_programs.incident_watch(watched, copies)
    stores = log_stores.build(watched)
    exporters.build(watched, stores, copies, asked)
    telemetry.build(watched, stores.ready)
    remediation.build(watched)
    runtime_security.build(watched, stores)
    return Platform(namespaces=namespaces, prometheus=prometheus, made=ingress.build(watched))


def _storage_class(inputs: Inputs, foundation: Foundation) -> list[pulumi.Resource]:
    """The class of all volumes; an adopted cluster has its own."""
    settings = inputs.settings
    if not isinstance(settings.cluster, CreatedCluster):
        return []
    args = StorageClassArgs(
        key_arn=foundation.data_key_arn,
        tags=node_tags(settings, inputs.catalog.organization.platform_team),
        keep=settings.protect,
    )
    return [StorageClass("storage-class", args, opts=pulumi.ResourceOptions(provider=foundation.kubernetes))]


def _prometheus(target: InCluster) -> PrometheusStack:
    inputs, settings, size = target.inputs, target.settings, target.inputs.size
    monitoring = target.namespace(names.MONITORING)
    needed = needed_secrets(inputs.catalog, settings)
    alertmanager = AlertmanagerConfig(
        "alertmanager",
        AlertmanagerConfigArgs(
            namespace=monitoring,
            config=remediation.routed(
                inputs,
                muted(alertmanager_config(inputs.assets), settings.alerting.mutings),
                target.foundation.account_id,
            ),
            templates={
                asset.file.rpartition("/")[2]: asset.text
                for asset in inputs.assets.of(BundleKind.ALERTMANAGER_TEMPLATE)
            },
            secrets={name: inputs.secrets.get(name) for name in needed}
            if settings.secret_source is SecretSource.STACK
            else None,
        ),
        opts=target.opts(),
    )
    first: list[pulumi.Resource] = []
    if settings.grafana.sign_on:
        secret = inputs.secrets.get(names.GRAFANA_SIGN_ON_SECRET)
        first = [
            GrafanaSignOn("sign-on", GrafanaSignOnArgs(namespace=monitoring, client_secret=secret), opts=target.opts())
        ]
    grafana = GrafanaAdmin("grafana", GrafanaAdminArgs(namespace=monitoring), opts=target.opts())
    return PrometheusStack(
        "prometheus",
        PrometheusStackArgs(
            namespace=monitoring,
            cluster=settings.cluster.name,
            environment=settings.environment,
            grafana_url=settings.links.grafana,
            prometheus_url=settings.links.prometheus,
            alertmanager_url=settings.links.alertmanager,
            prometheus_replicas=settings.metrics.replicas,
            prometheus_retention=settings.metrics.retention,
            prometheus_volume_gib=settings.metrics.volume_gib,
            alertmanager_replicas=settings.alerting.replicas,
            sizes=StackSizes(
                prometheus=Size(cpu_millis=size.prometheus.cpu_millis, memory_mib=size.prometheus.memory_mib),
                alertmanager=Size(cpu_millis=50, memory_mib=size.alertmanager.memory_mib),
            ),
            alertmanager_config_secret=alertmanager.config_secret,
            alertmanager_receivers_secret=alertmanager.receivers_secret,
            grafana_admin_secret=grafana.secret,
            storage_class=target.storage_class,
            placement=target.placement,
            keep_metrics=settings.metrics.keep,
            control_plane_metrics=settings.metrics.control_plane,
            own_jobs=annotated_targets.scrapes(inputs.catalog.systems, settings.cluster.name)
            if settings.metrics.annotations
            else (),
            long_term=long_term.store(target),
            datasources=DatasourcesInput(
                region=settings.region if settings.cluster.identity else None,
                thanos=isinstance(settings.metrics.long_term, ThanosStore),
                managed_prometheus=long_term.reader_url(target),
                tenants=[tenant.name for tenant in settings.logs.tenants],
            ),
            elasticsearch=settings.logs.has_elasticsearch,
            oidc=settings.grafana.sign_on,
            identities={
                workload: Identity(role_arn=target.role_arn(workload), pod_annotations=target.pod_annotations(workload))
                for workload in PODS_OF_STACK
            },
            prioritized=True,
            compute=settings.compute,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(*PODS_OF_STACK, *first),
    )


def _external_secrets(target: InCluster, asked: Databases) -> list[pulumi.Resource]:
    """Receivers' secrets from AWS: one by one under their names, and together in the Secret that Alertmanager mounts.

    Alertmanager's pods wait for that Secret, and no release waits for them. Returns what brings the Secrets, for the
    workloads that the engine waits for.
    """
    settings = target.settings
    if settings.secret_source is SecretSource.STACK:
        return []
    needed = needed_secrets(target.inputs.catalog, settings)
    copies = ExternalSecrets(
        names.EXTERNAL_SECRETS,
        ExternalSecretsArgs(
            namespace=target.namespace(names.EXTERNAL_SECRETS),
            region=settings.region,
            prefix=f"{labels.PROJECT}/{settings.environment}/",
            copies=[
                SecretCopy(
                    namespace=names.MONITORING,
                    secret=names.ALERTMANAGER_RECEIVERS_SECRET,
                    keys={name: name for name in needed},
                ),
                *(
                    [
                        SecretCopy(
                            namespace=names.MONITORING,
                            secret=names.ACKNOWLEDGEMENTS,
                            keys=target.inputs.api_secrets,
                        )
                    ]
                    if target.inputs.api_secrets
                    else []
                ),
                *(
                    SecretCopy(
                        namespace=names.MONITORING,
                        secret=exporter.name,
                        keys={one.secret: one.secret for one in asked.of(exporter) if one.access.password},
                        files={exporter.credentials_file: asked.template(exporter)},
                    )
                    for exporter in EXPORTERS
                    if asked.of(exporter)
                ),
            ],
            role_arn=target.role_arn(workloads.EXTERNAL_SECRETS),
            pod_annotations=target.pod_annotations(workloads.EXTERNAL_SECRETS),
            priority_class=PLATFORM.name,
            placement=target.placement,
            compute=settings.compute,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.EXTERNAL_SECRETS),
    )
    return [copies]
