"""Business numbers: what they are, and when one is worth a message."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from model.base import Model, Name, Text
from model.catalog.telemetry import LabelName, Series
from model.quantities import Duration, Number, Positive
from model.vocabulary import Direction, Notified, Severity, Unit


class RateMeasure(Model):
    """Events of a counter in a time."""

    kind: Literal["rate"]
    counter: Series
    per: Literal["second", "minute", "hour", "day"]

    @property
    def seconds(self) -> int:
        """The time that the rate is per."""
        return {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[self.per]


class ValueMeasure(Model):
    """The value of a gauge over all its series."""

    kind: Literal["value"]
    gauge: Series
    over: Literal["sum", "avg", "max", "min"] = "sum"


class RatioMeasure(Model):
    """One counter's rate over another's, times ``scale`` (100 for percent)."""

    kind: Literal["ratio"]
    numerator: Series
    denominator: Series
    scale: Positive = Decimal(1)


Measure = Annotated[RateMeasure | ValueMeasure | RatioMeasure, Field(discriminator="kind")]


class KpiAlert(Model):
    """When a business number is worth a message."""

    floor: Number | None = Field(default=None, description="Alert when the value is below this.")
    ceiling: Number | None = Field(default=None, description="Alert when the value is above this.")
    drop_percent: Annotated[Number, Field(gt=0, lt=100)] | None = Field(
        default=None, description="Alert when the value is this far below the same hour of past weeks."
    )
    hold: Duration = Duration("15m")
    severity: Notified = Severity.WARNING
    reason: Text

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.floor is None and self.ceiling is None and self.drop_percent is None:
            raise ValueError("found none of floor, ceiling and drop_percent; allowed: at least one")
        if self.floor is not None and self.ceiling is not None and self.floor >= self.ceiling:
            raise ValueError(f"found floor {self.floor} and ceiling {self.ceiling}; allowed: the floor below it")
        return self


class Kpi(Model):
    """A number the business steers by."""

    name: Name
    title: Text
    description: Text
    component: Name = Field(description="The component that exposes the metric.")
    unit: Unit
    bad: Direction = Field(default=Direction.BELOW, description="Which side worries the business.")
    measure: Measure
    by: tuple[LabelName, ...] = Field(
        default=(),
        description="Labels (a ratio's: of its numerator) that dashboards split it by; alerts see the whole.",
    )
    transaction: bool = Field(
        default=False, description="Cost per transaction is computed from it: at most one event rate per system."
    )
    alerts: KpiAlert | None = None

    @model_validator(mode="after")
    def _can_fire_and_resolve(self) -> Self:
        floor, ceiling = (self.alerts.floor, self.alerts.ceiling) if self.alerts else (None, None)
        most = {Unit.PERCENT: 100, Unit.RATIO: 1}.get(self.unit)
        # A gauge may fall below zero, what is counted may not.
        if floor is not None and ((floor <= 0 and self.measure.kind != "value") or (most and floor > most)):
            raise ValueError(f"found floor {floor}; allowed: a number that {self.measure.kind} in {self.unit} can pass")
        if ceiling is not None and ((ceiling < 0 and self.measure.kind != "value") or (most and ceiling >= most)):
            raise ValueError(
                f"found ceiling {ceiling}; allowed: a number that {self.measure.kind} in {self.unit} can pass"
            )
        return self

    @model_validator(mode="after")
    def _transaction_is_a_rate(self) -> Self:
        if self.transaction and not (isinstance(self.measure, RateMeasure) and self.unit.startswith("count")):
            raise ValueError(f"found a transaction as {self.measure.kind} in {self.unit}; allowed: a rate of events")
        return self
