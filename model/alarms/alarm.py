"""CloudWatch alarms made concrete: what becomes of the rows of ``rules/cloudwatch/`` for one resource."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import NamedTuple

from pydantic import Field

from model.alarms.rows import (
    BAND,
    MAX_METRICS,
    PLACE,
    RESULT,
    AlarmFile,
    AlarmMetric,
    AlarmRow,
    AlarmThreshold,
    MissingData,
    Pack,
    placeholders,
)
from model.base import Model
from model.catalog.resource_base import AlarmOverride, Subject
from model.catalog.system import System
from model.catalog.thresholds import Threshold
from model.fitted_names import ALARM, fitted
from model.problems import Problem
from model.vocabulary import Direction, Severity, Signal, Vocabulary

__all__ = [
    "BAND",
    "MAX_METRICS",
    "RESULT",
    "Alarm",
    "AlarmFile",
    "AlarmMetric",
    "AlarmPack",
    "AlarmRow",
    "AlarmThreshold",
    "MetricQuery",
    "MissingData",
    "Pack",
    "alarm_name",
    "alarms_for",
    "doubled_names",
    "fits",
    "override_problems",
    "placeholders",
    "unknown_overrides",
    "unread",
]


class AlarmPack(Vocabulary):
    """How many alarms an environment pays for."""

    FULL = ("full", "Every alarm.")
    REDUCED = ("reduced", "The must-have alarms only.")


class MetricQuery(Model):
    """One metric of a concrete alarm. Dimensions may still hold ``{account}`` and ``{region}``."""

    id: str
    namespace: str
    metric: str
    statistic: str
    dimensions: dict[str, str]


class Alarm(Model):
    """A row made concrete: everything CloudWatch needs but account, region and the ARN of the topic it tells."""

    key: str = Field(description="Unique within the resource: the row's name, and the part's name if it has one.")
    row: AlarmRow
    metrics: tuple[MetricQuery, ...]
    threshold: Decimal = Field(description="In the row's unit; for anomaly detection the width of the band.")
    severity: Severity


class _Case(NamedTuple):
    """A row that applies, to the subject or to one part of it."""

    row: AlarmRow
    part: str | None
    words: Mapping[str, str]
    threshold: Decimal


def alarms_for(file: AlarmFile, subject: Subject, pack: AlarmPack = AlarmPack.FULL) -> tuple[Alarm, ...]:
    """The alarms of one subject, in the order of the rows; overrides applied, disabled ones left out."""
    return tuple(_alarms(file, subject, pack))


def alarm_name(prefix: str, key: str) -> str:
    """The alarm's name in AWS, shortened where it is too long: names of indexes alone may have 255 characters."""
    return fitted(f"{prefix}-{key}", ALARM)


def doubled_names(files: Sequence[AlarmFile]) -> list[Problem]:
    """A mistake for every name that two rows have: a runbook and an override belong to one alarm."""
    names = [row.name for file in files for row in file.alarms]
    return [
        Problem("rules/cloudwatch", f"found alarm {name} in two files", "each name once")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


def unknown_overrides(files: Sequence[AlarmFile], system: System, where: str) -> list[Problem]:
    """The mistakes in the overrides of all resources of a system."""
    return [
        problem
        for resource in system.resources
        for problem in override_problems(files, system.with_thresholds(resource), f"{where}: {resource.name}.alarms")
    ]


def override_problems(files: Sequence[AlarmFile], subject: Subject, where: str) -> Iterator[Problem]:
    """A mistake for every override that would change nothing, that no one could be notified of, or in a wrong unit."""
    known = {
        (case.row.name, case.part): case.row
        for file in files
        if file.applies_to == subject.kind
        for case in _cases(file, subject)
    }
    for override in subject.alarms:
        row = known.get((override.alarm, override.of))
        if row is None:
            shown = repr(override.alarm) + _of(override.of, "part" if override.index is None else "index")
            allowed = ", ".join(sorted(name + _of(part, row.each) for (name, part), row in known.items()))
            nothing = f"none, there are no alarms for {subject.kind}"
            yield Problem(where, f"found unknown alarm {shown}", allowed or nothing)
        elif override.unit is not None and override.unit is not row.unit:
            yield Problem(where, f"found unit {override.unit} for {override.alarm}", row.unit)
        if override.severity is Severity.NONE:
            yield Problem(where, f"found severity none for {override.alarm}", "another severity, or `enabled: false`")


def _alarms(file: AlarmFile, subject: Subject, pack: AlarmPack) -> Iterator[Alarm]:
    for row, part, words, threshold in _cases(file, subject):
        if pack is AlarmPack.REDUCED and row.pack is not Pack.MUST_HAVE:
            continue
        override = _override(subject, row.name, part)
        if override and not override.enabled:
            continue
        yield Alarm(
            key=row.name if part is None else f"{row.name}-{part}",
            row=_held(row, subject),
            metrics=tuple(_filled(file, metric, subject, words) for metric in row.metrics),
            threshold=threshold if override is None or override.threshold is None else override.threshold,
            severity=row.severity if override is None or override.severity is None else override.severity,
        )


def _cases(file: AlarmFile, subject: Subject) -> Iterator[_Case]:
    """The rows that the subject gets, once for each part where they are about parts."""
    for row in file.alarms:
        if not all(fits(getattr(subject, word), wanted) for word, wanted in {**file.when, **row.when}.items()):
            continue
        threshold = _threshold(row, subject)
        if threshold is None:
            continue
        if row.each == "resource":
            yield _Case(row, None, {}, threshold)
        else:
            for part, words in sorted(subject.parts(row.each).items()):
                yield _Case(row, part, words, threshold)


def fits(value: object, wanted: bool | str | tuple[str, ...]) -> bool:
    """Whether a subject's value is the wanted one, one of several, or there at all."""
    if isinstance(wanted, bool):
        return bool(value) is wanted
    if isinstance(wanted, tuple):
        return value in wanted
    if isinstance(value, Collection) and not isinstance(value, str):
        return wanted in value
    return value == wanted


def _threshold(row: AlarmRow, subject: Subject) -> Decimal | None:
    """The line in the row's unit, or None where the subject has no such line."""
    line = row.threshold
    if line.of is not None and line.share is not None:
        whole = getattr(subject, line.of)
        return None if whole is None else Decimal(whole) * line.share
    if line.signal is not None:
        stated = _stated(row, subject)
        number = line.otherwise if stated is None else _number(stated, row)
        if line.of is None or number is None:
            return number
        whole = getattr(subject, line.of)
        return None if whole is None else Decimal(whole) * _share(row, number)
    return line.band if line.value is None else line.value


def _stated(row: AlarmRow, subject: Subject) -> Threshold | None:
    """The subject's threshold that the row reads, for the row's severity."""
    return next(
        (t for t in subject.thresholds if t.signal is row.threshold.signal and _number(t, row) is not None), None
    )


def _number(threshold: Threshold, row: AlarmRow) -> Decimal | None:
    return threshold.critical if row.severity is Severity.CRITICAL else threshold.warning


def _share(row: AlarmRow, percent: Decimal) -> Decimal:
    """Of one: what is used, or what is left for a metric that is bad when it is low."""
    return (percent if row.bad is Direction.ABOVE else 100 - percent) / 100


def _held(row: AlarmRow, subject: Subject) -> AlarmRow:
    """The row with as many periods as the catalog's threshold holds, where the row reads one: its `hold` counts too."""
    stated = _stated(row, subject)
    if stated is None:
        return row
    periods = max(1, ceil(stated.hold.seconds / row.period_seconds))
    return row.model_copy(update={"periods": periods, "datapoints": periods})


def unread(files: Sequence[AlarmFile], subject: Subject) -> Iterator[tuple[Signal, Severity]]:
    """The signal and severity of every threshold of the subject that no row of its kind reads."""
    read = {
        (row.threshold.signal, Severity.CRITICAL if row.severity is Severity.CRITICAL else Severity.WARNING)
        for file in files
        if file.applies_to == subject.kind
        for row in file.alarms
        if all(fits(getattr(subject, word), wanted) for word, wanted in {**file.when, **row.when}.items())
        and (row.each == "resource" or subject.parts(row.each))
    }
    for threshold in subject.thresholds:
        stated = ((Severity.WARNING, threshold.warning), (Severity.CRITICAL, threshold.critical))
        for severity, value in stated:
            if value is not None and (threshold.signal, severity) not in read:
                yield threshold.signal, severity


def _of(part: str | None, sort: str) -> str:
    return "" if part is None else f" ({sort} {part})"


def _override(subject: Subject, alarm: str, part: str | None) -> AlarmOverride | None:
    return next((o for o in subject.alarms if o.alarm == alarm and o.of == part), None)


def _filled(file: AlarmFile, metric: AlarmMetric, subject: Subject, words: Mapping[str, str]) -> MetricQuery:
    dimensions = file.dimensions_of(metric)
    known = {name: f"{{{name}}}" for name in PLACE}
    known |= {n: getattr(subject, n) for v in dimensions.values() for n in placeholders(v) if n in subject.words()}
    return MetricQuery(
        id=metric.id,
        namespace=metric.namespace or file.namespace,
        metric=metric.metric,
        statistic=metric.statistic,
        dimensions={key: value.format_map({**known, **words}) for key, value in dimensions.items()},
    )
