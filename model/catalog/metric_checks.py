"""Metrics by their type: one type for a name, and each read as its type can be read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from model.catalog import telemetry
from model.catalog.components import Component
from model.catalog.kpis import Kpi, RateMeasure, ValueMeasure
from model.catalog.objectives import FreshnessSli, GaugeSli, HistogramSli, RatioSli, Sli
from model.catalog.resources import ResourceBase
from model.catalog.system import System
from model.catalog.telemetry import Histogram, Metric, Series, series_names
from model.problems import Problem, duplicates
from model.vocabulary import MetricType

Part = Component | ResourceBase
Use = tuple[str, MetricType]
"""A series, and the type that it is read as."""


def metrics_of(part: Part) -> tuple[Metric, ...]:
    """What the part says of its metrics, the preset's left out."""
    return part.telemetry.metrics if isinstance(part, Component) else part.metrics


def of_part(part: Part, here: str) -> Iterator[Problem]:
    """Metrics of the part with one name."""
    yield from duplicates(f"{here}.metrics", [metric.name for metric in metrics_of(part)])


def one_type(systems: Sequence[System], folder: str) -> Iterator[Problem]:
    """Metrics that two parts of the catalog have with two types: Prometheus keeps one for a name."""
    types: defaultdict[str, dict[MetricType, list[str]]] = defaultdict(dict)
    for system in systems:
        for part in (*system.components, *system.resources):
            for metric in metrics_of(part):
                types[metric.name].setdefault(metric.type, []).append(f"{system.system}/{part.name}")
    for name, found in sorted(types.items()):
        if len(found) > 1:
            both = ", ".join(f"{kind} of {' and '.join(dict.fromkeys(parts))}" for kind, parts in found.items())
            yield Problem(f"{folder}: metric {name}", f"found {both}", "one type for a name")


def of_sli(sli: Sli, part: Part, here: str) -> Iterator[Problem]:
    """Series of an SLI that do not exist, or that are of another type than it reads."""
    yield from _read(list(_uses(sli)), part, here)


def of_kpi(kpi: Kpi, component: Component, here: str) -> Iterator[Problem]:
    """Series of a KPI that do not exist, or that are of another type than it reads; labels to split by besides."""
    measure = kpi.measure
    uses: list[tuple[Series, MetricType]]
    match measure:
        case RateMeasure():
            uses = [(measure.counter, MetricType.COUNTER)]
        case ValueMeasure():
            uses = [(measure.gauge, MetricType.GAUGE)]
        case _:
            uses = [(measure.numerator, MetricType.COUNTER), (measure.denominator, MetricType.COUNTER)]
    yield from _read([(series.metric, kind) for series, kind in uses], component, f"{here}.measure")
    first = uses[0][0].metric
    declared = {name: metric.labels for metric in component.telemetry.metrics for name in series_names([metric])}
    labels = declared.get(first)
    for label in kpi.by:
        if labels is not None and label not in labels:
            yield Problem(f"{here}.by", f"found unknown label {label!r} of {first}", ", ".join(labels))


def _uses(sli: Sli) -> Iterator[Use]:
    """What an SLI reads, apart from what the telemetry preset gives."""
    match sli:
        case RatioSli():
            yield from ((series.metric, MetricType.COUNTER) for series in (sli.good, sli.bad, sli.total) if series)
        case HistogramSli():
            yield f"{sli.histogram}_{Histogram.COUNT}", MetricType.COUNTER
        case GaugeSli():
            yield sli.value.metric, MetricType.COUNTER if sli.per_second else MetricType.GAUGE
            if sli.only_when:
                yield sli.only_when.metric, MetricType.COUNTER
        case FreshnessSli():
            yield sli.age.metric, MetricType.GAUGE


def _types(metrics: Iterable[Metric]) -> dict[str, MetricType]:
    """Series -> how it can be read: the three series of a histogram only grow."""
    types = {}
    for metric in metrics:
        types[metric.name] = metric.type
        if metric.type is MetricType.HISTOGRAM:
            types |= {f"{metric.name}_{part}": MetricType.COUNTER for part in Histogram}
    return types


def _read(uses: Iterable[Use], part: Part, here: str) -> Iterator[Problem]:
    types = _types(metrics_of(part))
    known = part.telemetry.metric_names if isinstance(part, Component) else series_names(part.metrics)
    for metric, kind in uses:
        if metric.startswith(telemetry.BROWSER_PREFIX) and metric not in telemetry.BROWSER_SERIES:
            yield Problem(
                here,
                f"found metric {metric!r}, which the collector does not derive from browser data",
                ", ".join(sorted(telemetry.BROWSER_SERIES)),
            )
        if metric not in known:
            allowed = ", ".join(sorted(known)) or "add it to the metrics of its telemetry"
            yield Problem(here, f"found metric {metric!r}, which {part.name} does not declare", allowed)
        elif metric in types and types[metric] is not kind:
            fitting = ", ".join(sorted(name for name, other in types.items() if other is kind)) or f"a {kind}"
            yield Problem(here, f"found metric {metric!r}, a {types[metric]} that is read as a {kind}", fitting)
