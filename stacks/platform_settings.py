"""Settings of what is installed in the cluster."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from configs.grafana.sign_on import Oidc
from model.account.storage import VolumeGib
from model.addresses import ChartAddress, HttpsAddress, Origin
from model.alerting.maintenance import MaintenanceWindow, MuteTime
from model.alerting.prometheus_rules import AlertOverride
from model.base import Model, Name
from model.cluster.falco import FalcoPriority
from model.cluster.loki import Mode
from model.metrics.database_exporters import DatabaseAccess
from model.metrics.long_term_metrics import LongTermStore
from model.quantities import Duration, Number
from model.regular_expressions import RegularExpression
from model.sizing.load import Profile
from model.versions import PinnedImage
from model.vocabulary import LogDestination, Vocabulary
from stacks.account_settings import Kept

Replicas = Annotated[int, Field(ge=1, le=9)]
# Elastic: above 64 GB in one node nothing is gained, because the heap ends at half of it.
NodeMemoryGib = Annotated[int, Field(ge=1, le=64)]
# A pod with more would fit no node that Belfry sizes for.
MostMib = Field(le=262_144)
# In MB/s; the largest tier of Loki's documentation takes a tenth of it.
IngestionMb = Annotated[int, Field(ge=1, le=10_000)]
# Prometheus keeps blocks of two hours, and compares with yesterday; above a year every restart and query would read
# what `long_term` is for.
_METRICS_LEAST, _METRICS_MOST = Duration("1d"), Duration("365d")


def _on_the_volume(retention: Duration) -> Duration:
    if not _METRICS_LEAST.seconds <= retention.seconds <= _METRICS_MOST.seconds:
        raise ValueError(f"found {retention}; allowed: {_METRICS_LEAST} to {_METRICS_MOST}; for longer, long_term")
    return retention


class SecretSource(Vocabulary):
    """Where the secrets of receivers come from."""

    STACK = ("stack", "belfry:secrets of the stack's file, encrypted by Pulumi.")
    AWS_SECRETS_MANAGER = ("aws-secrets-manager", "In AWS Secrets Manager; External Secrets copies them.")


class TraceStorage(Vocabulary):
    """Where Jaeger keeps traces."""

    MEMORY = ("memory", "In the pod's memory, lost with it. Refused in prod.")
    ELASTICSEARCH = ("elasticsearch", "Elasticsearch in the cluster.")
    OPENSEARCH = ("opensearch", "An Amazon OpenSearch Service domain.")


class Sizing(Model):
    """From what replicas and memory are computed where the file does not state them (docs/sizing.md)."""

    profile: Profile | None = Field(
        default=None, description="Profile for all stores and collectors; default: each by its load."
    )
    load_percent: Annotated[Number, Field(ge=1, le=100)] = Field(
        default=Decimal(100), description="Of the catalog's load, which is production's."
    )
    nodes: Annotated[int, Field(ge=1, le=5000)] = Field(
        default=10, description="Of an adopted cluster, when it is largest."
    )


class Metrics(Model):
    """Prometheus. Its volume is stated always: Kubernetes refuses to change the claim of a StatefulSet."""

    replicas: Replicas = 1
    retention: Annotated[Duration, AfterValidator(_on_the_volume)] = Duration("15d")
    volume_gib: VolumeGib
    keep: tuple[RegularExpression, ...] = Field(
        default=(), description="Additional metrics for your own rules and dashboards."
    )
    control_plane: bool = Field(default=False, description="Also EKS's scheduler and controller manager.")
    annotations: bool = Field(
        default=False,
        description="Also pods and Services with the annotation prometheus.io/scrape, in namespaces of the catalog.",
    )
    long_term: LongTermStore | None = Field(default=None, description="Where samples go besides the volumes.")


class Alerting(Model):
    """Alertmanager and whom it may wake."""

    replicas: Replicas = 1
    dead_mans_switch: bool = Field(description="Send a heartbeat of alerting to an external service every minute.")
    overrides: dict[str, AlertOverride] = Field(default_factory=dict, description="By exact alert name.")
    mute_times: tuple[MuteTime, ...] = Field(default=(), description="Recurring intervals without notifications.")
    maintenance: tuple[MaintenanceWindow, ...] = Field(
        default=(), description="Maintenance windows with a start and an end."
    )

    @property
    def mutings(self) -> tuple[MuteTime | MaintenanceWindow, ...]:
        """All that mutes alerts for a time."""
        return (*self.mute_times, *self.maintenance)


class Elasticsearch(Model):
    """Elasticsearch in the cluster. Memory and volume are one node's."""

    nodes: Replicas = 3
    memory_gib: NodeMemoryGib = 4
    volume_gib: VolumeGib = 100
    kibana_replicas: Replicas = 1


class Tenant(Model):
    """One of several whose logs are apart."""

    name: Name
    retention: Kept | None = Field(default=None, description="Absent: as long as everybody's.")
    ingestion_mb: IngestionMb | None = Field(default=None, description="Its peak, MB/s.")


class Logs(Model):
    """Where log records are kept; `storage.logs` says how long."""

    backends: tuple[LogDestination, ...] = (LogDestination.LOKI,)
    mode: Mode = Mode.MONOLITHIC
    replicas: Replicas = Field(
        default=1, description="Replicas that hold log lines not yet in the bucket: 1, or at least 3."
    )
    memory_mib: Annotated[int, Field(ge=512), MostMib] = 2048
    volume_gib: VolumeGib = 10
    ingestion_mb: IngestionMb = Field(default=16, description="The peak, MB/s.")
    tenants: tuple[Tenant, ...] = Field(
        default=(), description="The first is used by the collectors; default: one tenant for all."
    )
    elasticsearch: Elasticsearch = Elasticsearch()

    @property
    def has_elasticsearch(self) -> bool:
        """Whether there is one in the cluster."""
        return LogDestination.ELASTICSEARCH in self.backends

    @model_validator(mode="after")
    def _with_loki(self) -> Self:
        if LogDestination.LOKI not in self.backends:
            raise ValueError(
                "found backends without loki; allowed: loki and others: the platform's own logs go to loki"
            )
        return self


class OpenSearch(Model):
    """An Amazon OpenSearch Service domain that exists."""

    domain: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,27}$")]
    url: HttpsAddress


class Traces(Model):
    """Jaeger."""

    storage: TraceStorage
    replicas: Replicas = 1
    retention_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7, description="Days; the volumes of the trace store must hold them."
    )
    opensearch: OpenSearch | None = None

    @model_validator(mode="after")
    def _domain(self) -> Self:
        wanted = self.storage is TraceStorage.OPENSEARCH
        if wanted != (self.opensearch is not None):
            found = f"storage {self.storage} {'without' if wanted else 'with'} opensearch"
            raise ValueError(f"found {found}; allowed: opensearch (domain, url) with storage opensearch, and only then")
        return self


class CollectorTier(Model):
    """Size of one tier of collectors; memory and volume are each replica's."""

    replicas: Replicas = 1
    memory_mib: Annotated[int, Field(ge=256), MostMib] = 1024
    volume_gib: VolumeGib = Field(default=10, description="Volume of its queue, for outages of a store.")


class Collectors(Model):
    """OpenTelemetry collectors."""

    gateway: CollectorTier = CollectorTier()
    sampler: CollectorTier = CollectorTier()
    node_metrics: bool = Field(default=False, description="Also by the agents; the node exporter has them already.")
    browser_origins: tuple[Origin, ...] = Field(
        default=(), description="Sites that may send real-user data, as exact origins."
    )
    mask_personal_data: bool = Field(
        default=False,
        description="Mask client addresses and user names too; attack detection then lacks them.",
    )
    zipkin: HttpsAddress | None = Field(default=None, description="A Zipkin that still wants a copy of the traces.")


class Exporters(Model):
    """What Prometheus asks others for."""

    cloudwatch: bool = Field(default=True, description="Metrics of AWS that rules and boards read.")
    cost: bool = Field(default=True, description="OpenCost: cost of each namespace.")
    metrics_server: bool = Field(default=False, description="Only if the cluster has none; EKS's add-on is one.")
    databases: dict[str, DatabaseAccess] = Field(
        default_factory=dict, description="<system>/<resource> -> how it is reached; its password is a secret."
    )


class Grafana(Model):
    """Grafana."""

    sign_on: Oidc | None = Field(
        default=None, description="OpenID Connect; default: only the administrator can log in."
    )


class Security(Model):
    """Falco, which watches what containers do, and the numbers of AWS's own security services."""

    falco: bool = True
    posture: bool = Field(
        default=True,
        description="Read Inspector, Security Hub and AWS Config, where cluster.identity gives workloads rights.",
    )
    replicas: Replicas = Field(default=2, description="Replicas of falcosidekick.")
    alert_from: FalcoPriority = FalcoPriority.CRITICAL
    keep_from: FalcoPriority = FalcoPriority.NOTICE
    event_bus: bool = Field(default=True, description="Findings as events of EventBridge.")
    artifact_index: HttpsAddress | None = Field(default=None, description="A mirror of falcoctl's index.")


class Jobs(Model):
    """On what Belfry's own programs run."""

    image: PinnedImage | None = Field(
        default=None,
        description="An image with CPython 3.13 and glibc, by its digest, for all nodes' architectures; "
        "default: the public Python image.",
    )


class Charts(Model):
    """Where Helm charts come from."""

    mirror: ChartAddress | None = Field(
        default=None, description="A repository with all charts; default: each chart's own."
    )
