"""Recorded series of the incidents board: what `ops incident watch` counts, once a cluster."""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule

INTERVAL: Final = "1m"

TIME: Final = "system:incident_time:seconds"
"""Median and 90th percentile (label `quantile`) of the times to detect, acknowledge and restore (label `time`)."""

MEASURED: Final = "system:incident_times:count"
"""How many incidents have the time."""

OPEN: Final = "system:incidents_open:max"
ACTIONS: Final = "owner:incident_actions_open:max"
OVERDUE: Final = "owner:incident_actions_overdue:max"


def rules() -> Iterator[Rule]:
    """None depends on the catalog. By maximum: while one process takes over from another there are two."""
    for record, metric, by in (
        (TIME, "incident_time_seconds", "system, time, quantile"),
        (MEASURED, "incident_times_measured", "system, time"),
        (OPEN, "incidents_open", "system"),
        (ACTIONS, "incident_actions_open", "owner"),
        (OVERDUE, "incident_actions_overdue", "owner"),
    ):
        yield Rule("record", record, f"max by (cluster, {by}) ({metric})", {})
