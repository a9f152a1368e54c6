"""One objective with everything its rules need to know about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from authoring.promql import equals, selector
from model import labels
from model.catalog.catalog import owner_of
from model.catalog.components import Component
from model.catalog.objectives import FreshnessSli, GaugeSli, HistogramSli, LatencySli, Objective, ProbeSli
from model.catalog.resource_base import ResourceBase
from model.catalog.system import System
from model.metrics import metric_names as names
from model.quantities import plain
from model.query_text import matcher

# Scrapes and evaluations of objectives, in seconds. Counts in minutes are numbers of evaluations divided by four.
INTERVAL = 15
CHECKS_PER_MINUTE = 60 // INTERVAL

# Where the catalog says nothing about the load, one event a second: neither a busy service nor an idle one.
_ASSUMED_LOAD = Decimal(1)


@dataclass(frozen=True)
class Slo:
    """An objective of a part of a system."""

    system: System
    part: Component | ResourceBase
    objective: Objective

    @property
    def where(self) -> str:
        """The key of the catalog, for messages."""
        return f"{self.system.file_of(self.part.name)}: {self.part.name}.objectives[{self.objective.name}]"

    @property
    def group(self) -> str:
        """The name of its rule group."""
        return f"belfry.slo.{self.system.system}.{self.part.name}.{self.objective.name}"

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.system.system}/{self.part.name} {self.objective.name}"

    @property
    def team(self) -> str:
        """The team that answers for it."""
        return owner_of(self.system, self.part)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels that tell its series from those of other objectives."""
        feature = {names.FEATURE: self.objective.feature} if self.objective.feature else {}
        return {**self._key, **feature}

    @cached_property
    def _key(self) -> dict[str, str]:
        return {
            labels.SYSTEM: self.system.system,
            labels.COMPONENT: self.part.name,
            names.OBJECTIVE: self.objective.name,
        }

    @property
    def in_minutes(self) -> bool:
        """Whether its events are minutes in a state, not things that were counted."""
        return isinstance(self.objective.sli, GaugeSli | ProbeSli | FreshnessSli)

    @property
    def budget(self) -> Decimal:
        """The share of bad events that the objective allows."""
        return self.objective.error_budget

    @property
    def load(self) -> Decimal:
        """Expected events a second in the busy hour; 0 where the catalog does not say."""
        return self.part.load.requests_per_second if isinstance(self.part, Component) else Decimal(0)

    @property
    def bursts(self) -> bool:
        """Whether its load comes in bursts with silence between them."""
        return isinstance(self.part, Component) and self.part.load.bursts

    @property
    def assumed_load(self) -> Decimal:
        """The load, or one event a second where it is unknown."""
        return self.load or _ASSUMED_LOAD

    @property
    def pages(self) -> bool:
        """Whether its urgent alerts wake a person. Never for somebody else's service."""
        sli = self.objective.sli
        probes = self.part.probes if isinstance(self.part, Component) else ()
        foreign = isinstance(sli, ProbeSli) and any(p.name == sli.probe and p.third_party for p in probes)
        return self.objective.page and not foreign

    @property
    def probe_interval(self) -> int:
        """Seconds between two runs of the probe it is measured by; 0 for what is not measured by a probe."""
        sli = self.objective.sli
        if not isinstance(sli, ProbeSli):
            return 0
        probes = self.part.probes if isinstance(self.part, Component) else ()
        return next((int(probe.interval.seconds) for probe in probes if probe.name == sli.probe), 2 * INTERVAL)

    @property
    def is_latency(self) -> bool:
        """Whether bad means slow."""
        return isinstance(self.objective.sli, LatencySli | HistogramSli)

    @cached_property
    def _matchers(self) -> str:
        return ", ".join(equals(self._key))

    def recorded(self, record: str, outcome: str | None = None) -> str:
        """Its series of a recording rule."""
        matchers = self._matchers if outcome is None else f"{self._matchers}, {matcher(names.OUTCOME, outcome)}"
        return selector(record, [matchers])

    def events(self, window: str, outcome: str) -> str:
        """Its counted events of a window."""
        return self.recorded(names.events(window), outcome)

    def errors(self, window: str) -> str:
        """Its share of bad events in a window."""
        return self.recorded(names.error_ratio(window))

    @property
    def target_text(self) -> str:
        """Target and window as text, such as `99.9 % over 30d`."""
        return f"{plain(self.objective.target)} % over {self.objective.window}"


def objectives(system: System) -> Iterator[Slo]:
    """Every objective of a system: components first, then resources, in the catalog's order."""
    for part in (*system.components, *system.resources):
        for objective in part.objectives:
            yield Slo(system, part, objective)
