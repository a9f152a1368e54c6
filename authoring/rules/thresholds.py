"""The catalog's thresholds as Prometheus alerts, one file a system; also rate, errors and duration of its components.

A threshold of a part stands before the system's. One that a system sets for all its parts holds where a part has the
signal and is passed over elsewhere; one that a component sets itself must be measurable, or it would be an alert that
nobody keeps. Resources of AWS keep theirs in CloudWatch where no exporter measures them.
Causes do not page alone: `authoring.rules.gates`.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from authoring.cloudwatch.words import duration
from authoring.promql import number, selector
from authoring.rule_file import Rule, rule_file
from authoring.rules import anomalies, signals
from authoring.rules.gates import CAUSES, Gates
from authoring.rules.recording.thresholds import base
from authoring.rules.signal_alerts import ALERTS, shown
from authoring.rules.signals import Part, Query
from model import labels
from model.catalog.catalog import Catalog, owner_of
from model.catalog.components import Component
from model.catalog.system import System
from model.catalog.thresholds import Threshold
from model.go_template import literal
from model.problems import Problem, raise_if_any
from model.vocabulary import Direction, Severity, Signal, Unit

# What comes back within five minutes is the same trouble, not a second one.
KEEP = "5m"

_HEAD = """\
Thresholds of {system}, generated from catalog/{system}.yaml by `make assets`; do not edit.
First recording rules (rate, errors and duration of every component that serves requests, then each signal with a
threshold), then alerts, in one group, so that an alert never compares values of two moments."""

SLOW_INTERVAL = "2m"

Bound = tuple[Part, Threshold, Query]
"""A threshold of the catalog, its owner, and its metric."""


def generate(catalog: Catalog) -> dict[str, str]:
    """Path below the project -> rule file of each system. Raises BadInput for thresholds that nothing measures."""
    raise_if_any(problem for system in catalog.systems for problem in _unmeasured(system))
    gates = Gates(catalog)
    return {path(system): _file(system, gates) for system in catalog.systems}


def path(system: System) -> str:
    """Where the rules of a system lie."""
    return f"rules/prometheus/thresholds-{system.system}.yaml"


def bound(system: System) -> Iterator[Bound]:
    """Every threshold that Prometheus measures, with its part and its query, in the catalog's order."""
    for part in (*system.components, *system.resources):
        own = {threshold.signal for threshold in part.thresholds}
        for threshold in (*part.thresholds, *(t for t in system.thresholds if t.signal not in own)):
            query = signals.bind(threshold.signal, system, part)
            if query:
                yield part, threshold, query


def _file(system: System, gates: Gates) -> str:
    every = list(bound(system))
    usual = [one for one in every if one[1].signal not in signals.SLOW]
    slow = [one for one in every if one[1].signal in signals.SLOW]
    requests = ((part, query) for part in system.components for query in signals.request_measures(system, part))
    name = f"belfry.thresholds.{system.system}"
    groups = [
        (name, (*_measures(system, requests, usual), *_alerts(system, usual, gates), *_system_wide(system, gates))),
        (f"{name}.anomalies", anomalies.rules(system)),
        (f"{name}.browsers", (*_measures(system, (), slow), *_alerts(system, slow, gates))),
    ]
    return rule_file(
        _HEAD.format(system=system.system),
        groups,
        {f"{name}.anomalies": anomalies.INTERVAL, f"{name}.browsers": SLOW_INTERVAL},
    )


def _measures(system: System, always: Iterable[tuple[Part, Query]], lines: Iterable[Bound]) -> Iterator[Rule]:
    seen = set()
    for part, query in (*always, *((part, query) for part, _, query in lines)):
        if query.record and (part.name, query.record) not in seen:
            seen.add((part.name, query.record))
            own = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
            yield Rule("record", query.record, query.expr, own)


def _alerts(system: System, lines: Iterable[Bound], gates: Gates) -> Iterator[Rule]:
    for part, threshold, query in lines:
        value = selector(query.record, signals.of_part(system, part)) if query.record else query.expr
        own = {labels.TEAM: owner_of(system, part), labels.SYSTEM: system.system, labels.COMPONENT: part.name}
        name = part.title if isinstance(part, Component) else part.name
        guards = (query.guard, gates.of_part(system, part))
        yield from _lines(threshold, value, guards, own, (f"{system.system}/{part.name}", f"{system.title}, {name}"))


def _system_wide(system: System, gates: Gates) -> Iterator[Rule]:
    for threshold in system.thresholds:
        if bind := signals.SYSTEM_WIDE.get(threshold.signal):
            component = {
                Signal.DISK_USAGE: "{{ $labels.persistentvolumeclaim }}",
                Signal.NETWORK_USAGE: "network",
            }[threshold.signal]
            own = {labels.TEAM: system.owner, labels.SYSTEM: system.system, labels.COMPONENT: component}
            guards = ("", gates.of_system(system))
            yield from _lines(threshold, bind(system).expr, guards, own, (system.system, system.title))


def _lines(
    threshold: Threshold, value: str, guards: tuple[str, str], own: dict[str, str], names: tuple[str, str]
) -> Iterator[Rule]:
    """Warning and critical. ``guards``, each of which may be empty: what must hold always, and the gate of a cause.

    ``names``: the part by its ids, for the summary, and by its titles.
    """
    signal, alert, (where, title) = threshold.signal, ALERTS[threshold.signal], names
    operator = ">" if signal.bad is Direction.ABOVE else "<"
    for severity, line in ((Severity.WARNING, threshold.warning), (Severity.CRITICAL, threshold.critical)):
        if line is None:
            continue
        needed = [guards[0]] if guards[0] else []
        if severity is Severity.CRITICAL and signal in CAUSES and guards[1]:
            needed.append(guards[1])
        compared = f"{value}\n  {operator} {number(base(line, signal))}"
        expr = "\n  and on (cluster)\n".join([compared, *needed])
        says = alert.says.format(value=shown(signal))
        limit, hold = _shown(line, signal.unit), duration(threshold.hold.seconds)
        yield Rule(
            "alert",
            alert.name,
            expr,
            {labels.SEVERITY: severity, **own},
            hold=threshold.hold if threshold.hold.seconds else None,
            keep=KEEP,
            annotations={
                labels.SUMMARY: f"{where}: {says} (threshold {limit})",
                labels.DESCRIPTION: f"{literal(title)}: {says}, for {hold} or longer. Threshold: {limit}. "
                f"{literal(threshold.reason)}",
                labels.DASHBOARD_URL: alert.board.path,
            },
        )


def _shown(line: Decimal, unit: Unit) -> str:
    words = {
        Unit.PERCENT: " %",
        Unit.COUNT_PER_MINUTE: " per minute",
        Unit.USD_PER_HOUR: " USD per hour",
    }
    return duration(line) if unit is Unit.SECONDS else number(line) + words.get(unit, "")


def _unmeasured(system: System) -> Iterator[Problem]:
    for component in system.components:
        for threshold in component.thresholds:
            if signals.bind(threshold.signal, system, component) is None:
                yield Problem(
                    f"{system.file_of(component.name)}: {component.name}.thresholds[{threshold.signal}]",
                    "found a threshold on a signal that no declared metric measures",
                    "a metric named by the conventions in authoring/rules/signals/, or no threshold",
                )
