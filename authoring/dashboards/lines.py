"""Limits of panels that show many components at once: the tightest line that the catalog draws for a signal."""

from collections.abc import Iterable
from decimal import Decimal

from authoring.dashboards.thresholds import NO_LIMIT, Steps, falling, rising
from model.catalog.catalog import Catalog
from model.vocabulary import Direction, Signal, Unit

SAYS = "Lines are the tightest of the catalog; each alert has its component's own."
"""For the description of such a panel."""


def tightest(catalog: Catalog, signal: Signal) -> Steps:
    """The signal's warning and critical lines, of one instead of a hundred. Without any nothing is coloured."""
    found = [
        threshold
        for system in catalog.systems
        for owner in (system, *system.components, *system.resources)
        for threshold in owner.thresholds
        if threshold.signal is signal
    ]
    above = signal.bad is Direction.ABOVE
    warn = _first((t.warning for t in found), signal, above=above)
    bad = _first((t.critical for t in found), signal, above=above)
    if above:
        return NO_LIMIT if warn is bad is None else rising(warn=warn, bad=bad)
    if warn is None:
        return NO_LIMIT if bad is None else falling(good=bad)
    # Below a warning alone it is a warning: nothing is below zero.
    return falling(warn=bad or 0, good=warn)


def of_nodes(catalog: Catalog, signal: Signal) -> Steps:
    """The thresholds of a node, of one instead of a hundred."""
    threshold = catalog.organization.node_thresholds[signal]
    warn, bad = (None if line is None else float(line / 100) for line in (threshold.warning, threshold.critical))
    return rising(warn=warn, bad=bad)


def _first(values: Iterable[Decimal | None], signal: Signal, *, above: bool) -> float | None:
    given = [value for value in values if value is not None]
    if not given:
        return None
    return float((min if above else max)(given) / (100 if signal.unit is Unit.PERCENT else 1))
