"""AWS resources that systems use: what there is to know for alarms, dashboards and capacity.

Belfry watches these; it makes none of them but tables with `manage: true`.
Names of things in AWS are written as AWS knows them; ``name`` is the catalog's own.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from model.base import Model, Name
from model.catalog.aws_names import ApiName, CertificateArn, FunctionName, QueueName, StageName, TopicName, WebAclName
from model.catalog.databases import ElastiCache, OpenSearchDomain, RdsDatabase
from model.catalog.dynamodb import Capacity, DynamoDbIndex, DynamoDbTable
from model.catalog.resource_base import AlarmOverride, Count, Parts, ResourceBase, ResourceKind

__all__ = [
    "RESOURCE_MODELS",
    "AlarmOverride",
    "ApiGateway",
    "Capacity",
    "Certificate",
    "DynamoDbIndex",
    "DynamoDbTable",
    "Ec2Instance",
    "ElastiCache",
    "LambdaFunction",
    "LoadBalancer",
    "NatGateway",
    "OpenSearchDomain",
    "RdsDatabase",
    "Resource",
    "ResourceBase",
    "ResourceKind",
    "S3Bucket",
    "SnsTopic",
    "SqsQueue",
    "TargetGroup",
    "WebAcl",
]


class SqsQueue(ResourceBase):
    """A queue. A queue without a dead-letter queue loses what it cannot digest, so one is expected."""

    kind: Literal[ResourceKind.SQS_QUEUE]
    queue: QueueName
    dead_letter_queue: QueueName | None = None
    fifo: bool = False
    expects_traffic: bool = Field(default=False, description="Messages arrive at all hours, so silence is a fault.")


class SnsTopic(ResourceBase):
    """A topic."""

    kind: Literal[ResourceKind.SNS_TOPIC]
    topic: TopicName


class LambdaFunction(ResourceBase):
    """A function."""

    kind: Literal[ResourceKind.LAMBDA_FUNCTION]
    function: FunctionName
    timeout_seconds: Annotated[int, Field(ge=1, le=900)]
    reserved_concurrency: Count | None = None
    reads_stream: bool = Field(default=False, description="Driven by a stream, so its iterator age matters.")
    dead_letter_queue: bool = Field(default=False, description="Called asynchronously, with a dead-letter queue.")
    insights: bool = Field(default=False, description="Lambda Insights is on; it costs, and adds the memory alarm.")

    @property
    def timeout_milliseconds(self) -> Decimal:
        """The timeout in the unit of the metric Duration."""
        return Decimal(self.timeout_seconds) * 1000


class TargetGroup(Model):
    """A target group, by the suffix of its ARN."""

    name: Name
    arn_suffix: Annotated[str, Field(pattern=r"^targetgroup/[A-Za-z0-9-]+/[0-9a-f]{16}$")]


class LoadBalancer(ResourceBase):
    """An Application or Network Load Balancer. CloudWatch knows it by the suffix of its ARN only."""

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {"target_group": ("target_group",)}

    kind: Literal[ResourceKind.LOAD_BALANCER]
    arn_suffix: Annotated[str, Field(pattern=r"^(app|net)/[A-Za-z0-9-]+/[0-9a-f]{16}$")]
    target_groups: Annotated[tuple[TargetGroup, ...], Field(min_length=1)]

    @property
    def type(self) -> str:
        """``application`` or ``network``: two namespaces with other metrics."""
        return "application" if self.arn_suffix.startswith("app/") else "network"

    def parts(self, sort: str) -> Parts:
        """Target groups."""
        return {group.name: {sort: group.arn_suffix} for group in self.target_groups}


class ApiGateway(ResourceBase):
    """An API and one stage."""

    kind: Literal[ResourceKind.API_GATEWAY]
    protocol: Literal["rest", "http", "websocket"] = Field(
        description="Each has metrics with other names and dimensions; an alarm on those of another never fires."
    )
    api: ApiName = Field(description="The name of a REST API, the id of any other.")
    stage: StageName
    expects_traffic: bool = Field(default=False, description="Somebody calls at all hours, so silence is a fault.")


class S3Bucket(ResourceBase):
    """A bucket."""

    kind: Literal[ResourceKind.S3_BUCKET]
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]


class NatGateway(ResourceBase):
    """A NAT gateway."""

    kind: Literal[ResourceKind.NAT_GATEWAY]
    gateway: Annotated[str, Field(pattern=r"^nat-[0-9a-f]{8,17}$")]


class Certificate(ResourceBase):
    """A certificate."""

    kind: Literal[ResourceKind.CERTIFICATE]
    arn: CertificateArn


class Ec2Instance(ResourceBase):
    """An instance."""

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {"volume": ("volume",)}

    kind: Literal[ResourceKind.EC2_INSTANCE]
    instance: Annotated[str, Field(pattern=r"^i-[0-9a-f]{8,17}$")]
    volumes: tuple[Annotated[str, Field(pattern=r"^vol-[0-9a-f]{8,17}$")], ...] = ()

    def parts(self, sort: str) -> Parts:
        """EBS volumes."""
        return {volume: {sort: volume} for volume in self.volumes}


class WebAcl(ResourceBase):
    """A web ACL."""

    kind: Literal[ResourceKind.WEB_ACL]
    acl: WebAclName
    scope: Literal["regional", "cloudfront"] = Field(
        default="regional", description="CloudFront's reports to us-east-1 only, so no other region can alarm on it."
    )


Resource = Annotated[
    DynamoDbTable
    | RdsDatabase
    | ElastiCache
    | SqsQueue
    | SnsTopic
    | LambdaFunction
    | LoadBalancer
    | ApiGateway
    | S3Bucket
    | OpenSearchDomain
    | NatGateway
    | Certificate
    | Ec2Instance
    | WebAcl,
    Field(discriminator="kind"),
]

RESOURCE_MODELS: dict[ResourceKind, type[ResourceBase]] = {
    ResourceKind.DYNAMODB_TABLE: DynamoDbTable,
    ResourceKind.RDS_DATABASE: RdsDatabase,
    ResourceKind.ELASTICACHE: ElastiCache,
    ResourceKind.SQS_QUEUE: SqsQueue,
    ResourceKind.SNS_TOPIC: SnsTopic,
    ResourceKind.LAMBDA_FUNCTION: LambdaFunction,
    ResourceKind.LOAD_BALANCER: LoadBalancer,
    ResourceKind.API_GATEWAY: ApiGateway,
    ResourceKind.S3_BUCKET: S3Bucket,
    ResourceKind.OPENSEARCH_DOMAIN: OpenSearchDomain,
    ResourceKind.NAT_GATEWAY: NatGateway,
    ResourceKind.CERTIFICATE: Certificate,
    ResourceKind.EC2_INSTANCE: Ec2Instance,
    ResourceKind.WEB_ACL: WebAcl,
}
