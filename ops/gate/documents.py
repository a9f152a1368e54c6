"""Files that are on this machine or in S3: the status document, and the records of overrides."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model.file import parse_json, read_json
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops.environment_file import EnvironmentFile
from ops.http import Unreachable
from ops.identity import sign_in, workspace_region

# The five systems shipped have forty objectives, 16 kB; this is room for five hundred times that.
_MOST = 8 * 1024 * 1024
S3 = "s3://"


def read_document(place: str) -> Any:
    """The JSON in a file or an object such as ``s3://bucket/status/prod/slo.json``.

    Raises BadInput for what is no JSON and for a file that is not there, Unreachable where S3 does not give it.
    """
    if not place.startswith(S3):
        return read_json(Path(place), place, _MOST)
    bucket, key = _address(place)
    try:
        with boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"] as body:
            data = body.read(_MOST + 1)
    except (ClientError, BotoCoreError) as error:
        raise Unreachable(f"{place}: {error}") from None
    if len(data) > _MOST:
        raise BadInput([Problem(place, "the object is too large", f"at most {_MOST} bytes")])
    try:
        return parse_json(data.decode("utf-8"), place)
    except UnicodeDecodeError as error:
        raise BadInput([Problem(place, f"byte {error.start} is not UTF-8", "an object in UTF-8")]) from None


def write_document(place: str, content: Any) -> None:
    """Write JSON to a file or an object, whole or not at all. Raises Unreachable where S3 does not take it."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if place.startswith(S3):
        bucket, key = _address(place)
        try:
            boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/json")
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"{place}: {error}") from None
        return
    path = Path(place)
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise BadInput([Problem(place, f"the file cannot be written: {error.strerror}", "a writable folder")]) from None


class Records(Protocol):
    """Where each override is kept as a document of its own; the SLO report counts them."""

    def add(self, name: str, content: Any) -> None:
        """Keep one under a name that sorts by time."""

    def names(self) -> Sequence[str]:
        """The names of all, sorted."""


@dataclass(frozen=True, slots=True)
class FolderRecords:
    """In a folder of this machine."""

    folder: Path

    def add(self, name: str, content: Any) -> None:
        """Write the file."""
        write_document(str(self.folder / f"{name}.json"), content)

    def names(self) -> Sequence[str]:
        """Files without their suffix."""
        return sorted(path.stem for path in self.folder.glob("[!.]*.json"))


@dataclass(frozen=True, slots=True)
class S3Records:
    """Below a prefix such as ``s3://bucket/overrides/prod``."""

    prefix: str

    def add(self, name: str, content: Any) -> None:
        """Put the object."""
        write_document(f"{self.prefix}/{name}.json", content)

    def names(self) -> Sequence[str]:
        """Keys below the prefix, without their suffix. Raises Unreachable."""
        bucket, key = _address(f"{self.prefix}/")
        try:
            pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"{self.prefix}: {error}") from None
        return sorted(one.removeprefix(key).removesuffix(".json") for one in keys)


def records(place: str) -> Records:
    """The records at a folder or an address in S3."""
    return S3Records(place.rstrip("/")) if place.startswith(S3) else FolderRecords(Path(place))


def _address(place: str) -> tuple[str, str]:
    bucket, _, key = place.removeprefix(S3).partition("/")
    if not bucket or not key:
        raise BadInput([Problem(place, "found no bucket or no key", "s3://bucket/key")])
    return bucket, key


def sign_in_for(root: Path, env: str, *places: str | None) -> None:
    """As the environment's file says, where a place is in AWS; the simulated AWS of `local` knows no roles.

    A pipeline may have the catalog without the file: then it brings its own credentials.
    """
    in_aws = any(place and (place.startswith(S3) or workspace_region(place)) for place in places)
    if in_aws and env != Environment.LOCAL and (root / f"Pulumi.{env}.yaml").exists():
        file = EnvironmentFile.read(root, env)
        sign_in(file.identity, file.region)
