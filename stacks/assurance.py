"""Third layer: what is watched. Scraping, rules, dashboards and alarms, all of them from the catalog and the assets."""

import pulumi

from components.grafana_dashboards import GrafanaDashboards, GrafanaDashboardsArgs
from components.prometheus_rules import PrometheusRules, PrometheusRulesArgs
from components.resource_alarms import ResourceAlarms, ResourceAlarmsArgs
from components.service_monitors import ScrapeTarget, ServiceMonitors, ServiceMonitorsArgs
from model import names
from model.alarms import alarms_for
from model.assets import BundleKind
from model.catalog import owner_of
from model.components import Component
from model.prometheus_rules import for_environment
from model.quantities import Duration
from model.resources import ResourceBase
from model.system import System
from stacks.foundation import Foundation
from stacks.inputs import Inputs
from stacks.platform import Platform

# 15 s where an objective depends on it: a rate over one minute, which finds an outage at once, needs four samples.
SLO_SCRAPE_INTERVAL = Duration("15s")
SCRAPE_INTERVAL = Duration("30s")


def build(inputs: Inputs, foundation: Foundation, platform: Platform) -> int:
    """Register the layer. Returns the number of CloudWatch alarms."""
    settings = inputs.settings
    monitoring = platform.namespaces.names[names.MONITORING]
    # Objects of the operator's kinds: the definitions have to be there first, and the release brings them.
    in_cluster = pulumi.ResourceOptions(provider=foundation.kubernetes, depends_on=[platform.prometheus])
    ServiceMonitors("scrape", ServiceMonitorsArgs(namespace=monitoring, targets=_targets(inputs)), opts=in_cluster)
    PrometheusRules(
        "rules",
        PrometheusRulesArgs(
            namespace=monitoring,
            bundles=[
                (
                    asset.bundle,
                    for_environment(inputs.rules[asset.bundle.name], settings.alerting.overrides, settings.links),
                )
                for asset in inputs.assets.of(BundleKind.PROMETHEUS)
            ],
        ),
        opts=in_cluster,
    )
    GrafanaDashboards(
        "dashboards",
        GrafanaDashboardsArgs(namespace=monitoring, dashboards=inputs.dashboards, folder="Belfry"),
        opts=in_cluster,
    )
    return sum(
        _resource_alarms(inputs, foundation, system, resource)
        for system in inputs.catalog.systems
        for resource in system.resources
    )


def _resource_alarms(inputs: Inputs, foundation: Foundation, system: System, resource: ResourceBase) -> int:
    settings = inputs.settings
    name = f"{system.system}-{resource.name}"
    alarms = [
        alarm for file in inputs.alarms if file.applies_to == resource.kind for alarm in alarms_for(file, resource)
    ]
    if alarms:
        ResourceAlarms(
            name,
            ResourceAlarmsArgs(
                alarms=alarms,
                topic_arns=foundation.topics.arns,
                prefix=f"{settings.environment}-{name}",
                owner=owner_of(system, resource),
                runbooks=settings.links.runbooks,
            ),
            opts=pulumi.ResourceOptions(provider=foundation.aws),
        )
    return len(alarms)


def _targets(inputs: Inputs) -> list[ScrapeTarget]:
    return [
        ScrapeTarget(
            system=system.system,
            component=component.name,
            namespace=component.namespace or system.system,
            port=scrape.port,
            path=scrape.path,
            interval=_interval(component),
        )
        for system in inputs.catalog.systems
        for component in system.components
        if (scrape := component.telemetry.scrape)
    ]


def _interval(component: Component) -> Duration:
    return SLO_SCRAPE_INTERVAL if component.objectives else SCRAPE_INTERVAL
