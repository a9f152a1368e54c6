"""Where evidence is kept: a folder of this machine, or a prefix in S3. One document for each kind of a commit.

The layout is ``<environment>/<commit>/<kind>.json``. A new document takes the place of the old one; in S3 the bucket's
versions keep what was there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model.file import parse_json, read_json
from model.problems import BadInput, Problem
from model.promotion.decision import SKEW_SECONDS
from model.promotion.evidence import MAX_BYTES, Evidence, Kind
from model.vocabulary import Environment
from ops.gate.documents import S3, write_document
from ops.http import Unreachable


class Store(Protocol):
    """Documents by environment, commit and kind."""

    def read(self, environment: Environment, commit: str, kind: Kind) -> Any:
        """The JSON, or None where there is none. Raises BadInput for what is no JSON, Unreachable without an answer."""

    def write(self, evidence: Evidence) -> str:
        """Keep a document, and say where. Raises BadInput or Unreachable."""

    def deployed(self, environment: Environment, since: float) -> Sequence[str]:
        """Commits whose deployment may have begun at ``since`` or later, sorted. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Below a folder of this machine."""

    folder: Path

    def read(self, environment: Environment, commit: str, kind: Kind) -> Any:
        """The file's content."""
        path = self.folder / _name(environment, commit, kind)
        return read_json(path, str(path), MAX_BYTES) if path.exists() else None

    def write(self, evidence: Evidence) -> str:
        """Write the file, whole or not at all."""
        place = str(self.folder / _name_of(evidence))
        write_document(place, evidence.model_dump(mode="json"))
        return place

    def deployed(self, environment: Environment, since: float) -> Sequence[str]:
        """All of them: a copied file has another time than the one it was written at."""
        return sorted(path.parent.name for path in (self.folder / environment).glob(f"*/{Kind.DEPLOYMENT}.json"))


@dataclass(frozen=True, slots=True)
class S3Store:
    """Below a prefix such as ``s3://bucket/evidence``. The reader may list it: without that right S3 does not say
    whether a document is absent or forbidden."""

    prefix: str

    def read(self, environment: Environment, commit: str, kind: Kind) -> Any:
        """The object's content."""
        bucket, key = self._address(_name(environment, commit, kind))
        try:
            with boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"] as body:
                data = body.read(MAX_BYTES + 1)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise Unreachable(f"s3://{bucket}/{key}: {error}") from None
        except BotoCoreError as error:
            raise Unreachable(f"s3://{bucket}/{key}: {error}") from None
        where = f"s3://{bucket}/{key}"
        if len(data) > MAX_BYTES:
            raise BadInput([Problem(where, "the object is too large", f"at most {MAX_BYTES} bytes")])
        try:
            return parse_json(data.decode("utf-8"), where)
        except UnicodeDecodeError as error:
            raise BadInput([Problem(where, f"byte {error.start} is not UTF-8", "an object in UTF-8")]) from None

    def write(self, evidence: Evidence) -> str:
        """Put the object."""
        bucket, key = self._address(_name_of(evidence))
        write_document(f"{S3}{bucket}/{key}", evidence.model_dump(mode="json"))
        return f"{S3}{bucket}/{key}"

    def deployed(self, environment: Environment, since: float) -> Sequence[str]:
        """By the time at which S3 took the document, so that those of last year are not read."""
        bucket, key = self._address(f"{environment}/")
        try:
            pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            objects = [one for page in pages for one in page.get("Contents", ())]
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"{self.prefix}: {error}") from None
        recent = {str(one["Key"]) for one in objects if one["LastModified"].timestamp() >= since - SKEW_SECONDS}
        parts = (name.removeprefix(key).split("/") for name in sorted(recent))
        return [commit for commit, *rest in parts if rest == [f"{Kind.DEPLOYMENT}.json"]]

    def _address(self, name: str) -> tuple[str, str]:
        bucket, _, prefix = self.prefix.removeprefix(S3).rstrip("/").partition("/")
        return bucket, f"{prefix}/{name}"


def store(place: str) -> Store:
    """The store at a folder or an address in S3. Raises BadInput for half an address."""
    if not place.startswith(S3):
        return FolderStore(Path(place))
    bucket, _, prefix = place.removeprefix(S3).rstrip("/").partition("/")
    if not bucket or not prefix:
        raise BadInput([Problem(place, "found no bucket or no prefix", "s3://bucket/prefix")])
    return S3Store(place)


def _name(environment: Environment, commit: str, kind: Kind) -> str:
    return f"{environment}/{commit}/{kind}.json"


def _name_of(evidence: Evidence) -> str:
    return _name(evidence.environment, evidence.commit, evidence.kind)
