"""Volumes that charts and StatefulSets ask for: the plan has no resource for each."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from model.cost.charges import Charge, Item, PlannedResource, Unknown
from model.plan import mapping, number, sequence
from model.quantities import GIBIBYTE, kubernetes_bytes

# What the EBS driver's default storage class makes.
VOLUME_PRICE = "ebs-gp3"


def of_release(resource: PlannedResource) -> Iterator[Item]:
    """The volumes in the values of a Helm release, in the forms charts know: claim templates and persistence."""
    yield from _volumes(mapping(resource["inputs"], "values"), "", Decimal(1))


def of_stateful_set(resource: PlannedResource) -> Iterator[Item]:
    """Its claims, and the ephemeral volumes of its pods, which are there as long as the pods are."""
    yield from _volumes(mapping(resource["inputs"], "spec"), "", Decimal(1))


def of_claim(resource: PlannedResource) -> Iterator[Item]:
    """A PersistentVolumeClaim of its own."""
    yield _volume(_requested(mapping(resource["inputs"], "spec")), Decimal(1), "the claim")


def _volumes(value: object, path: str, replicas: Decimal) -> Iterator[Item]:
    """Those in ``value``; ``replicas`` are those of the nearest value around it that says a number."""
    if isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from _volumes(below, f"{path}[{index}]", replicas)
    if not isinstance(value, Mapping):
        return
    replicas = _replicas(value, replicas)
    for key, below in sorted(value.items()):
        here = f"{path}.{key}".removeprefix(".")
        if key == "volumeClaimTemplate":
            yield _volume(_requested(mapping(below, "spec")), replicas, path)
        elif key == "volumeClaimTemplates":
            for claim in sequence(value, key):
                yield _volume(_requested(mapping(claim, "spec")), replicas, here)
        elif key == "persistence" and isinstance(below, Mapping):
            if "size" in below and below.get("enabled") is not False:
                yield _volume(below["size"], replicas, here)
        else:
            yield from _volumes(below, here, replicas)


def _replicas(values: Mapping[str, Any], usual: Decimal) -> Decimal:
    """``count`` is that of a node set of Elasticsearch."""
    found = [number(values, key) for key in ("replicas", "replicaCount", "count")]
    return next((count for count in found if count is not None), usual)


def _requested(spec: Mapping[str, Any]) -> object:
    return mapping(mapping(spec, "resources"), "requests").get("storage")


def _volume(size: object, replicas: Decimal, where: str) -> Item:
    found = kubernetes_bytes(size)
    if found is None:
        return Unknown(f"volume of size {size} ({where})")
    return Charge(price=VOLUME_PRICE, quantity=found / GIBIBYTE * replicas, formula=f"{where}: {replicas} x {size}")
