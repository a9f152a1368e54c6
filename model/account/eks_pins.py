"""The version of every EKS add-on and of the nodes' image, pinned for each Kubernetes version of a cluster.

AWS moves neither when the control plane is upgraded: a node keeps the kubelet of its group's version, and an add-on
its own. So both follow the cluster's version from one table, and a plan is the same tomorrow.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from model.account.instance_types import is_arm
from model.base import Model, Text
from model.model_file import read_model
from model.problems import Problem

FILE = "model/account/eks_pins.yaml"

_KubernetesVersion = Annotated[str, Field(pattern=r"^1\.[0-9]+$")]
_AddonVersion = Annotated[str, Field(pattern=r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$")]
_ImageVersion = Annotated[str, Field(pattern=r"^1\.[0-9]+\.[0-9]+-20[0-9]{6}$")]


class Source(Model):
    """Where versions were read, and of which day that text is."""

    where: Text
    as_of: Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]


class Pin(Model):
    """One version and the name of its source."""

    version: str
    source: Text


class Addon(Pin):
    """One add-on's version."""

    version: _AddonVersion


class Image(Pin):
    """The release of EKS's own machine image for one AMI type."""

    version: _ImageVersion

    @property
    def alias(self) -> str:
        """The same release as Karpenter names it, such as ``al2023@v20260714``."""
        return f"al2023@v{self.version.rpartition('-')[2]}"


class Pins(Model):
    """Everything that is pinned for one Kubernetes version."""

    addons: dict[str, Addon]
    images: dict[str, Image]

    def addon(self, name: str) -> str:
        """The version of an add-on; the tests see to it that each version has all that are installed."""
        return self.addons[name].version

    def image(self, instance_type: str) -> Image:
        """The image for an instance type's processor."""
        return self.images[ami_type(instance_type)]


class Table(Model):
    """The file."""

    sources: dict[str, Source]
    versions: dict[_KubernetesVersion, Pins]

    @model_validator(mode="after")
    def _fits_itself(self) -> Self:
        for version, pins in self.versions.items():
            for name, pin in (*pins.addons.items(), *pins.images.items()):
                if pin.source not in self.sources:
                    raise ValueError(f"found unknown source {pin.source!r} of {name} for {version}")
            moved = [name for name, image in pins.images.items() if not image.version.startswith(f"{version}.")]
            if not pins.addon("kube-proxy").startswith(f"v{version}.") or moved:
                raise ValueError(f"found kube-proxy or images of another Kubernetes version for {version}")
        return self


@cache
def table(path: Path | None = None) -> Table:
    """The table. Raises BadInput."""
    return read_model(Table, path or Path(__file__).parents[2] / FILE, FILE)


def pins(version: str) -> Pins:
    """What is pinned for a Kubernetes version; :func:`pin_problems` refuses one that the table does not have."""
    return table().versions[version]


def pin_problems(where: str, version: str) -> list[Problem]:
    """A mistake for a version that EKS offers, but for which nobody has pinned add-ons and images."""
    known = table().versions
    if version in known:
        return []
    return [
        Problem(
            where,
            f"found version {version}, for which {FILE} pins no add-ons and no node image",
            f"{', '.join(known)}, or add a row to that file",
        )
    ]


def ami_type(instance_type: str) -> str:
    """EKS's name for the image that fits an instance type's processor."""
    return "AL2023_ARM_64_STANDARD" if is_arm(instance_type) else "AL2023_x86_64_STANDARD"
