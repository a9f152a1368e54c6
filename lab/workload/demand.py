"""Which systems the workload is made of, and how much is asked of them."""

from typing import Annotated

from pydantic import Field

from lab.workload.curve import DAY_SECONDS
from model.base import Model


class Demand(Model):
    """``systems``: empty means all of the catalog."""

    systems: tuple[str, ...] = ()
    load: Annotated[float, Field(gt=0, le=10)] = 1
    day: Annotated[float, Field(gt=0)] = Field(default=DAY_SECONDS, description="Length of a simulated day in seconds.")
