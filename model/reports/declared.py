"""The subject of a report, from what the catalog declares."""

from collections.abc import Iterable, Iterator

from model.alerting.maintenance import MaintenanceWindow
from model.catalog.catalog import Catalog, owner_of
from model.catalog.objectives import FreshnessSli, GaugeSli, ProbeSli
from model.catalog.system import System
from model.gate.scope import measured
from model.reports.subject import Expected, Subject
from model.vocabulary import Environment


def subject(catalog: Catalog, environment: Environment, windows: Iterable[MaintenanceWindow] = ()) -> Subject:
    """What ``environment`` has of the catalog."""
    here, _ = catalog.in_environment(environment)
    found = (one for system in here.systems for one in _of_system(system))
    return Subject(
        environment=environment,
        objectives=tuple(sorted(found, key=lambda one: one.key)),
        windows=tuple(windows),
    )


def _of_system(system: System) -> Iterator[Expected]:
    agreements = {(one.component, one.objective): one for one in system.sla}
    for part in (*system.components, *system.resources):
        for objective in part.objectives:
            if measured(objective, part):
                yield Expected(
                    system=system.system,
                    component=part.name,
                    objective=objective.name,
                    feature=objective.feature or "",
                    team=owner_of(system, part),
                    target=objective.target,
                    window=objective.window,
                    unit="minutes" if isinstance(objective.sli, GaugeSli | ProbeSli | FreshnessSli) else "events",
                    time_zone=system.report_time_zone,
                    conditional=isinstance(objective.sli, GaugeSli) and objective.sli.only_when is not None,
                    agreement=agreements.get((part.name, objective.name)),
                )
