"""One status: from the first Prometheus that answers, to the keys of its environment.

Rights: s3:PutObject on those keys, and kms:GenerateDataKey on the bucket's key.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.gate.asking import status_document
from ops.http import Unreachable

# Within the minute that a round has.
_SETTINGS = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=10)


class Bucket(Protocol):
    """Where documents are kept."""

    def put(self, key: str, content: bytes) -> None:
        """Write the object, whole or not at all. Raises Unreachable."""


class AwsBucket:
    """A bucket of S3, which encrypts by its own default."""

    def __init__(self, name: str, client: Any = None) -> None:
        self._name, self._client = name, client or boto3.client("s3", config=_SETTINGS)

    def put(self, key: str, content: bytes) -> None:
        """Write the object. Raises Unreachable."""
        try:
            self._client.put_object(Bucket=self._name, Key=key, Body=content, ContentType="application/json")
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"s3://{self._name}/{key}: {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """``prometheus``: URLs of replicas that know the same. ``watchdog``: the alert that always fires."""

    environment: str
    systems: Sequence[str]
    prometheus: Sequence[str]
    watchdog: str


def latest(environment: str) -> str:
    """The key of the current status."""
    return f"status/{environment}/slo.json"


def of_day(environment: str, at: float) -> str:
    """The key of the last status of the day of ``at`` (Unix time, UTC)."""
    return f"status/{environment}/days/{time.strftime('%Y-%m-%d', time.gmtime(at))}.json"


def publish(what: Publishing, bucket: Bucket) -> str:
    """Write both keys. What failed, or the empty string.

    A status with data missing is published too: it says so, and the gate takes it for unknown.
    """
    failures = []
    for url in what.prometheus:
        try:
            found = status_document(url, what.environment, what.systems, what.watchdog)
        except Unreachable as error:
            failures.append(str(error))
            continue
        content = (json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
        try:
            bucket.put(latest(what.environment), content)
            bucket.put(of_day(what.environment, found["generated_at"]), content)
        except Unreachable as error:
            return str(error)
        return ""
    return "; ".join(failures)
