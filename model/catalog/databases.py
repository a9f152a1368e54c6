"""Resources that keep data: databases, caches and search domains."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from model.catalog.aws_names import CacheIdentifier, DatabaseIdentifier, DomainName
from model.catalog.resource_base import Count, Parts, ResourceBase, ResourceKind
from model.quantities import Positive

GIB = 1024**3


class RdsDatabase(ResourceBase):
    """An RDS instance or an Aurora cluster."""

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {"instance": ("instance",), "read_replica": ("read_replica",)}

    kind: Literal[ResourceKind.RDS_DATABASE]
    identifier: DatabaseIdentifier = Field(description="Of the instance; of the cluster for Aurora.")
    engine: Literal["postgres", "mysql", "aurora-postgresql", "aurora-mysql"]
    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")]
    storage_gib: Count | None = Field(default=None, description="Allocated storage; Aurora grows by itself.")
    max_connections: Count = Field(description="The parameter group's value: alarms are shares of it.")
    memory_gib: Positive
    vcpus: Count | None = Field(
        default=None, description="Of the instance class; if set, there is an alarm on the load."
    )
    replicas: Annotated[int, Field(ge=0)] = 0
    read_replicas: tuple[DatabaseIdentifier, ...] = Field(
        default=(), description="Identifiers of the replicas: the lag is a metric of the replica, not of its source."
    )
    instances: tuple[DatabaseIdentifier, ...] = Field(
        default=(), description="Identifiers of an Aurora cluster's instances: most metrics are theirs."
    )

    @property
    def aurora(self) -> bool:
        """Whether it is an Aurora cluster."""
        return self.engine.startswith("aurora")

    @property
    def memory_bytes(self) -> Decimal:
        """Memory of one instance, bytes."""
        return self.memory_gib * GIB

    @property
    def storage_bytes(self) -> Decimal:
        """Allocated storage, bytes; 0 for Aurora, which has none."""
        return Decimal(self.storage_gib or 0) * GIB

    def parts(self, sort: str) -> Parts:
        """Instances (the one of RDS, or those of Aurora) and read replicas."""
        instances = self.instances if self.aurora else (self.identifier,)
        names = self.read_replicas if sort == "read_replica" else instances
        return {name: {sort: name} for name in names}

    @model_validator(mode="after")
    def _storage_unless_aurora(self) -> Self:
        if (self.storage_gib is None) != self.aurora:
            raise ValueError(
                f"found engine {self.engine} and storage_gib {self.storage_gib}; allowed: storage_gib "
                "for every engine but aurora"
            )
        return self

    @model_validator(mode="after")
    def _members(self) -> Self:
        if bool(self.instances) != self.aurora:
            raise ValueError(
                f"found engine {self.engine} and instances {', '.join(self.instances) or 'none'}; allowed: "
                "instances for aurora and for no other engine"
            )
        if self.read_replicas and len(self.read_replicas) != self.replicas:
            raise ValueError(
                f"found {len(self.read_replicas)} read_replicas and replicas {self.replicas}; allowed: as many of each"
            )
        return self


class ElastiCache(ResourceBase):
    """A Redis, Valkey or Memcached cluster."""

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {"node": ("node_cluster", "node")}

    kind: Literal[ResourceKind.ELASTICACHE]
    cluster: CacheIdentifier = Field(description="The replication group; the cluster for Memcached.")
    engine: Literal["redis", "valkey", "memcached"]
    node_type: Annotated[str, Field(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$")]
    nodes: Count = 1
    members: tuple[CacheIdentifier, ...] = Field(
        default=(),
        description="The group's member clusters; absent means <cluster>-001 and so on, as ElastiCache names them "
        "where cluster mode is off.",
    )

    @property
    def replicated(self) -> bool:
        """Whether a node has another to copy from."""
        return self.engine != "memcached" and self.nodes > 1

    def parts(self, sort: str) -> Parts:
        """Nodes. A replication group is made of clusters of one node each, a Memcached cluster of numbered nodes."""
        numbers = range(1, self.nodes + 1)
        if self.engine == "memcached":
            return {f"{n:04d}": {"node_cluster": self.cluster, "node": f"{n:04d}"} for n in numbers}
        members = self.members or tuple(f"{self.cluster}-{n:03d}" for n in numbers)
        return {member: {"node_cluster": member, "node": "0001"} for member in members}

    @model_validator(mode="after")
    def _members_of_a_group(self) -> Self:
        if self.members and (self.engine == "memcached" or len(self.members) != self.nodes):
            raise ValueError(
                f"found {len(self.members)} members for {self.nodes} nodes of {self.engine}; allowed: none, or one a "
                "node of redis or valkey"
            )
        return self


class OpenSearchDomain(ResourceBase):
    """A search domain."""

    kind: Literal[ResourceKind.OPENSEARCH_DOMAIN]
    domain: DomainName
    storage_gib: Count = Field(description="Of all data nodes together.")
    nodes: Count = 1

    @property
    def node_storage_megabytes(self) -> Decimal:
        """Storage of one data node, in the unit of the domain's own metric, which reports the fullest node."""
        return Decimal(self.storage_gib) * 1024 / self.nodes
