"""What holds data, or all else, is not deleted by a slip."""

from collections.abc import Iterator
from typing import Final

from model.plan import number
from model.policies import types
from model.policies.rule import Resource, Rule
from model.vocabulary import Environment

# What cannot be made again from the program: data, keys of data, and what everything else lives in.
_KEPT: Final = {
    types.BUCKET,
    types.CLUSTER,
    types.KEY,
    types.LOG_GROUP,
    "aws:dynamodb/table:Table",
    "aws:ec2/vpc:Vpc",
    "aws:efs/fileSystem:FileSystem",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "kubernetes:core/v1:Namespace",
    "kubernetes:core/v1:PersistentVolumeClaim",
}
# Type -> the input by which AWS itself refuses.
_OWN_SWITCH: Final = {
    types.CLUSTER: "deletionProtection",
    "aws:dynamodb/table:Table": "deletionProtectionEnabled",
    "aws:rds/cluster:Cluster": "deletionProtection",
    "aws:rds/instance:Instance": "deletionProtection",
}
# AWS waits between 7 and 30 days before it deletes a key, 30 where nobody says: KMS API, ScheduleKeyDeletion.
_KEY_DAYS: Final = 30


def _deletable(resource: Resource) -> Iterator[str]:
    if resource.type not in _KEPT:
        return
    if not resource.protect:
        yield "Pulumi would delete it without asking (option protect)"
    switch = _OWN_SWITCH.get(resource.type)
    if switch and resource.inputs.get(switch) is not True:
        yield f"AWS would delete it without asking ({switch})"
    if resource.type == types.BUCKET and resource.inputs.get("forceDestroy") is True:
        yield "deleting the bucket deletes what is in it (forceDestroy)"
    days = number(resource.inputs, "deletionWindowInDays")
    if resource.type == types.KEY and days is not None and days < _KEY_DAYS:
        yield f"AWS deletes the key after {days} days (deletionWindowInDays), and all that it encrypts is lost"


RULE = Rule(
    name="deletion-protection",
    title="What holds data cannot be deleted by a slip",
    fix="belfry:protect: true; for a resource of your own, ResourceOptions(protect=True) and AWS's own switch.",
    one=_deletable,
    # dev and local are there to be taken down and made again.
    environments=frozenset({Environment.STAGING, Environment.PROD}),
)
