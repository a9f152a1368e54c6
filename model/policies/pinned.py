"""What is installed is one version, today and tomorrow."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from model.plan import mapping, mappings
from model.policies import types
from model.policies.rule import Resource, Rule, is_known, walk

Inputs = Mapping[str, Any]

_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+([-+.][\w.+-]+)?")
_MOVING: Final = frozenset({"", "latest", "main", "master", "nightly", "edge", "stable"})
_PODS: Final = ("containers", "initContainers")


def is_pinned(image: str) -> bool:
    """Whether an image has a digest, or a tag that is a version: `latest` is another program tomorrow."""
    if "@sha256:" in image:
        return True
    tagged = re.fullmatch(r".*/?[^/:]+:([\w.-]+)", image)
    return tagged is not None and tagged[1] not in _MOVING


def _unpinned(resource: Resource) -> Iterator[str]:
    kind = "workload" if resource.type in types.WORKLOADS else resource.type
    if look := _LOOK.get(kind):
        yield from look(resource.inputs)


def _release(inputs: Inputs) -> Iterator[str]:
    version = inputs.get("version")
    if not isinstance(version, str) or not _EXACT.fullmatch(version):
        yield f"the chart's version is {version or 'not given'}, no exact one"
    yield from _values(inputs.get("values"))


def _workload(inputs: Inputs) -> Iterator[str]:
    for container in _containers(mapping(inputs, "spec")):
        image = container.get("image")
        if is_known(image) and not is_pinned(str(image)):
            yield f"container {container.get('name')}: the image {image} is not pinned"


def _add_on(inputs: Inputs) -> Iterator[str]:
    if not inputs.get("addonVersion"):
        yield "the add-on has no addonVersion, so EKS chooses one"


def _node_group(inputs: Inputs) -> Iterator[str]:
    """A launch template may name an image of one's own instead."""
    if not inputs.get("releaseVersion") and inputs.get("amiType") != "CUSTOM":
        yield "the nodes' image has no releaseVersion, so EKS chooses one"


def _node_class(inputs: Inputs) -> Iterator[str]:
    for term in mappings(mapping(inputs, "spec"), "amiSelectorTerms"):
        if str(term.get("alias", "")).endswith("@latest"):
            yield f"the nodes' image is {term['alias']}"


def _values(values: Any) -> Iterator[str]:
    for path, value in walk(values):
        key = path.rpartition(".")[2]
        if not isinstance(value, str) or not is_known(value):
            continue
        if (key == "tag" and "image" in path.lower() and value in _MOVING - {""}) or (
            key == "image" and ":" in value and not is_pinned(value)
        ):
            yield f"values.{path} is {value}, which is not pinned"


def _containers(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of a workload's pods; those of a CronJob are one template deeper."""
    inner = mapping(mapping(spec, "jobTemplate"), "spec") or spec
    pods = mapping(mapping(inner, "template"), "spec")
    for kind in _PODS:
        yield from mappings(pods, kind)


_LOOK: Final[Mapping[str, Callable[[Inputs], Iterator[str]]]] = {
    types.RELEASE: _release,
    "workload": _workload,
    "aws:eks/addon:Addon": _add_on,
    types.NODE_GROUP: _node_group,
    types.NODE_CLASS: _node_class,
}

RULE = Rule(
    name="pinned-versions",
    title="Charts, images, add-ons and nodes' images are of one exact version",
    fix="Write the version: versions.toml for charts and images, a tag or a digest for images.",
    one=_unpinned,
)
