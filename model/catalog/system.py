"""A system: what one catalog file declares."""

from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr, model_validator

from model.base import Model, Name, Text
from model.calendar import TimeZone
from model.catalog.change_calendar import ChangeCalendar
from model.catalog.components import Component
from model.catalog.files import Sources
from model.catalog.gate import Gate
from model.catalog.kpis import Kpi
from model.catalog.remediation import Remediation
from model.catalog.resource_base import ResourceBase
from model.catalog.resources import Resource
from model.catalog.sla import Agreement
from model.catalog.thresholds import Threshold
from model.problems import Problem
from model.quantities import Duration, Percent
from model.vocabulary import Environment, LogDestination, Severity


class Tracing(Model):
    """What is kept of the system's traces. Errors are always kept."""

    sample_percent: Percent = Field(description="Of the traces that are neither slow nor failed.")
    slow: Duration = Field(description="Traces longer than this are always sampled.")


class Logs(Model):
    """Where the system's logs go. How long they stay is a setting of the environment."""

    destinations: Annotated[tuple[LogDestination, ...], Field(min_length=1)] = (LogDestination.LOKI,)


class Anomalies(Model):
    """How what differs from the same hour of past weeks alerts: requests, errors, latency and business numbers."""

    severity: Severity = Severity.INFO
    hold: Duration = Field(
        default=Duration("30m"), description="The pending period for requests, errors and latency; KPIs have two hours."
    )
    reason: Text = "A deviation is no fault by itself; check it when there is time."

    @model_validator(mode="after")
    def _never_pages(self) -> Self:
        if self.severity not in (Severity.INFO, Severity.WARNING):
            raise ValueError(f"found severity {self.severity}; allowed: info, warning: a difference is no outage")
        return self


class System(Model):
    """A set of components and resources that serve one purpose, owned by one team."""

    system: Name
    title: Text
    description: Text
    owner: Name
    runbook_owner: Name | None = Field(
        default=None, description="Team that maintains the runbooks; default: the owner."
    )
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    resources: tuple[Resource, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    thresholds: tuple[Threshold, ...] = Field(
        default=(), description="For every component and resource of the system without its own threshold."
    )
    anomalies: Anomalies = Anomalies()
    tracing: Tracing
    logs: Logs = Logs()
    gate: Gate = Gate()
    calendar: ChangeCalendar = Field(
        default=ChangeCalendar(), description="When features and auto-remediation wait; absent: never."
    )
    compare: bool = Field(
        default=False,
        description="Evaluate the SRE workbook's burn-rate alerts beside ours, with severity none: nobody is notified.",
    )
    sla: tuple[Agreement, ...] = Field(default=(), description="What is agreed with customers, for monthly reports.")
    report_time_zone: TimeZone = Field(
        default="UTC", description="The clocks by which days, weeks and months of reports begin."
    )
    remediation: tuple[Remediation, ...] = Field(
        default=(), description="What may be done about an alert without a person; absent: nothing."
    )

    _sources: Sources = PrivateAttr(default=Sources(""))

    def model_post_init(self, context: Any) -> None:
        """Remember where the system was read from, which the catalog's loader gives as the context."""
        self._sources = context if isinstance(context, Sources) else Sources(f"catalog/{self.system}.yaml")

    def file_of(self, part: str) -> str:
        """The file that declares a component or resource, for messages."""
        return self._sources.file_of(part)

    def located(self, problem: Problem) -> Problem:
        """A problem of the whole system at its place in one of its files."""
        return self._sources.located(problem)

    def in_environment(self, environment: Environment) -> tuple[Self, tuple[str, ...]]:
        """The system with what ``environment`` has of it, and the names of the resources and probes that it lacks."""
        here = {part.name: part.in_environment(environment) for part in self.resources}
        lacking = [f"{self.system}/{name}" for name, part in here.items() if part is None]
        components = []
        for component in self.components:
            asked = {probe.name: probe.in_environment(environment) for probe in component.probes}
            lacking += [f"{self.system}/{component.name}/{name}" for name, probe in asked.items() if probe is None]
            components.append(component.model_copy(update={"probes": tuple(filter(None, asked.values()))}))
        update = {"components": tuple(components), "resources": tuple(filter(None, here.values()))}
        return self.model_copy(update=update), tuple(lacking)

    def with_thresholds(self, resource: ResourceBase) -> ResourceBase:
        """The resource with the system's thresholds for signals that it does not set itself."""
        own = {threshold.signal for threshold in resource.thresholds}
        inherited = (threshold for threshold in self.thresholds if threshold.signal not in own)
        return resource.model_copy(update={"thresholds": (*resource.thresholds, *inherited)})
