"""From which value on a panel says good, attention, bad. The reason of a number stands in the panel's description."""

from collections.abc import Iterator
from decimal import Decimal

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, Threshold, ThresholdsMode

from authoring.dashboards.kit.colours import BAD, CLEAR, GOOD, NEUTRAL, WARN
from authoring.rules.recording.thresholds import base
from model.catalog import thresholds as catalog_thresholds
from model.catalog.catalog import Catalog
from model.vocabulary import Direction, Signal

Steps = tuple[Threshold, ...]

NO_LIMIT: Steps = (Threshold(color=NEUTRAL),)
"""For values that are neither good nor bad, such as a request rate."""

SAYS = "A threshold is drawn where all components share it; each alert has its component's own."
"""For the description of such a panel."""


def rising(*, warn: float | None = None, bad: float | None = None) -> Steps:
    """Good below, worse from ``warn`` and ``bad`` on."""
    limits = [(warn, WARN), (bad, BAD)]
    return (Threshold(color=GOOD), *(Threshold(color=c, value=float(v)) for v, c in limits if v is not None))


def falling(*, good: float, warn: float | None = None) -> Steps:
    """Bad at the bottom, attention from ``warn`` on, good from ``good`` on."""
    limits = [(warn, WARN), (good, GOOD)]
    return (Threshold(color=BAD), *(Threshold(color=c, value=float(v)) for v, c in limits if v is not None))


def alerting_only(steps: Steps) -> Steps:
    """Without the ground of what is good: in a table only what asks for a look is coloured."""
    return tuple(Threshold(color=CLEAR, value=step.value) if step.color == GOOD else step for step in steps)


def config(steps: Steps) -> builders.ThresholdsConfig:
    """As the panels' builders take them."""
    return builders.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(list(steps))


def override(steps: Steps) -> DynamicConfigValue:
    """As an override of one series or column takes them."""
    found = [{"color": step.color, "value": step.value} for step in steps]
    return DynamicConfigValue("thresholds", {"mode": "absolute", "steps": found})


def shared(catalog: Catalog, signal: Signal) -> Steps:
    """The signal's warning and critical thresholds, each if it is the same in the whole catalog. Shares are of one.

    A panel has one line for all its curves, the catalog a threshold for each component. The line is drawn where all
    components share it: with the tightest of them a healthy component of another system looks like one that alerts.
    """
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


def _thresholds(catalog: Catalog, signal: Signal) -> Iterator[catalog_thresholds.Threshold]:
    for system in catalog.systems:
        for owner in (system, *system.components, *system.resources):
            yield from (threshold for threshold in owner.thresholds if threshold.signal is signal)


def _only(signal: Signal, values: list[Decimal | None]) -> float | None:
    value = values[0] if len(set(values)) == 1 else None
    return None if value is None else float(base(value, signal))
