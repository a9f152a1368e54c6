"""The archive of Belfry's own programs, in the bucket where pods fetch it."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class JobArchiveArgs:
    """``file`` has the checksum ``sha256``; ``region`` is the bucket's."""

    bucket: pulumi.Input[str]
    region: str
    file: Path
    sha256: str


@pulumi.type_token("belfry:aws:JobArchive")
class JobArchive(Component):
    """One object, named by its checksum: another content is another object, and pods that run keep theirs.

    The old one goes when all pods have the new one. The bucket keeps it a week longer, as it does any old version.
    Pods fetch ``url``; the code of a Lambda function is ``bucket`` and ``key``.
    """

    bucket: pulumi.Output[str]
    key: pulumi.Output[str]
    url: pulumi.Output[str]
    sha256: str

    def __init__(self, name: str, args: JobArchiveArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = aws.s3.BucketObjectv2(
            f"{name}-archive",
            bucket=args.bucket,
            key=f"{args.sha256}.zip",
            source=pulumi.FileAsset(str(args.file)),
            content_type="application/zip",
            opts=self.child(),
        )
        # By the bucket as it was given and not by the object's id: so it is known once the object is there.
        self.bucket, self.key = made.bucket, made.key
        self.url = pulumi.Output.concat("https://", made.bucket, f".s3.{args.region}.amazonaws.com/", made.key)
        self.sha256 = args.sha256
        self.register_outputs({"bucket": self.bucket, "key": self.key, "url": self.url, "sha256": self.sha256})
