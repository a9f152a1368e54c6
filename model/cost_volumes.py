"""Volumes that Helm charts ask for: only their values show them, the plan has no resource for each."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from model.cost_charges import Charge, Item, PlannedResource, Unknown, mapping, number

_SIZE = re.compile(r"^([0-9]+(?:\.[0-9]+)?)(Mi|Gi|Ti|M|G|T)$")
_GIB = {"Mi": Decimal(1) / 1024, "Gi": Decimal(1), "Ti": Decimal(1024)} | {
    "M": Decimal(10**6) / 1024**3,
    "G": Decimal(10**9) / 1024**3,
    "T": Decimal(10**12) / 1024**3,
}
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
    found = _SIZE.match(str(size))
    if found is None:
        return Unknown(f"volume of size {size} ({where})")
    gib = Decimal(found[1]) * _GIB[found[2]]
    return Charge(price=VOLUME_PRICE, quantity=gib * replicas, formula=f"{where}: {replicas} x {size}")
