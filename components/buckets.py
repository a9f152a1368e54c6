"""Where Belfry keeps data for long: S3 buckets that are private, encrypted, versioned and end what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from configs.iam import resource_policies
from model.account.storage import ABORT_UPLOAD_DAYS, NONCURRENT_DAYS, S3_MANAGED_KEY, BucketUse, KeptBucket
from model.fitted_names import BUCKET, fitted


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketsArgs:
    """``prefix`` starts the names, which are shared by all accounts of AWS.

    ``keep`` is true where deleting the stack must fail while data is there; without it the data goes too.
    """

    prefix: pulumi.Input[str]
    buckets: Mapping[BucketUse, KeptBucket]
    account_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    keep: bool


@pulumi.type_token("belfry:aws:Buckets")
class Buckets(Component):
    """One bucket for each use, so that each workload can be given exactly its own.

    Deliberately without: replication to another region, and object lock (it would hold back Loki's own retention).
    """

    names: Mapping[BucketUse, pulumi.Output[str]]
    arns: Mapping[BucketUse, pulumi.Output[str]]

    def __init__(self, name: str, args: BucketsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = {use: self._bucket(f"{name}-{use}", use, args) for use in sorted(args.buckets)}
        self.names = {use: bucket.bucket for use, bucket in made.items()}
        self.arns = {use: bucket.arn for use, bucket in made.items()}
        self.register_outputs(
            {
                "names": {str(use): bucket for use, bucket in self.names.items()},
                "arns": {str(use): arn for use, arn in self.arns.items()},
            }
        )

    def _bucket(self, name: str, use: BucketUse, args: BucketsArgs) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(
            name,
            bucket=pulumi.Output.concat(args.prefix, "-", str(use)).apply(lambda given: fitted(given, BUCKET)),
            force_destroy=not args.keep,
            opts=self.child(),
        )
        closed = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        aws.s3.BucketOwnershipControls(
            name, bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=self.child()
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.id,
            rules=[_encryption(use, args.key_arn)],
            opts=self.child(),
        )
        versioning = aws.s3.BucketVersioning(
            name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=self.child()
        )
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.id,
            rules=[_rule(args.buckets[use])],
            # AWS refuses rules on noncurrent versions where there are no versions.
            opts=self.child(depends_on=[versioning]),
        )
        aws.s3.BucketPolicy(
            name,
            bucket=bucket.id,
            policy=pulumi.Output.all(bucket.arn, args.account_id).apply(lambda known: _policy(use, *known)),
            # Both change the same setting; at once, one of them fails with a conflict.
            opts=self.child(depends_on=[closed]),
        )
        return bucket


def _encryption(
    use: BucketUse, key_arn: pulumi.Input[str]
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    if use in S3_MANAGED_KEY:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn},
        # One request to KMS for many objects: Loki's small chunks would otherwise be billed by the call.
        "bucket_key_enabled": True,
    }


def _policy(use: BucketUse, arn: str, account: str) -> str:
    if use is BucketUse.LOAD_BALANCER_LOGS:
        return resource_policies.load_balancer_logs(arn, account)
    return resource_policies.bucket(arn)


def _rule(kept: KeptBucket) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {
        "id": "end",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": kept.expire_days} if kept.expire_days else None,
        "noncurrent_version_expiration": {"noncurrent_days": NONCURRENT_DAYS},
        "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOAD_DAYS},
        "transitions": [{"days": kept.cold_days, "storage_class": "GLACIER_IR"}] if kept.cold_days else None,
    }
