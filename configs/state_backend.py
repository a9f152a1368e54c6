"""Where Pulumi keeps the state of an environment, and the key that encrypts the secrets in it.

The state names every resource, and who can write it can have anything deleted by the next `pulumi up`; the last good
version of it is what a broken update is repaired from.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from configs.iam.policy import Statement, document
from model.problems import Problem
from model.vocabulary import Environment

# Where one developer's disk is as good as any.
_TRIED = frozenset({Environment.LOCAL, Environment.DEV})
# An update of ten minutes writes a hundred versions; what is older than a quarter of a year repairs nothing.
OLD_VERSIONS_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBackend:
    """One bucket for an account and region, one key for each environment, which may have different administrators."""

    environment: Environment
    account: str
    region: str

    @property
    def bucket(self) -> str:
        """Names of buckets are global: the account makes it ours."""
        return f"belfry-state-{self.account}-{self.region}"

    @property
    def log_bucket(self) -> str:
        """Who read and wrote the state: a bucket of its own, because delivery would be logged again and again."""
        return f"{self.bucket}-access"

    @property
    def key_alias(self) -> str:
        """Of the key that encrypts secrets in the state, and the state itself."""
        return f"alias/belfry-state-{self.environment}"

    @property
    def url(self) -> str:
        """For `pulumi login`."""
        return f"s3://{self.bucket}?region={self.region}"

    @property
    def secrets_provider(self) -> str:
        """For `pulumi stack init --secrets-provider`."""
        return f"awskms://{self.key_alias}?region={self.region}"

    def bucket_policy(self) -> str:
        """Nobody without TLS. Who may read and write is for IAM to say."""
        arn = f"arn:aws:s3:::{self.bucket}"
        refuse = Statement(
            reason="No connection without TLS",
            effect="Deny",
            principal={"AWS": "*"},
            actions=["s3:*"],
            resources=[arn, f"{arn}/*"],
            condition={"Bool": {"aws:SecureTransport": "false"}},
        )
        return document([refuse])

    def log_bucket_policy(self) -> str:
        """S3's log delivery writes, of this bucket alone."""
        deliver = Statement(
            reason="S3 delivers access logs",
            principal={"Service": "logging.s3.amazonaws.com"},
            actions=["s3:PutObject"],
            resources=[f"arn:aws:s3:::{self.log_bucket}/*"],
            condition={
                "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{self.bucket}"},
                "StringEquals": {"aws:SourceAccount": self.account},
            },
        )
        # One resource as a plain string: moto, which stands for S3 in tests, reads no list here.
        statement = {**deliver.plain(1), "Resource": deliver.resources[0]}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketState:
    """A bucket as S3 describes it. ``key``: the default encryption's KMS key; ``policy``: its JSON, or empty."""

    exists: bool = False
    versioned: bool = False
    key: str = ""
    public_access_blocked: bool = False
    policy: str = ""
    logged_to: str = ""


def bucket_faults(wanted: StateBackend, found: BucketState) -> Iterator[str]:
    """What a state bucket lacks, in words; nothing when all is well."""
    if not found.exists:
        yield f"bucket {wanted.bucket} does not exist"
        return
    if not found.versioned:
        yield "versioning is off: a broken state cannot be restored"
    if not found.key:
        yield "objects are not encrypted by a KMS key"
    if not found.public_access_blocked:
        yield "public access is not blocked"
    if not refuses_plain_connections(found.policy):
        yield "connections without TLS are accepted"
    if not found.logged_to:
        yield "access is not logged: changes of the state could not be traced"


def refuses_plain_connections(policy: str) -> bool:
    """Whether a bucket policy denies everything to everybody who comes without TLS."""
    statements = json.loads(policy)["Statement"] if policy else []
    return any(_refuses(statement) for statement in statements)


def _refuses(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, Mapping) and principal.get("AWS") in ("*", ["*"]))
    secure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    everything = statement.get("Action") in ("s3:*", ["s3:*"])
    return statement.get("Effect") == "Deny" and everybody and everything and secure in ("false", ["false"])


def state_problems(environment: Environment, backend_url: str, stack_file: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with where a real environment keeps its state. ``stack_file``: all of Pulumi.<environment>.yaml.

    ``backend_url`` is as `pulumi login` wrote it; empty where nobody knows, which is Pulumi's own service then.
    """
    if environment in _TRIED:
        return
    file = f"Pulumi.{environment}.yaml"
    better = f"`make backend ENV={environment}` creates one in S3 and prints how to use it"
    if backend_url.startswith("file:"):
        yield Problem("pulumi login", "found a state backend on a local disk", better)
    if "encryptionsalt" in stack_file:
        yield Problem(
            f"{file}: encryptionsalt",
            "found secrets encrypted with a passphrase, which everyone who deploys must know and nobody can revoke",
            f"secretsprovider: awskms://...; {better}",
        )
