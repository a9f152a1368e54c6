"""Second layer: what is installed in the cluster, in the order in which one thing needs another."""

from dataclasses import dataclass

import pulumi

from components.alertmanager_config import AlertmanagerConfig, AlertmanagerConfigArgs
from components.blackbox_exporter import BlackboxExporter, BlackboxExporterArgs
from components.external_secrets import ExternalSecrets, ExternalSecretsArgs, SecretCopy
from components.grafana_admin import GrafanaAdmin, GrafanaAdminArgs
from components.namespaces import Namespaces, NamespacesArgs
from components.prometheus_stack import PrometheusStack, PrometheusStackArgs
from model import labels, names, workloads
from model.assets import BundleKind
from model.guard_rails import PLATFORM
from stacks import guard_rails, log_stores, runtime_security, telemetry
from stacks.foundation import Foundation
from stacks.in_cluster import InCluster
from stacks.inputs import Inputs, needed_secrets
from stacks.platform_settings import SecretSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the layer above puts its objects into."""

    namespaces: Namespaces
    prometheus: PrometheusStack


def build(inputs: Inputs, foundation: Foundation) -> Platform:
    """Register the layer."""
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
        guards=guard_rails.build(inputs.settings, foundation.kubernetes, namespaces),
    )
    prometheus = _prometheus(target)
    # From here on everything brings monitors, of a kind that the stack defines.
    watched = InCluster(
        inputs=inputs, foundation=foundation, namespaces=namespaces, guards=[*target.guards, prometheus]
    )
    _external_secrets(watched)
    BlackboxExporter(
        "blackbox",
        BlackboxExporterArgs(
            namespace=watched.namespace(names.MONITORING),
            replicas=min(inputs.settings.metrics.replicas, 2),
            placement=watched.placement,
            chart_mirror=watched.mirror,
        ),
        opts=watched.opts(),
    )
    loki, elasticsearch = log_stores.build(watched)
    stores = [loki, *([elasticsearch] if elasticsearch else [])]
    telemetry.build(watched, stores)
    runtime_security.build(watched, stores, elasticsearch)
    return Platform(namespaces=namespaces, prometheus=prometheus)


def _prometheus(target: InCluster) -> PrometheusStack:
    inputs, settings = target.inputs, target.settings
    monitoring = target.namespace(names.MONITORING)
    (alertmanager_yaml,) = inputs.assets.of(BundleKind.ALERTMANAGER)
    needed = needed_secrets(inputs.catalog, settings)
    alertmanager = AlertmanagerConfig(
        "alertmanager",
        AlertmanagerConfigArgs(
            namespace=monitoring,
            config=alertmanager_yaml.text,
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
    grafana = GrafanaAdmin("grafana", GrafanaAdminArgs(namespace=monitoring), opts=target.opts())
    return PrometheusStack(
        "prometheus",
        PrometheusStackArgs(
            namespace=monitoring,
            cluster=settings.cluster.name,
            environment=settings.environment,
            grafana_url=settings.links.grafana,
            prometheus_replicas=settings.metrics.replicas,
            prometheus_retention=settings.metrics.retention,
            prometheus_volume_gib=settings.metrics.volume_gib,
            alertmanager_replicas=settings.alerting.replicas,
            alertmanager_config_secret=alertmanager.config_secret,
            alertmanager_receivers_secret=alertmanager.receivers_secret,
            grafana_admin_secret=grafana.secret,
            placement=target.placement,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(),
    )


def _external_secrets(target: InCluster) -> None:
    """Receivers' secrets from AWS: one by one under their names, and together in the Secret that Alertmanager mounts.

    Alertmanager waits for that Secret, so it is no matter that it comes later.
    """
    settings = target.settings
    if settings.secret_source is SecretSource.STACK:
        return
    needed = needed_secrets(target.inputs.catalog, settings)
    ExternalSecrets(
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
                )
            ],
            role_arn=target.role_arn(workloads.EXTERNAL_SECRETS),
            priority_class=PLATFORM.name,
            placement=target.placement,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(),
    )
