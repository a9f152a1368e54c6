"""Loki's configuration: the sections that the chart takes, and the same as one document for Loki itself.

The chart (18.11.0, Loki 3.7.6) writes the file from its own defaults and our sections; :func:`document` adds what it
adds, so that Loki can be asked whether it takes the result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from model import labels, names
from model.cluster.loki import REPLICATION, Mode
from model.problems import Problem
from model.quantities import Duration

Config = dict[str, Any]

DATA_FOLDER = "/var/loki"  # where the chart mounts the volume
RULES_FOLDER = "/rules"
# Loki's own name for whoever sends while it asks for no tenant.
NO_TENANT = "fake"
# On ConfigMaps with rules: the sidecar takes those with the label, and puts them into the folder of the tenant.
RULE_LABEL = labels.LOKI_RULE
TENANT_ANNOTATION = "belfry.dev/loki-tenant"

# A line that was late by more than this comes from a wrong clock. A week covers an agent that was down over holidays.
MAX_AGE_HOURS = 168
GRPC_BYTES = 100 * 1024 * 1024

# The attributes that become labels of streams. Loki's own list has pods and replica sets too: each rollout would
# start new streams, and thousands of small chunks. The others are structured metadata: searchable, no stream.
STREAM_LABELS = (
    "deployment.environment.name",
    "k8s.cluster.name",
    "k8s.namespace.name",
    "service.name",
    "service.namespace",
)

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From this day on (UTC) chunks and index are written in this schema. Only ever appended, with a day to come.

    What was written is read by the period of its day: an old entry that changes makes its data unreadable.
    """

    start: str
    schema: str


# tsdb with v13 is the first that holds structured metadata, so OTLP needs it.
SCHEMA = (Period(start="2024-04-01", schema="v13"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class S3:
    """A bucket by name: text, or what becomes text in a deployment. The pod's own identity opens it."""

    chunks: Any
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of this machine, for a single Loki that is thrown away."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One of several whose logs are apart. ``retention`` none: as long as everybody's."""

    name: str
    retention: Duration | None = None
    ingestion_mb: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LokiInput:
    """``replicas``: of the processes that hold what is not yet in the bucket. ``retention`` none: kept forever.

    ``alertmanagers`` and ``prometheus`` are URLs, each of one replica: alerts go to all of the former, results of
    recording rules to all of the latter. ``ingestion_mb`` is the peak, MB/s. ``memory_mib`` is a process's limit.
    """

    mode: Mode
    replicas: int
    storage: S3 | Folder
    retention: Duration | None
    cluster: str
    environment: str
    grafana: str
    alertmanagers: Sequence[str]
    prometheus: Sequence[str] = ()
    tenants: Sequence[Tenant] = ()
    ingestion_mb: int = 16
    memory_mib: int = 2048
    ipv6: bool = False  # whether pods have IPv6 addresses alone
    data_folder: str = DATA_FOLDER
    rules_folder: str = RULES_FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where the process listens. The chart's ports; on one machine others may be free."""

    host: str = ""
    http: int = names.LOKI_PORT
    grpc: int = 9095


def sections(given: LokiInput) -> Config:
    """The sections of Loki's configuration by the chart's keys, below ``loki``."""
    return {
        "auth_enabled": bool(given.tenants),
        "analytics": {"reporting_enabled": False},
        "commonConfig": {
            "path_prefix": given.data_folder,
            "replication_factor": min(given.replicas, REPLICATION),
            # Otherwise a process looks for an IPv4 address of its own to give to others, and does not start.
            **({"ring": {"instance_enable_ipv6": True}} if given.ipv6 else {}),
        },
        **({"memberlistConfig": _memberlist(given), "frontend": {"instance_enable_ipv6": True}} if given.ipv6 else {}),
        "storage": _storage(given.storage),
        "schemaConfig": {"configs": [_period(period, given.storage) for period in SCHEMA]},
        "limits_config": _limits(given),
        "compactor": _compactor(given),
        "ingester": {
            "chunk_encoding": "snappy",
            "wal": {
                "flush_on_shutdown": True,
                # The default is 4GB: after a crash a smaller pod would be killed again and again as it reads its log.
                "replay_memory_ceiling": f"{given.memory_mib // 2}MB",
            },
        },
        "querier": {"max_concurrent": 4},
        "rulerConfig": _ruler(given),
        "runtimeConfig": _overrides(given),
    }


def document(given: LokiInput, listen: Listen | None = None) -> Config:
    """The whole file, as Loki reads it: our sections and what the chart adds to them."""
    own = sections(given)
    listen = listen or Listen()
    alone = isinstance(given.storage, Folder)
    return {
        "auth_enabled": own["auth_enabled"],
        "analytics": own["analytics"],
        "server": {
            "http_listen_port": listen.http,
            "grpc_listen_port": listen.grpc,
            # As the chart has them: by the default of 4 MiB a large answer to a query would fail.
            "grpc_server_max_recv_msg_size": GRPC_BYTES,
            "grpc_server_max_send_msg_size": GRPC_BYTES,
            **({"http_listen_address": listen.host, "grpc_listen_address": listen.host} if listen.host else {}),
        },
        # One process alone needs no gossip, and on loopback it would find no address to tell others.
        **({} if alone else {"memberlist": _memberlist(given)}),
        **({"frontend": own["frontend"]} if given.ipv6 else {}),
        "common": {
            **own["commonConfig"],
            "storage": _common_storage(given.storage),
            **({"ring": {"kvstore": {"store": "inmemory"}}, "instance_addr": listen.host} if alone else {}),
        },
        "schema_config": own["schemaConfig"],
        "limits_config": own["limits_config"],
        "compactor": own["compactor"],
        "ingester": own["ingester"],
        "querier": own["querier"],
        "ruler": own["rulerConfig"],
    }


def _memberlist(given: LokiInput) -> Config:
    """Gossip. By default it binds to 0.0.0.0; ``::`` takes both families."""
    members = {"join_members": [names.service("loki-memberlist", names.LOGGING, 7946)]}
    return {**members, "bind_addr": ["::"]} if given.ipv6 else members


def rules_folder(given: LokiInput, tenant: str = NO_TENANT) -> str:
    """Where the ruler finds the rules of a tenant. Files above it are passed over without a word."""
    return f"{given.rules_folder}/{tenant}"


def _storage(storage: S3 | Folder) -> Config:
    match storage:
        case S3():
            return {
                "type": "s3",
                "bucketNames": {"chunks": storage.chunks},
                "s3": {"region": storage.region},
            }
        case Folder():
            return {"type": "filesystem"}


def _common_storage(storage: S3 | Folder) -> Config:
    match storage:
        case S3():
            return {"s3": {"bucketnames": storage.chunks, "region": storage.region}}
        case Folder():
            return {
                "filesystem": {"chunks_directory": f"{storage.path}/chunks", "rules_directory": f"{storage.path}/rules"}
            }


def _period(period: Period, storage: S3 | Folder) -> Config:
    return {
        "from": period.start,
        "store": "tsdb",
        "object_store": _kind(storage),
        "schema": period.schema,
        "index": {"prefix": "index_", "period": "24h"},  # retention deletes by table, and asks for one a day
    }


def _limits(given: LokiInput) -> Config:
    keep = {} if given.retention is None else {"retention_period": _hours(given.retention)}
    days = [given.retention, *(tenant.retention for tenant in given.tenants)]
    oldest = max((int(each.seconds) // 3600 for each in days if each is not None), default=0)
    return {
        "allow_structured_metadata": True,
        "otlp_config": {
            "resource_attributes": {
                "ignore_defaults": True,
                "attributes_config": [{"action": "index_label", "attributes": list(STREAM_LABELS)}],
            }
        },
        "volume_enabled": True,
        "reject_old_samples": True,
        "reject_old_samples_max_age": f"{min(MAX_AGE_HOURS, oldest or MAX_AGE_HOURS)}h",
        # 0 would ask the bucket for all time. Tenants that keep longer need the longest.
        **({"max_query_lookback": f"{oldest}h", "max_query_length": f"{max(oldest, 721)}h"} if keep else {}),
        "ingestion_rate_mb": given.ingestion_mb,
        "ingestion_burst_size_mb": given.ingestion_mb * 2,
        "per_stream_rate_limit": "5MB",
        "per_stream_rate_limit_burst": "20MB",
        # A label with too many values shows here, before it shows in memory.
        "max_global_streams_per_user": 10_000,
        # Their size is what counts, and the collectors keep it below 64 KiB, in which no more have room. The default of
        # 128 refuses records whose attributes hold a map.
        "max_structured_metadata_entries_count": 6000,
        # A long line is cut; refused it would be lost with its batch.
        "max_line_size": "256KB",
        "max_line_size_truncate": True,
        **keep,
    }


def _compactor(given: LokiInput) -> Config:
    """Retention needs its period, the switch here and the store of delete requests: all of them, or nothing ends."""
    folder: Config = {"working_directory": f"{given.data_folder}/compactor"}
    if given.retention is None:
        return folder
    return {**folder, "retention_enabled": True, "delete_request_store": _kind(given.storage)}


def _ruler(given: LokiInput) -> Config:
    return {
        # The chart would read rules from the bucket, where nobody puts any, and pass over the sidecar's files.
        "storage": {"type": "local", "local": {"directory": given.rules_folder}},
        "rule_path": f"{given.data_folder}/rules-temp",
        "wal": {"dir": f"{given.data_folder}/ruler-wal"},
        "enable_api": True,
        # Otherwise each replica evaluates every rule, and asks for all of its logs.
        "enable_sharding": given.replicas > 1,
        "alertmanager_url": ",".join(given.alertmanagers),
        "enable_alertmanager_v2": True,
        "external_url": given.grafana,
        "datasource_uid": names.LOKI_DATASOURCE,
        # Prometheus adds these to its alerts; routes read them of Loki's as well.
        "external_labels": {labels.CLUSTER: given.cluster, labels.ENVIRONMENT: given.environment},
        "remote_write": {
            "enabled": bool(given.prometheus),
            "add_org_id_header": False,
            "clients": {
                f"prometheus-{index}": {"url": f"{url}/api/v1/write"} for index, url in enumerate(given.prometheus)
            },
        },
    }


def _overrides(given: LokiInput) -> Config:
    """What differs between tenants; Loki reads it again while it runs."""
    found: Config = {}
    for tenant in sorted(given.tenants, key=lambda each: each.name):
        own: Config = {}
        if tenant.retention:
            own["retention_period"] = _hours(tenant.retention)
        if tenant.ingestion_mb:
            own |= {"ingestion_rate_mb": tenant.ingestion_mb, "ingestion_burst_size_mb": tenant.ingestion_mb * 2}
        if own:
            found[tenant.name] = own
    return {"overrides": found} if found else {}


def _kind(storage: S3 | Folder) -> str:
    return "s3" if isinstance(storage, S3) else "filesystem"


def _hours(duration: Duration) -> str:
    return f"{int(duration.seconds) // 3600}h"


def problems(given: LokiInput, where: str, bucket_days: int | None) -> Iterator[Problem]:
    """What would lose logs or refuse to start, with keys below ``where``. ``bucket_days``: the bucket's lifecycle."""
    distributed = given.mode is Mode.DISTRIBUTED
    if given.replicas < REPLICATION and (distributed or given.replicas != 1):
        allowed = f"{REPLICATION} or more" if distributed else f"1, or {REPLICATION} or more"
        yield Problem(f"{where}.replicas", f"found {given.replicas}", f"{allowed}: two of three copies must be written")
    retentions = {"retention": given.retention}
    for index, tenant in enumerate(given.tenants):
        at = f"tenants[{index}]"
        retentions[f"{at}.retention"] = tenant.retention or given.retention
        if not tenant.name:
            yield Problem(f"{where}.{at}.name", "missing", "a name: its logs would have no owner")
        elif tenant.name in {other.name for other in given.tenants[:index]}:
            yield Problem(f"{where}.{at}.name", f"found {tenant.name!r} twice", "each tenant once")
    for key, retention in retentions.items():
        if retention is None:
            if bucket_days is not None:
                yield Problem(f"{where}.{key}", "found none", f"at most {bucket_days} days, the bucket's lifecycle")
        elif retention.seconds < DAY_SECONDS:
            yield Problem(f"{where}.{key}", f"found {retention}", "1d or more: Loki deletes by the day")
        elif bucket_days is not None and retention.seconds > bucket_days * DAY_SECONDS:
            yield Problem(
                f"{where}.{key}",
                f"found {retention}, longer than the bucket's lifecycle",
                f"at most {bucket_days}d: S3 would delete data that the index still references, and queries would fail",
            )
