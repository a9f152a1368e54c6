"""Generated catalogs for measurements: the shipped systems, many times over."""

from model.catalog.catalog import Catalog
from stacks.inputs import ROOT


def multiplied(factor: int) -> Catalog:
    """The shipped catalog with every system ``factor`` times, under other names."""
    catalog = Catalog.load(ROOT / "catalog")
    copies = [
        system.model_copy(update={"system": system.system if copy == 0 else f"{system.system}-{copy}"})
        for system in catalog.systems
        for copy in range(factor)
    ]
    return Catalog.of(catalog.organization, copies)
