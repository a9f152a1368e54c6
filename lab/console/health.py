"""How each part of each system is, from alerts and objectives together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lab.console.graph import TALL, WIDE, Graph, draw
from lab.console.sources import Alert, AlertState, Measured, ObjectiveKey
from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.catalog.objectives import Objective
from model.catalog.resource_base import ResourceBase
from model.catalog.system import System
from model.quantities import plain
from model.vocabulary import Vocabulary


class Health(Vocabulary):
    """Of a part, the worst first. Each has a colour of its own in the style sheet, and a sign in the page."""

    CRITICAL = ("critical", "A critical alert fires.")
    WARNING = ("warning", "A warning fires.")
    SPENT = ("budget spent", "An error budget is exhausted, and no alert fires.")
    MET = ("in budget", "Its objectives are met.")
    QUIET = ("no alert", "No objective, or none measured yet, and no alert fires.")
    UNKNOWN = ("unknown", "Alertmanager does not answer.")

    @property
    def css(self) -> str:
        """Its class in the style sheet."""
        return self.value.replace(" ", "-")

    @property
    def sign(self) -> str:
        """A shape beside the colour, for those who see no colours."""
        return _SIGNS[self]


_SIGNS = {
    Health.CRITICAL: "✖",
    Health.WARNING: "▲",
    Health.SPENT: "◆",
    Health.MET: "✔",
    Health.QUIET: "○",
    Health.UNKNOWN: "?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveView:
    """An objective, its target and its measured value."""

    component: str
    name: str
    target: str
    reason: str
    measured: Measured
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemView:
    """A system. ``runs``: its workload does, here. ``parts``: health by name. ``graphs``: one
    for wide screens and one for phones.
    """

    name: str
    title: str
    description: str
    owner: str
    health: Health
    runs: bool
    parts: Mapping[str, Health]
    titles: Mapping[str, str]
    objectives: Sequence[ObjectiveView]
    graphs: Mapping[str, Graph]


def systems(
    catalog: Catalog,
    alerts: Sequence[Alert] | None,
    measured: Mapping[ObjectiveKey, Measured],
    running: Collection[str] = (),
) -> list[SystemView]:
    """Every system of the catalog, those that run first. ``alerts`` is None when Alertmanager does not answer.

    Without a workload (``running`` is empty), a system runs of which something is measured.
    """
    firing = [alert for alert in alerts or () if alert.state is AlertState.FIRING]
    views = [_view(system, firing, measured, running, known=alerts is not None) for system in catalog.systems]
    return sorted(views, key=lambda view: (not view.runs, list(Health).index(view.health), view.name))


def _view(
    system: System,
    firing: Sequence[Alert],
    measured: Mapping[ObjectiveKey, Measured],
    running: Collection[str],
    *,
    known: bool,
) -> SystemView:
    own = [alert for alert in firing if alert.system == system.system]
    objectives = []
    parts: dict[str, Health] = {}
    each: tuple[Component | ResourceBase, ...] = (*system.components, *system.resources)
    for part in each:
        found = [_objective(system, part, objective, measured) for objective in part.objectives]
        objectives += found
        parts[part.name] = _of_part(part.name, own, found, known=known)
    worst = min([*parts.values(), *(_SEVERITIES.get(a.severity, Health.QUIET) for a in own)], key=list(Health).index)
    return SystemView(
        name=system.system,
        title=system.title,
        description=system.description,
        owner=system.owner,
        health=worst if known else Health.UNKNOWN,
        runs=system.system
        in (running or {system.system for each in objectives if each.measured.remaining is not None}),
        parts=parts,
        titles={part.name: getattr(part, "title", "") or part.name for part in each},
        objectives=objectives,
        graphs={"wide": draw(system, WIDE), "tall": draw(system, TALL)},
    )


_SEVERITIES = {"critical": Health.CRITICAL, "warning": Health.WARNING}


def _of_part(name: str, own: Sequence[Alert], objectives: Sequence[ObjectiveView], *, known: bool) -> Health:
    if not known:
        return Health.UNKNOWN
    severities = {alert.severity for alert in own if alert.component == name}
    for severity, health in _SEVERITIES.items():
        if severity in severities:
            return health
    found = {each.health for each in objectives}
    return next((health for health in (Health.SPENT, Health.MET) if health in found), Health.QUIET)


def _objective(
    system: System, part: Component | ResourceBase, objective: Objective, measured: Mapping[ObjectiveKey, Measured]
) -> ObjectiveView:
    found = measured.get((system.system, part.name, objective.name), Measured())
    left = found.remaining
    health = Health.QUIET if left is None else Health.MET if left > 0 else Health.SPENT
    return ObjectiveView(
        component=part.name,
        name=objective.name,
        target=f"{plain(objective.target)} % in {objective.window}",
        reason=objective.reason,
        measured=found,
        health=health,
    )
