"""Resources for the tests of policies."""

import json
from collections.abc import Mapping
from typing import Any

from model.plan import UNKNOWN_TEXT
from model.policies.rule import Resource
from tests.plans import urn_of

BUCKET = "aws:s3/bucket:Bucket"
KEY = "aws:kms/key:Key"
RELEASE = "kubernetes:helm.sh/v3:Release"
TOPIC = "aws:sns/topic:Topic"
TLS_ONLY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": False}}}
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def of(
    type_: str, logical: str = "it", /, *reads: Resource, protect: bool = True, provider: str = "", **inputs: Any
) -> Resource:
    urns = tuple(resource.urn for resource in reads)
    urn = urn_of("prod", type_, logical)
    return Resource(
        urn=urn, type=type_, name=logical, inputs=inputs, protect=protect, provider=provider, dependencies=urns
    )


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def bucket(*, without: str = "", block: Mapping[str, bool] | None = None, tls: str | None = None) -> list[Resource]:
    """A bucket as Belfry makes it, without one of its parts."""
    made = of(BUCKET, "logs", bucket="logs")
    blocks: dict[str, Any] = dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
    )
    parts = {
        "encryption": of(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "logs", made
        ),
        "lifecycle": of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "logs", made),
        "block": of(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "logs", made, **{**blocks, **(block or {})}
        ),
        "policy": of("aws:s3/bucketPolicy:BucketPolicy", "logs", made, policy=tls or policy(TLS_ONLY)),
    }
    return [made, *(part for name, part in parts.items() if name != without)]


def delivery(
    *, key: str | None = None, topic: str | None = None, subscribed: bool = True, master: str = "key", **alarm: Any
) -> list[Resource]:
    """An alarm, its topic and all that the topic needs."""
    admits = policy({"Principal": CLOUDWATCH, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"})
    publishes = policy({"Principal": CLOUDWATCH, "Action": "sns:Publish", "Resource": "arn"})
    own_key = of(KEY, "key", policy=key or admits)
    made = of(TOPIC, "critical", own_key, kmsMasterKeyId=master)
    fired = of("aws:cloudwatch/metricAlarm:MetricAlarm", "throttles", made, **{"alarmActions": [UNKNOWN_TEXT], **alarm})
    listening = of("aws:sns/topicSubscription:TopicSubscription", "mail", made, protocol="email")
    return [
        own_key,
        made,
        fired,
        of("aws:sns/topicPolicy:TopicPolicy", "critical", made, policy=topic or publishes),
        *([listening] if subscribed else []),
    ]


def forwarded(prefix: str, *, target: bool = True) -> list[Resource]:
    """An alarm without actions, whose changes EventBridge hands on to who takes those with ``prefix``."""
    pattern = {"detail-type": ["CloudWatch Alarm State Change"], "detail": {"alarmName": [{"prefix": prefix}]}}
    rule = of("aws:cloudwatch/eventRule:EventRule", "changes", name="changes", eventPattern=json.dumps(pattern))
    handed = of("aws:cloudwatch/eventTarget:EventTarget", "changes", rule="changes")
    alarm = of("aws:cloudwatch/metricAlarm:MetricAlarm", "throttles", name="prod-throttles")
    return [rule, alarm, *([handed] if target else [])]


def role_policy(**statement: Any) -> Resource:
    return of("aws:iam/rolePolicy:RolePolicy", policy=policy({"Resource": "arn:aws:sqs:::queue", **statement}))


def deployment(image: str = "python:3.13.5", replicas: int = 2) -> Resource:
    pods = {"spec": {"containers": [{"name": "main", "image": image}]}}
    return of("kubernetes:apps/v1:Deployment", spec={"replicas": replicas, "template": pods})


def release(version: str = "1.2.3", **values: Any) -> Resource:
    return of(RELEASE, version=version, values=values)


def aws_provider(**tags: str) -> Resource:
    return of("pulumi:providers:aws", "aws", defaultTags=json.dumps({"tags": tags}))


PROVIDER = urn_of("prod", "pulumi:providers:aws", "aws")
EBS: dict[str, Any] = {"provisioner": "ebs.csi.aws.com"}
OPEN = {"cidrBlocks": ["0.0.0.0/0"], "fromPort": 22}
CERTIFICATE = "-----BEGIN PRIVATE KEY-----\n" + "A" * 40
REDIRECT = [{"redirect": {"protocol": "HTTPS"}}]
PLAIN_INGRESS = {"alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}]'}
NODES: dict[str, Any] = {"releaseVersion": "1.35.6", "scalingConfig": {"minSize": 2}, "subnetIds": ["a", "b"]}
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CLUSTER = "aws:eks/cluster:Cluster"
