"""Recorded series of the incidents board: what `ops incident watch` counts, once a cluster."""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule

INTERVAL: Final = "1m"

TIME: Final = "system:incident_time:seconds"
"""Median and 90th percentile (label `quantile`) of the times to detect, acknowledge and restore (label `time`)."""

MEASURED: Final = "system:incident_times:count"
"""How many incidents have the time."""

SECURITY: Final = "system:security_incident:seconds"
"""Median and 90th percentile of how long incidents with a security alert lasted."""

SECURITY_MEASURED: Final = "system:security_incidents:count"
AGE: Final = "system:incident_open:seconds"
"""Age of the oldest incident that lasts; absent where none does."""

OPEN: Final = "system:incidents_open:max"
ACTIONS: Final = "owner:incident_actions_open:max"
OVERDUE: Final = "owner:incident_actions_overdue:max"


def rules() -> Iterator[Rule]:
    """None depends on the catalog. By maximum: while one process takes over from another there are two."""
    for record, metric, by in (
        (TIME, "incident_time_seconds", "system, time, quantile"),
        (MEASURED, "incident_times_measured", "system, time"),
        (SECURITY, "security_incident_seconds", "system, quantile"),
        (SECURITY_MEASURED, "security_incidents_measured", "system"),
        (OPEN, "incidents_open", "system"),
        (AGE, "incident_open_seconds", "system"),
        (ACTIONS, "incident_actions_open", "owner"),
        (OVERDUE, "incident_actions_overdue", "owner"),
    ):
        yield Rule("record", record, f"max by (cluster, {by}) ({metric})", {})
