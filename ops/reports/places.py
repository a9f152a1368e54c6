"""Where rows and reports are kept: a folder of this machine, or a prefix in S3."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model.problems import BadInput, Problem
from ops.gate.documents import S3
from ops.http import Unreachable

# A year of a hundred objectives is 2 MB of rows; this is far more than any one file of ours.
_MOST = 64 * 1024 * 1024
_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


class Place(Protocol):
    """Files by names such as ``a/b.json``. Every method raises Unreachable or BadInput."""

    def names(self, prefix: str) -> Sequence[str]:
        """The names that begin with ``prefix``, which ends with a slash; sorted."""

    def read(self, name: str) -> bytes:
        """A file's content."""

    def write(self, name: str, content: bytes) -> str:
        """Write a file, whole or not at all; where it is now."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, made where it is missing."""

    path: Path

    def names(self, prefix: str) -> Sequence[str]:
        """Without what is still being written."""
        files = (self.path / prefix).rglob("[!.]*")
        return sorted(file.relative_to(self.path).as_posix() for file in files if file.is_file())

    def read(self, name: str) -> bytes:
        """Raises BadInput for a file that cannot be read."""
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise BadInput([Problem(str(self.path / name), f"the file cannot be read: {error.strerror}")]) from None

    def write(self, name: str, content: bytes) -> str:
        """Raises BadInput for a folder that is not writable."""
        target = self.path / name
        partial = target.with_name(f".{target.name}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(target)
        except OSError as error:
            problem = Problem(str(target), f"the file cannot be written: {error.strerror}", "a writable folder")
            raise BadInput([problem]) from None
        return str(target)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Objects below ``prefix`` of a bucket; the prefix is empty or ends with a slash."""

    bucket: str
    prefix: str

    def names(self, prefix: str) -> Sequence[str]:
        """Of all pages of the listing."""
        try:
            pages = boto3.client("s3").get_paginator("list_objects_v2")
            found = pages.paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{prefix}")
            return sorted(one["Key"][len(self.prefix) :] for page in found for one in page.get("Contents", ()))
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"{S3}{self.bucket}/{self.prefix}: {error}") from None

    def read(self, name: str) -> bytes:
        """An object of at most 64 MiB."""
        try:
            with boto3.client("s3").get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"] as body:
                content = bytes(body.read(_MOST + 1))
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"{S3}{self.bucket}/{self.prefix}{name}: {error}") from None
        if len(content) > _MOST:
            raise BadInput([Problem(f"{S3}{self.bucket}/{self.prefix}{name}", "too large", f"at most {_MOST} bytes")])
        return content

    def write(self, name: str, content: bytes) -> str:
        """With the type that a browser needs to show it."""
        kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        try:
            boto3.client("s3").put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content, ContentType=kind)
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"{S3}{self.bucket}/{self.prefix}{name}: {error}") from None
        return f"{S3}{self.bucket}/{self.prefix}{name}"


def place(address: str) -> Place:
    """The place at a folder or an address such as ``s3://bucket/prefix``. Raises BadInput."""
    if not address.startswith(S3):
        return Folder(Path(address))
    bucket, _, prefix = address.removeprefix(S3).partition("/")
    if not bucket:
        raise BadInput([Problem(address, "found no bucket", "s3://bucket/prefix")])
    prefix = prefix.strip("/")
    return Bucket(bucket, f"{prefix}/" if prefix else "")
