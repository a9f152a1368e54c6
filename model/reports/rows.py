"""What is kept of each day: counts of objectives, what a maintenance window took, and the alerts that ended.

These are the rows of the Parquet files. A count that is absent is unknown, never zero.
"""

from typing import Annotated, Literal

from pydantic import Field

from model.base import Model
from model.calendar import Day, TimeZone
from model.catalog.objectives import Target
from model.vocabulary import Environment

# A label's value, as Prometheus has it; empty where a series lacks the label.
Label = Annotated[str, Field(max_length=200)]
Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False, description="Unix time, seconds.")]
Count = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[int, Field(ge=0, le=90_000)]
Unit = Literal["events", "minutes"]


class Row(Model):
    """What every row has: of which environment and day it is."""

    environment: Environment
    day: Day


class OfObjective(Row):
    """A row of one objective in one cluster."""

    cluster: Label = ""
    system: Label
    component: Label
    objective: Label


class DailyObjective(OfObjective):
    """The counts of one objective, in one cluster, on one day."""

    time_zone: TimeZone = "UTC"
    feature: Label = ""
    team: Label = ""
    window: Literal["7d", "28d", "30d"]
    target: Target
    unit: Unit = Field(default="events", description="What is counted; minutes where a state is measured.")
    seconds: Seconds = Field(description="Length of the day; 82800 and 90000 where clocks change.")
    covered_seconds: Seconds = Field(description="Seconds of the day in which the objective was measured.")
    gaps: Annotated[int, Field(ge=0)] = Field(default=0, description="Times in which measuring stopped.")
    valid: Count | None = Field(default=None, description="All events of the day, good or bad.")
    bad: Count | None = Field(default=None, description="Bad events of the day.")
    window_valid: Count | None = Field(default=None, description="All events of the window that ends with the day.")
    window_bad: Count | None = Field(default=None, description="Bad events of that window.")
    remaining: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="Error budget remaining in that window, as the dashboards show it."
    )

    @property
    def good(self) -> float | None:
        """Good events of the day; None where they are unknown."""
        return None if self.valid is None or self.bad is None else self.valid - self.bad


class DailyExclusion(OfObjective):
    """What a declared maintenance window took out of one day of an objective; counted in whole five minutes."""

    name: Label
    reason: str
    start: Moment
    end: Moment
    seconds: Seconds
    covered_seconds: Seconds
    valid: Count
    bad: Count


class EndedAlert(Row):
    """An alert of a component that ended on the day, as exactly as a minute."""

    cluster: Label = ""
    alert: Label
    severity: Label = ""
    team: Label = ""
    system: Label = ""
    component: Label = ""
    start: Moment
    end: Moment

    @property
    def seconds(self) -> float:
        """For how long it fired."""
        return self.end - self.start
