"""Service level agreements: what a month below a level costs. Apart from objectives, which are the team's own."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from model.base import Model, Name, Text
from model.catalog.objectives import Target
from model.quantities import Percent


class CreditTier(Model):
    """A level, and the credit of a month that is below it."""

    below: Target
    credit: Annotated[Percent, Field(gt=0, description="Percent of the month's fee.")]


class Agreement(Model):
    """A level that was agreed with customers, measured by an objective over a calendar month.

    It may cover one feature: then it names that feature's objective.
    """

    component: Name
    objective: Name = Field(description="The objective whose events are counted; its target stays the team's own.")
    credits: Annotated[tuple[CreditTier, ...], Field(min_length=1, description="From the highest level down.")]
    exclude_maintenance: bool = Field(
        default=True, description="Leave out what happened in maintenance windows that were announced in the settings."
    )
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for upper, lower in pairwise(self.credits):
            if lower.below >= upper.below or lower.credit <= upper.credit:
                raise ValueError(
                    f"found below {lower.below} with credit {lower.credit} after below {upper.below} with credit "
                    f"{upper.credit}; allowed: levels from the highest down, each with a higher credit"
                )
        return self
