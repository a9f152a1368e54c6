"""Thresholds of the nodes. Systems share them, so the organization sets these and no single system does."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from model.catalog.thresholds import Threshold
from model.quantities import Duration
from model.vocabulary import Signal

SIGNALS: Final = (Signal.CPU_USAGE, Signal.MEMORY_USAGE, Signal.DISK_USAGE)
"""Signals with a threshold per node. Network usage depends on the instance type: systems set it for the nodes they
use."""


def _default(signal: Signal, warning: int, hold: str, reason: str) -> Threshold:
    return Threshold(signal=signal, unit=signal.unit, warning=Decimal(warning), hold=Duration(hold), reason=reason)


DEFAULTS: Final = {
    threshold.signal: threshold
    for threshold in (
        _default(Signal.CPU_USAGE, 90, "30m", "A node at 90 % for half an hour has no CPU for a burst of any pod."),
        _default(Signal.MEMORY_USAGE, 95, "10m", "From 95 % on the kernel is about to kill a process."),
        _default(Signal.DISK_USAGE, 80, "15m", "The kubelet deletes images from 85 % on and evicts pods from 90 % on."),
    )
}
"""Belfry's own thresholds, for a signal that the organization does not set. They only warn."""


def _checked(thresholds: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
    signals = [threshold.signal for threshold in thresholds]
    wrong = sorted({signal for signal in signals if signal not in SIGNALS or signals.count(signal) > 1})
    if wrong:
        raise ValueError(f"found {', '.join(wrong)}; allowed: {', '.join(SIGNALS)}, each once")
    return thresholds


NodeThresholds = Annotated[
    tuple[Threshold, ...],
    AfterValidator(_checked),
    Field(description="Thresholds of the nodes, which all systems share; Belfry's own apply to signals left out."),
]
