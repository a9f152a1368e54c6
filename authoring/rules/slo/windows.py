"""Longer windows, each a sum of shorter ones that were recorded before.

At an evaluation the shorter window ends now; shifted copies of it lie before it without a gap. So a window reads a few
recorded samples whatever its length and whatever the number of series, and its edge is exact: a subquery would read
samples on multiples of its step and see the last minutes of an incident late. No rule reads itself, so the same rules
run in Amazon Managed Prometheus, in pairs and after a restart.
"""

from collections.abc import Iterator

from authoring.promql import enclosed
from authoring.rule_file import Rule
from authoring.rules.slo.events import BASE
from authoring.rules.slo.rules import recording_rule
from authoring.rules.slo.target import Slo
from model.metrics import metric_names as names

# Window -> the shorter window and the shifts of its copies; in the order in which they are recorded.
SUMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "15m": (BASE, ("5m", "10m")),
    "30m": ("15m", ("15m",)),
    "1h": ("30m", ("30m",)),
    "2h": ("1h", ("1h",)),
    "6h": ("2h", ("2h", "4h")),
    "1d": ("6h", ("6h", "12h", "18h")),
    "3d": ("1d", ("1d", "2d")),
    "6d": ("3d", ("3d",)),
    "7d": ("1d", ("1d", "2d", "3d", "4d", "5d", "6d")),
    "28d": ("7d", ("7d", "14d", "21d")),
    "30d": ("6d", ("6d", "12d", "18d", "24d")),
}
# What alerts look at, whatever the objective's window.
ALERT_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_BUDGET_ONLY = {"30d": ("6d", "30d"), "28d": ("7d", "28d"), "7d": ("7d",)}


def recordings(slo: Slo) -> Iterator[Rule]:
    """Counts of every longer window, ending with the budget's."""
    wanted = ("15m", *ALERT_WINDOWS[1:], *_BUDGET_ONLY[slo.objective.window])
    for window in wanted:
        shorter, shifts = SUMS[window]
        yield recording_rule(names.events(window), _sum(slo.recorded(names.events(shorter)), shifts), {})


def _sum(shorter: str, shifts: tuple[str, ...]) -> str:
    copies = [shorter, *(_shifted(shorter, shift, copy) for copy, shift in enumerate(shifts, start=2))]
    return enclosed("\nor ".join(copies), "sum by (cluster, outcome) ")


def _shifted(shorter: str, shift: str, copy: int) -> str:
    # A label tells the copies apart: so a missing one (a new service, a stopped Prometheus) counts as nothing, while
    # `+` would drop the whole sum. Evaluations missed for up to 15 minutes are bridged, because without its copy a
    # whole hour or day would be missing; for copies of five minutes the overlap would weigh more than the loss.
    moved = f"{shorter} offset {shift}" if shift in ("5m", "10m") else f"last_over_time({shorter}[15m] offset {shift})"
    return f'label_replace({moved}, "copy", "{copy}", "", "")'
