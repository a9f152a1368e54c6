"""A board's JSON with names: what the rules ask of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A board as its file holds it."""

    json: Json

    @property
    def uid(self) -> str:
        """Its uid."""
        return str(self.json.get("uid", ""))

    @property
    def variables(self) -> list[Json]:
        """Its variables, in their order."""
        return list(self.json.get("templating", {}).get("list", []))

    def of_type(self, kind: str) -> list[Json]:
        """Variables of a type."""
        return [variable for variable in self.variables if variable.get("type") == kind]

    @property
    def panels(self) -> Iterator[Json]:
        """All panels but the rows' headings, those of collapsed rows among them."""
        for panel in self.json.get("panels", []):
            if panel.get("type") == "row":
                yield from panel.get("panels", [])
            else:
                yield panel

    @property
    def targets(self) -> Iterator[tuple[Json, Json]]:
        """Every query that is not hidden, with its panel."""
        for panel in self.panels:
            for target in panel.get("targets", []):
                if not target.get("hide"):
                    yield panel, target


def source(panel: Json, target: Json | None = None) -> Json:
    """The data source of a query, or of its panel."""
    found = (target or {}).get("datasource") or panel.get("datasource") or {}
    return found if isinstance(found, dict) else {"uid": found}


def language(panel: Json, target: Json) -> str:
    """Type of the query's data source: ``prometheus``, ``loki``..."""
    return str(source(panel, target).get("type", ""))
