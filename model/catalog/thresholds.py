"""Lines for cause signals: usage, latency, lag. Objectives page; thresholds explain."""

from decimal import Decimal
from typing import Final, Self

from pydantic import Field, model_validator

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
