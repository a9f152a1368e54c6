"""Names of things in the cluster that more than one place must agree on: nothing else spells them."""

from model.vocabulary import Vocabulary


class PodSecurity(Vocabulary):
    """Pod Security levels of Kubernetes."""

    PRIVILEGED = ("privileged", "Host access; for agents on nodes only.")
    BASELINE = ("baseline", "No known privilege escalation.")
    RESTRICTED = ("restricted", "Hardened: no root, no capabilities, a seccomp profile.")


MONITORING = "monitoring"
NODE_AGENTS = "node-agents"

# The node exporter needs the host's network, processes and file systems, which `monitoring` refuses.
POD_SECURITY = {MONITORING: PodSecurity.RESTRICTED, NODE_AGENTS: PodSecurity.PRIVILEGED}

ALERTMANAGER_CONFIG_SECRET = "alertmanager-config"
ALERTMANAGER_RECEIVERS_SECRET = "alertmanager-receivers"
# The operator mounts every entry of `alertmanagerSpec.secrets` below this folder.
ALERTMANAGER_SECRETS_FOLDER = "/etc/alertmanager/secrets"
DEAD_MANS_SWITCH_SECRET = "dead-mans-switch"

GRAFANA_ADMIN_SECRET = "grafana-admin"
GRAFANA_ADMIN_USER_KEY = "admin-user"
GRAFANA_ADMIN_PASSWORD_KEY = "admin-password"


def receiver_secret_file(secret: str) -> str:
    """Where Alertmanager reads the value of a receiver's secret."""
    return f"{ALERTMANAGER_SECRETS_FOLDER}/{ALERTMANAGER_RECEIVERS_SECRET}/{secret}"


# Alertmanager hands mail to a relay under this name: a Service in front of the company's relay, which adds the
# credentials, the TLS and the sender's domain of the environment. So no shipped asset knows a mail host.
SMTP_RELAY = f"smtp-relay.{MONITORING}.svc:25"
SMTP_SENDER = f"alertmanager@{MONITORING}.svc"

# The alert that always fires; its silence at the far end of the dead-man's switch is the alarm.
WATCHDOG = "Watchdog"


def service(name: str, namespace: str, port: int, scheme: str = "") -> str:
    """The address of a Service: host:port, or a URL when ``scheme`` is given. It resolves from every namespace."""
    address = f"{name}.{namespace}.svc:{port}"
    return f"{scheme}://{address}" if scheme else address


# The collectors. A release is also the name of its Service and of its pods' StatefulSet or DaemonSet.
COLLECTORS = "collectors"
COLLECTOR_AGENT = "otel-agent"  # in NODE_AGENTS: it reads the nodes' files
COLLECTOR_GATEWAY = "otel-gateway"
COLLECTOR_SAMPLER = "otel-sampler"
COLLECTOR_CLUSTER = "otel-cluster"

TRACING = "tracing"
JAEGER = "jaeger"
JAEGER_QUERY_PORT = 16686

# Ports that senders know by heart, and so keep everywhere.
OTLP_GRPC_PORT = 4317
OTLP_HTTP_PORT = 4318
ZIPKIN_PORT = 9411
JAEGER_GRPC_PORT = 14250
JAEGER_HTTP_PORT = 14268
FARO_PORT = 8027
COLLECTOR_METRICS_PORT = 8888
COLLECTOR_HEALTH_PORT = 13133

# kube-prometheus-stack cuts release and chart name off after 26 characters, then adds the component.
PROMETHEUS = "monitoring-kube-prometheus-prometheus"
PROMETHEUS_PORT = 9090


def prometheus_replica(index: int) -> str:
    """URL of one Prometheus of the pair. The Service in front would give each of them half of what is pushed."""
    return f"http://prometheus-{PROMETHEUS}-{index}.prometheus-operated.{MONITORING}.svc:{PROMETHEUS_PORT}"
