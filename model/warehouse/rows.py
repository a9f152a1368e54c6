"""What is kept of each day beside objectives and alerts: business numbers, costs, incidents and verdicts.

Numbers and names of the catalog alone: no person, no text of a log or an alert, no name of a namespace. A number that
is absent is unknown, never zero. Days are those of UTC.
"""

from typing import Annotated, Literal

from pydantic import Field

from model.reports.rows import Count, Label, Moment, Row, Seconds
from model.vocabulary import Unit

Value = Annotated[float, Field(allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""Seconds between two moments."""


class DailyKpi(Row):
    """One business number, in one cluster, on one day."""

    cluster: Label = ""
    system: Label
    component: Label
    kpi: Label
    team: Label = ""
    unit: Unit
    transaction: bool = Field(default=False, description="Whether cost per transaction is computed from it.")
    covered_seconds: Seconds = Field(description="Seconds of the day in which it was recorded.")
    mean: Value = Field(description="Mean of the recorded five minutes.")
    low: Value = Field(description="The lowest five minutes.")
    high: Value = Field(description="The highest five minutes.")
    total: Count | None = Field(
        default=None, description="What a rate came to in the covered seconds; days add up. Absent for other measures."
    )


class DailyCost(Row):
    """What one part of a cluster cost on one day; all parts together are the cluster's cost."""

    cluster: Label = ""
    part: Literal["system", "other", "idle"] = Field(
        description="A system's requests, those of namespaces without a system, or what nobody requested."
    )
    system: Label = ""
    team: Label = ""
    covered_seconds: Seconds = Field(description="Seconds of the day in which it was recorded.")
    usd: Count = Field(description="US dollars of the covered seconds, at list prices.")


class IncidentRow(Row):
    """An incident, on the day on which it was opened. Times are Unix seconds."""

    incident: Label
    system: Label
    component: Label = Field(description="The first that was concerned.")
    team: Label = ""
    components: Annotated[int, Field(ge=0)] = Field(description="How many were concerned.")
    alert: Label = Field(description="The alert that opened it.")
    severity: Label
    status: Label
    reopened: Annotated[int, Field(ge=0)] = 0
    opened: Moment
    closed: Moment | None = None
    to_detect: Length | None = Field(default=None, description="Seconds from onset to the first notification.")
    to_acknowledge: Length | None = Field(default=None, description="Seconds from it to the first trace of a person.")
    to_restore: Length | None = Field(default=None, description="Seconds from onset to good objectives; if closed.")
    bad: Count | None = Field(default=None, description="Bad events of all its objectives.")


class RemediationRow(Row):
    """A verdict of auto-remediation and what became of it, on the day of the verdict."""

    system: Label
    component: Label
    rule: Label = ""
    alert: Label
    starts: Moment = Field(description="When the alert began, Unix seconds.")
    at: Moment = Field(description="When it was decided, Unix seconds.")
    mode: Label
    action: Label = ""
    verdict: Label
    reason: Label = Field(description="A word, which docs/remediation.md explains.")
    outcome: Label
    judgement: Label
    ended: Moment | None = Field(default=None, description="When the alert ended, Unix seconds.")
    finished: Moment | None = Field(default=None, description="When the action was over, Unix seconds.")
