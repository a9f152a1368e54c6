"""Second layer: what is installed in the cluster."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.alertmanager_config import AlertmanagerConfig, AlertmanagerConfigArgs
from components.blackbox_exporter import BlackboxExporter, BlackboxExporterArgs
from components.grafana_admin import GrafanaAdmin, GrafanaAdminArgs
from components.namespaces import Namespaces, NamespacesArgs
from components.prometheus_stack import PrometheusStack, PrometheusStackArgs
from model import names
from model.assets import BundleKind
from model.node_pools import Pool, placement
from stacks.account_settings import CreatedCluster
from stacks.foundation import Foundation
from stacks.inputs import Inputs, needed_secrets
from stacks.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the layer above puts its objects into."""

    namespaces: Namespaces
    prometheus: PrometheusStack


def build(inputs: Inputs, foundation: Foundation) -> Platform:
    """Register the layer."""
    settings = inputs.settings
    in_cluster = pulumi.ResourceOptions(provider=foundation.kubernetes)
    namespaces = Namespaces(
        "namespaces",
        NamespacesArgs(levels=names.POD_SECURITY),
        # Whoever deletes a namespace deletes every volume in it.
        opts=pulumi.ResourceOptions(provider=foundation.kubernetes, protect=settings.protect),
    )
    monitoring = namespaces.names[names.MONITORING]
    (alertmanager_yaml,) = inputs.assets.of(BundleKind.ALERTMANAGER)
    alertmanager = AlertmanagerConfig(
        "alertmanager",
        AlertmanagerConfigArgs(
            namespace=monitoring,
            config=alertmanager_yaml.text,
            secrets={name: inputs.secrets.get(name) for name in needed_secrets(inputs.catalog, settings)},
        ),
        opts=in_cluster,
    )
    grafana = GrafanaAdmin("grafana", GrafanaAdminArgs(namespace=monitoring), opts=in_cluster)
    prometheus = PrometheusStack(
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
            placement=_placement(settings),
            chart_mirror=settings.charts.mirror,
        ),
        # The node exporter goes into a namespace that nothing in the values refers to as an output.
        opts=pulumi.ResourceOptions(provider=foundation.kubernetes, depends_on=[namespaces]),
    )
    BlackboxExporter(
        "blackbox",
        BlackboxExporterArgs(
            namespace=monitoring,
            replicas=min(settings.metrics.replicas, 2),
            placement=_placement(settings),
            chart_mirror=settings.charts.mirror,
        ),
        # Its ServiceMonitor is left out of the release where the kind is not there yet.
        opts=pulumi.ResourceOptions(provider=foundation.kubernetes, depends_on=[prometheus]),
    )
    return Platform(namespaces=namespaces, prometheus=prometheus)


def _placement(settings: Settings) -> dict[str, Any]:
    """Where what watches runs. Of an adopted cluster's nodes nothing is known: there the scheduler decides."""
    return placement(Pool.OBSERVABILITY) if isinstance(settings.cluster, CreatedCluster) else {}
