"""Whether taking one availability zone out of a load balancer can help: pure, and no where anything is unknown."""

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_ZONES = 3
"""With two, the other one would take twice its load. With three each takes half as much again."""
LEAST_HEALTHY = 2
"""In each zone that stays: one target would be the next outage."""


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """A target of the load balancer. ``zone``: empty where AWS does not say."""

    zone: str
    healthy: bool


def bad_zone(targets: Iterable[TargetHealth]) -> tuple[str, str]:
    """The zone to leave, and empty; or empty, and the reason why none may be left.

    The zone is common to all unhealthy targets, none of its own is healthy, and each zone that stays has only healthy
    ones, and enough of them.
    """
    found = list(targets)
    if not found or any(not target.zone for target in found):
        return "", "the zones of its targets are unknown"
    healthy = {zone: [t.healthy for t in found if t.zone == zone] for zone in sorted({t.zone for t in found})}
    bad = [zone for zone, states in healthy.items() if not all(states)]
    if len(bad) != 1:
        return "", f"unhealthy targets are in {len(bad)} of {len(healthy)} zones, so the zone is not their cause"
    [zone] = bad
    if any(healthy[zone]):
        return "", f"{sum(healthy[zone])} of {len(healthy[zone])} targets in {zone} are healthy"
    rest = {name: len(states) for name, states in healthy.items() if name != zone}
    if len(healthy) < LEAST_ZONES or min(rest.values()) < LEAST_HEALTHY:
        left = ", ".join(f"{name} {count}" for name, count in rest.items()) or "none"
        return "", f"the other zones have no room (healthy targets: {left})"
    return zone, ""
