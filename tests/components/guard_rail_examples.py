"""Examples of the components that guard the cluster: runtime security, network, priorities, quotas, secrets."""

from collections.abc import Callable

from components.base import Component
from components.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from components.external_secrets import ExternalSecrets, ExternalSecretsArgs, SecretCopy
from components.falco import ElasticsearchOutput, Falco, FalcoArgs
from components.falco_events import FalcoEvents, FalcoEventsArgs
from components.karpenter import GrowingPool, Karpenter, KarpenterArgs
from components.network_policies import NetworkPolicies, NetworkPoliciesArgs
from components.priority_classes import PriorityClasses, PriorityClassesArgs
from components.quotas import Quotas, QuotasArgs
from components.storage_class import StorageClass, StorageClassArgs
from configs.network_policies import Ranges, policies
from model import names
from model.account.node_pools import Pool
from model.cluster import guard_rails
from model.cluster.network_paths import PATHS

FALCO = FalcoArgs(
    namespace=names.FALCO,
    cluster="main",
    environment="prod",
    region="eu-central-1",
    team="platform",
    rules={"belfry.yaml": "- list: belfry_x\n  items: [a]\n"},
    alertmanagers=[names.alertmanager_replica(index) for index in range(3)],
    runbook="https://runbooks.example.com/falco/README.md",
    loki=names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http"),
    log_group="/belfry/prod/security",
    queue_url="https://sqs.eu-central-1.amazonaws.com/123456789012/belfry-prod-falco-findings",
    agent_priority_class=guard_rails.NODE_AGENTS.name,
    priority_class=guard_rails.PLATFORM.name,
)
EXTERNAL_SECRETS = ExternalSecretsArgs(
    namespace=names.EXTERNAL_SECRETS,
    region="eu-central-1",
    prefix="belfry/prod/",
    copies=[
        SecretCopy(
            namespace=names.MONITORING,
            secret=names.ALERTMANAGER_RECEIVERS_SECRET,
            keys={"slack-webhook": "slack-webhook", "pagerduty-platform": "pagerduty-platform"},
        ),
        SecretCopy(namespace=names.FALCO, secret=names.FALCOSIDEKICK_SECRET, keys={"SLACK_WEBHOOKURL": "slack-falco"}),
    ],
)


CLUSTER_AUTOSCALER = ClusterAutoscalerArgs(cluster="theirs", region="eu-central-1")
KARPENTER = KarpenterArgs(
    cluster="main",
    region="eu-central-1",
    queue="belfry-prod-node-interruptions",
    profile="nodes",
    subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
    pools={
        Pool.GENERAL: GrowingPool(instance_type="m7i.large", image="al2023@v20260714", more=6),
        Pool.OBSERVABILITY: GrowingPool(instance_type="m7g.xlarge", image="al2023@v20260714", more=1),
    },
    tags={"owner": "platform", "Name": "main"},
    disk_gib=50,
    root_device="/dev/xvda",
)
STORAGE_CLASS = StorageClassArgs(
    key_arn="arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    tags={"owner": "platform", "Name": "main"},
    keep=True,
)
ELASTICSEARCH_OUTPUT = ElasticsearchOutput(
    url=names.service(names.ELASTICSEARCH, names.LOGGING, names.ELASTICSEARCH_PORT, "https"),
    user="falco",
    password="hush",
)

GUARD_RAIL_EXAMPLES: dict[type[Component], Callable[[], Component]] = {
    ExternalSecrets: lambda: ExternalSecrets("secrets", EXTERNAL_SECRETS),
    Falco: lambda: Falco("falco", FALCO),
    FalcoEvents: lambda: FalcoEvents(
        "falco-events", FalcoEventsArgs(prefix="belfry-prod", region="eu-central-1", account_id="123456789012")
    ),
    NetworkPolicies: lambda: NetworkPolicies("network", NetworkPoliciesArgs(policies=policies(PATHS, Ranges()))),
    PriorityClasses: lambda: PriorityClasses("priorities", PriorityClassesArgs()),
    ClusterAutoscaler: lambda: ClusterAutoscaler("cluster-autoscaler", CLUSTER_AUTOSCALER),
    Karpenter: lambda: Karpenter("karpenter", KARPENTER),
    StorageClass: lambda: StorageClass("storage-class", STORAGE_CLASS),
    Quotas: lambda: Quotas("quotas", QuotasArgs(quotas=guard_rails.QUOTAS)),
}
