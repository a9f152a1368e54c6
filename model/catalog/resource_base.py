"""What every AWS resource of the catalog has in common, and how alarms may speak of its parts."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from model.base import Model, Name, Text
from model.catalog.environments import Located
from model.catalog.objectives import Objective
from model.catalog.telemetry import Metric
from model.catalog.thresholds import Threshold
from model.dimensions import MetricUnit
from model.quantities import Number
from model.vocabulary import Severity, Vocabulary

Count = Annotated[int, Field(ge=1, le=10**9, strict=True)]
"""A number of things; no quota of AWS is above a thousand million."""

Parts = Mapping[str, Mapping[str, str]]
"""Short name of a part -> what alarms may put into dimensions: placeholder -> value as AWS knows it."""


class ResourceKind(Vocabulary):
    """AWS services Belfry has alarms for."""

    DYNAMODB_TABLE = ("dynamodb-table", "An Amazon DynamoDB table and its indexes.")
    RDS_DATABASE = ("rds-database", "An Amazon RDS instance or Aurora cluster.")
    ELASTICACHE = ("elasticache", "An Amazon ElastiCache replication group or cluster.")
    SQS_QUEUE = ("sqs-queue", "An Amazon SQS queue, with its dead-letter queue.")
    SNS_TOPIC = ("sns-topic", "An Amazon SNS topic.")
    LAMBDA_FUNCTION = ("lambda-function", "An AWS Lambda function.")
    LOAD_BALANCER = ("load-balancer", "An Application or Network Load Balancer and its target groups.")
    API_GATEWAY = ("api-gateway", "An Amazon API Gateway REST, HTTP or WebSocket API.")
    S3_BUCKET = ("s3-bucket", "An Amazon S3 bucket.")
    OPENSEARCH_DOMAIN = ("opensearch-domain", "An Amazon OpenSearch Service domain.")
    NAT_GATEWAY = ("nat-gateway", "A NAT gateway.")
    CERTIFICATE = ("certificate", "An AWS Certificate Manager certificate.")
    EC2_INSTANCE = ("ec2-instance", "An Amazon EC2 instance and its volumes.")
    WEB_ACL = ("web-acl", "An AWS WAF web ACL.")


class AlarmOverride(Model):
    """A changed CloudWatch alarm of this resource, by the alarm's exact name in ``rules/cloudwatch/``."""

    alarm: Name
    index: str | None = Field(default=None, description="The index it is about; absent means the table itself.")
    part: str | None = Field(
        default=None, description="Any other part it is about: a target group, node, instance, volume or region."
    )
    threshold: Number | None = None
    unit: MetricUnit | None = Field(
        default=None, description="Of the threshold; written out, it must be the alarm's own."
    )
    severity: Severity | None = None
    enabled: bool = True
    reason: Text

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        if self.index is not None and self.part is not None:
            raise ValueError("found both index and part; allowed: one of them, or none")
        return self

    @property
    def of(self) -> str | None:
        """The part it is about, whatever kind of part that is."""
        return self.index if self.index is not None else self.part


class Subject(Model):
    """Whatever alarms can be about: a resource of the catalog, or a whole account or cluster.

    ``PARTS`` says of which parts there may be several (indexes, nodes), and which placeholders each part brings.
    """

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    kind: str
    name: Name
    thresholds: tuple[Threshold, ...] = ()
    alarms: tuple[AlarmOverride, ...] = ()

    def parts(self, sort: str) -> Parts:
        """The parts of one sort, a key of ``PARTS``; most subjects have none."""
        return {}

    @classmethod
    def words(cls) -> frozenset[str]:
        """Fields and properties that rows may name."""
        properties = {
            name
            for name in dir(cls)
            if not name.startswith(("_", "model_")) and isinstance(getattr(cls, name, None), property)
        }
        return frozenset(cls.model_fields) | properties


class ResourceBase(Subject, Located):
    """What every resource has."""

    SAME_EVERYWHERE = Located.SAME_EVERYWHERE | {
        *("description", "owner", "depends_on", "objectives", "metrics", "thresholds"),
    }

    kind: ResourceKind
    name: Name
    description: Text
    owner: Name | None = Field(default=None, description="A team; absent means the system's owner.")
    depends_on: tuple[str, ...] = ()
    objectives: tuple[Objective, ...] = ()
    metrics: tuple[Metric, ...] = Field(default=(), description="Metrics its exporter or its clients add.")

    @property
    def index_names(self) -> frozenset[str]:
        """Indexes that have alarms of their own; only tables have any."""
        return frozenset()
