"""A system: what one catalog file declares."""

from typing import Annotated

from pydantic import Field

from model.base import Model, Name, Text
from model.catalog.components import Component
from model.catalog.kpis import Kpi
from model.catalog.resources import Resource
from model.catalog.thresholds import Threshold
from model.quantities import Duration, Percent
from model.vocabulary import LogDestination


class Tracing(Model):
    """What is kept of the system's traces. Errors are always kept."""

    sample_percent: Percent = Field(description="Of the traces that are neither slow nor failed.")
    slow: Duration = Field(description="A trace longer than this is always kept.")


class Logs(Model):
    """Where the system's logs go. How long they stay is a setting of the environment."""

    destinations: Annotated[tuple[LogDestination, ...], Field(min_length=1)] = (LogDestination.LOKI,)


class System(Model):
    """A set of components and resources that serve one purpose, owned by one team."""

    system: Name
    title: Text
    description: Text
    owner: Name
    runbook_owner: Name | None = Field(default=None, description="Team that keeps the runbooks; absent: the owner.")
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    resources: tuple[Resource, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    thresholds: tuple[Threshold, ...] = Field(
        default=(), description="For every component and resource of the system that does not set its own."
    )
    tracing: Tracing
    logs: Logs = Logs()
