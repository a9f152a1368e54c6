"""Which objectives count for a deployment: the catalog's, by system, component, feature and what they call."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from model.catalog.catalog import Catalog
from model.catalog.change_calendar import ChangeCalendar
from model.catalog.components import Component
from model.catalog.gate import Gate, GateScope
from model.catalog.objectives import Objective, ProbeSli
from model.catalog.resource_base import ResourceBase
from model.catalog.system import System
from model.problems import BadInput, Problem
from model.vocabulary import Environment

Part = tuple[str, str]
"""System and the name of a component or resource."""


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """An objective that the environment must have.

    ``decides``: it can freeze; else it can only warn. ``optional``: it may have no events.
    """

    system: str
    component: str
    objective: str
    feature: str | None
    decides: bool
    optional: bool = False

    @property
    def title(self) -> str:
        """What people call it."""
        feature = f" [{self.feature}]" if self.feature else ""
        return f"{self.system}/{self.component} {self.objective}{feature}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is deployed, with all that the decision needs of the catalog. ``parts``: alerts on them block."""

    environment: Environment
    system: str
    component: str | None
    feature: str | None
    gate: Gate
    expected: tuple[Expected, ...]
    parts: frozenset[Part]
    calendar: ChangeCalendar


def subject(
    catalog: Catalog, environment: Environment, system: str, component: str | None = None, feature: str | None = None
) -> Subject:
    """What ``environment`` has of it. Raises BadInput for an unknown name, and where nothing can be judged."""
    here, _ = catalog.in_environment(environment)
    systems = {one.system: one for one in here.systems}
    if system not in systems:
        raise BadInput([Problem("--system", f"found unknown system {system!r}", ", ".join(systems))])
    own = systems[system]
    _known("--component", component, [part.name for part in own.components])
    _known("--feature", feature, sorted({o.feature for p in _parts(own) for o in p.objectives if o.feature}))
    names = [part.name for part in _parts(own) if component in (None, part.name) and _has(part, feature)]
    parts = {(system, name) for name in names}
    if own.gate.scope is GateScope.DEPENDENCIES:
        parts = _reachable(systems, parts)
    expected = tuple(sorted(_expected(systems, parts, own, feature)))
    if not any(one.decides for one in expected):
        what = "/".join(filter(None, (system, component)))
        found = f"found no objective of {what}" + (f" for the feature {feature}" if feature else "")
        raise BadInput([Problem("--system", f"{found} in {environment}", "a part of a system that has objectives")])
    return Subject(
        environment=environment,
        system=system,
        component=component,
        feature=feature,
        gate=own.gate,
        expected=expected,
        parts=frozenset(parts),
        calendar=own.calendar,
    )


def _known(option: str, name: str | None, names: list[str]) -> None:
    if name is not None and name not in names:
        raise BadInput([Problem(option, f"found unknown {name!r}", ", ".join(names) or "none: the system has none")])


def _parts(system: System) -> tuple[Component | ResourceBase, ...]:
    return (*system.components, *system.resources)


def _has(part: Component | ResourceBase, feature: str | None) -> bool:
    return feature is None or any(objective.feature == feature for objective in part.objectives)


def _reachable(systems: dict[str, System], start: Iterable[Part]) -> set[Part]:
    """The parts with all that they call, directly or through others. Circles are allowed in the catalog."""
    parts = {(name, part.name): part for name, system in systems.items() for part in _parts(system)}
    found: set[Part] = set()
    left = list(start)
    while left:
        here = left.pop()
        if here in found or here not in parts:  # an environment may lack a resource
            continue
        found.add(here)
        for reference in parts[here].depends_on:
            home, _, name = reference.rpartition("/")
            left.append((home or here[0], name))
    return found


def _expected(
    systems: dict[str, System], parts: Iterable[Part], own: System, feature: str | None
) -> Iterator[Expected]:
    """A feature's budget freezes that feature alone; for other deployments it is a warning."""
    for name, part_name in parts:
        optional = {(one.component, one.objective) for one in systems[name].gate.optional}
        part = next(part for part in _parts(systems[name]) if part.name == part_name)
        for objective in part.objectives:
            if measured(objective, part):
                decides = objective.feature is None or (name == own.system and objective.feature == feature)
                may_lack = (part.name, objective.name) in optional
                yield Expected(name, part.name, objective.name, objective.feature, decides, may_lack)


def measured(objective: Objective, part: Component | ResourceBase) -> bool:
    """Whether the environment can measure it: probes may be missing there, and their objectives have no data."""
    sli = objective.sli
    if not isinstance(sli, ProbeSli) or sli.probe is None:
        return True
    return isinstance(part, Component) and any(probe.name == sli.probe for probe in part.probes)
