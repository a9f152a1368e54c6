"""Lines for cause signals: usage, latency, lag. Objectives page; thresholds explain."""

from typing import Self

from pydantic import Field, model_validator

from model.base import Model, Text
from model.quantities import Duration, Number
from model.vocabulary import Direction, Signal, Unit


class Threshold(Model):
    """A line for a cause signal. ``unit`` is written out so that 0.8 is never taken for 80 percent."""

    signal: Signal
    unit: Unit
    warning: Number | None = None
    critical: Number | None = None
    hold: Duration = Field(default=Duration("10m"), description="How long the line must be passed: the rule's `for`.")
    reason: Text

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.unit is not self.signal.unit:
            raise ValueError(f"found unit {self.unit} for {self.signal}; allowed: {self.signal.unit}")
        if self.warning is None and self.critical is None:
            raise ValueError("found neither warning nor critical; allowed: one of them or both")
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
