"""Names of things in AWS, as their own service accepts them: another one can be no thing's, so its alarms were dead.

Each docstring names the page of AWS's documentation that has the rule.
"""

from typing import Annotated

from pydantic import Field

QueueName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,75}([A-Za-z0-9_-]{0,5}|\.fifo)$")]
"""Amazon SQS API Reference, CreateQueue: 80 characters with the suffix .fifo of a FIFO queue."""

TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,251}([A-Za-z0-9_-]{0,5}|\.fifo)$")]
"""Amazon SNS API Reference, CreateTopic: 256 characters with the suffix .fifo of a FIFO topic."""

FunctionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Of the function, without its ARN.")]
"""AWS Lambda API Reference, CreateFunction."""

DatabaseIdentifier = Annotated[
    str, Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=63, description="As RDS stores it: in lower case.")
]
"""Amazon RDS API Reference, CreateDBInstance and CreateDBCluster."""

CacheIdentifier = Annotated[
    str, Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=50, description="As ElastiCache stores it: in lower case.")
]
"""Amazon ElastiCache API Reference, CreateCacheCluster (50) and CreateReplicationGroup (40)."""

DomainName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,27}$")]
"""Amazon OpenSearch Service API Reference, CreateDomain."""

ApiName = Annotated[str, Field(pattern=r"^[A-Za-z0-9 $._~:/@()+&,-]{1,255}$")]
"""Amazon CloudWatch API Reference, Dimension: ASCII. API Gateway itself names no rule; quotes, backslashes and braces
would end the queries of dashboards.
"""

StageName = Annotated[str, Field(pattern=r"^(\$default|[A-Za-z0-9_-]{1,128})$")]
"""Amazon API Gateway API Reference, CreateStage; $default is the default stage of an HTTP API."""

WebAclName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
"""AWS WAFV2 API Reference, CreateWebACL."""

CertificateArn = Annotated[
    str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9_-]{1,64}$")
]
"""AWS Certificate Manager API Reference, DescribeCertificate."""

OperationName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
"""Names of API operations, such as PutRecords: Amazon Kinesis Data Streams API Reference, Actions."""

KeyArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}$")]
"""AWS KMS API Reference, DescribeKey: the ARN of a key; an alias can be moved to another key."""
