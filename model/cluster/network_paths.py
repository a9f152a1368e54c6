"""Every data path of the platform, in one list: who speaks to whom, on which port, and why.

The network policies are made of this list (`network_policies.py`) and the tests follow it. What is not here is
closed. A path that needs nothing of a namespace's owner (an application's own egress) is not ours to open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from model import labels, names
from model.vocabulary import Vocabulary


class Protocol(StrEnum):
    """Of the transport layer, as Kubernetes spells it."""

    TCP = "TCP"
    UDP = "UDP"


class Addresses(Vocabulary):
    """Ends of paths that are no pods; a policy knows them by address alone."""

    API_SERVER = ("api-server", "The Kubernetes API: its Service, and the control plane's interfaces in the VPC.")
    NODES = ("nodes", "The VPC: nodes and pods on their network, load balancers, databases.")
    LOAD_BALANCER = ("load-balancer", "The subnets of the load balancer that people come by; none without an ingress.")
    API_PROXY = ("api-proxy", "The Kubernetes API in somebody's name: auto-remediation in AWS; none where that is off.")
    POD_IDENTITY = ("pod-identity", "The agent of EKS Pod Identity on each node: credentials, by link-local address.")
    NODE_DNS = ("node-dns", "NodeLocal DNSCache, where a cluster has it.")
    OUTSIDE = ("outside", "Anywhere: AWS, receivers of notifications, registries.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """Pods of one namespace by their labels. No namespace: of any; no labels: all of the namespace.

    ``chart`` is the key of the chart that makes them; none for pods that Belfry or somebody else makes.
    """

    name: str
    namespace: str | None
    labels: tuple[tuple[str, str], ...] = ()
    chart: str | None = None

    @property
    def ours(self) -> bool:
        """Whether the namespace is Belfry's own, and so has policies."""
        return self.namespace in names.POD_SECURITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of the receiving pod, which is what a policy sees; ``service`` is the Service's where it differs."""

    pod: int
    service: int | None = None
    protocol: Protocol = Protocol.TCP

    @property
    def of_service(self) -> int:
        """What the sender names."""
        return self.pod if self.service is None else self.service


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPath:
    """``service`` is the name the sender uses; none where pods are found by their addresses. No ports: any port."""

    sender: Pods | Addresses
    receiver: Pods | Addresses
    ports: tuple[Port, ...]
    reason: str
    service: str | None = None


_NAME, _INSTANCE = labels.OBJECT_NAME, "app.kubernetes.io/instance"
_STACK = "kube-prometheus-stack"


def _pods(name: str, namespace: str, chart: str, label: str = _NAME, value: str = "") -> Pods:
    return Pods(name=name, namespace=namespace, labels=((label, value or name),), chart=chart)


def _collector(release: str, namespace: str) -> Pods:
    return _pods(release, namespace, "opentelemetry-collector", _INSTANCE)


PROMETHEUS = _pods("prometheus", names.MONITORING, _STACK)
ALERTMANAGER = _pods("alertmanager", names.MONITORING, _STACK)
OPERATOR = _pods("prometheus-operator", names.MONITORING, _STACK, "app", f"{_STACK}-operator")
ADMISSION_JOBS = tuple(
    _pods(f"admission-{step}", names.MONITORING, _STACK, "app", f"{_STACK}-admission-{step}")
    for step in ("create", "patch")
)
GRAFANA = _pods("grafana", names.MONITORING, _STACK)
KUBE_STATE_METRICS = _pods("kube-state-metrics", names.MONITORING, _STACK)
BLACKBOX = _pods(names.BLACKBOX_EXPORTER, names.MONITORING, names.BLACKBOX_EXPORTER)
CLOUDWATCH_EXPORTER = _pods(
    names.CLOUDWATCH_EXPORTER, names.MONITORING, "prometheus-yet-another-cloudwatch-exporter", _INSTANCE
)
ELASTICSEARCH_EXPORTER = _pods(
    names.ELASTICSEARCH_EXPORTER, names.MONITORING, "prometheus-elasticsearch-exporter", _INSTANCE
)
OPENCOST = _pods(names.OPENCOST, names.MONITORING, "opencost")
# What Belfry makes in this namespace without a chart. Each by its name: they reach different things.
POSTGRES_EXPORTER, REDIS_EXPORTER, THANOS_QUERY, THANOS_STORE, THANOS_COMPACTOR, ALARM_FORWARDER = (
    Pods(name=name, namespace=names.MONITORING, labels=((_NAME, name),))
    for name in (
        *(names.POSTGRES_EXPORTER, names.REDIS_EXPORTER),
        *(names.THANOS_QUERY, names.THANOS_STORE, names.THANOS_COMPACTOR, names.ALARM_FORWARDER),
    )
)
SECURITY_POSTURE, GRAFANA_FOLDERS, PROMETHEUS_READER, SLO_STATUS, INCIDENT_WATCH, REPORTS = (
    Pods(name=name, namespace=names.MONITORING, labels=((_NAME, name),))
    for name in (
        *(names.SECURITY_POSTURE, names.GRAFANA_FOLDERS, names.PROMETHEUS_READER),
        *(names.SLO_STATUS, names.INCIDENT_WATCH, names.REPORTS),
    )
)
LOKI = _pods("loki", names.LOGGING, "loki")
ELASTICSEARCH = _pods("elasticsearch", names.LOGGING, "eck-stack", "common.k8s.elastic.co/type")
KIBANA = _pods("kibana", names.LOGGING, "eck-stack", "common.k8s.elastic.co/type")
ELASTICSEARCH_SETUP = Pods(
    name=names.ELASTICSEARCH_SETUP,
    namespace=names.LOGGING,
    labels=((_NAME, names.ELASTICSEARCH_SETUP),),
)
OPENSEARCH_RETENTION = Pods(
    name=names.OPENSEARCH_RETENTION,
    namespace=names.TRACING,
    labels=((_NAME, names.OPENSEARCH_RETENTION),),
)
ELASTIC_OPERATOR = _pods("elastic-operator", names.ELASTIC_SYSTEM, "eck-operator")
JAEGER = _pods(names.JAEGER, names.TRACING, "jaeger")
AGENT = _collector(names.COLLECTOR_AGENT, names.NODE_AGENTS)
GATEWAY = _collector(names.COLLECTOR_GATEWAY, names.COLLECTORS)
SAMPLER = _collector(names.COLLECTOR_SAMPLER, names.COLLECTORS)
CLUSTER_COLLECTOR = _collector(names.COLLECTOR_CLUSTER, names.COLLECTORS)
FALCO = _pods("falco", names.FALCO, "falco")
FALCOSIDEKICK = _pods("falcosidekick", names.FALCO, "falcosidekick")
SECRETS_CONTROLLER = _pods(names.EXTERNAL_SECRETS, names.EXTERNAL_SECRETS, names.EXTERNAL_SECRETS)
SECRETS_WEBHOOK = _pods(f"{names.EXTERNAL_SECRETS}-webhook", names.EXTERNAL_SECRETS, names.EXTERNAL_SECRETS)
SECRETS_CERTIFICATES = _pods(
    f"{names.EXTERNAL_SECRETS}-cert-controller", names.EXTERNAL_SECRETS, names.EXTERNAL_SECRETS
)
DNS = Pods(name="kube-dns", namespace=names.KUBE_SYSTEM, labels=(("k8s-app", "kube-dns"),))
ANY_POD = Pods(name="any pod", namespace=None)

HTTPS = (Port(pod=443),)
_MAIL = (Port(pod=25), Port(pod=587))
# Whoever writes to Loki or reads from it does so by its gateway, an nginx, in every mode.
_LOKI_GATEWAY = (Port(pod=8080, service=names.LOKI_GATEWAY_PORT),)


def _tcp(*ports: int) -> tuple[Port, ...]:
    return tuple(Port(pod=port) for port in ports)


def _path(
    sender: Pods | Addresses, receiver: Pods | Addresses, ports: tuple[Port, ...], reason: str, service: str = ""
) -> DataPath:
    return DataPath(sender=sender, receiver=receiver, ports=ports, reason=reason, service=service or None)


def _names_are_resolved() -> Iterator[DataPath]:
    both = (Port(pod=53), Port(pod=53, protocol=Protocol.UDP))
    for namespace in sorted(names.POD_SECURITY):
        everybody = Pods(name="all", namespace=namespace)
        # TCP too: answers over 1232 bytes, such as the addresses of many pods, come no other way.
        yield _path(everybody, DNS, both, "Names are resolved", "kube-dns")
        yield _path(everybody, Addresses.NODE_DNS, both, "Names are resolved on the node itself")


def _kubernetes_and_aws() -> Iterator[DataPath]:
    for pods, reason in (
        (PROMETHEUS, "Discovery, and metrics of the control plane"),
        (OPERATOR, "It watches its objects"),
        *((job, "The hook writes the webhook's certificate") for job in ADMISSION_JOBS),
        (GRAFANA, "The sidecar looks for dashboards"),
        (KUBE_STATE_METRICS, "It watches all objects; the chart's own policy declares egress and allows none"),
        (LOKI, "The sidecar looks for rules"),
        (AGENT, "Names of pods and namespaces"),
        (GATEWAY, "Names of pods and namespaces"),
        (CLUSTER_COLLECTOR, "Events"),
        (OPENCOST, "It reads nodes and pods"),
        (ELASTIC_OPERATOR, "It watches its objects"),
        (ELASTICSEARCH_SETUP, "It hands out the certificate of Elasticsearch's authority"),
        (SECRETS_CONTROLLER, "It writes Secrets"),
        (SECRETS_WEBHOOK, "It reads its certificate"),
        (SECRETS_CERTIFICATES, "It writes the webhook's certificate"),
    ):
        yield _path(pods, Addresses.API_SERVER, HTTPS, reason, "kubernetes")
    for pods, port, reason in (
        (OPERATOR, 10250, "Admission webhook for rules and configurations"),
        (SECRETS_WEBHOOK, 10250, "Admission webhook for stores and external secrets"),
        (ELASTIC_OPERATOR, 9443, "Admission webhook for Elasticsearch and Kibana objects"),
    ):
        yield _path(Addresses.API_SERVER, pods, (Port(pod=port, service=443),), reason)
    for pods, reason in (
        (PROMETHEUS, "Remote write to Amazon Managed Prometheus, blocks to S3"),
        (ALERTMANAGER, "Receivers: PagerDuty, Slack, SNS, webhooks, the dead man's switch"),
        (GRAFANA, "CloudWatch; the company's sign-on"),
        (CLOUDWATCH_EXPORTER, "CloudWatch"),
        (
            ALARM_FORWARDER,
            "State changes of alarms, CloudWatch, its program from S3; acknowledgements from PagerDuty",
        ),
        (SECURITY_POSTURE, "Inspector, Security Hub, AWS Config; its program from S3"),
        (SLO_STATUS, "The status of objectives to S3; its program from S3"),
        (REPORTS, "Daily rows, reports and reviews in S3; its program from S3"),
        (INCIDENT_WATCH, "Incidents to S3; its program from S3; who acknowledged, from PagerDuty"),
        (PROMETHEUS_READER, "Queries of Amazon Managed Prometheus, signed"),
        (THANOS_STORE, "Blocks of metrics in S3, read"),
        (THANOS_COMPACTOR, "Blocks of metrics in S3: merged, downsampled, deleted"),
        (LOKI, "Chunks in S3"),
        (ELASTICSEARCH, "Snapshots to S3"),
        (JAEGER, "Traces in OpenSearch Service"),
        (OPENSEARCH_RETENTION, "Retention of traces in OpenSearch Service"),
        (GATEWAY, "CloudWatch Logs"),
        (CLUSTER_COLLECTOR, "The audit log, from CloudWatch Logs"),
        (FALCOSIDEKICK, "CloudWatch Logs, and EventBridge by way of SQS"),
        (SECRETS_CONTROLLER, "AWS Secrets Manager"),
    ):
        yield _path(pods, Addresses.OUTSIDE, HTTPS, reason)
        yield _path(pods, Addresses.POD_IDENTITY, _tcp(80), "Credentials for AWS; the agent listens on 80, not on 443")
    yield _path(OPENCOST, Addresses.OUTSIDE, HTTPS, "Prices of AWS, which are public")
    yield _path(FALCO, Addresses.OUTSIDE, HTTPS, "Pinned rules and plugins, when the pod starts")
    yield _path(ALERTMANAGER, Addresses.OUTSIDE, _MAIL, "Mail, by the company's relay", names.SMTP_RELAY.split(".")[0])


def _metrics() -> Iterator[DataPath]:
    yield _path(PROMETHEUS, ANY_POD, (), "It scrapes what monitors and annotations name, on ports of their owners")
    yield _path(PROMETHEUS, Addresses.NODES, _tcp(10250, 9100), "Kubelet, node exporter")
    for pods, ports in (
        # Beside it the operator's reloader and Thanos' sidecar.
        (PROMETHEUS, (names.PROMETHEUS_PORT, 8080, names.THANOS_HTTP_PORT)),
        (ALERTMANAGER, (names.ALERTMANAGER_PORT, 8080)),
        (OPERATOR, (10250,)),
        (GRAFANA, (3000,)),
        (KUBE_STATE_METRICS, (8080, 8081)),  # 8081: how well it does itself
        (BLACKBOX, (9115,)),
        (CLOUDWATCH_EXPORTER, (names.CLOUDWATCH_EXPORTER_PORT,)),
        (ELASTICSEARCH_EXPORTER, (names.ELASTICSEARCH_EXPORTER_PORT,)),
        (OPENCOST, (names.OPENCOST_PORT,)),
        (POSTGRES_EXPORTER, (names.POSTGRES_EXPORTER_PORT,)),
        (REDIS_EXPORTER, (names.REDIS_EXPORTER_PORT,)),
        (ALARM_FORWARDER, (names.ALARM_FORWARDER_PORT, names.ACKNOWLEDGEMENTS_PORT)),
        (SECURITY_POSTURE, (names.SECURITY_POSTURE_PORT,)),
        (INCIDENT_WATCH, (names.INCIDENT_WATCH_PORT,)),
        *((p, (names.THANOS_HTTP_PORT,)) for p in (THANOS_QUERY, THANOS_STORE, THANOS_COMPACTOR)),
        (LOKI, (names.LOKI_PORT, 3500, 4040, 9150)),  # the canary; the exporters beside gateway and caches
        (ELASTIC_OPERATOR, (8080,)),
        *((p, (names.COLLECTOR_METRICS_PORT,)) for p in (JAEGER, AGENT, GATEWAY, SAMPLER, CLUSTER_COLLECTOR)),
        (FALCO, (8765,)),
        (FALCOSIDEKICK, (names.FALCOSIDEKICK_PORT,)),
        *((p, (8080,)) for p in (SECRETS_CONTROLLER, SECRETS_WEBHOOK, SECRETS_CERTIFICATES)),
    ):
        yield _path(PROMETHEUS, pods, _tcp(*ports), "Scrape")
    for sender, reason in (
        (GRAFANA, "Data source"),
        (JAEGER, "Service performance"),
        (OPENCOST, "Usage"),
        (GATEWAY, "Metrics by OTLP, to each replica"),
        (SAMPLER, "Metrics of spans, to each replica"),
        (LOKI, "Recording rules of the ruler"),
        (SLO_STATUS, "The status of objectives"),
        (REPORTS, "Daily numbers of objectives; series of thresholds"),
        (INCIDENT_WATCH, "Alerts, objectives and changes of an incident"),
    ):
        yield _path(sender, PROMETHEUS, _tcp(names.PROMETHEUS_PORT), reason, names.PROMETHEUS)
    yield _path(GRAFANA, THANOS_QUERY, _tcp(names.THANOS_HTTP_PORT), "Data source", names.THANOS_QUERY)
    signed = _tcp(names.PROMETHEUS_READER_PORT)
    yield _path(GRAFANA, PROMETHEUS_READER, signed, "Data source", names.PROMETHEUS_READER)
    # By the addresses of the pods: each answers for its own blocks.
    for receiver, service, reason in (
        (PROMETHEUS, names.THANOS_SIDECARS, "Samples of the last days, from each sidecar"),
        (THANOS_STORE, names.THANOS_STORE, "Samples of all days before"),
    ):
        yield _path(THANOS_QUERY, receiver, _tcp(names.THANOS_GRPC_PORT), reason, service)
    yield _path(BLACKBOX, ANY_POD, (), "Probes of health endpoints")
    yield _path(BLACKBOX, Addresses.OUTSIDE, (), "Probes of third parties, on ports that the catalog names")
    yield _path(POSTGRES_EXPORTER, Addresses.NODES, _tcp(5432), "PostgreSQL in the VPC; other ports need a path here")
    yield _path(REDIS_EXPORTER, Addresses.NODES, _tcp(6379), "Redis and Valkey in the VPC")


def _alerts() -> Iterator[DataPath]:
    for sender, reason in (
        (PROMETHEUS, "Alerts of its rules"),
        (LOKI, "Alerts of the ruler, in every mode; the chart's own policy supports only one mode"),
        (FALCOSIDEKICK, "Findings of Falco"),
        (ALARM_FORWARDER, "Alarms of CloudWatch, to each replica; silences of acknowledged incidents"),
        (GRAFANA, "Data source: silences and state"),
        (REPORTS, "Silences, for the review of alerts"),
        (INCIDENT_WATCH, "Alerts and silences of an incident"),
    ):
        yield _path(sender, ALERTMANAGER, _tcp(names.ALERTMANAGER_PORT), reason, names.ALERTMANAGER)
    gossip = (Port(pod=9094), Port(pod=9094, protocol=Protocol.UDP))
    yield _path(ALERTMANAGER, ALERTMANAGER, gossip, "Replicas share notifications and silences")


def _telemetry() -> Iterator[DataPath]:
    senders = _tcp(
        names.OTLP_GRPC_PORT, names.OTLP_HTTP_PORT, names.ZIPKIN_PORT, names.JAEGER_GRPC_PORT, names.JAEGER_HTTP_PORT
    )
    otlp = _tcp(names.OTLP_GRPC_PORT)
    yield _path(ANY_POD, AGENT, senders, "Telemetry of applications, to the agent on their node", names.COLLECTOR_AGENT)
    yield _path(AGENT, Addresses.NODES, _tcp(10250), "Metrics of the kubelet")
    for sender in (AGENT, CLUSTER_COLLECTOR):
        yield _path(sender, GATEWAY, otlp, "Everything it collects", names.COLLECTOR_GATEWAY)
    # Load balancers of AWS reach pods from addresses of the VPC.
    yield _path(Addresses.NODES, GATEWAY, _tcp(names.FARO_PORT), "Browsers, by an ingress", names.COLLECTOR_GATEWAY)
    yield _path(GATEWAY, SAMPLER, otlp, "All spans of a trace to one pod", names.COLLECTOR_SAMPLER)
    yield _path(SAMPLER, JAEGER, otlp, "Kept traces", names.JAEGER)
    for sender, reason in (
        (GATEWAY, "Log records"),
        (GRAFANA, "Data source"),
        (FALCOSIDEKICK, "Findings of Falco"),
        (REPORTS, "Error patterns, for the review of alerts"),
        (INCIDENT_WATCH, "Log records of an incident"),
    ):
        yield _path(sender, LOKI, _LOKI_GATEWAY, reason, names.LOKI_GATEWAY)
    inside = (*_tcp(names.LOKI_PORT, 9095, 7946, 8080, 11211), Port(pod=7946, protocol=Protocol.UDP))
    yield _path(LOKI, LOKI, inside, "Requests, gRPC, membership and caches among its parts")
    for sender, reason in (
        (GATEWAY, "Log records"),
        (JAEGER, "Traces, and the nightly job that deletes old ones"),
        (KIBANA, "Everything it shows"),
        (ELASTIC_OPERATOR, "It watches over the cluster it made"),
        (ELASTICSEARCH_SETUP, "Templates, lifecycle, pipelines"),
        (ELASTICSEARCH_EXPORTER, "Metrics"),
        (GRAFANA, "Data source"),
        (FALCOSIDEKICK, "Findings of Falco"),
    ):
        yield _path(sender, ELASTICSEARCH, _tcp(names.ELASTICSEARCH_PORT), reason, names.ELASTICSEARCH)
    yield _path(ELASTICSEARCH, ELASTICSEARCH, _tcp(names.ELASTICSEARCH_PORT, 9300), "Nodes among themselves")
    yield _path(FALCO, FALCOSIDEKICK, _tcp(names.FALCOSIDEKICK_PORT), "Findings", names.FALCOSIDEKICK)


def _people() -> Iterator[DataPath]:
    web = (Port(pod=3000, service=names.GRAFANA_PORT),)
    yield _path(GRAFANA_FOLDERS, GRAFANA, web, "Folders of teams and who may edit them", names.GRAFANA)
    for sender, reason in ((GRAFANA, "Data source"), (INCIDENT_WATCH, "Traces of an incident")):
        yield _path(sender, JAEGER, _tcp(names.JAEGER_QUERY_PORT), reason, names.JAEGER)
    for pods, port, service in (
        (PROMETHEUS, names.PROMETHEUS_PORT, names.PROMETHEUS),
        (ALERTMANAGER, names.ALERTMANAGER_PORT, names.ALERTMANAGER),
    ):
        yield _path(Addresses.API_PROXY, pods, _tcp(port), "Auto-remediation in AWS, by the API's proxy", service)
    # Most have no login, and all trust the load balancer to have asked for one: nobody else in the VPC comes in.
    for pods, ports, service in (
        (GRAFANA, web, names.GRAFANA),
        (PROMETHEUS, _tcp(names.PROMETHEUS_PORT), names.PROMETHEUS),
        (ALERTMANAGER, _tcp(names.ALERTMANAGER_PORT), names.ALERTMANAGER),
        (JAEGER, _tcp(names.JAEGER_QUERY_PORT), names.JAEGER),
        (KIBANA, _tcp(names.KIBANA_PORT), names.KIBANA),
    ):
        yield _path(Addresses.LOAD_BALANCER, pods, ports, "People, by the load balancer", service)


SUBJECTS: dict[str, tuple[DataPath, ...]] = {
    "Telemetry": tuple(_telemetry()),
    "Alerts": tuple(_alerts()),
    "Metrics": tuple(_metrics()),
    "People": tuple(_people()),
    "Kubernetes and AWS": tuple(_kubernetes_and_aws()),
    "Names": tuple(_names_are_resolved()),
}
PATHS: tuple[DataPath, ...] = tuple(path for paths in SUBJECTS.values() for path in paths)
