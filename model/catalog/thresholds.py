"""Lines for cause signals: usage, latency, lag. Objectives page; thresholds explain."""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from model.base import Model, Text
from model.catalog import telemetry
from model.quantities import Duration, Number, plain
from model.vocabulary import Direction, Signal, Unit

_DAY = 86_400
# The most that can be measured: above it an alert never fires, or always.
_MOST_OF_UNIT: Final = {Unit.PERCENT: Decimal(100), Unit.SCORE: Decimal(100)}
_MOST: Final[dict[Signal, Decimal]] = {
    # No client waits longer for an answer.
    **dict.fromkeys(
        (Signal.LATENCY_P50, Signal.LATENCY_P95, Signal.LATENCY_P99, Signal.AI_LATENCY_P95, Signal.QUERY_LATENCY_P95),
        Decimal(3600),
    ),
    Signal.REPLICATION_LAG: Decimal(7 * _DAY),
    Signal.QUEUE_LAG: Decimal(14 * _DAY),  # SQS keeps no message longer
    Signal.CERTIFICATE_EXPIRY: Decimal(398 * _DAY),  # no public certificate is valid for longer
    # A quantile never shows more than the largest bucket.
    **{signal: Decimal(str(max(bounds))) for signal, bounds in telemetry.BROWSER_BUCKETS.items()},
}
# A share of the expected peak: more than all of it is what it is about.
_UNBOUNDED: Final = frozenset({Signal.REQUEST_FLOOD})

NODE_SIGNALS: Final = (Signal.CPU_USAGE, Signal.MEMORY_USAGE, Signal.DISK_USAGE)
"""Signals with a threshold per node: systems share nodes, so the organization sets these.

Network usage depends on the instance type: systems set it for the nodes they use."""


class Threshold(Model):
    """A line for a cause signal. ``unit`` is written out so that 0.8 is never taken for 80 percent."""

    signal: Signal
    unit: Unit
    warning: Number | None = None
    critical: Number | None = None
    hold: Duration = Field(
        default=Duration("10m"),
        description="Pending period: how long the value must be past the threshold; the rule's `for`.",
    )
    reason: Text

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.unit is not self.signal.unit:
            raise ValueError(f"found unit {self.unit} for {self.signal}; allowed: {self.signal.unit}")
        if self.warning is None and self.critical is None:
            raise ValueError("found neither warning nor critical; allowed: one of them or both")
        self._can_fire_and_resolve()
        if self.warning is not None and self.critical is not None:
            ordered = (
                self.warning < self.critical if self.signal.bad is Direction.ABOVE else self.warning > self.critical
            )
            if not ordered:
                raise ValueError(
                    f"found warning {self.warning} and critical {self.critical}; allowed: the warning is reached "
                    f"first, {self.signal} is bad {self.signal.bad} its threshold"
                )
        return self

    def _can_fire_and_resolve(self) -> None:
        above = self.signal.bad is Direction.ABOVE
        most = None if self.signal in _UNBOUNDED else _MOST.get(self.signal, _MOST_OF_UNIT.get(self.unit))
        upper = f" and {'below' if above else 'at most'} {plain(most)}" if most is not None else ""
        for severity, value in (("warning", self.warning), ("critical", self.critical)):
            if value is not None and (value <= 0 or (most is not None and (value > most or (above and value == most)))):
                raise ValueError(
                    f"found {severity} {value}; allowed: above 0{upper} {self.unit}: {self.signal} never passes "
                    "another number, or always"
                )


def _default(signal: Signal, warning: int, hold: str, reason: str) -> Threshold:
    return Threshold(signal=signal, unit=signal.unit, warning=Decimal(warning), hold=Duration(hold), reason=reason)


NODE_DEFAULTS: Final = {
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
    wrong = sorted({signal for signal in signals if signal not in NODE_SIGNALS or signals.count(signal) > 1})
    if wrong:
        raise ValueError(f"found {', '.join(wrong)}; allowed: {', '.join(NODE_SIGNALS)}, each once")
    return thresholds


NodeThresholds = Annotated[
    tuple[Threshold, ...],
    AfterValidator(_checked),
    Field(description="Thresholds of the nodes, which all systems share; Belfry's own apply to signals left out."),
]
