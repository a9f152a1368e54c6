"""Recorded series of the catalog's warning thresholds, for boards that compare many components with their own.

A panel's threshold is one number for all its series; a query can divide each series by the threshold of its component.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from authoring.promql import number
from authoring.rule_file import Rule
from authoring.rules import signals
from model import labels
from model.catalog.system import System
from model.metrics.metric_names import WARNING_THRESHOLD
from model.vocabulary import Signal, Unit

SIGNALS: Final = (Signal.MEMORY_USAGE, Signal.CONNECTION_POOL_USAGE)
"""What boards compare across systems; each has percent as its unit."""


def base(value: Decimal, signal: Signal) -> Decimal:
    """A threshold of the catalog in the unit of the series: shares are of one here, and of a hundred there."""
    return value / 100 if signal.unit is Unit.PERCENT else value


def rules(system: System) -> Iterator[Rule]:
    """One for each component or resource that is measured by the signal: its own threshold, or else its system's."""
    for part in (*system.components, *system.resources):
        # The later one wins: a component's own.
        found = {t.signal: t.warning for t in (*system.thresholds, *part.thresholds)}
        for signal in SIGNALS:
            warning = found.get(signal)
            if warning and signals.bind(signal, system, part):
                own = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
                shown = {"signal": str(signal), "threshold": f"{warning.normalize():f} %"}
                yield Rule("record", WARNING_THRESHOLD, f"vector({number(base(warning, signal))})", own | shown)
