"""One good example of every component, what AWS would answer, and a way to look at the values a component gives."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pulumi

from components.alarm_forwarder import AlarmForwarder
from components.alarm_topics import AlarmTopics, AlarmTopicsArgs
from components.alertmanager_config import AlertmanagerConfig, AlertmanagerConfigArgs
from components.base import Component
from components.blackbox_exporter import BlackboxExporter, BlackboxExporterArgs
from components.chart import Chart, ChartArgs
from components.cloudwatch_dashboards import CloudWatchDashboards, CloudWatchDashboardsArgs
from components.cloudwatch_exporter import CloudWatchExporter, CloudWatchExporterArgs
from components.cluster import AdoptedCluster, AdoptedClusterArgs, EksCluster
from components.composite_alarms import CompositeAlarms
from components.cost_guard import CostGuard, CostGuardArgs
from components.database_exporter import DatabaseExporter, DatabaseExporterArgs
from components.elasticsearch import Elasticsearch, ElasticsearchArgs
from components.elasticsearch_exporter import ElasticsearchExporter, ElasticsearchExporterArgs
from components.elasticsearch_setup import ElasticsearchSetup, ElasticsearchSetupArgs
from components.grafana_admin import GrafanaAdmin, GrafanaAdminArgs
from components.grafana_dashboards import GrafanaDashboards, GrafanaDashboardsArgs
from components.grafana_datasources import GrafanaDatasources, GrafanaDatasourcesArgs
from components.grafana_folders import GrafanaFolders, GrafanaFoldersArgs
from components.grafana_sign_on import GrafanaSignOn, GrafanaSignOnArgs
from components.incident_watch import IncidentWatch
from components.jaeger import Jaeger, JaegerArgs
from components.loki import Loki, LokiArgs
from components.loki_rules import LokiRules, LokiRulesArgs
from components.metrics_server import MetricsServer, MetricsServerArgs
from components.namespaces import Namespaces, NamespacesArgs
from components.network import Network
from components.opencost import OpenCost, OpenCostArgs
from components.opensearch_retention import OpenSearchRetention, OpenSearchRetentionArgs
from components.opentelemetry_agent import OpenTelemetryAgent, OpenTelemetryAgentArgs
from components.opentelemetry_gateway import OpenTelemetryGateway, OpenTelemetryGatewayArgs
from components.probes import Probes, ProbesArgs
from components.prometheus_reader import PrometheusReader, PrometheusReaderArgs
from components.prometheus_rules import PrometheusRules, PrometheusRulesArgs
from components.prometheus_stack import PrometheusStack
from components.resource_alarms import ResourceAlarms
from components.scheduled_program import ScheduledProgram
from components.security_posture import SecurityPosture
from components.service_monitors import ServiceMonitors, ServiceMonitorsArgs
from components.thanos import ThanosReader, ThanosReaderArgs
from configs.collector.agent import AgentInput
from configs.grafana.datasources import elasticsearch_datasource
from configs.stores.elasticsearch import ElasticsearchInput
from configs.stores.jaeger import JaegerInput, Memory
from model.account.node_pools import Pool, placement
from model.assets import Asset, BundleKind
from model.metrics.database_exporters import POSTGRES
from model.names import PodSecurity
from model.quantities import Duration
from model.vocabulary import Severity
from tests.components.account_examples import ACCOUNT_EXAMPLES
from tests.components.example_inputs import (
    ALARM_FORWARDER,
    CLUSTER,
    DATABASE,
    FRONT_DOOR,
    INCIDENT_WATCH,
    JOB,
    NETWORK,
    PROGRAM,
    SCHEDULED,
    STACK,
    TARGET,
    TOPICS,
    bundle,
    composite_alarms_args,
    dashboard,
    resource_alarms_args,
    rule_file,
)
from tests.components.guard_rail_examples import GUARD_RAIL_EXAMPLES
from tests.components.ingress_examples import INGRESS_EXAMPLES, for_people
from tests.components.remediation_examples import REMEDIATION_EXAMPLES
from tests.configs.collector_examples import CLUSTER as CLUSTER_COLLECTOR
from tests.configs.collector_examples import gateway_input, sampler_input
from tests.configs.loki_examples import MONOLITHIC
from tests.synth import Key, Synth, synth

PROBE = "test:index:Probe"

INVOKES = {
    "aws:eks/getCluster:getCluster": {
        "name": "theirs",
        "endpoint": "https://theirs.eks.example.com",
        "certificateAuthorities": [{"data": "dGhlaXJz"}],
        "vpcConfig": {"vpcId": "vpc-theirs"},
        "identities": [{"oidcs": [{"issuer": "https://oidc.example.com/id/THEIRS"}]}],
    }
}


EXAMPLES: dict[type[Component], Callable[[], Component]] = {
    **ACCOUNT_EXAMPLES,
    **GUARD_RAIL_EXAMPLES,
    **REMEDIATION_EXAMPLES,
    **INGRESS_EXAMPLES,
    AlarmForwarder: lambda: AlarmForwarder("alarm-forwarder", ALARM_FORWARDER),
    AdoptedCluster: lambda: AdoptedCluster("cluster", AdoptedClusterArgs(cluster_name="theirs", region="eu-central-1")),
    AlarmTopics: lambda: AlarmTopics("alarms", AlarmTopicsArgs(account_id="123456789012", prefix="belfry-prod")),
    AlertmanagerConfig: lambda: AlertmanagerConfig(
        "alertmanager",
        AlertmanagerConfigArgs(
            namespace="monitoring",
            config="route: {receiver: nobody}\n",
            templates={"email.tmpl": '{{ define "title" }}Shop{{ end }}\n'},
            secrets={"slack-webhook": pulumi.Output.secret("hush"), "pagerduty": pulumi.Output.secret("hush too")},
        ),
    ),
    BlackboxExporter: lambda: BlackboxExporter(
        "blackbox",
        BlackboxExporterArgs(
            namespace="monitoring", replicas=2, placement=placement(Pool.OBSERVABILITY), chart_mirror=None
        ),
    ),
    Chart: lambda: Chart("logs", ChartArgs(chart="loki")),
    CompositeAlarms: lambda: CompositeAlarms("shop", composite_alarms_args()),
    CloudWatchDashboards: lambda: CloudWatchDashboards(
        "boards",
        CloudWatchDashboardsArgs(
            dashboards=[
                Asset(bundle("aws-shop", BundleKind.CLOUDWATCH_DASHBOARD), "aws-shop.json", '{"region": "${region}"}\n')
            ],
            prefix="belfry-prod",
            region="eu-central-1",
            cluster="main",
            account="123456789012",
        ),
    ),
    CloudWatchExporter: lambda: CloudWatchExporter(
        "cloudwatch", CloudWatchExporterArgs(namespace="monitoring", region="eu-central-1", jobs=[JOB])
    ),
    CostGuard: lambda: CostGuard(
        "cost",
        CostGuardArgs(
            name="belfry-prod", environment="prod", budget_usd=Decimal(2500), topic_arn=TOPICS[Severity.WARNING]
        ),
    ),
    DatabaseExporter: lambda: DatabaseExporter(
        "postgres",
        DatabaseExporterArgs(
            namespace="monitoring",
            exporter=POSTGRES,
            targets=[DATABASE],
            passwords={DATABASE.key: pulumi.Output.secret("hush")},
            replicas=2,
            placement=placement(Pool.OBSERVABILITY),
        ),
    ),
    EksCluster: lambda: EksCluster("cluster", CLUSTER),
    GrafanaAdmin: lambda: GrafanaAdmin("grafana", GrafanaAdminArgs(namespace="monitoring")),
    GrafanaDashboards: lambda: GrafanaDashboards(
        "dashboards",
        GrafanaDashboardsArgs(
            namespace="monitoring", dashboards=[dashboard()], folder="Belfry", runbooks="https://runbooks.test"
        ),
    ),
    GrafanaDatasources: lambda: GrafanaDatasources(
        "elasticsearch-datasource",
        GrafanaDatasourcesArgs(namespace="monitoring", sources=[elasticsearch_datasource()]),
    ),
    GrafanaFolders: lambda: GrafanaFolders(
        "grafana-folders",
        GrafanaFoldersArgs(
            namespace="monitoring",
            folders={"platform": "Platform engineering", "trading": "Trading"},
            admin_secret="grafana-admin",
        ),
    ),
    GrafanaSignOn: lambda: GrafanaSignOn(
        # Not marked as secret by the caller: the component sees to it.
        "grafana-sign-on",
        GrafanaSignOnArgs(namespace="monitoring", client_secret="hush"),
    ),
    Elasticsearch: lambda: Elasticsearch(
        "elasticsearch", ElasticsearchArgs(namespace="logging", operator_namespace="elastic-system", nodes=3)
    ),
    ElasticsearchExporter: lambda: ElasticsearchExporter(
        "elasticsearch", ElasticsearchExporterArgs(namespace="monitoring")
    ),
    OpenSearchRetention: lambda: OpenSearchRetention(
        "retention",
        OpenSearchRetentionArgs(namespace="tracing", url="https://traces.example.com", region="eu-central-1", days=7),
    ),
    ElasticsearchSetup: lambda: ElasticsearchSetup(
        "logs",
        ElasticsearchSetupArgs(
            namespace="logging",
            config=ElasticsearchInput(retention=Duration("7d")),
            certificate_namespaces=["tracing", "collectors"],
        ),
    ),
    Jaeger: lambda: Jaeger(
        "traces",
        JaegerArgs(
            namespace="tracing",
            config=JaegerInput(storage=Memory(), prometheus="http://prometheus:9090", grafana="https://grafana"),
        ),
    ),
    Loki: lambda: Loki("loki", LokiArgs(namespace="logging", config=MONOLITHIC)),
    LokiRules: lambda: LokiRules(
        "log-rules", LokiRulesArgs(namespace="logging", bundles=[(bundle("shop", BundleKind.LOKI), rule_file())])
    ),
    MetricsServer: lambda: MetricsServer("metrics-server", MetricsServerArgs()),
    Namespaces: lambda: Namespaces(
        "namespaces",
        NamespacesArgs(levels={"monitoring": PodSecurity.RESTRICTED, "node-agents": PodSecurity.PRIVILEGED}),
    ),
    Network: lambda: Network("network", NETWORK),
    OpenCost: lambda: OpenCost("cost", OpenCostArgs(namespace="monitoring", cluster="main")),
    OpenTelemetryAgent: lambda: OpenTelemetryAgent(
        "agent", OpenTelemetryAgentArgs(namespace="node-agents", config=AgentInput())
    ),
    OpenTelemetryGateway: lambda: OpenTelemetryGateway(
        "collectors",
        OpenTelemetryGatewayArgs(
            namespace="collectors", gateway=gateway_input(), sampler=sampler_input(), cluster=CLUSTER_COLLECTOR
        ),
    ),
    Probes: lambda: Probes("probes", ProbesArgs(namespace="monitoring", targets=[FRONT_DOOR])),
    PrometheusRules: lambda: PrometheusRules(
        "rules", PrometheusRulesArgs(namespace="monitoring", bundles=[(bundle(), rule_file())])
    ),
    PrometheusStack: lambda: PrometheusStack("prometheus", STACK),
    ResourceAlarms: lambda: ResourceAlarms("shop-orders", resource_alarms_args()),
    PrometheusReader: lambda: PrometheusReader(
        "prometheus-reader", PrometheusReaderArgs(namespace="monitoring", region="eu-central-1")
    ),
    ScheduledProgram: lambda: ScheduledProgram("counting", SCHEDULED),
    IncidentWatch: lambda: IncidentWatch("incident-watch", INCIDENT_WATCH),
    SecurityPosture: lambda: SecurityPosture("security-posture", PROGRAM),
    ServiceMonitors: lambda: ServiceMonitors("scrape", ServiceMonitorsArgs(namespace="monitoring", targets=[TARGET])),
    ThanosReader: lambda: ThanosReader(
        "long-term",
        ThanosReaderArgs(
            namespace="monitoring",
            bucket="long-term",
            region="eu-central-1",
            retention=Duration("400d"),
            store_volume_gib=20,
            scratch_gib=94,
        ),
    ),
}


def deploy(program: Callable[[], object], *, preview: bool = False) -> Synth:
    """What ``program`` registers, with made-up answers for what only AWS knows."""
    return synth(program, preview=preview, invokes=INVOKES, state=_computed)


def shown(program: Callable[[], Mapping[str, Any]]) -> tuple[dict[str, Any], frozenset[Key]]:
    """The values that ``program`` returns, resolved, and the resources they wait for."""

    class Probe(pulumi.CustomResource):
        pass

    probe = deploy(lambda: Probe(PROBE, "probe", dict(program()))).only(PROBE)
    return probe.inputs, probe.dependencies


def _computed(args: pulumi.runtime.MockResourceArgs) -> Mapping[str, Any]:
    if args.typ == "aws:eks/cluster:Cluster":
        return {
            "endpoint": "https://main.eks.example.com",
            "certificateAuthority": {"data": "b3Vycw=="},
            "identities": [{"oidcs": [{"issuer": "https://oidc.example.com/id/OURS"}]}],
            "vpcConfig": {**args.inputs["vpcConfig"], "clusterSecurityGroupId": "sg-0123456789abcdef0"},
        }
    if args.typ == "aws:iam/role:Role":
        return {"name": f"{args.name}-in-aws"}
    if args.typ == "random:index/randomPassword:RandomPassword":
        return {"result": "made-up-password"}
    if args.typ == "random:index/randomId:RandomId":
        return {"hex": "0123456789abcdef"}
    made: dict[str, Mapping[str, Any]] = {
        "aws:amp/workspace:Workspace": {
            "prometheusEndpoint": "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-made-up/"
        },
        "aws:eks/nodeGroup:NodeGroup": {"resources": [{"autoscalingGroups": [{"name": f"eks-{args.name}"}]}]},
    }
    return made.get(args.typ) or for_people(args)
