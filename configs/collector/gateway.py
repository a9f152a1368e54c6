"""The gateway: every record of every kind passes it once. It parses, redacts, counts and routes.

Traces go on to the samplers, each trace to one of them by its id. Logs and metrics go to their stores.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from configs.collector import browser, faults, identity, logs, points, redaction, sizes, text
from configs.collector.ottl import quote
from configs.collector.parts import (
    IN_CLUSTER,
    SENT_MIB,
    Config,
    Pipeline,
    Runtime,
    collector,
    otlp_receiver,
    prometheus_exporters,
    resilience,
)
from model import names
from model.catalog.system import System
from model.vocabulary import LogDestination

TO_SAMPLERS = "load_balancing"
LOGS = "forward/logs"
CUMULATIVE = "delta_to_cumulative"
INSTANCE = "resource/instance"

# Where the certificate of Elasticsearch's own authority is mounted.
CERTIFICATES_FOLDER = "/etc/otelcol/elasticsearch"
CA_FILE = f"{CERTIFICATES_FOLDER}/ca.crt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loki:
    """``url`` without the path of OTLP. ``tenant`` only where Loki asks for one."""

    url: str
    tenant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Elasticsearch:
    """The password comes from the environment, set from a Secret; ``ca_file`` is mounted from one."""

    url: str
    user: str = "elastic"
    password: str = "${env:ELASTICSEARCH_PASSWORD}"  # noqa: S105 (a reference, no secret)
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchLogs:
    """Signed by the pod's own identity."""

    region: str
    log_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayInput:
    """``samplers``: a host name that resolves to all of them, or their host:port. ``origins`` may send by Faro.

    ``masks_persons``: client addresses and user names are masked too.
    """

    cluster: str
    environment: str
    systems: Sequence[System]
    loki: Loki
    prometheus: Sequence[str]
    samplers: str | Sequence[str]
    elasticsearch: Elasticsearch | None = None
    cloudwatch: CloudWatchLogs | None = None
    origins: Sequence[str] = ()
    masks_persons: bool = False
    runtime: Runtime = IN_CLUSTER


def gateway(given: GatewayInput) -> Config:
    """The gateway's configuration."""
    runtime = given.runtime
    stores = prometheus_exporters(runtime, given.prometheus)
    browsers = ["faro"] if given.origins else []
    destinations = _destinations(given)
    own = [browser.PARSE] if browsers else []
    counters = [logs.COUNT, faults.COUNT, *([browser.METRICS] if browsers else [])]
    routed = {
        f"logs/{destination}": Pipeline(
            receivers=[LOGS],
            processors=list(route_filter(destination, given.systems)),
            exporters=list(exporters),
        )
        for destination, exporters in destinations.items()
    }
    return collector(
        runtime,
        receivers={
            "otlp": otlp_receiver(runtime.listen),
            **(_faro(given) if browsers else {}),
        },
        processors={
            **text.repair(),
            **identity.identity(given.systems, given.cluster, given.environment),
            **logs.parser(given.systems),
            **(browser.parser() if browsers else {}),
            **redaction.processors(personal=given.masks_persons),
            **sizes.cut(),
            **points.processors(runtime),
            **identity.series_labels(given.cluster),
            **instance(runtime),
            # Counts of lines and faults: a few for each service.
            CUMULATIVE: {"max_stale": "1h", "max_streams": 50_000},
            **{
                name: config
                for destination in destinations
                for name, config in route_filter(destination, given.systems).items()
            },
        },
        exporters={
            TO_SAMPLERS: _to_samplers(given),
            **stores,
            **{name: config for exporters in destinations.values() for name, config in exporters.items()},
        },
        connectors={
            LOGS: {},
            points.FORWARD: {},
            **logs.line_counter(),
            **faults.counter(),
            **(browser.metrics() if browsers else {}),
        },
        pipelines={
            "traces": Pipeline(
                receivers=["otlp", *browsers],
                processors=[text.REPAIR, identity.IDENTITY, *redaction.LOGS_AND_TRACES, sizes.CUT],
                exporters=[TO_SAMPLERS, faults.COUNT],
            ),
            "metrics": Pipeline(
                receivers=["otlp"],
                processors=[text.REPAIR, identity.IDENTITY, *redaction.METRICS, sizes.CUT, points.JUDGE],
                exporters=[points.FORWARD, faults.COUNT],
            ),
            "metrics/stored": Pipeline(
                receivers=[points.FORWARD],
                processors=[*points.STORED, identity.LABELS],
                exporters=list(stores),
            ),
            "metrics/converted": Pipeline(
                receivers=[points.FORWARD],
                processors=[*points.CONVERTED, *points.LATEST, identity.LABELS],
                exporters=list(stores),
            ),
            "logs": Pipeline(
                receivers=["otlp", *browsers],
                processors=[text.REPAIR, identity.IDENTITY, logs.PARSE, *own, *redaction.LOGS_AND_TRACES, sizes.CUT],
                exporters=[LOGS, *counters],
            ),
            # Counts of one batch become counts that grow: Prometheus takes no others. The instance tells replicas
            # apart, whose series would otherwise overwrite each other.
            "metrics/counted": Pipeline(
                receivers=counters,
                processors=[CUMULATIVE, *points.LATEST, INSTANCE, identity.LABELS],
                exporters=list(stores),
            ),
            **routed,
        },
    )


def instance(runtime: Runtime) -> dict[str, Config]:
    """The processor that names the collector as the source of series it makes itself."""
    return {
        INSTANCE: {
            "attributes": [{"key": "service.instance.id", "value": runtime.instance, "action": "upsert"}],
        }
    }


def route_filter(destination: LogDestination, systems: Iterable[System]) -> dict[str, Config]:
    """The processor that drops the records which the catalog does not send to ``destination``; none if all go there.

    Loki is where records go of which the catalog says nothing, such as the platform's own.
    """
    namespace = 'resource.attributes["service.namespace"]'
    names_of = {
        wanted: sorted(s.system for s in systems if (destination in s.logs.destinations) is wanted)
        for wanted in (True, False)
    }
    if destination is LogDestination.LOKI:
        dropped = " or ".join(f"{namespace} == {quote(system)}" for system in names_of[False])
    else:
        dropped = " and ".join(f"{namespace} != {quote(system)}" for system in names_of[True])
    if not dropped:
        return {}
    return {
        f"filter/{destination}": {
            "error_mode": "ignore",
            "log_conditions": [dropped],
        }
    }


def _destinations(given: GatewayInput) -> dict[LogDestination, Mapping[str, Config]]:
    """Destination -> its exporter, for the destinations that this environment has and the catalog names."""
    runtime = given.runtime
    named = {destination for system in given.systems for destination in system.logs.destinations}
    loki: Config = {"endpoint": f"{given.loki.url}/otlp", **resilience(runtime)}
    if given.loki.tenant:
        loki["headers"] = {"X-Scope-OrgID": given.loki.tenant}
    found: dict[LogDestination, Mapping[str, Config]] = {LogDestination.LOKI: {"otlp_http/loki": loki}}
    if (elastic := given.elasticsearch) and LogDestination.ELASTICSEARCH in named:
        found[LogDestination.ELASTICSEARCH] = {
            "elasticsearch": {
                "endpoints": [elastic.url],
                "user": elastic.user,
                "password": elastic.password,
                **({"tls": {"ca_file": elastic.ca_file}} if elastic.ca_file else {}),
                "mapping": {"mode": "otel"},  # data streams logs-*.otel-*, of Elasticsearch's own templates
                "sending_queue": resilience(runtime)["sending_queue"],
                # It has a retry of its own, which knows single documents. The default gives up after two attempts;
                # a thousand of up to half a minute outlast a night.
                "retry": {
                    "enabled": True,
                    "max_retries": 1000,
                    "max_interval": "30s",
                    "retry_on_status": [429, 502, 503, 504],
                },
            }
        }
    if (cloudwatch := given.cloudwatch) and LogDestination.CLOUDWATCH in named:
        queue = resilience(runtime)
        queue["sending_queue"].pop("batch")  # it batches by CloudWatch's own limits
        found[LogDestination.CLOUDWATCH] = {
            "awscloudwatchlogs": {
                "region": cloudwatch.region,
                "log_group_name": cloudwatch.log_group,
                "log_stream_name": runtime.instance,
                **queue,
            }
        }
    return found


def _to_samplers(given: GatewayInput) -> Config:
    if isinstance(given.samplers, str):
        # The name of a headless Service: all pods' addresses, asked again every few seconds.
        resolver: Config = {"dns": {"hostname": given.samplers, "port": str(names.OTLP_GRPC_PORT), "interval": "5s"}}
    else:
        resolver = {"static": {"hostnames": list(given.samplers)}}
    return {
        "routing_key": "traceID",
        # The queue stands before the balancing: what waits for a sampler that is gone is sent to those that remain.
        "protocol": {"otlp": {"tls": {"insecure": True}, "sending_queue": {"enabled": False}}},
        "resolver": resolver,
        **resilience(given.runtime, batch_mib=SENT_MIB),
    }


def _faro(given: GatewayInput) -> dict[str, Config]:
    listen = given.runtime.listen
    return {
        "faro": {
            "endpoint": listen.at(listen.faro),
            # The web is on the other end: small bodies, known pages.
            "max_request_body_size": 512 * 1024,
            "cors": {"allowed_origins": list(given.origins), "allowed_headers": ["*"], "max_age": 7200},
        }
    }
