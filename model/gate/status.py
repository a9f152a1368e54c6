"""The status document: what is known of all objectives of an environment at one moment.

The same shape whether it was read from Prometheus or published as a file, so the decision is the same too. Numbers are
those of the recording rules, never calculated again: the gate, the boards and the reports agree.
"""

from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field

from model.base import Model
from model.problems import BadInput, from_validation
from model.vocabulary import Environment

# A label's value or a name, as Prometheus has it.
Label = Annotated[str, Field(min_length=1, max_length=200)]
Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False, description="Unix time, seconds.")]
Value = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ObjectiveStatus(Model):
    """One objective in one cluster. A number that is absent is unknown, never zero."""

    cluster: str = ""
    system: Label
    component: Label
    objective: Label
    feature: Label | None = None
    window: Literal["7d", "28d", "30d"]
    target: Annotated[float, Field(gt=0, lt=1, description="Share of good events, 0 to 1.")]
    total: Count | None = Field(default=None, description="Events in the window; minutes where minutes are measured.")
    bad: Count | None = Field(default=None, description="Bad events in the window.")
    remaining: Value | None = Field(
        default=None, description="Error budget remaining: 1 untouched, 0 exhausted, negative beyond."
    )
    burn_rate: Value | None = Field(default=None, description="Burn rate of the last hour.")
    exhaustion_seconds: Value | None = Field(
        default=None, description="Seconds until the budget is exhausted at the burn rate of the last six hours."
    )
    sampled_at: Moment | None = Field(default=None, description="When the remaining budget was last recorded.")


class FiringAlert(Model):
    """An alert of an objective that fires."""

    alert: Label
    cluster: str = ""
    system: Label
    component: Label
    objective: Label | None = None
    feature: Label | None = None


class Status(Model):
    """Everything at ``generated_at``. The objectives are sorted by their labels."""

    version: Literal[1] = 1
    environment: Environment
    generated_at: Moment
    watchdog: bool = Field(description="Whether the Watchdog fires: without it, alerts are not evaluated.")
    partial: tuple[str, ...] = Field(
        default=(), description="Warnings of the source, such as a store that did not answer."
    )
    objectives: tuple[ObjectiveStatus, ...]
    firing: tuple[FiringAlert, ...] = ()


def read_status(document: Any, where: str) -> Status:
    """The status in ``document``; ``where`` names it in errors. Raises BadInput."""
    try:
        return Status.model_validate(document)
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(where, error, Status)) from None
