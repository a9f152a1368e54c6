"""The state backend of an environment: checks the bucket and the key, and makes what is missing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from configs.state_backend import OLD_VERSIONS_DAYS, BucketState, StateBackend, bucket_faults, refuses_plain_connections

SETTINGS = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=30)
# What S3 and KMS answer for what is not there.
_ABSENT = frozenset(
    (
        *("404", "NoSuchBucket", "NotFoundException", "NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration"),
        "ServerSideEncryptionConfigurationNotFoundError",
    )
)
_NO_PUBLIC_ACCESS = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def account() -> str:
    """The account of the credentials. Raises what boto3 raises where there are none."""
    found: str = boto3.client("sts", config=SETTINGS).get_caller_identity()["Account"]
    return found


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend at AWS. ``s3`` and ``kms`` are boto3's clients."""

    wanted: StateBackend
    s3: Any = field(repr=False)
    kms: Any = field(repr=False)

    @classmethod
    def of(cls, wanted: StateBackend) -> "Backend":
        """With clients of its region."""
        made = (boto3.client(name, region_name=wanted.region, config=SETTINGS) for name in ("s3", "kms"))
        return cls(wanted, *made)

    def faults(self) -> list[str]:
        """What is missing or wrong, in words. Raises ClientError where the rights do not reach."""
        found = list(bucket_faults(self.wanted, self._bucket(self.wanted.bucket)))
        return found if self._key() else [*found, f"key {self.wanted.key_alias} does not exist"]

    def make(self) -> Iterator[str]:
        """Create missing resources, repair wrong settings, and print each step. Nothing is deleted."""
        wanted = self.wanted
        key = self._key()
        if not key:
            key = self.kms.create_key(
                Description=f"Belfry: Pulumi state of {wanted.environment}",
                Tags=[{"TagKey": "managed-by", "TagValue": "belfry"}],
            )["KeyMetadata"]["Arn"]
            self.kms.create_alias(AliasName=wanted.key_alias, TargetKeyId=key)
            yield f"made key {wanted.key_alias}"
        self.kms.enable_key_rotation(KeyId=key)
        if not self._bucket(wanted.log_bucket).exists:
            self._create(wanted.log_bucket)
            self.s3.put_bucket_policy(Bucket=wanted.log_bucket, Policy=wanted.log_bucket_policy())
            yield f"made bucket {wanted.log_bucket} for its access log"
        found = self._bucket(wanted.bucket)
        if not found.exists:
            self._create(wanted.bucket)
            self._end_old_versions()
            yield f"made bucket {wanted.bucket}"
        found = self._bucket(wanted.bucket)
        for fault in bucket_faults(wanted, found):
            yield f"set on {wanted.bucket}, where {fault}"
        self._protect(key, found)

    def _create(self, bucket: str) -> None:
        # S3 refuses the one region that is its default as a constraint.
        where = {} if self.wanted.region == "us-east-1" else {"LocationConstraint": self.wanted.region}
        self.s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": where} if where else {}))
        self.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_NO_PUBLIC_ACCESS)

    def _protect(self, key: str, found: BucketState) -> None:
        """Set what the bucket lacks. What somebody chose for it otherwise stays: another key, a log elsewhere."""
        bucket = self.wanted.bucket
        if not found.public_access_blocked:
            self.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_NO_PUBLIC_ACCESS)
        if not found.versioned:
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        if not found.key:
            by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
            rule = {"ApplyServerSideEncryptionByDefault": by_key, "BucketKeyEnabled": True}
            self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        if not refuses_plain_connections(found.policy):
            self.s3.put_bucket_policy(Bucket=bucket, Policy=self._policy(found.policy))
        if not found.logged_to:
            log = {"TargetBucket": self.wanted.log_bucket, "TargetPrefix": "state/"}
            self.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": log})

    def _end_old_versions(self) -> None:
        old = {
            "ID": "old-versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_DAYS},
        }
        self.s3.put_bucket_lifecycle_configuration(Bucket=self.wanted.bucket, LifecycleConfiguration={"Rules": [old]})

    def _policy(self, found: str) -> str:
        """Ours beside what the bucket has: a policy is put whole, and one that was written by hand must live on."""
        ours = json.loads(self.wanted.bucket_policy())
        theirs = json.loads(found)["Statement"] if found else []
        return json.dumps({**ours, "Statement": [*theirs, *ours["Statement"]]}, sort_keys=True)

    def _key(self) -> str:
        found = self._asked(self.kms.describe_key, KeyId=self.wanted.key_alias)
        return str(found["KeyMetadata"]["Arn"]) if found else ""

    def _bucket(self, bucket: str) -> BucketState:
        if self._asked(self.s3.head_bucket, Bucket=bucket) is None:
            return BucketState()
        rules = (self._asked(self.s3.get_bucket_encryption, Bucket=bucket) or {}).get(
            "ServerSideEncryptionConfiguration", {}
        )
        defaults = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules.get("Rules", [])]
        blocked = (self._asked(self.s3.get_public_access_block, Bucket=bucket) or {}).get(
            "PublicAccessBlockConfiguration", {}
        )
        logging = (self._asked(self.s3.get_bucket_logging, Bucket=bucket) or {}).get("LoggingEnabled", {})
        versioning = self._asked(self.s3.get_bucket_versioning, Bucket=bucket) or {}
        return BucketState(
            exists=True,
            versioned=versioning.get("Status") == "Enabled",
            key=next((str(one["KMSMasterKeyID"]) for one in defaults if "KMSMasterKeyID" in one), ""),
            public_access_blocked=_NO_PUBLIC_ACCESS.items() <= blocked.items(),
            policy=str((self._asked(self.s3.get_bucket_policy, Bucket=bucket) or {}).get("Policy", "")),
            logged_to=str(logging.get("TargetBucket", "")),
        )

    @staticmethod
    def _asked(call: Any, **what: str) -> Any:
        """The answer, or None for what is not there."""
        try:
            return call(**what)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
