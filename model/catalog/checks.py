"""What no single field can know: references between the parts of the catalog."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from model.catalog import metric_checks, name_checks, remediation_checks, table_checks
from model.catalog.components import Component
from model.catalog.dynamodb import DynamoDbTable
from model.catalog.kpis import Kpi
from model.catalog.objectives import AvailabilitySli, HistogramSli, LatencySli, Objective, ProbeSli
from model.catalog.resources import ResourceBase
from model.catalog.system import System
from model.catalog.teams import Organization
from model.problems import Problem, duplicates
from model.sentences import listed


def check(
    organization: Organization | None, systems: Sequence[System], folder: str, unread: Collection[str] = ()
) -> list[Problem]:
    """All broken references and doubled names of the catalog in ``folder`` (its name, for the messages).

    What could not be read is not judged by: without an ``organization`` any team may exist, and ``unread`` systems may
    have any part.
    """
    teams = sorted(team.name for team in organization.teams) if organization else None
    problems = list(_organization(organization, f"{folder}/teams.yaml")) if organization else []
    parts = {system.system: {part.name for part in _parts(system)} for system in systems}
    for system in systems:
        problems += _system(system, f"{folder}/{system.system}.yaml", teams, parts, unread)
    problems += metric_checks.one_type(systems, folder)
    problems += table_checks.made_once(systems, folder)
    return problems


def _organization(organization: Organization, where: str) -> Iterator[Problem]:
    names = [team.name for team in organization.teams]
    yield from duplicates(f"{where}: teams", names)
    yield from name_checks.of_organization(organization, where)
    if organization.platform_team not in names:
        yield Problem(f"{where}: platform_team", f"found unknown team {organization.platform_team!r}", listed(names))
    levels = organization.escalation
    yield from duplicates(f"{where}: escalation", [level.role for level in levels])
    if [level.level for level in levels] != list(range(1, len(levels) + 1)):
        yield Problem(
            f"{where}: escalation", f"found levels {listed([r.level for r in levels])}", "1, 2, 3 ... in order"
        )
    waits = [level.after.seconds for level in levels]
    if any(later <= earlier for earlier, later in pairwise(waits)):
        yield Problem(f"{where}: escalation", "found a level that is not later than the previous one", "rising times")
    roles = [level.role for level in levels[1:]]
    for team in organization.teams:
        for role in team.escalation.roles:
            if role not in roles:
                yield Problem(f"{where}: teams[{team.name}].escalation", f"found unknown role {role!r}", listed(roles))


def _system(
    system: System, where: str, teams: Sequence[str] | None, parts: dict[str, set[str]], unread: Collection[str]
) -> Iterator[Problem]:
    for key, owner in (("owner", system.owner), ("runbook_owner", system.runbook_owner)):
        yield from _owner(f"{where}: {key}", owner, teams)
    yield from name_checks.of_system(system, where)
    yield from duplicates(f"{where}: components and resources", [part.name for part in _parts(system)])
    yield from duplicates(f"{where}: kpis", [kpi.name for kpi in system.kpis])
    transactions = [kpi.name for kpi in system.kpis if kpi.transaction]
    if len(transactions) > 1:
        yield Problem(f"{where}: kpis", f"found {listed(transactions)} as transactions", "one a system at most")
    yield from duplicates(f"{where}: probes", [probe.name for c in system.components for probe in c.probes])
    yield from duplicates(f"{where}: thresholds", [t.signal for t in system.thresholds])
    for part in _parts(system):
        here = f"{where}: {part.name}"
        yield from _owner(f"{here}.owner", part.owner, teams)
        yield from duplicates(f"{here}.objectives", [objective.name for objective in part.objectives])
        yield from duplicates(f"{here}.thresholds", [t.signal for t in part.thresholds])
        yield from metric_checks.of_part(part, here)
        yield from _dependencies(system, part, here, parts, unread)
        if isinstance(part, DynamoDbTable):
            yield from table_checks.of_table(part, here)
        for objective in part.objectives:
            yield from _objective(objective, part, f"{here}.objectives[{objective.name}]")
    for where_named, named in (
        (f"{where}: gate.optional", [(one.component, one.objective) for one in system.gate.optional]),
        (f"{where}: sla", [(one.component, one.objective) for one in system.sla]),
    ):
        yield from _known_objectives(system, named, where_named)
    yield from remediation_checks.of_system(system, where)
    components = {component.name: component for component in system.components}
    for kpi in system.kpis:
        yield from _kpi(kpi, components, f"{where}: kpis[{kpi.name}]")


def _owner(where: str, owner: str | None, teams: Sequence[str] | None) -> Iterator[Problem]:
    if owner is not None and teams is not None and owner not in teams:
        yield Problem(where, f"found unknown team {owner!r}", listed(teams))


def _parts(system: System) -> tuple[Component | ResourceBase, ...]:
    return (*system.components, *system.resources)


def _dependencies(
    system: System, part: Component | ResourceBase, here: str, parts: dict[str, set[str]], unread: Collection[str]
) -> Iterator[Problem]:
    for reference in part.depends_on:
        home, _, name = reference.rpartition("/")
        known = parts.get(home or system.system)
        itself = {part.name} if home in ("", system.system) else set()
        if home in unread:
            continue
        if known is None:
            yield Problem(f"{here}.depends_on", f"found {reference!r} in an unknown system", listed(sorted(parts)))
        elif name not in known:
            yield Problem(f"{here}.depends_on", f"found unknown {reference!r}", listed(sorted(known - itself)))
        elif name in itself:
            yield Problem(f"{here}.depends_on", "found itself", "other components and resources")


def _objective(objective: Objective, part: Component | ResourceBase, here: str) -> Iterator[Problem]:
    sli = objective.sli
    if isinstance(sli, AvailabilitySli | LatencySli) and not (isinstance(part, Component) and part.telemetry.requests):
        yield Problem(f"{here}.sli", f"found {sli.kind} on a part without request metrics", "a preset in its telemetry")
    if isinstance(sli, ProbeSli):
        known = [probe.name for probe in part.probes] if isinstance(part, Component) else []
        if sli.probe is None and not (isinstance(part, Component) and part.health):
            yield Problem(f"{here}.sli", "found a probe objective without health endpoints", "health, or probe: NAME")
        if sli.probe is not None and sli.probe not in known:
            yield Problem(f"{here}.sli.probe", f"found unknown probe {sli.probe!r}", listed(known))
    yield from metric_checks.of_sli(sli, part, f"{here}.sli")
    alert = objective.alert_at
    if alert and alert.target is not None and alert.target >= objective.target:
        yield Problem(f"{here}.alert_at.target", f"found {alert.target}", f"below the objective's {objective.target}")
    if alert and alert.threshold is not None:
        if not isinstance(sli, LatencySli | HistogramSli):
            yield Problem(f"{here}.alert_at.threshold", f"found a duration for a {sli.kind} objective", "target")
        elif alert.threshold.seconds <= sli.threshold.seconds:
            yield Problem(f"{here}.alert_at.threshold", f"found {alert.threshold}", f"above {sli.threshold}")


def _known_objectives(system: System, named: Sequence[tuple[str, str]], where: str) -> Iterator[Problem]:
    """What refers to objectives of the system by component and name: each exists, and is named once."""
    objectives = {part.name: [objective.name for objective in part.objectives] for part in _parts(system)}
    yield from duplicates(where, ["/".join(name) for name in named])
    for component, objective in named:
        if component not in objectives:
            yield Problem(where, f"found unknown component {component!r}", listed(sorted(objectives)))
        elif objective not in objectives[component]:
            known = listed(objectives[component]) or "none: it has no objectives"
            yield Problem(where, f"found unknown objective {objective!r} of {component}", known)


def _kpi(kpi: Kpi, components: dict[str, Component], here: str) -> Iterator[Problem]:
    component = components.get(kpi.component)
    if component is None:
        yield Problem(f"{here}.component", f"found unknown component {kpi.component!r}", listed(sorted(components)))
        return
    yield from metric_checks.of_kpi(kpi, component, here)
