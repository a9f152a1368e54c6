"""Names of things in the cluster that more than one place must agree on: nothing else spells them."""

from model.vocabulary import Vocabulary


class PodSecurity(Vocabulary):
    """Pod Security levels of Kubernetes."""

    PRIVILEGED = ("privileged", "Host access; for agents on nodes only.")
    BASELINE = ("baseline", "No known privilege escalation.")
    RESTRICTED = ("restricted", "Hardened: no root, no capabilities, a seccomp profile.")


MONITORING = "monitoring"
NODE_AGENTS = "node-agents"

COLLECTORS = "collectors"
TRACING = "tracing"
LOGGING = "logging"
FALCO = "falco"
EXTERNAL_SECRETS = "external-secrets"
ELASTIC_SYSTEM = "elastic-system"
KUBE_SYSTEM = "kube-system"

# The class of every volume, in a cluster that Belfry makes.
STORAGE_CLASS = "belfry"

# The component whose objectives and alerts are about the Kubernetes API; model/catalog/platform.yaml declares it.
KUBERNETES_API = "kubernetes-api"

# The level of each namespace is what runs in it really needs.
POD_SECURITY = {
    # The node exporter needs the host's network, processes and file systems; the collectors read the host's files.
    NODE_AGENTS: PodSecurity.PRIVILEGED,
    # Falco loads programs into the kernel and reads the host's files.
    FALCO: PodSecurity.PRIVILEGED,
    # Elasticsearch's pods are made by its operator, and its init containers want more than `restricted` gives.
    LOGGING: PodSecurity.BASELINE,
    MONITORING: PodSecurity.RESTRICTED,
    COLLECTORS: PodSecurity.RESTRICTED,
    TRACING: PodSecurity.RESTRICTED,
    EXTERNAL_SECRETS: PodSecurity.RESTRICTED,
    ELASTIC_SYSTEM: PodSecurity.RESTRICTED,
}

ALERTMANAGER_CONFIG_SECRET = "alertmanager-config"
ALERTMANAGER_RECEIVERS_SECRET = "alertmanager-receivers"
# The operator mounts every entry of `alertmanagerSpec.secrets` below this folder.
ALERTMANAGER_SECRETS_FOLDER = "/etc/alertmanager/secrets"
# It mounts the other keys of the configuration's Secret beside the configuration.
ALERTMANAGER_TEMPLATES = "/etc/alertmanager/config/*.tmpl"
# The hours in which info alerts are notified, as a time interval of Alertmanager.
BUSINESS_HOURS = "business-hours"
DEAD_MANS_SWITCH_SECRET = "dead-mans-switch"
# Of belfry:secrets: where SNS posts critical alarms of AWS. No pod ever sees it.
PAGER_SECRET = "pagerduty-aws"
# How the names of databases' passwords begin.
DATABASE_SECRETS = "database-"

GRAFANA_ADMIN_SECRET = "grafana-admin"
GRAFANA_ADMIN_USER_KEY = "admin-user"
GRAFANA_ADMIN_PASSWORD_KEY = "admin-password"
GRAFANA_SIGN_ON_SECRET = "grafana-sign-on"
GRAFANA_SIGN_ON_KEY = "client-secret"
# Of belfry:secrets, and the Secret that the load balancer's controller reads in each namespace with an Ingress.
INGRESS_SIGN_ON_SECRET = "ingress-sign-on"


def receiver_secret_file(secret: str) -> str:
    """Where Alertmanager reads the value of a receiver's secret."""
    return f"{ALERTMANAGER_SECRETS_FOLDER}/{ALERTMANAGER_RECEIVERS_SECRET}/{secret}"


# Alertmanager hands mail to a relay under this name: a Service in front of the company's relay, which adds the
# credentials, the TLS and the sender's domain of the environment. So no shipped asset knows a mail host.
SMTP_RELAY = f"smtp-relay.{MONITORING}.svc:25"
SMTP_SENDER = f"alertmanager@{MONITORING}.svc"

# The alert that always fires; its silence at the far end of the dead man's switch is the alarm.
WATCHDOG = "Watchdog"
# The alert that fires in the hours of a mute time or maintenance window, and inhibits what they mute.
MUTED = "AlertsMuted"
# The engine of auto-remediation: its receiver, its job, its component.
REMEDIATION = "remediation"
# The alert whose copies notify the higher escalation levels of a team.
ESCALATION = "Escalation"


def service(name: str, namespace: str, port: int, scheme: str = "") -> str:
    """The address of a Service: host:port, or a URL when ``scheme`` is given. It resolves from every namespace."""
    address = f"{name}.{namespace}.svc:{port}"
    return f"{scheme}://{address}" if scheme else address


# The collectors. A release is also the name of its Service and of its pods' StatefulSet or DaemonSet.
COLLECTOR_AGENT = "otel-agent"  # in NODE_AGENTS: it reads the nodes' files
COLLECTOR_GATEWAY = "otel-gateway"
COLLECTOR_SAMPLER = "otel-sampler"
COLLECTOR_CLUSTER = "otel-cluster"

JAEGER = "jaeger"
JAEGER_QUERY_PORT = 16686

# Ports that senders know by heart, and so keep everywhere.
OTLP_GRPC_PORT = 4317
OTLP_HTTP_PORT = 4318
ZIPKIN_PORT = 9411
JAEGER_GRPC_PORT = 14250
JAEGER_HTTP_PORT = 14268
FARO_PORT = 8027
FARO_PATH = "/faro"  # the only one that the receiver knows
BROWSER_PATH = "/belfry-collect"  # the only one that browsers reach from outside
COLLECTOR_METRICS_PORT = 8888
COLLECTOR_HEALTH_PORT = 13133

# kube-prometheus-stack cuts release and chart name off after 26 characters, then adds the component.
PROMETHEUS = "monitoring-kube-prometheus-prometheus"
PROMETHEUS_PORT = 9090


def prometheus_replica(index: int) -> str:
    """URL of one Prometheus of the pair. The Service in front would give each of them half of what is pushed."""
    return f"http://prometheus-{PROMETHEUS}-{index}.prometheus-operated.{MONITORING}.svc:{PROMETHEUS_PORT}"


ALERTMANAGER = "monitoring-kube-prometheus-alertmanager"
ALERTMANAGER_PORT = 9093


def alertmanager_replica(index: int) -> str:
    """URL of one Alertmanager. They share silences and what was sent, but not alerts: each must get every alert."""
    return f"http://alertmanager-{ALERTMANAGER}-{index}.alertmanager-operated.{MONITORING}.svc:{ALERTMANAGER_PORT}"


def prometheus_replicas(count: int) -> list[str]:
    """URLs of all of the pair."""
    return [prometheus_replica(index) for index in range(count)]


def alertmanager_replicas(count: int) -> list[str]:
    """URLs of all of them."""
    return [alertmanager_replica(index) for index in range(count)]


def proxied(service: str, port: int) -> str:
    """A Service as the API server's proxy names it, in paths and in RBAC alike."""
    return f"http:{service}:{port}"


# Brings CloudWatch alarms to Alertmanager; also the name of its ConfigMaps and of its service account.
ALARM_FORWARDER = "alarm-forwarder"
ALARM_FORWARDER_PORT = 8080
# Its second program, in the same pod; also the name of the Secret with a key of PagerDuty's API for each team.
ACKNOWLEDGEMENTS = "pagerduty-acknowledgements"
ACKNOWLEDGEMENTS_PORT = 8081
# Reads the account's security services; the catalog's components that show its numbers name it so.
SECURITY_POSTURE = "security-posture"
SECURITY_POSTURE_PORT = 8080
# Publishes the status of all objectives to S3, for pipelines that do not reach Prometheus.
SLO_STATUS = "slo-status"
# Writes the reports and the reviews of alerts; both folders are in the bucket `reports`.
REPORTS = "reports"
REPORTS_PREFIX, ROWS_PREFIX = "slo/reports", "slo/rows"
# Writes incidents down, in the bucket `reports`.
INCIDENT_WATCH = "incident-watch"
INCIDENT_WATCH_PORT = 8080

# The other exporters. Those of databases are no charts: one Deployment each, which asks every database of its kind.
CLOUDWATCH_EXPORTER = "cloudwatch-exporter"
CLOUDWATCH_EXPORTER_PORT = 5000
ELASTICSEARCH_EXPORTER = "elasticsearch-exporter"
ELASTICSEARCH_EXPORTER_PORT = 9108
POSTGRES_EXPORTER = "postgres-exporter"  # also the name of the Secret with its passwords
POSTGRES_EXPORTER_PORT = 9187
REDIS_EXPORTER = "redis-exporter"  # also the name of the Secret with its passwords
REDIS_EXPORTER_PORT = 9121
OPENCOST = "opencost"
OPENCOST_PORT = 9003
METRICS_SERVER = "metrics-server"
# What adds nodes; also their service accounts, and the label `component` of their series.
KARPENTER = "karpenter"
CLUSTER_AUTOSCALER = "cluster-autoscaler"
# The chart, its release, and its service account in KUBE_SYSTEM.
LOAD_BALANCER_CONTROLLER = "aws-load-balancer-controller"

# A release that holds its chart's name gives it to the Service as it is; the chart knows no override.
BLACKBOX_EXPORTER = "prometheus-blackbox-exporter"
BLACKBOX_EXPORTER_PORT = 9115

# Thanos. The Service of the sidecars beside Prometheus is the chart's; port names are grpc and http everywhere.
THANOS_SIDECARS = "monitoring-kube-prometheus-thanos-discovery"
THANOS_QUERY = "thanos-query"
THANOS_STORE = "thanos-store"
THANOS_COMPACTOR = "thanos-compactor"
THANOS_GRPC_PORT = 10901
PROMETHEUS_READER = "managed-prometheus-reader"
PROMETHEUS_READER_PORT = 8005
THANOS_HTTP_PORT = 10902

GRAFANA = "monitoring-grafana"
GRAFANA_PORT = 80
GRAFANA_FOLDERS = "grafana-folders"
LOKI = "loki"
LOKI_PORT = 3100
LOKI_GATEWAY = "loki-gateway"
LOKI_GATEWAY_PORT = 80
ELASTICSEARCH = "elasticsearch-es-http"
ELASTICSEARCH_PORT = 9200
# The operator makes these, named after the Elasticsearch object.
ELASTIC_PASSWORD_SECRET = "elasticsearch-es-elastic-user"
ELASTIC_CERTIFICATES_SECRET = "elasticsearch-es-http-certs-public"
# The certificate of its authority, as a Secret in each namespace that speaks to it. Not a secret: public.
ELASTICSEARCH_CA_SECRET = "elasticsearch-ca"
ELASTICSEARCH_SETUP = "elasticsearch-setup"
OPENSEARCH_RETENTION = "opensearch-retention"
KIBANA = "kibana-kb-http"
KIBANA_PORT = 5601
FALCOSIDEKICK = "falcosidekick"
FALCOSIDEKICK_PORT = 2801
FALCOSIDEKICK_SECRET = "falcosidekick-outputs"

# Identifiers of Grafana's data sources; dashboards and links name them.
PROMETHEUS_DATASOURCE = "prometheus"
THANOS_DATASOURCE = "thanos"
MANAGED_PROMETHEUS_DATASOURCE = "amazon-managed-prometheus"
LOKI_DATASOURCE = "loki"
JAEGER_DATASOURCE = "jaeger"
ELASTICSEARCH_DATASOURCE = "elasticsearch"
CLOUDWATCH_DATASOURCE = "cloudwatch"
ALERTMANAGER_DATASOURCE = "alertmanager"
