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


def age() -> str:
    """Seconds since the oldest incident that lasts was opened, by system."""
    return f"max by (system) ({chosen.system(series.AGE)})"


def of_security_by_system(quantile: str) -> str:
    """How long incidents with a security alert lasted, by system."""
    where = f'quantile="{quantile}"'
    return f"max by (system) ({chosen.system(series.SECURITY, where)})"


def of_security(quantile: str) -> str:
    """The same, of the chosen system where it is longest."""
    return f"max({of_security_by_system(quantile)})"


def security_measured() -> str:
    """How many incidents with a security alert are over, by system: n."""
    return f"max by (system) ({chosen.system(series.SECURITY_MEASURED)})"


def overdue() -> str:
    """Action items that are open after their day, by owner."""
    return f"max by (owner) ({chosen.cluster(series.OVERDUE)})"


def waiting() -> str:
    """Action items that are not done, by owner."""
    return f"max by (owner) ({chosen.cluster(series.ACTIONS)})"
