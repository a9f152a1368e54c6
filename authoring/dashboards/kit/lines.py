"""Thresholds of panels that show many components at once.

A panel has one line for all its curves, the catalog a threshold for each component. The line is drawn where all
components share it: with the tightest of them a healthy component of another system looks like one that alerts.
"""

from collections.abc import Iterator
from decimal import Decimal

from authoring.dashboards.kit.thresholds import NO_LIMIT, Steps, falling, rising
from authoring.rules.recording.thresholds import base
from model.catalog.catalog import Catalog
from model.catalog.thresholds import Threshold
from model.vocabulary import Direction, Signal

SAYS = "A threshold is drawn where all components share it; each alert has its component's own."
"""For the description of such a panel."""


def shared(catalog: Catalog, signal: Signal) -> Steps:
    """The signal's warning and critical thresholds, each if it is the same in the whole catalog. Shares are of one."""
    found = list(_thresholds(catalog, signal))
    warn = _only(signal, [threshold.warning for threshold in found])
    bad = _only(signal, [threshold.critical for threshold in found])
    if signal.bad is Direction.ABOVE:
        return NO_LIMIT if warn is bad is None else rising(warn=warn, bad=bad)
    if warn is None:
        return NO_LIMIT if bad is None else falling(good=bad)
    # Below a warning alone it is a warning: nothing is below zero.
    return falling(warn=bad or 0, good=warn)


def of_nodes(catalog: Catalog, signal: Signal) -> Steps:
    """The thresholds of a node, which are the same for all nodes."""
    threshold = catalog.organization.node_thresholds[signal]
    warn, bad = (None if line is None else float(line / 100) for line in (threshold.warning, threshold.critical))
    return rising(warn=warn, bad=bad)


def _thresholds(catalog: Catalog, signal: Signal) -> Iterator[Threshold]:
    for system in catalog.systems:
        for owner in (system, *system.components, *system.resources):
            yield from (threshold for threshold in owner.thresholds if threshold.signal is signal)


def _only(signal: Signal, values: list[Decimal | None]) -> float | None:
    value = values[0] if len(set(values)) == 1 else None
    return None if value is None else float(base(value, signal))
