"""Volumes that Helm charts ask for: only their values show them, the plan has no resource for each."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from model.cost.charges import Charge, Item, PlannedResource, Unknown, mapping, number
from model.quantities import GIBIBYTE, kubernetes_bytes

# What the EBS driver's default storage class makes.
VOLUME_PRICE = "ebs-gp3"


def of_release(resource: PlannedResource) -> Iterator[Item]:
    """The volumes in the values of a Helm release, in the two forms charts know: claim templates and persistence."""
    yield from _volumes(mapping(resource["inputs"], "values"), "")


def of_claim(resource: PlannedResource) -> Iterator[Item]:
    """A PersistentVolumeClaim of its own."""
    yield _volume(_requested(mapping(resource["inputs"], "spec")), Decimal(1), "the claim")


def _volumes(values: Mapping[str, Any], path: str) -> Iterator[Item]:
    for key, value in sorted(values.items()):
        if not isinstance(value, Mapping):
            continue
        here = f"{path}.{key}".removeprefix(".")
        if "volumeClaimTemplate" in value:
            requested = _requested(mapping(mapping(value, "volumeClaimTemplate"), "spec"))
            yield _volume(requested, _replicas(values), here)
        elif key == "persistence":
            if "size" in value and value.get("enabled") is not False:
                yield _volume(value["size"], _replicas(values), here)
        else:
            yield from _volumes(value, here)


def _replicas(values: Mapping[str, Any]) -> Decimal:
    found = [number(values, key) for key in ("replicas", "replicaCount")]
    return next((count for count in found if count is not None), Decimal(1))


def _requested(spec: Mapping[str, Any]) -> object:
    return mapping(mapping(spec, "resources"), "requests").get("storage")


def _volume(size: object, replicas: Decimal, where: str) -> Item:
    found = kubernetes_bytes(size)
    if found is None:
        return Unknown(f"volume of size {size} ({where})")
    return Charge(price=VOLUME_PRICE, quantity=found / GIBIBYTE * replicas, formula=f"{where}: {replicas} x {size}")
