"""Incidents in S3. Objects cannot be added to, so a timeline is numbered objects, each written once.

``timeline.jsonl`` is ``timeline/000001.jsonl``, ``timeline/000002.jsonl`` and so on. Each is a conditional write
(``If-None-Match: *``): of two who add at once, one gets the number and the other the next one. Nothing is lost, and a
line that both wrote is one again when it is read.

Rights: s3:ListBucket on the prefix, s3:GetObject and s3:PutObject on its objects, and the bucket's key.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from model.problems import BadInput, Problem
from ops.http import Unreachable
from ops.incidents.files import MOST_BYTES

S3: Final = "s3://"
# A round is to be over within the half minute until the next one.
_SETTINGS: Final = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=10)
# Somebody else has the name, or is writing it at this moment.
_TAKEN: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_TYPES: Final = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "md": "text/markdown; charset=utf-8",
    "svg": "image/svg+xml",
}
_DIGITS: Final = 6


@dataclass(slots=True)
class Bucket:
    """``prefix`` ends with a slash. What has not changed since it was last read is not read again."""

    bucket: str
    prefix: str
    client: Any = None
    _tags: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Without a client: by the process's identity."""
        self.client = self.client or boto3.client("s3", config=_SETTINGS)

    def names(self) -> Sequence[str]:
        """From the listing, which also says what has changed."""
        try:
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            found = {one["Key"][len(self.prefix) :]: one["ETag"] for page in pages for one in page.get("Contents", ())}
        except (ClientError, BotoCoreError) as error:
            raise self._unreachable("", error) from None
        self._tags = found
        self._texts = {name: kept for name, kept in self._texts.items() if name in found}
        return sorted(found)

    def read(self, name: str) -> str | None:
        """As of the last listing, or newer."""
        tag = self._tags.get(name)
        if tag is None:
            return None
        kept = self._texts.get(name)
        if kept is None or kept[0] != tag:
            kept = self._get(name)
            self._texts[name] = kept
            self._tags[name] = kept[0]
        return kept[1]

    def create(self, name: str, text: str) -> bool:
        """By a conditional write."""
        try:
            self._put(name, text, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN:
                self._tags[name] = ""  # it is there; what it holds is read when it is asked for
                return False
            raise self._unreachable(name, error) from None
        return True

    def write(self, name: str, text: str) -> None:
        """One object, which S3 replaces whole."""
        try:
            self._put(name, text)
        except ClientError as error:
            raise self._unreachable(name, error) from None

    def append(self, name: str, lines: str) -> None:
        """One more object, under the next number that is free."""
        number = len(self._parts(name)) + 1
        while not self.create(_part(name, number), lines):
            number += 1

    def appended(self, name: str) -> str:
        """All objects, in the order of their numbers."""
        return "".join(self.read(part) or "" for part in self._parts(name))

    def shown(self, name: str) -> str:
        """Its address."""
        return f"{S3}{self.bucket}/{self.prefix}{name}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Kubernetes runs one pod, and conditional writes bear a second one."""
        yield

    def _parts(self, name: str) -> list[str]:
        below = _part(name, 0)[: -_DIGITS - len(".jsonl")]
        return sorted(one for one in self._tags if one.startswith(below))

    def _get(self, name: str) -> tuple[str, str]:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)
            with answer["Body"] as body:
                data: bytes = body.read(MOST_BYTES + 1)
        except (ClientError, BotoCoreError) as error:
            raise self._unreachable(name, error) from None
        if len(data) > MOST_BYTES:
            raise BadInput([Problem(self.shown(name), "the object is too large", f"at most {MOST_BYTES} bytes")])
        try:
            return answer["ETag"], data.decode()
        except UnicodeDecodeError as error:
            found = f"byte {error.start} is not UTF-8"
            raise BadInput([Problem(self.shown(name), found, "an object in UTF-8")]) from None

    def _put(self, name: str, text: str, **condition: str) -> None:
        kind = _TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8")
        key = self.prefix + name
        try:
            answer = self.client.put_object(
                Bucket=self.bucket, Key=key, Body=text.encode(), ContentType=kind, **condition
            )
        except BotoCoreError as error:
            raise self._unreachable(name, error) from None
        self._tags[name] = answer["ETag"]
        self._texts[name] = (answer["ETag"], text)

    def _unreachable(self, name: str, error: Exception) -> Unreachable:
        return Unreachable(f"{self.shown(name)}: {error}")


def _part(name: str, number: int) -> str:
    return f"{name.removesuffix('.jsonl')}/{number:0{_DIGITS}}.jsonl"
