"""What every collector configuration is made of: addresses, memory, queues, and the collector's own telemetry.

Component names are those of collector 0.158 and later (``otlp_grpc``, ``file_log``, ``k8s_attributes``): the older
ones are aliases that will go.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model import names

Config = dict[str, Any]

# The chart gives every pod these variables.
POD_IP = "${env:MY_POD_IP}"
POD_NAME = "${env:OTEL_K8S_POD_NAME}"
NODE_NAME = "${env:OTEL_K8S_NODE_NAME}"
NODE_IP = "${env:OTEL_K8S_NODE_IP}"

# Functions over the parts of a list, such as Any and Reduce, are alpha in this version: the gateway asks for the sum of
# a histogram's buckets. The image is pinned, and the tests run this version.
ARGUMENTS = ("--feature-gates=ottl.functions.enableLambda",)

STORAGE_FOLDER = "/var/lib/otelcol"
STORAGE = "file_storage"
MEMORY_LIMITER = "memory_limiter"

MIB = 1024 * 1024

# Between collectors, and to Jaeger: what one request may hold, and what is put into one. An item that is larger than
# a batch may be is dropped with its whole batch: hence room between the two.
RECEIVED_MIB = 16
SENT_MIB = 12
# To stores. Loki hands a request on by gRPC: what is more than that takes (4 MiB by default) is answered with 503, and
# would be sent again forever. Single items are small behind the gateway (configs/collector/sizes.py).
STORED_MIB = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where a collector listens. On one machine every collector needs ports of its own."""

    host: str = POD_IP
    otlp_grpc: int = names.OTLP_GRPC_PORT
    otlp_http: int = names.OTLP_HTTP_PORT
    zipkin: int = names.ZIPKIN_PORT
    jaeger_grpc: int = names.JAEGER_GRPC_PORT
    jaeger_http: int = names.JAEGER_HTTP_PORT
    faro: int = names.FARO_PORT
    metrics: int = names.COLLECTOR_METRICS_PORT
    health: int = names.COLLECTOR_HEALTH_PORT

    def at(self, port: int) -> str:
        """host:port."""
        return f"{self.host}:{port}"


IN_POD = Listen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Where and as whom a collector runs."""

    listen: Listen = IN_POD
    storage_folder: str = STORAGE_FOLDER
    queue_mib: int = 1024  # of each exporter; the volume must hold the sum of all queues
    instance: str = POD_NAME  # tells the series of replicas apart; a StatefulSet keeps its pods' names
    node_ip: str = NODE_IP  # as a URL has it


IN_CLUSTER = Runtime()
# host:port of an IPv6 address needs brackets; without them the collector refuses its configuration and never starts.
IN_CLUSTER_IPV6 = Runtime(listen=Listen(host=f"[{POD_IP}]"), node_ip=f"[{NODE_IP}]")


def in_cluster(*, ipv6: bool) -> Runtime:
    """How collectors run in a cluster whose pods have IPv6 addresses alone, or IPv4."""
    return IN_CLUSTER_IPV6 if ipv6 else IN_CLUSTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Receivers -> processors, in order -> exporters. A connector stands among exporters and receivers."""

    receivers: Sequence[str]
    processors: Sequence[str] = ()
    exporters: Sequence[str]

    def config(self, connectors: Collection[str]) -> Config:
        """As the collector reads it.

        The memory limiter comes first: it must refuse before work is done. Not behind a connector: the record would
        be refused by one of several pipelines, and arrive twice in the others when its sender tries again.
        """
        entry = [] if connectors and set(self.receivers) <= set(connectors) else [MEMORY_LIMITER]
        return {
            "receivers": list(self.receivers),
            **({"processors": [*entry, *self.processors]} if entry or self.processors else {}),
            "exporters": list(self.exporters),
        }


def collector(
    runtime: Runtime,
    *,
    receivers: Mapping[str, Config],
    processors: Mapping[str, Config],
    exporters: Mapping[str, Config],
    pipelines: Mapping[str, Pipeline],
    connectors: Mapping[str, Config] | None = None,
    extensions: Mapping[str, Config] | None = None,
) -> Config:
    """A whole configuration: the given parts and what every collector has."""
    all_extensions = {
        # The chart's probes ask it; without it no pod becomes ready.
        "health_check": {"endpoint": runtime.listen.at(runtime.listen.health)},
        STORAGE: _storage(runtime),
        **(extensions or {}),
    }
    return {
        "extensions": all_extensions,
        "receivers": dict(receivers),
        "processors": {MEMORY_LIMITER: _memory_limiter(), **processors},
        "exporters": dict(exporters),
        **({"connectors": dict(connectors)} if connectors else {}),
        "service": {
            "extensions": list(all_extensions),
            "pipelines": {name: pipeline.config(connectors or {}) for name, pipeline in pipelines.items()},
            "telemetry": _telemetry(runtime.listen),
        },
    }


def otlp_receiver(listen: Listen) -> Config:
    """OTLP over gRPC and HTTP. The host is explicit: the default, localhost, is reachable by nobody else."""
    return {
        "protocols": {
            # The client's limit is usually 4 MiB; a batch of logs with long lines is larger.
            "grpc": {"endpoint": listen.at(listen.otlp_grpc), "max_recv_msg_size_mib": RECEIVED_MIB},
            "http": {"endpoint": listen.at(listen.otlp_http)},
        }
    }


def resilience(runtime: Runtime, *, batch_mib: int = STORED_MIB, merged: bool = True) -> Config:
    """Queue and retry of an exporter: an outage of the backend loses nothing until the queue on disk is full.

    Not ``merged``: each request goes on as it came, and only one that is too large is split.

    Batches are made by the queue and not by the batch processor: what that one holds in memory is lost with the pod,
    while its sender believes it delivered. A full queue refuses, and the sender before it keeps the data.
    """
    return {
        "sending_queue": {
            "storage": STORAGE,
            "sizer": "bytes",
            "queue_size": runtime.queue_mib * MIB,
            "batch": {
                # By bytes: four thousand long lines are more than any receiver takes, and would be lost together.
                "sizer": "bytes",
                "flush_timeout": "1s",
                "min_size": batch_mib * MIB // 3 if merged else 0,
                "max_size": batch_mib * MIB,
            },
        },
        # The default gives up after five minutes and drops the data, queue or not. 0: never.
        "retry_on_failure": {"max_elapsed_time": "0s", "max_interval": "30s"},
    }


def otlp_grpc_exporter(runtime: Runtime, endpoint: str, *, merged: bool = True) -> Config:
    """To another collector or Jaeger, inside the cluster."""
    return {"endpoint": endpoint, "tls": {"insecure": True}, **resilience(runtime, batch_mib=SENT_MIB, merged=merged)}


def prometheus_exporters(runtime: Runtime, urls: Sequence[str]) -> dict[str, Config]:
    """One exporter for each Prometheus: through a Service each of a pair would get half of the samples.

    OTLP and not remote write: its queue lies on disk (remote write's is in memory), and Prometheus itself knows how
    to name what arrives.

    Not merged: Prometheus refuses a whole request for one point whose series has another value at that millisecond
    already, and nothing here can know that. So a request must hold the points of one sender alone.
    """
    return {
        f"otlp_http/prometheus-{index}": {"endpoint": f"{url}/api/v1/otlp", **resilience(runtime, merged=False)}
        for index, url in enumerate(urls)
    }


def _storage(runtime: Runtime) -> Config:
    return {
        "directory": runtime.storage_folder,
        "create_directory": True,
        # A queue that was full once leaves its file that large forever, unless it is compacted.
        "compaction": {
            "directory": runtime.storage_folder,
            "on_start": True,
            "on_rebound": True,
            "rebound_needed_threshold_mib": 256,
            "rebound_trigger_threshold_mib": 32,
        },
    }


def _memory_limiter() -> Config:
    # Shares of the container's limit. Above 80 % garbage is collected and senders are refused; 20 % burst below that.
    return {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20}


def _telemetry(listen: Listen) -> Config:
    pull = {"exporter": {"prometheus": {"host": listen.host, "port": listen.metrics}}}
    return {
        "metrics": {"level": "normal", "readers": [{"pull": pull}]},
        # At info each refused batch of an outage is a line, which would itself be collected.
        "logs": {"level": "warn", "encoding": "json"},
    }
