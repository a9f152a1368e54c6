"""What one planned resource costs: the words that rules of cost speak in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.cost.prices import PriceTable
from model.plan import mapping
from model.vocabulary import LogDestination

PlannedResource = Mapping[str, Any]
"""One resource of a plan file: ``urn``, ``type``, ``name``, ``dependencies`` and ``inputs`` (plain data)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """``quantity`` units of a price, each month; ``formula`` says in words where the quantity comes from."""

    price: str
    quantity: Decimal
    formula: str


@dataclass(frozen=True, slots=True)
class InstanceCharge:
    """``count`` machines of one type, all month."""

    instance_type: str
    count: Decimal
    formula: str


@dataclass(frozen=True, slots=True)
class ByUse:
    """Billed by what happens, which no plan can know."""

    prices: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that surely costs, and nobody can say what."""

    why: str


Item = Charge | InstanceCharge | ByUse | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What rules may look at besides the resource itself."""

    catalog: Catalog
    table: PriceTable
    resources: Mapping[str, PlannedResource]

    def of_type(self, type_token: str, urns: Sequence[str]) -> list[PlannedResource]:
        """Those of ``urns`` that are of the type."""
        found = (self.resources.get(urn) for urn in urns)
        return [resource for resource in found if resource is not None and resource["type"] == type_token]

    def system_of(self, resource: PlannedResource) -> System | None:
        """The system of the catalog that a resource is for: its tag says so, or its name begins with it."""
        tag = mapping(resource["inputs"], "tags").get("system")
        named = [s for s in self.catalog.systems if tag == s.system or resource["name"].startswith(f"{s.system}-")]
        return max(named, key=lambda system: len(system.system), default=None)

    def logged_system(self, group: str) -> tuple[System, Decimal] | None:
        """The system that writes into a log group, by a part of the group's path, with its expected GiB a day."""
        parts = group.split("/")
        for system in self.catalog.systems:
            if system.system in parts and LogDestination.CLOUDWATCH in system.logs.destinations:
                own = [c.load.log_gib_per_day for c in system.components if c.name in parts]
                return system, sum(own or [c.load.log_gib_per_day for c in system.components], Decimal(0))
        return None
