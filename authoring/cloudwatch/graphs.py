"""From alarms to graphs: whatever is alarmed is drawn, with its thresholds, once for all parts of a resource."""

import re
from collections.abc import Sequence
from decimal import Decimal

from authoring.cloudwatch.board import Curve, Graph, Line
from model.alarms.alarm import Alarm, AlarmFile, alarms_for
from model.catalog.resource_base import Subject
from model.vocabulary import Direction

# Metric math: what the alarm's own expression and its band are called in a graph.
_NAMES = re.compile(r"\b[a-z][a-zA-Z0-9_]*")


def graphs(files: Sequence[AlarmFile], subject: Subject) -> list[Graph]:
    """The graphs of one subject, in the order of its alarms. Alarms on one measure share a graph."""
    groups: dict[object, list[Alarm]] = {}
    for file in files:
        if file.applies_to == subject.kind:
            for alarm in alarms_for(file, subject):
                groups.setdefault(_measure(alarm), []).append(alarm)
    return [_graph(alarms) for alarms in groups.values()]


def _measure(alarm: Alarm) -> object:
    """What alarms of one graph have in common: everything but threshold, severity and dimension values."""
    row = alarm.row
    metrics = tuple((m.namespace, m.metric, m.statistic, tuple(sorted(m.dimensions))) for m in alarm.metrics)
    return metrics, row.expression, row.period_seconds, row.each, row.unit, row.threshold.band is None


def _graph(alarms: Sequence[Alarm]) -> Graph:
    first = alarms[0]
    # Two alarms on one curve (a warning and a page) draw it once.
    drawn = list({str(alarm.metrics): alarm for alarm in reversed(alarms)}.values())[::-1]
    curves = [curve for number, alarm in enumerate(drawn) for curve in _curves(alarm, number)]
    return Graph(
        title=_title(first),
        unit=str(first.row.unit),
        period_seconds=first.row.period_seconds,
        curves=curves,
        lines=_lines(alarms),
    )


def _title(alarm: Alarm) -> str:
    row = alarm.row
    by = "" if row.each == "resource" else f" by {row.each.replace('_', ' ')}"
    if row.expression is None:
        return f"{alarm.metrics[0].metric} ({alarm.metrics[0].statistic}){by}"
    return row.name.replace("-", " ").capitalize() + by


def _curves(alarm: Alarm, number: int) -> list[Curve]:
    row = alarm.row
    part = alarm.key.removeprefix(row.name).removeprefix("-")
    ids = {metric.id: f"{metric.id}{number}" for metric in alarm.metrics}
    math = row.expression is not None
    curves = [
        Curve(
            id=ids[metric.id],
            label=part or metric.metric,
            namespace=metric.namespace,
            metric=metric.metric,
            dimensions=metric.dimensions,
            statistic=metric.statistic,
            visible=not math,
        )
        for metric in alarm.metrics
    ]
    label = part or row.name
    if row.expression is not None:
        expression = _NAMES.sub(lambda found: ids[found[0]], row.expression)
        curves.append(Curve(id=f"result{number}", label=label, expression=expression))
    if row.threshold.band is not None:
        expression = f"ANOMALY_DETECTION_BAND({curves[-1].id}, {alarm.threshold})"
        curves.append(Curve(id=f"band{number}", label=f"{label} (expected)", expression=expression))
    return curves


def _lines(alarms: Sequence[Alarm]) -> list[Line]:
    """Each threshold once; a band has none, it is a curve."""
    numbers: dict[tuple[Decimal, str, Direction], list[Alarm]] = {}
    for alarm in alarms:
        if alarm.row.threshold.band is None:
            numbers.setdefault((alarm.threshold, alarm.severity, alarm.row.bad), []).append(alarm)
    return [
        Line(
            value=float(value),
            label=f"{severity}: {found[0].row.name}",
            severity=found[0].severity,
            above=bad is Direction.ABOVE,
        )
        for (value, severity, bad), found in numbers.items()
    ]
