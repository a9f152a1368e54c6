"""Thresholds of AWS resources must be read by somebody: a row of rules/cloudwatch/, or a metric in Prometheus.

A threshold that a system sets for all of its parts applies where a part has the signal and is passed over elsewhere;
one that applies nowhere, and one that a resource sets itself and nobody reads, would be a number without an alarm.
"""

from collections.abc import Iterator, Sequence

from authoring.rules import signals
from model.alarms.alarm import AlarmFile, unread
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceBase
from model.catalog.system import System
from model.problems import Problem, raise_if_any
from model.vocabulary import Signal


def check(catalog: Catalog, files: Sequence[AlarmFile]) -> None:
    """Raises BadInput with every threshold that no alarm reads. Without ``files`` nothing is checked."""
    if not files:
        return
    raise_if_any(problem for system in catalog.systems for problem in _problems(system, files))


def _problems(system: System, files: Sequence[AlarmFile]) -> Iterator[Problem]:
    where = f"catalog/{system.system}.yaml"
    for resource in system.resources:
        for signal, severity in unread(files, resource):
            if signals.bind(signal, system, resource) is None:
                yield Problem(
                    f"{system.file_of(resource.name)}: {resource.name}.thresholds[{signal}].{severity}",
                    f"found a threshold that no alarm of {resource.kind} reads",
                    ", ".join(_readable(files, resource)) or f"none, no alarm of {resource.kind} reads a threshold",
                )
    for threshold in system.thresholds:
        if not _applies(system, threshold.signal, files):
            yield Problem(
                f"{where}: thresholds[{threshold.signal}]",
                "found a threshold that applies to no component or resource",
                "a signal that one of them measures",
            )


def _readable(files: Sequence[AlarmFile], resource: ResourceBase) -> list[str]:
    rows = (row for file in files if file.applies_to == resource.kind for row in file.alarms)
    return sorted({f"{row.threshold.signal} ({row.severity})" for row in rows if row.threshold.signal})


def _applies(system: System, signal: Signal, files: Sequence[AlarmFile]) -> bool:
    if signal in signals.SYSTEM_WIDE:
        return True
    parts = (*system.components, *system.resources)
    kinds = {str(resource.kind) for resource in system.resources}
    read = (row.threshold.signal for file in files if file.applies_to in kinds for row in file.alarms)
    return any(signals.bind(signal, system, part) for part in parts) or signal in read
