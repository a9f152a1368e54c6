"""The part of the catalog that incidents need."""

from model.catalog.catalog import Catalog
from model.incidents.scope import Scope


def scope(catalog: Catalog) -> Scope:
    """From ``depends_on`` of all components, and the teams."""
    calls = {
        f"{system.system}/{component.name}": tuple(
            sorted({name if "/" in name else f"{system.system}/{name}" for name in component.depends_on})
        )
        for system in catalog.systems
        for component in system.components
    }
    return Scope(calls=calls, teams=tuple(sorted(catalog.teams)))
