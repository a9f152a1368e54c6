"""A UTC day of business numbers and costs, from the series that the rules record."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from model import labels
from model.calendar import midnight
from model.query_text import one_of
from model.warehouse.days import TILE, Costs, KpiKey, Tiles
from ops.http import Unreachable
from ops.reports.api import Api, Labels, Sample

KPI_VALUE: Final = "component:kpi:value"
CLUSTER_COST: Final = "cluster:cost_usd:per_hour"
NAMESPACE_COST: Final = "namespace:cost_usd:per_hour"
SYSTEM_COST: Final = "system:cost_usd:per_hour"
_KPI: Final = "kpi"
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Reading:
    """Of ``day`` and of the catalog's ``systems``. Every method raises Unreachable."""

    api: Api
    day: str
    systems: tuple[str, ...]

    def kpis(self) -> dict[KpiKey, Tiles]:
        """The values of every business number."""
        found = self._tiles(f"{KPI_VALUE}{{{one_of(labels.SYSTEM, self.systems)}}}")
        return {(_of(series, labels.CLUSTER), series[labels.SYSTEM], series[_KPI]): tiles for series, tiles in found}

    def costs(self) -> Costs:
        """What systems, namespaces and clusters cost. Namespaces only together: their names are anybody's."""
        systems = self._tiles(f"{SYSTEM_COST}{{{one_of(labels.SYSTEM, self.systems)}}}")
        return Costs(
            systems={
                (_of(series, labels.CLUSTER), series[labels.SYSTEM], _of(series, labels.TEAM)): tiles
                for series, tiles in systems
            },
            namespaces=self._by_cluster(NAMESPACE_COST),
            clusters=self._by_cluster(CLUSTER_COST),
        )

    def _by_cluster(self, metric: str) -> dict[str, Tiles]:
        found = self._tiles(metric, f"sum by ({labels.CLUSTER})")
        return {_of(series, labels.CLUSTER): tiles for series, tiles in found}

    def _tiles(self, selector: str, over: str = "") -> list[tuple[Labels, Tiles]]:
        # Of the samples within five minutes alone: a plain selector would still show what was before a gap.
        value = f"avg_over_time({selector}[{TILE}s])"
        start = midnight(self.day, "UTC")
        found = self.api.over(f"{over}({value})" if over else value, start + TILE, start + _DAY, TILE)
        return [(series, _tiles(pairs)) for series, pairs in found]


def _tiles(pairs: Iterable[Sample]) -> Tiles:
    return {int(at): value for at, value in pairs}


def _of(series: Labels, label: str) -> str:
    return series.get(label, "")


def parsed(read: Any) -> Any:
    """What ``read`` gives. Raises Unreachable for an answer without the labels of Belfry's rules."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreachable(f"the answer is not one of Prometheus with Belfry's rules: {type(error).__name__}") from None
