"""The class of every volume of the platform."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels, names

DRIVER = "ebs.csi.aws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClassArgs:
    """``key_arn`` encrypts the volumes, ``tags`` are theirs.

    ``keep``: a volume outlives its claim, so that a deleted release or namespace loses no data.
    """

    key_arn: pulumi.Input[str]
    tags: Mapping[str, str]
    keep: bool


@pulumi.type_token("belfry:kubernetes:StorageClass")
class StorageClass(Component):
    """EBS volumes of type gp3, encrypted, growable, made in the zone of the pod that needs them.

    Not the cluster's default: what others run there keeps choosing for itself. A class cannot be changed, only made
    again; volumes that exist stay as they are.
    """

    class_name: pulumi.Output[str]

    def __init__(self, name: str, args: StorageClassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        # The driver takes tags as numbered parameters and refuses keys of its own prefixes.
        tags = {f"tagSpecification_{number}": f"{key}={value}" for number, (key, value) in _numbered(args.tags)}
        made = kubernetes.storage.v1.StorageClass(
            f"{name}-class",
            metadata={"name": names.STORAGE_CLASS, "labels": labels.of_object(names.STORAGE_CLASS)},
            provisioner=DRIVER,
            parameters={"type": "gp3", "encrypted": "true", "kmsKeyId": args.key_arn, **tags},
            allow_volume_expansion=True,
            reclaim_policy="Retain" if args.keep else "Delete",
            # A volume stays in its zone: it must be the one that the scheduler has chosen for the pod.
            volume_binding_mode="WaitForFirstConsumer",
            opts=self.child(),
        )
        self.class_name = made.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"class_name": self.class_name})


def _numbered(tags: Mapping[str, str]) -> enumerate[tuple[str, str]]:
    return enumerate(sorted(tags.items()), 1)
