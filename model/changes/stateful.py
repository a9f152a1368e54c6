"""Resources whose deletion or replacement loses something that no deployment makes again."""

from collections.abc import Mapping
from typing import Final

STATEFUL: Final[Mapping[str, str]] = {
    "aws:dynamodb/table:Table": "its items",
    "aws:ec2/vpc:Vpc": "the network and all that is in it",
    "aws:efs/fileSystem:FileSystem": "its files",
    "aws:eks/cluster:Cluster": "the cluster and all that runs in it",
    "aws:elasticache/replicationGroup:ReplicationGroup": "what is cached",
    "aws:kms/key:Key": "whatever it encrypts",
    "aws:cloudwatch/logGroup:LogGroup": "its lines",
    "aws:opensearch/domain:Domain": "its indices",
    "aws:rds/cluster:Cluster": "its databases",
    "aws:rds/instance:Instance": "its database",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:sns/topic:Topic": "its confirmed subscriptions",
    "aws:sqs/queue:Queue": "its messages",
    "kubernetes:apps/v1:StatefulSet": "pods whose volumes may stay behind",
    "kubernetes:core/v1:Namespace": "all that is in it, volumes too",
    "kubernetes:core/v1:PersistentVolumeClaim": "its volume",
    "kubernetes:helm.sh/v3:Release": "the release; its volumes may stay behind",
    "random:index/randomPassword:RandomPassword": "the password that is in use",
}
"""Type -> what is lost."""


def lost(key: str) -> str | None:
    """What is lost with a resource, by its key (the URN without stack and project); None where it is nothing."""
    return STATEFUL.get(key.rpartition("::")[0].rpartition("$")[2])
