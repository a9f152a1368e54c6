"""Configuration of Jaeger v2: one OpenTelemetry-style file and one for its pages, as plain data."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from configs.collector.sampler import SPAN_METRICS_NAMESPACE
from model import names
from model.query_text import percent_encoded

Config = dict[str, Any]

SECRETS_FOLDER = "/etc/jaeger/secrets"
UI_FILE = "/etc/jaeger/ui-config.json"  # where the chart mounts it
INDEX_PREFIX = "belfry"
_MAIN = "main"
_SPAN_METRICS = "span-metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """In the pod's memory: the newest ``traces``, gone with the pod. About 50 KiB a trace with its index."""

    traces: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Elasticsearch:
    """Elasticsearch in the cluster. Files are mounted from Secrets: passwords never enter the configuration."""

    url: str
    user: str = "elastic"
    password_file: str = f"{SECRETS_FOLDER}/password"
    ca_file: str | None = None
    shards: int = 1
    replicas: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSearch:
    """An Amazon OpenSearch Service domain. Requests are signed by the pod's own identity."""

    url: str
    region: str
    shards: int = 3
    replicas: int = 1


Storage = Memory | Elasticsearch | OpenSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where Jaeger listens. The chart's Service leads to these; on one machine others may be free."""

    otlp_grpc: int = names.OTLP_GRPC_PORT
    otlp_http: int = names.OTLP_HTTP_PORT
    query: int = names.JAEGER_QUERY_PORT
    query_grpc: int = names.JAEGER_QUERY_PORT - 1
    metrics: int = names.COLLECTOR_METRICS_PORT
    health: int = names.COLLECTOR_HEALTH_PORT


IN_CLUSTER = Ports()


# Where Jaeger listens, as the host of host:port: on every address of the pod, of IPv4 or of both families. Probes and
# the Service come from outside of it.
IPV4_ADDRESSES = "0.0.0.0"  # noqa: S104
EVERY_ADDRESS = "[::]"


@dataclass(frozen=True, slots=True, kw_only=True)
class JaegerInput:
    """``prometheus`` is where the series made of spans are asked for; ``grafana`` is where links lead people."""

    storage: Storage
    prometheus: str
    grafana: str
    host: str = IPV4_ADDRESSES
    ports: Ports = IN_CLUSTER
    ui_file: str = UI_FILE


def jaeger(given: JaegerInput) -> Config:
    """The configuration of the process."""
    signed = isinstance(given.storage, OpenSearch)

    def at(port: int) -> str:
        return f"{given.host}:{port}"

    extensions: Config = {
        # The chart probes /status on 13133; the other kind of health check answers elsewhere.
        "healthcheckv2": {"use_v2": True, "http": {"endpoint": at(given.ports.health)}},
        "jaeger_storage": {
            "backends": {_MAIN: _backend(given.storage)},
            "metric_backends": {
                _SPAN_METRICS: {
                    "prometheus": {
                        "endpoint": given.prometheus,
                        "metric_namespace": SPAN_METRICS_NAMESPACE.replace(".", "_"),
                        # As Prometheus names them: `_total` for the counter, the unit for the histogram.
                        "normalize_calls": True,
                        "normalize_duration": True,
                        "latency_unit": "s",
                    }
                }
            },
        },
        "jaeger_query": {
            "storage": {"traces": _MAIN, "metrics": _SPAN_METRICS},
            "ui": {"config_file": given.ui_file},
            "http": {"endpoint": at(given.ports.query)},
            "grpc": {"endpoint": at(given.ports.query_grpc)},
        },
        **({"sigv4auth": {"region": given.storage.region, "service": "es"}} if signed else {}),  # type: ignore[union-attr]
    }
    return {
        "extensions": extensions,
        "receivers": {
            "otlp": {
                "protocols": {
                    # The default is 4 MiB, less than the samplers put into a request.
                    "grpc": {"endpoint": at(given.ports.otlp_grpc), "max_recv_msg_size_mib": 16},
                    "http": {"endpoint": at(given.ports.otlp_http)},
                }
            }
        },
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20},
            "batch": {"timeout": "1s", "send_batch_size": 2000},
        },
        "exporters": {"jaeger_storage_exporter": {"trace_storage": _MAIN}},
        "service": {
            "extensions": list(extensions),
            # No span metrics here: the samplers make them of all spans, Jaeger sees only those that were kept.
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "batch"],
                    "exporters": ["jaeger_storage_exporter"],
                }
            },
            "telemetry": {
                "resource": {"service.name": names.JAEGER},
                "metrics": {
                    "level": "normal",
                    "readers": [
                        {"pull": {"exporter": {"prometheus": {"host": given.host, "port": given.ports.metrics}}}}
                    ],
                },
                "logs": {"level": "info", "encoding": "json"},
            },
        },
    }


def ui(given: JaegerInput) -> Config:
    """The configuration of the pages: what the menus show, and the ways on to logs and metrics."""
    return {
        # In memory Jaeger works them out itself. For Elasticsearch and OpenSearch a Spark job would have to, over every
        # span of the day: the page would be empty, and Grafana's board of traces draws the same graph from metrics.
        "dependencies": {"menuEnabled": isinstance(given.storage, Memory)},
        "monitor": {"menuEnabled": True},
        "criticalPathEnabled": True,
        "linkPatterns": [
            {
                "type": "traces",
                "url": explore(given.grafana, names.LOKI_DATASOURCE, '{service_name=~".+"} | trace_id="#{traceID}"'),
                "text": "Logs of this trace",
            },
            {
                "type": "process",
                "key": "k8s.pod.name",
                "url": explore(
                    given.grafana,
                    names.PROMETHEUS_DATASOURCE,
                    'sum by (container) (rate(container_cpu_usage_seconds_total{pod="#{k8s.pod.name}"}[5m]))',
                ),
                "text": "CPU of this pod",
            },
            {
                "type": "tags",
                "key": "request_id",
                "url": explore(
                    given.grafana, names.LOKI_DATASOURCE, '{service_name=~".+"} | request_id="#{request_id}"'
                ),
                "text": "Logs of this request",
            },
        ],
    }


def fingerprint(given: JaegerInput) -> str:
    """Changes with the configuration. The chart writes no checksum on the pods, so they would never restart."""
    text = json.dumps([jaeger(given), ui(given)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def explore(grafana: str, datasource: str, query: str) -> str:
    """A link to Grafana's Explore. Jaeger fills in what stands in ``#{}``, so that part stays as it is."""
    panes = {
        "a": {
            "datasource": datasource,
            "queries": [{"refId": "A", "expr": query}],
            "range": {"from": "now-6h", "to": "now"},
        }
    }
    text = json.dumps(panes, separators=(",", ":"))
    # Odd parts are what Jaeger fills in.
    parts = re.split(r"(#\{[^}]*\})", text)
    encoded = "".join(part if odd % 2 else percent_encoded(part) for odd, part in enumerate(parts))
    return f"{grafana}/explore?schemaVersion=1&panes={encoded}"


def _backend(storage: Storage) -> Config:
    match storage:
        case Memory():
            return {"memory": {"max_traces": storage.traces}}
        case Elasticsearch():
            return {
                "elasticsearch": {
                    "server_urls": [storage.url],
                    "auth": {"basic": {"username": storage.user, "password_file": storage.password_file}},
                    **({"tls": {"ca_file": storage.ca_file}} if storage.ca_file else {}),
                    "indices": _indices(storage.shards, storage.replicas),
                }
            }
        case OpenSearch():
            return {
                "opensearch": {
                    "server_urls": [storage.url],
                    "auth": {"authenticator": "sigv4auth"},
                    "indices": _indices(storage.shards, storage.replicas),
                }
            }


def _indices(shards: int, replicas: int) -> Config:
    # One index a day: whole days are what retention deletes.
    daily = {"date_layout": "2006-01-02", "rollover_frequency": "day", "shards": shards, "replicas": replicas}
    return {"index_prefix": INDEX_PREFIX, "spans": daily, "services": daily, "dependencies": daily, "sampling": daily}
