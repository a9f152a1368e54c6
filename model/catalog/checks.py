"""What no single field can know: references between the parts of the catalog."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from model.catalog import browsers
from model.catalog.components import Component
from model.catalog.kpis import Kpi, RateMeasure, ValueMeasure
from model.catalog.objectives import (
    AvailabilitySli,
    FreshnessSli,
    GaugeSli,
    HistogramSli,
    LatencySli,
    Objective,
    ProbeSli,
    RatioSli,
    Sli,
)
from model.catalog.resources import ResourceBase
from model.catalog.system import System
from model.catalog.teams import Organization
from model.catalog.telemetry import Histogram, Series, series_names
from model.problems import Problem, doubles


def check(organization: Organization, systems: Sequence[System], folder: str) -> list[Problem]:
    """All broken references and doubled names of the catalog in ``folder`` (its name, for the messages)."""
    problems = list(_organization(organization, f"{folder}/teams.yaml"))
    teams = sorted(team.name for team in organization.teams)
    parts = {system.system: {part.name for part in _parts(system)} for system in systems}
    for system in systems:
        problems += _system(system, f"{folder}/{system.system}.yaml", teams, parts)
    return problems


def _organization(organization: Organization, where: str) -> Iterator[Problem]:
    names = [team.name for team in organization.teams]
    yield from doubles(f"{where}: teams", names)
    if organization.platform_team not in names:
        yield Problem(f"{where}: platform_team", f"found unknown team {organization.platform_team!r}", _list(names))
    rungs = organization.escalation
    yield from doubles(f"{where}: escalation", [rung.role for rung in rungs])
    if [rung.level for rung in rungs] != list(range(1, len(rungs) + 1)):
        yield Problem(f"{where}: escalation", f"found levels {_list([r.level for r in rungs])}", "1, 2, 3 ... in order")
    waits = [rung.after.seconds for rung in rungs]
    if any(later <= earlier for earlier, later in pairwise(waits)):
        yield Problem(f"{where}: escalation", "found a level that comes no later than the one before", "rising times")
    roles = [rung.role for rung in rungs[1:]]
    for team in organization.teams:
        for role in team.escalation.roles:
            if role not in roles:
                yield Problem(f"{where}: teams[{team.name}].escalation", f"found unknown role {role!r}", _list(roles))


def _system(system: System, where: str, teams: Sequence[str], parts: dict[str, set[str]]) -> Iterator[Problem]:
    for key, owner in (("owner", system.owner), ("runbook_owner", system.runbook_owner)):
        if owner is not None and owner not in teams:
            yield Problem(f"{where}: {key}", f"found unknown team {owner!r}", _list(teams))
    yield from doubles(f"{where}: components and resources", [part.name for part in _parts(system)])
    yield from doubles(f"{where}: kpis", [kpi.name for kpi in system.kpis])
    transactions = [kpi.name for kpi in system.kpis if kpi.transaction]
    if len(transactions) > 1:
        yield Problem(f"{where}: kpis", f"found {_list(transactions)} as transactions", "one a system at most")
    yield from doubles(f"{where}: probes", [probe.name for c in system.components for probe in c.probes])
    yield from doubles(f"{where}: thresholds", [t.signal for t in system.thresholds])
    for part in _parts(system):
        here = f"{where}: {part.name}"
        if part.owner is not None and part.owner not in teams:
            yield Problem(f"{here}.owner", f"found unknown team {part.owner!r}", _list(teams))
        yield from doubles(f"{here}.objectives", [objective.name for objective in part.objectives])
        yield from doubles(f"{here}.thresholds", [t.signal for t in part.thresholds])
        yield from _dependencies(system, part, here, parts)
        for objective in part.objectives:
            yield from _objective(objective, part, f"{here}.objectives[{objective.name}]")
    components = {component.name: component for component in system.components}
    for kpi in system.kpis:
        yield from _kpi(kpi, components, f"{where}: kpis[{kpi.name}]")


def _parts(system: System) -> tuple[Component | ResourceBase, ...]:
    return (*system.components, *system.resources)


def _dependencies(
    system: System, part: Component | ResourceBase, here: str, parts: dict[str, set[str]]
) -> Iterator[Problem]:
    yield from doubles(f"{here}.depends_on", part.depends_on)
    for reference in part.depends_on:
        home, _, name = reference.rpartition("/")
        known = parts.get(home or system.system)
        itself = {part.name} if home in ("", system.system) else set()
        if known is None:
            yield Problem(f"{here}.depends_on", f"found {reference!r} in an unknown system", _list(sorted(parts)))
        elif name not in known:
            yield Problem(f"{here}.depends_on", f"found unknown {reference!r}", _list(sorted(known - itself)))
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
            yield Problem(f"{here}.sli.probe", f"found unknown probe {sli.probe!r}", _list(known))
    yield from _known_metrics(_series(sli), part, f"{here}.sli")
    alert = objective.alert_at
    if alert and alert.target is not None and alert.target >= objective.target:
        yield Problem(f"{here}.alert_at.target", f"found {alert.target}", f"below the objective's {objective.target}")
    if alert and alert.threshold is not None:
        if not isinstance(sli, LatencySli | HistogramSli):
            yield Problem(f"{here}.alert_at.threshold", f"found a duration for a {sli.kind} objective", "target")
        elif alert.threshold.seconds <= sli.threshold.seconds:
            yield Problem(f"{here}.alert_at.threshold", f"found {alert.threshold}", f"above {sli.threshold}")


def _series(sli: Sli) -> list[str]:
    """Metric names an SLI reads, apart from those that the telemetry preset gives."""
    match sli:
        case RatioSli():
            return [series.metric for series in (sli.good, sli.bad, sli.total) if series]
        case HistogramSli():
            return [f"{sli.histogram}_{Histogram.COUNT}"]
        case GaugeSli():
            return [series.metric for series in (sli.value, sli.only_when) if series]
        case FreshnessSli():
            return [sli.age.metric]
        case _:
            return []


def _kpi(kpi: Kpi, components: dict[str, Component], here: str) -> Iterator[Problem]:
    component = components.get(kpi.component)
    if component is None:
        yield Problem(f"{here}.component", f"found unknown component {kpi.component!r}", _list(sorted(components)))
        return
    measure = kpi.measure
    series: tuple[Series, ...]
    match measure:
        case RateMeasure():
            series = (measure.counter,)
        case ValueMeasure():
            series = (measure.gauge,)
        case _:
            series = (measure.numerator, measure.denominator)
    yield from _known_metrics([one.metric for one in series], component, f"{here}.measure")
    promised = {name: metric.labels for metric in component.telemetry.metrics for name in series_names([metric])}
    labels = promised.get(series[0].metric)
    for label in kpi.by:
        if labels is not None and label not in labels:
            yield Problem(f"{here}.by", f"found unknown label {label!r} of {series[0].metric}", _list(labels))


def _known_metrics(used: Iterable[str], part: Component | ResourceBase, here: str) -> Iterator[Problem]:
    known = part.telemetry.metric_names if isinstance(part, Component) else series_names(part.metrics)
    for metric in used:
        if metric.startswith(browsers.PREFIX) and metric not in browsers.SERIES:
            yield Problem(
                here,
                f"found metric {metric!r}, which nothing makes of what browsers send",
                _list(sorted(browsers.SERIES)),
            )
        if metric not in known:
            allowed = _list(sorted(known)) or "add it to the metrics of its telemetry"
            yield Problem(here, f"found metric {metric!r}, which {part.name} does not promise", allowed)


def _list(words: Iterable[object]) -> str:
    return ", ".join(str(word) for word in words)
