"""DynamoDB tables: what alarms have to know, and with ``manage: true`` what Belfry makes.

Limits are those of Amazon DynamoDB's API reference (CreateTable, UpdateTable, UpdateContinuousBackups) and of its
developer guide, "Quotas"; `model.catalog.table_checks` has what several keys together can show.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from model.base import Model, Region
from model.catalog.aws_names import FunctionName, KeyArn, OperationName
from model.catalog.resource_base import Count, Parts, ResourceBase, ResourceKind
from model.vocabulary import Vocabulary

# ASCII without blanks, although DynamoDB takes any UTF-8: what nobody can see in a key is a slip.
AttributeName = Annotated[str, Field(pattern=r"^[!-~]{1,255}$", description="Of an attribute of the items.")]


class AttributeType(Vocabulary):
    """What an attribute of a key can be."""

    STRING = ("string", "Text.")
    NUMBER = ("number", "A number; times are seconds since 1970.")
    BINARY = ("binary", "Bytes.")


class StreamView(Vocabulary):
    """What a table's stream holds of a changed item."""

    KEYS_ONLY = ("keys-only", "Its key.")
    NEW_IMAGE = ("new-image", "The item afterwards.")
    OLD_IMAGE = ("old-image", "The item before.")
    NEW_AND_OLD_IMAGES = ("new-and-old-images", "Both; a table with replicas has this one.")


class Insights(Vocabulary):
    """Which keys CloudWatch Contributor Insights counts."""

    THROTTLED = ("throttled", "Keys of throttled requests alone: it costs nothing while none is.")
    ACCESSED = ("accessed", "Those, and the most accessed keys: every request is an event that is billed.")


class Capacity(Model):
    """Throughput in capacity units: of 4 KB for reads, of 1 KB for writes, each second."""

    read: Count
    write: Count


class AutoScaling(Model):
    """Provisioned capacity that follows the load, from ``capacity``, which is the least, to ``maximum``."""

    maximum: Capacity
    target_percent: Annotated[int, Field(ge=20, le=90)] = Field(
        default=70, description="Of the capacity that is to be in use; 70 leaves room for the minutes of following."
    )


class KeyAttribute(Model):
    """An attribute that items are found by."""

    name: AttributeName
    type: AttributeType


class TableKey(Model):
    """The key of a table or an index. A table keeps its key: another key is another table."""

    partition: KeyAttribute
    sort: KeyAttribute | None = None

    @property
    def attributes(self) -> tuple[KeyAttribute, ...]:
        """One or two."""
        return (self.partition, self.sort) if self.sort else (self.partition,)


Projection = (
    Literal["all", "keys-only"]
    | Annotated[tuple[AttributeName, ...], Field(min_length=1, max_length=20, description="Beside the keys.")]
)


class Throughput(Model):
    """What a table and each of its indexes have for themselves."""

    capacity: Capacity | None = Field(default=None, description="Provisioned; with autoscaling the least.")
    maximum: Capacity | None = Field(default=None, description="Its own ceiling, if it is on-demand.")
    autoscaling: AutoScaling | None = Field(default=None, description="Of provisioned capacity that Belfry manages.")


class DynamoDbIndex(Throughput):
    """A global secondary index; it throttles on its own, so it is alarmed on its own."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_.-]{3,255}$")]
    key: TableKey | None = Field(default=None, description="Required in a table that Belfry manages.")
    projection: Projection = Field(default="all", description="What a query finds in it: all, keys-only or a list.")


class DynamoDbTable(ResourceBase, Throughput):
    """A DynamoDB table."""

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {"index": ("index",), "replica": ("replica",)}

    kind: Literal[ResourceKind.DYNAMODB_TABLE]
    table: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_.-]{3,255}$", description="The table's name in AWS.")]
    billing: Literal["on-demand", "provisioned"]
    indexes: tuple[DynamoDbIndex, ...] = ()
    replicas: tuple[Region, ...] = Field(default=(), description="Other regions of a global table.")
    time_to_live: bool = Field(default=False, description="Items are expected to expire, so a stop is a fault.")
    partiql: bool = Field(default=False, description="PartiQL statements are used, which are separate operations.")
    stream_consumers: tuple[FunctionName, ...] = Field(default=(), description="Lambda functions that read the stream.")
    kinesis_operation: OperationName | None = Field(
        default=None,
        description="For a table that streams to Kinesis: the value of the dimension DelegatedOperation, as "
        "`aws cloudwatch list-metrics --namespace AWS/DynamoDB` shows it. AWS does not document it.",
    )
    contributor_insights: Insights | None = Field(
        default=None, description="Turn on CloudWatch Contributor Insights for the table and its indexes."
    )
    manage: bool = Field(
        default=False, description="Belfry makes and keeps the table; otherwise it is known by its name alone."
    )
    key: TableKey | None = Field(default=None, description="Required with manage.")
    time_to_live_attribute: AttributeName | None = Field(
        default=None, description="Holds when an item expires, in seconds since 1970."
    )
    stream: StreamView | None = Field(default=None, description="What its stream holds; absent: no stream.")
    recovery_days: Annotated[int, Field(ge=0, le=35)] = Field(
        default=35, description="How far back it can be restored to any second; 0 turns that off."
    )
    table_class: Literal["standard", "infrequent-access"] = Field(
        default="standard", description="infrequent-access: storage for less, requests for more."
    )
    replica_keys: dict[Region, KeyArn] | None = Field(
        default=None,
        description="A KMS key in the region of each replica; absent: a table with replicas is encrypted with AWS's "
        "own keys, since a replica cannot use a key of another region.",
    )

    @property
    def index_names(self) -> frozenset[str]:
        """The global secondary indexes: each throttles on its own."""
        return frozenset(index.name for index in self.indexes)

    @property
    def attributes(self) -> dict[str, AttributeType]:
        """Attributes of the keys of table and indexes, sorted: exactly those that AWS wants defined."""
        keys = [key for key in (self.key, *(index.key for index in self.indexes)) if key]
        return dict(sorted((attribute.name, attribute.type) for key in keys for attribute in key.attributes))

    @property
    def stream_view(self) -> StreamView | None:
        """What the stream holds; replicas are fed by it."""
        return StreamView.NEW_AND_OLD_IMAGES if self.replicas else self.stream

    def parts(self, sort: str) -> Parts:
        """Indexes and replica regions."""
        names = self.index_names if sort == "index" else self.replicas
        return {name: {sort: name} for name in names}

    @model_validator(mode="after")
    def _capacity_where_provisioned(self) -> Self:
        parts = [("capacity", self.capacity), *((f"indexes[{i.name}].capacity", i.capacity) for i in self.indexes)]
        for key, capacity in parts:
            if self.billing == "provisioned" and capacity is None:
                raise ValueError(f"found billing provisioned without {key}; allowed: {key} with read and write")
            if self.billing == "on-demand" and capacity is not None:
                raise ValueError(f"found {key} with billing on-demand; allowed: no capacity, or billing provisioned")
        if self.billing == "provisioned" and self.maximum is not None:
            raise ValueError("found maximum with billing provisioned; allowed: no maximum, or billing on-demand")
        return self

    @model_validator(mode="after")
    def _overrides_name_indexes(self) -> Self:
        known = sorted(index.name for index in self.indexes)
        if len(known) != len(set(known)):
            raise ValueError(f"found two indexes of one name among {', '.join(known)}; allowed: each name once")
        for override in self.alarms:
            if override.index is not None and override.index not in known:
                allowed = ", ".join(known) or "none, the table has no index"
                raise ValueError(f"found an alarm on missing index {override.index!r}; allowed: {allowed}")
        return self
