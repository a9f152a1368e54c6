"""``versions.toml``: every version that Belfry pins and that no other file owns, each once.

Left out: Python packages (requirements files), Go tools (their modules' go.mod), actions of the pipeline.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

import pydantic
from pydantic import Field, StringConstraints, model_validator

from model.base import Model, Text
from model.file import read_text
from model.problems import BadInput, Problem, from_validation

FILE = "versions.toml"  # at the top of the project
ROOT = Path(__file__).resolve().parents[1]

# Longer than Name: prometheus-yet-another-cloudwatch-exporter has 42 characters. Helm allows 53 for a release.
ChartName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=53)]
ChartVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
_ImageName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(/[a-z0-9._-]+)+$")]
_Tag = Annotated[str, StringConstraints(pattern=r"^v?[0-9][A-Za-z0-9_.-]*$")]
_Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
PinnedImage = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._-]+)+(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?@sha256:[0-9a-f]{64}$",
        max_length=500,
    ),
]
"""An image with its registry, exactly one content: ``registry.example.com/team/python:3.13@sha256:...``."""
_KubernetesVersion = Annotated[str, Field(pattern=r"^1\.[0-9]+$")]
_AddonVersion = Annotated[str, Field(pattern=r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$")]
_MachineImageVersion = Annotated[str, Field(pattern=r"^1\.[0-9]+\.[0-9]+-20[0-9]{6}$")]


class ChartPin(Model):
    """One Helm chart."""

    repository: Annotated[str, StringConstraints(pattern=r"^(https|oci)://[^/].*[^/]$")]
    version: ChartVersion
    app: Text = Field(description="Version of the program, as the chart says.")
    kube: Text | None = Field(None, description="Kubernetes versions, as the chart says; absent when it says none.")


class ImagePin(Model):
    """One container image (or OCI artifact) that no chart brings."""

    image: _ImageName
    version: _Tag
    digest: _Digest | None = None

    @property
    def reference(self) -> str:
        """As Kubernetes takes it: ``docker.io/curlimages/curl:8.15.0``, and the digest where one is pinned."""
        return f"{self.image}:{self.version}" + (f"@{self.digest}" if self.digest else "")


class Source(Model):
    """Where versions were read, and of which day that text is."""

    where: Text
    as_of: Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]


class Addon(Model):
    """The version of one EKS add-on, and the name of its source."""

    version: _AddonVersion
    source: Text


class MachineImage(Model):
    """The release of EKS's own machine image for one AMI type, and the name of its source."""

    version: _MachineImageVersion
    source: Text

    @property
    def alias(self) -> str:
        """The same release as Karpenter names it, such as ``al2023@v20260714``."""
        return f"al2023@v{self.version.rpartition('-')[2]}"


class EksPins(Model):
    """Everything that is pinned for one Kubernetes version."""

    addons: dict[str, Addon]
    images: dict[str, MachineImage]

    def addon(self, name: str) -> str:
        """The version of an add-on; the tests see to it that each version has all that are installed."""
        return self.addons[name].version


class Eks(Model):
    """Add-ons and machine images, by Kubernetes version."""

    sources: dict[str, Source]
    versions: dict[_KubernetesVersion, EksPins]

    @model_validator(mode="after")
    def _fits_itself(self) -> Self:
        for version, pins in self.versions.items():
            sources = {name: addon.source for name, addon in pins.addons.items()}
            sources |= {name: image.source for name, image in pins.images.items()}
            for name, source in sources.items():
                if source not in self.sources:
                    raise ValueError(f"found unknown source {source!r} of {name} for {version}")
            other = [name for name, image in pins.images.items() if not image.version.startswith(f"{version}.")]
            proxy = pins.addons.get("kube-proxy")
            if not proxy or not proxy.version.startswith(f"v{version}.") or other:
                raise ValueError(f"found kube-proxy or images of another Kubernetes version for {version}")
        return self


class Versions(Model):
    """The file."""

    charts: dict[ChartName, ChartPin]
    images: dict[ChartName, ImagePin]
    eks: Eks


def read_versions(folder: Path) -> Versions:
    """The file in ``folder``. Raises BadInput."""
    return parse_versions(read_text(folder / FILE, FILE))


def parse_versions(text: str) -> Versions:
    """The file's ``text``. Raises BadInput."""
    try:
        return Versions.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadInput([Problem(FILE, f"found no TOML: {error}", "TOML")]) from None
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(FILE, error, Versions)) from None


@cache
def versions() -> Versions:
    """The project's own file. Raises BadInput."""
    return read_versions(ROOT)


def image(name: str) -> str:
    """The reference of an image of the project's own file."""
    return versions().images[name].reference
