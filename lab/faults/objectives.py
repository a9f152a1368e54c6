"""What faults ask of the catalog: objectives of its parts, and at which share of bad events their alerts fire."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.faults.fault import Expected
from model.catalog.catalog import Catalog, owner_of
from model.catalog.components import Component
from model.catalog.objectives import Objective, ProbeSli
from model.catalog.resource_base import ResourceBase
from model.catalog.system import System
from model.catalog.thresholds import Threshold
from model.metrics import metric_names as names
from model.quantities import Duration
from model.vocabulary import Severity, Signal

Part = Component | ResourceBase
HOUR = 3600.0
# The shares of a budget and their windows: the SRE workbook's, as `authoring.rules.slo.tiers` takes them.
_FAST, _SLOW = (0.02, 1), (0.05, 6)
_DATABASES = ("dynamodb-table", "rds-database")


@dataclass(frozen=True, slots=True)
class Slo:
    """An objective of a part."""

    system: System
    part: Part
    objective: Objective

    @property
    def severity(self) -> Severity:
        """Of its urgent alerts. A probe of another owner's service does not page."""
        sli = self.objective.sli
        probes = self.part.probes if isinstance(self.part, Component) else ()
        foreign = isinstance(sli, ProbeSli) and any(p.third_party for p in probes if p.name == sli.probe)
        return Severity.CRITICAL if self.objective.page and not foreign else Severity.WARNING

    @property
    def budget(self) -> float:
        """The share of events that may be bad."""
        return float(self.objective.error_budget)

    @property
    def fast(self) -> float:
        """The share of bad events in an hour at which the fast tier fires."""
        return self._factor(*_FAST) * self.budget

    @property
    def slow(self) -> float:
        """The share in six hours at which the slow tier fires."""
        return self._factor(*_SLOW) * self.budget

    def expects(self, alert: str) -> Expected:
        """An alert of this objective."""
        return expected(alert, self.severity, self.system, self.part, self.objective.name)

    def events(self, window: str) -> str:
        """The recorded number of its events."""
        chosen = f'system="{self.system.system}", component="{self.part.name}", objective="{self.objective.name}"'
        return f'{names.events(window)}{{{chosen}, {names.OUTCOME}="{names.TOTAL}"}}'

    def _factor(self, share: float, hours: float) -> float:
        window = float(Duration(self.objective.window).seconds) / HOUR
        return max(1.0, share * window / hours)


def expected(alert: str, severity: Severity, system: System, part: Part, objective: str = "") -> Expected:
    """An alert on a component or resource, with its owner as receiver."""
    return Expected(
        alert=alert,
        severity=severity,
        team=owner_of(system, part),
        system=system.system,
        component=part.name,
        objective=objective,
    )


def slos(catalog: Catalog, *kinds: str, parts: tuple[str, ...] = ()) -> Iterator[Slo]:
    """Objectives measured in one of ``kinds`` of ways, of ``parts`` of these kinds (all when empty)."""
    for system, part in every_part(catalog):
        if not parts or part.kind in parts:
            for objective in getattr(part, "objectives", ()):
                if objective.sli.kind in kinds:
                    yield Slo(system, part, objective)


def every_part(catalog: Catalog) -> Iterator[tuple[System, Part]]:
    """Components and resources, each with its system."""
    for system in catalog.systems:
        for part in (*system.components, *system.resources):
            yield system, part


def databases(system: System, component: Component) -> list[ResourceBase]:
    """The databases that ``component`` asks."""
    found = (resource for resource in system.resources if resource.name in component.depends_on)
    return [resource for resource in found if resource.kind in _DATABASES]


def line(system: System, part: Part, signal: Signal) -> Threshold | None:
    """The threshold of ``part``: its own, or the system's."""
    own: tuple[Threshold, ...] = getattr(part, "thresholds", ())
    return next((each for each in (*own, *system.thresholds) if each.signal is signal), None)
