"""Incidents as `ops incident watch` counts them: median and 90th percentile of their times, and action items."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording import incidents as series


def time(kind: str, quantile: str) -> str:
    """Seconds to detect, acknowledge or restore, of all incidents, by system."""
    where = f'time="{kind}", quantile="{quantile}"'
    return f"max by (system) ({chosen.system(series.TIME, where)})"


def longest(kind: str, quantile: str) -> str:
    """Of the chosen systems, that where it is longest."""
    return f"max({time(kind, quantile)})"


def measured(kind: str) -> str:
    """How many incidents have the time, by system: n."""
    where = f'time="{kind}"'
    return f"max by (system) ({chosen.system(series.MEASURED, where)})"


def lasting() -> str:
    """Incidents that last."""
    return f"sum(max by (system) ({chosen.system(series.OPEN)}))"


def overdue() -> str:
    """Action items that are open after their day, by owner."""
    return f"max by (owner) ({chosen.cluster(series.OVERDUE)})"


def waiting() -> str:
    """Action items that are not done, by owner."""
    return f"max by (owner) ({chosen.cluster(series.ACTIONS)})"
