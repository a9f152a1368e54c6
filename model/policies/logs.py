"""What is logged is kept for a time that somebody chose."""

from collections.abc import Iterator
from typing import Final

from model.plan import number
from model.policies import types
from model.policies.rule import Resource, Resources, Rule

_LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def _endless(resources: Resources) -> Iterator[tuple[Resource, str]]:
    for group in resources.of(types.LOG_GROUP):
        # 0 and no input at all: CloudWatch keeps the lines, and bills them, forever.
        if not number(group.inputs, "retentionInDays"):
            yield group, "retentionInDays is not set, so lines are kept forever"
    for bucket in resources.of(types.BUCKET):
        if not resources.about(bucket, _LIFECYCLE):
            yield bucket, "the bucket has no lifecycle, so nothing in it ever ends"


RULE = Rule(
    name="log-retention",
    title="Log groups and buckets end what they hold",
    fix="Set retentionInDays, or a lifecycle of the bucket.",
    all=_endless,
)
