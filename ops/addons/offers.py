"""What AWS offers for a Kubernetes version: versions of add-ons, their schemas, releases of node images. Read only."""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from model.account.eks_bump import Offer, release_parameter

SETTINGS = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=30)


class Offers(Protocol):
    """Where versions come from. Each method raises what boto3 raises."""

    def addon(self, kubernetes: str, name: str) -> list[Offer]:
        """All versions of an add-on for a Kubernetes version; none for what AWS does not know."""
        ...

    def release(self, kubernetes: str, ami_type: str) -> str | None:
        """The recommended release of an image; None where AWS has no such parameter."""
        ...

    def schema(self, name: str, version: str) -> dict[str, Any]:
        """The JSON Schema that EKS checks an add-on's configuration against."""
        ...


@dataclass(frozen=True, slots=True)
class Aws:
    """AWS itself; the answers are the same in every account. ``eks`` and ``ssm`` are boto3's clients."""

    eks: Any = field(repr=False)
    ssm: Any = field(repr=False)

    @classmethod
    def of(cls, region: str | None) -> Self:
        """With clients of a region; None for the one of the shell."""
        made = (boto3.client(name, region_name=region, config=SETTINGS) for name in ("eks", "ssm"))
        return cls(*made)

    def addon(self, kubernetes: str, name: str) -> list[Offer]:
        """See :class:`Offers`."""
        pages = self.eks.get_paginator("describe_addon_versions").paginate(addonName=name, kubernetesVersion=kubernetes)
        return [
            Offer(one["addonVersion"], fits.get("defaultVersion", False))
            for page in pages
            for addon in page["addons"]
            for one in addon["addonVersions"]
            for fits in one["compatibilities"]
            if fits["clusterVersion"] == kubernetes
        ]

    def release(self, kubernetes: str, ami_type: str) -> str | None:
        """See :class:`Offers`."""
        try:
            found = self.ssm.get_parameter(Name=release_parameter(kubernetes, ami_type))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        return str(found["Parameter"]["Value"])

    def schema(self, name: str, version: str) -> dict[str, Any]:
        """See :class:`Offers`."""
        answer = self.eks.describe_addon_configuration(addonName=name, addonVersion=version)
        schema: dict[str, Any] = json.loads(answer["configurationSchema"])
        return schema
