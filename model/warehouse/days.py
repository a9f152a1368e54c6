"""The rows of one UTC day, from what was recorded in each of its five minutes.

A five minutes that was not recorded is a gap: it adds nothing, and ``covered_seconds`` says so. So the numbers of days
add up exactly to those of any longer time.
"""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from model.catalog.catalog import Catalog, owner_of
from model.catalog.kpis import Kpi, RateMeasure
from model.vocabulary import Environment
from model.warehouse.rows import DailyCost, DailyKpi

TILE: Final = 300
"""Seconds: the interval in which costs are recorded; business numbers are averaged over it."""
_HOUR: Final = 3600

Tiles = Mapping[int, float]
"""End of each recorded five minutes, Unix seconds -> the value over it."""
KpiKey = tuple[str, str, str]
"""Cluster, system, KPI."""


class Measured(NamedTuple):
    """A business number of the catalog. ``per``: seconds that its rate is per; None where it is no rate."""

    kpi: Kpi
    team: str
    per: int | None


def measured(catalog: Catalog, environment: Environment) -> dict[tuple[str, str], Measured]:
    """System and KPI -> the KPI, of all that the environment has."""
    here, _ = catalog.in_environment(environment)
    found = {}
    for system in here.systems:
        components = {one.name: one for one in system.components}
        for kpi in system.kpis:
            per = kpi.measure.seconds if isinstance(kpi.measure, RateMeasure) else None
            found[system.system, kpi.name] = Measured(kpi, owner_of(system, components[kpi.component]), per)
    return found


def kpis(
    day: Mapping[str, Any], known: Mapping[tuple[str, str], Measured], recorded: Mapping[KpiKey, Tiles]
) -> list[DailyKpi]:
    """Sorted. ``day``: environment and day. What the catalog does not know is left out."""
    rows = []
    for (cluster, system, name), tiles in sorted(recorded.items()):
        of = known.get((system, name))
        if of is None or not tiles:
            continue
        whole = math.fsum(tiles.values())
        rows.append(
            DailyKpi(
                **day,
                cluster=cluster,
                system=system,
                component=of.kpi.component,
                kpi=name,
                team=of.team,
                unit=of.kpi.unit,
                transaction=of.kpi.transaction,
                covered_seconds=len(tiles) * TILE,
                mean=whole / len(tiles),
                low=min(tiles.values()),
                high=max(tiles.values()),
                total=None if of.per is None else whole * TILE / of.per,
            )
        )
    return rows


class Costs(NamedTuple):
    """US dollars an hour. ``systems``: by cluster, system and team; the others by cluster."""

    systems: Mapping[tuple[str, str, str], Tiles]
    namespaces: Mapping[str, Tiles]
    clusters: Mapping[str, Tiles]


def costs(day: Mapping[str, Any], recorded: Costs) -> list[DailyCost]:
    """Sorted. What no system requested, and what nobody did, are known only where the cluster's own cost is."""
    rows = [
        _cost(day, tiles, cluster=cluster, part="system", system=system, team=team)
        for (cluster, system, team), tiles in sorted(recorded.systems.items())
        if tiles
    ]
    for cluster, tiles in sorted(recorded.clusters.items()):
        requested = recorded.namespaces.get(cluster, {})
        parts: dict[str, dict[int, float]] = {"idle": {}, "other": {}}
        for at in sorted(set(tiles) & set(requested)):
            of_systems = math.fsum(
                values.get(at, 0.0) for (where, _, _), values in recorded.systems.items() if where == cluster
            )
            # Requests may exceed the nodes for the minutes in which pods move: then nothing is idle.
            parts["idle"][at] = max(0.0, tiles[at] - requested[at])
            parts["other"][at] = max(0.0, requested[at] - of_systems)
        rows += [_cost(day, found, cluster=cluster, part=part) for part, found in parts.items() if found]
    return rows


def _cost(day: Mapping[str, Any], tiles: Tiles, **of: Any) -> DailyCost:
    usd = math.fsum(tiles.values()) * TILE / _HOUR
    return DailyCost(**day, **of, covered_seconds=len(tiles) * TILE, usd=usd)
