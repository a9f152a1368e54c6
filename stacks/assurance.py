"""Third layer: what is watched. Scraping, rules, dashboards and alarms, all of them from the catalog and the assets."""

import pulumi

from components import archive_program
from components.alarm_mute_rules import AlarmMuteRules, AlarmMuteRulesArgs
from components.archive_program import IMAGE
from components.cloudwatch_dashboards import CloudWatchDashboards, CloudWatchDashboardsArgs
from components.composite_alarms import CompositeAlarms, CompositeAlarmsArgs, Leaf
from components.grafana_dashboards import GrafanaDashboards, GrafanaDashboardsArgs
from components.grafana_folders import GrafanaFolders, GrafanaFoldersArgs
from components.loki_rules import LokiRules, LokiRulesArgs
from components.probes import Probes, ProbesArgs, ProbeTarget
from components.prometheus_rules import PrometheusRules, PrometheusRulesArgs
from components.resource_alarms import ResourceAlarms, ResourceAlarmsArgs
from components.service_monitors import ScrapeTarget, ServiceMonitors, ServiceMonitorsArgs
from configs.mute_times import muting_rules
from model import labels, names
from model.account.storage import BucketUse
from model.alarms.alarm import alarm_name
from model.alerting.alarm_mute_rules import mute_rules
from model.alerting.prometheus_rules import RuleFile
from model.alerting.rule_objects import shipped_rules
from model.assets import BundleKind
from model.catalog.components import OBJECTIVE_SCRAPE_INTERVAL
from model.catalog.telemetry import OwnProgram
from model.quantities import Duration
from model.vocabulary import ProbeKind
from stacks import notification
from stacks.foundation import Foundation
from stacks.in_cluster import watching_nodes
from stacks.inputs import Inputs
from stacks.platform import Platform


def build(inputs: Inputs, foundation: Foundation, platform: Platform) -> int:
    """Register the layer. Returns the number of CloudWatch alarms."""
    settings = inputs.settings
    monitoring = platform.namespaces.names[names.MONITORING]
    # Objects of the operator's kinds: the definitions have to be there first, and the release brings them.
    in_cluster = pulumi.ResourceOptions(provider=foundation.kubernetes, depends_on=[platform.prometheus])
    ServiceMonitors("scrape", ServiceMonitorsArgs(namespace=monitoring, targets=_targets(inputs)), opts=in_cluster)
    Probes("probes", ProbesArgs(namespace=monitoring, targets=_probes(inputs)), opts=in_cluster)
    PrometheusRules(
        "rules",
        PrometheusRulesArgs(
            namespace=monitoring,
            bundles=[
                (asset.bundle, inputs.rules_here[asset.bundle.name])
                for asset in inputs.assets.of(BundleKind.PROMETHEUS)
            ],
            own={**_muting(inputs), **_shipped(inputs)},
        ),
        opts=in_cluster,
    )
    LokiRules(
        "log-rules",
        LokiRulesArgs(
            namespace=platform.namespaces.names[names.LOGGING],
            bundles=[
                (asset.bundle, inputs.log_rules_here[asset.bundle.name]) for asset in inputs.assets.of(BundleKind.LOKI)
            ],
            tenants=[tenant.name for tenant in settings.logs.tenants],
        ),
        opts=in_cluster,
    )
    _boards(inputs, foundation, platform)
    if settings.dashboards.cloudwatch:
        _cloudwatch_dashboards(inputs, foundation)
    return _alarms(inputs, foundation, platform)


def _muting(inputs: Inputs) -> dict[str, RuleFile]:
    rules = muting_rules(inputs.settings.alerting.mutings, inputs.catalog.organization.platform_team)
    return {"muting": rules} if rules else {}


def _shipped(inputs: Inputs) -> dict[str, RuleFile]:
    rules = shipped_rules(list(inputs.log_rules_here.values()), len(inputs.settings.logs.tenants))
    return {"log-rules": rules} if rules else {}


def _boards(inputs: Inputs, foundation: Foundation, platform: Platform) -> None:
    """Each in the folder of its owner."""
    settings, organization = inputs.settings, inputs.catalog.organization
    monitoring = platform.namespaces.names[names.MONITORING]
    folders = GrafanaFolders(
        names.GRAFANA_FOLDERS,
        GrafanaFoldersArgs(
            namespace=monitoring,
            folders=organization.folders,
            admin_secret=names.GRAFANA_ADMIN_SECRET,
            placement=watching_nodes(settings),
            image=settings.jobs.image or IMAGE,
        ),
        opts=pulumi.ResourceOptions(provider=foundation.kubernetes, depends_on=[platform.prometheus]),
    )
    GrafanaDashboards(
        "dashboards",
        GrafanaDashboardsArgs(
            namespace=monitoring,
            dashboards=inputs.dashboards,
            folders=organization.folders,
            folder=organization.folders[organization.platform_team],
            runbooks=settings.links.runbooks,
            reports=_reports(inputs, foundation),
        ),
        # Provisioning makes a folder that it does not find, and the job would make another of the same title.
        opts=pulumi.ResourceOptions(provider=foundation.kubernetes, depends_on=[platform.prometheus, folders]),
    )


def _reports(inputs: Inputs, foundation: Foundation) -> pulumi.Input[str]:
    """Where people read SLO reports: the bucket in the AWS console, below the prefix that docs/reports.md names."""
    bucket = foundation.buckets.names.get(BucketUse.REPORTS)
    if bucket is None:
        return ""
    region = inputs.settings.region
    console = f"https://{region}.console.aws.amazon.com/s3/buckets"
    return pulumi.Output.concat(console, "/", bucket, f"?region={region}&prefix={names.REPORTS_PREFIX}/")


def _cloudwatch_dashboards(inputs: Inputs, foundation: Foundation) -> None:
    settings = inputs.settings
    CloudWatchDashboards(
        "cloudwatch",
        CloudWatchDashboardsArgs(
            dashboards=inputs.assets.of(BundleKind.CLOUDWATCH_DASHBOARD),
            renamed=inputs.renamed,
            prefix=f"{labels.PROJECT}-{settings.environment}",
            region=settings.region,
            cluster=foundation.cluster.cluster_name,
            account=foundation.account_id,
        ),
        opts=pulumi.ResourceOptions(provider=foundation.aws),
    )


def _alarms(inputs: Inputs, foundation: Foundation, platform: Platform) -> int:
    """Metric alarms of every subject, the composites above them, and when those are muted. Returns how many alarms."""
    settings = inputs.settings
    in_aws = pulumi.ResourceOptions(provider=foundation.aws)
    direct = notification.direct(inputs, foundation.topics)
    composites = []
    for system, watched in inputs.alarm_plan.systems.items():
        leaves = []
        for one in watched:
            prefix = f"{settings.environment}-{one.name}"
            table = [foundation.tables[one.name]] if one.name in foundation.tables else []
            made = ResourceAlarms(
                one.name,
                ResourceAlarmsArgs(
                    alarms=one.alarms,
                    topic_arns=direct,
                    prefix=prefix,
                    owner=one.owner,
                    runbooks=settings.links.runbooks,
                    account_id=foundation.account_id,
                    region=settings.region,
                    made={**foundation.cluster.made, **platform.made},
                ),
                # An alarm on a table that is not there yet has nothing to read.
                opts=pulumi.ResourceOptions(provider=foundation.aws, depends_on=table),
            )
            leaves += [
                Leaf(name=alarm_name(prefix, a.key), severity=a.severity, created=made.names[a.key]) for a in one.alarms
            ]
        composites.append(
            CompositeAlarms(
                system,
                CompositeAlarmsArgs(
                    system=system,
                    leaves=leaves,
                    topic_arns=foundation.topics.arns,
                    prefix=f"{settings.environment}-{system}",
                    owner=inputs.owner_of_system(system),
                    runbooks=settings.links.runbooks,
                    suppressor=foundation.alarm_events.suppressor,
                ),
                opts=in_aws,
            )
        )
    muted = mute_rules(settings.alerting.maintenance, inputs.alarm_plan.composites(settings.environment))
    AlarmMuteRules(
        "maintenance",
        AlarmMuteRulesArgs(rules=list(muted), prefix=inputs.own_prefix),
        opts=pulumi.ResourceOptions(provider=foundation.aws, depends_on=composites),
    )
    return inputs.alarm_plan.count().alarms


def _targets(inputs: Inputs) -> list[ScrapeTarget]:
    return [
        ScrapeTarget(
            system=system.system,
            component=component.name,
            namespace=names.MONITORING if scrape.program else component.namespace or system.system,
            port=archive_program.PORT if scrape.program else scrape.port,
            path=scrape.path,
            interval=Duration(f"{component.export_interval}s"),
            program=scrape.program,
        )
        for system in inputs.catalog.systems
        for component in system.components
        if (scrape := component.telemetry.scrape)
        and (component.program is not OwnProgram.SECURITY_POSTURE or inputs.settings.reads_security_posture)
    ]


def _probes(inputs: Inputs) -> list[ProbeTarget]:
    parts = [(system, component) for system in inputs.catalog.systems for component in system.components]
    asked = [
        ProbeTarget(
            system=system.system,
            component=component.name,
            probe=probe.name,
            kind=probe.kind,
            group=labels.THIRD_PARTY_PROBE if probe.third_party else probe.kind,
            target=probe.target,
            interval=probe.interval,
        )
        for system, component in parts
        for probe in component.probes
    ]
    inside = [
        ProbeTarget(
            system=system.system,
            component=component.name,
            probe=health.kind,
            kind=ProbeKind.HTTP,
            group=labels.HEALTH_PROBE,
            target=names.service(component.name, component.namespace or system.system, health.port, "http")
            + health.path,
            interval=Duration(f"{OBJECTIVE_SCRAPE_INTERVAL}s"),
        )
        for system, component in parts
        for health in component.health
    ]
    return [*asked, *inside]
