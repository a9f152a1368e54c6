"""Business numbers as Prometheus rules, one file a system: their values, and who is notified.

What is usual for a number at this hour of the week is the same for all of them: rules/prometheus/kpi-baselines.yaml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from authoring.promql import equals, number, selector
from authoring.rule_file import Rule, rule_file
from model import labels
from model.catalog.catalog import Catalog, owner_of
from model.catalog.components import Component
from model.catalog.kpis import Kpi, KpiAlert, RateMeasure, RatioMeasure, ValueMeasure
from model.catalog.system import System
from model.catalog.telemetry import Histogram, Series
from model.dashboards import Board
from model.go_template import literal
from model.quantities import Duration
from model.vocabulary import MetricType, Unit

KPI = "kpi"
VALUE = "component:kpi:value"
HOUR = "component:kpi:avg1h"
SPLIT = "component:kpi_split:value"
USUAL = "component:kpi_usual:avg"
USUAL_LOW = "component:kpi_usual:min"
BAND_LOW = "component:kpi_band:lower"
BAND_HIGH = "component:kpi_band:upper"

BELOW_FLOOR = "KpiBelowFloor"
ABOVE_CEILING = "KpiAboveCeiling"
DROPPED = "KpiDropped"
OUTSIDE_BAND = "KpiOutsideBand"

# Fewer events an hour than these halve by chance.
_EVENTS_AN_HOUR = 10
# Shares of fewer events than these in their window say nothing.
_EVENTS_OF_A_SHARE = 20
_BAND_HOLD = Duration("2h")

_SHOWN = {
    Unit.PERCENT: "{{ $value | humanize }} %",
    Unit.SECONDS: "{{ $value | humanizeDuration }}",
    Unit.RATIO: "{{ $value | humanizePercentage }}",
}
_UNITS = {
    Unit.COUNT_PER_SECOND: " per second",
    Unit.COUNT_PER_MINUTE: " per minute",
    Unit.COUNT_PER_HOUR: " per hour",
    Unit.COUNT_PER_DAY: " per day",
    Unit.PERCENT: " %",
    Unit.SECONDS: " s",
    Unit.USD: " USD",
    Unit.USD_PER_HOUR: " USD per hour",
    Unit.USD_PER_DAY: " USD per day",
}

_HEAD = """\
KPIs of {system}, generated from catalog/{system}.yaml by `make assets`; do not edit.
Every KPI is recorded as component:kpi:value, and split by the labels that dashboards show as
component:kpi_split:value. kpi-baselines.yaml records the usual value at this hour of the week for all of them."""


def generate(catalog: Catalog) -> dict[str, str]:
    """Path below the project -> rule file, for each system with KPIs."""
    return {path(system): _file(system) for system in catalog.systems if system.kpis}


def path(system: System) -> str:
    """Where the rules of a system lie."""
    return f"rules/prometheus/kpis-{system.system}.yaml"


def an_hour(measure: RateMeasure) -> Decimal:
    """What a rate is multiplied by to be events an hour."""
    return Decimal(3600) / measure.seconds


def _file(system: System) -> str:
    components = {component.name: component for component in system.components}
    found = [_Measured(system, components[kpi.component], kpi) for kpi in system.kpis]
    groups = [(f"belfry.kpis.{system.system}.{m.kpi.name}", (*m.records(), *m.alerts())) for m in found]
    return rule_file(_HEAD.format(system=system.system), groups)


@dataclass(frozen=True, slots=True)
class _Measured:
    """One number of one system."""

    system: System
    component: Component
    kpi: Kpi

    def records(self) -> Iterator[Rule]:
        own = {labels.SYSTEM: self.system.system, labels.COMPONENT: self.component.name, KPI: self.kpi.name}
        comment = f"{self.kpi.title}: {self.kpi.description}"
        yield Rule("record", VALUE, self._value("cluster"), own, comment=comment)
        if self.kpi.by:
            yield Rule("record", SPLIT, self._value(", ".join(("cluster", *self.kpi.by))), own)

    def alerts(self) -> Iterator[Rule]:
        alert = self.kpi.alerts
        if alert is None:
            return
        value, guard = self._own(VALUE), self._enough_events()
        if alert.floor is not None:
            line = f"{number(alert.floor)}{_UNITS.get(self.kpi.unit, '')}"
            says = f"is {self._shown}, below the floor of {line}"
            yield self._alert(alert, BELOW_FLOOR, f"{value} < {number(alert.floor)}", guard, says)
        if alert.ceiling is not None:
            line = f"{number(alert.ceiling)}{_UNITS.get(self.kpi.unit, '')}"
            says = f"is {self._shown}, above the ceiling of {line}"
            yield self._alert(alert, ABOVE_CEILING, f"{value} > {number(alert.ceiling)}", guard, says)
        if alert.drop_percent is not None:
            usual = self._own(USUAL_LOW)
            kept = number(1 - alert.drop_percent / 100)
            enough = [*guard, f"{usual} {self._least()}"]
            says = f"is {self._shown}, {number(alert.drop_percent)} % or more below the same hour of past weeks"
            yield self._alert(alert, DROPPED, f"{value}\n  < {kept} *\n{usual}", enough, says)
            quiet = alert.model_copy(update={"severity": self.system.anomalies.severity, "hold": _BAND_HOLD})
            hour, low, high = self._own(HOUR), self._own(BAND_LOW), self._own(BAND_HIGH)
            outside = f"(\n  {hour} < {low}\n    or\n  {hour} > {high}\n)"
            says = f"was {self._shown} over the last hour, which is unusual at this hour of the week"
            yield self._alert(quiet, OUTSIDE_BAND, outside, enough, says)

    def _alert(self, alert: KpiAlert, name: str, condition: str, guards: list[str], says: str) -> Rule:
        kpi = f'the KPI "{literal(self.kpi.title)}" {says}'
        own = {
            labels.SEVERITY: str(alert.severity),
            labels.TEAM: owner_of(self.system, self.component),
            labels.SYSTEM: self.system.system,
            labels.COMPONENT: self.component.name,
            KPI: self.kpi.name,
        }
        return Rule(
            "alert",
            name,
            "\n  and on (cluster)\n".join([condition, *guards]),
            own,
            hold=alert.hold if alert.hold.seconds else None,
            annotations={
                # "The KPI is" fits any title: "active users is" does not.
                labels.SUMMARY: f"{self.system.system}/{self.component.name}: {kpi}",
                labels.DESCRIPTION: f"{literal(self.system.title)}: {kpi}. {literal(alert.reason)}",
                labels.DASHBOARD_URL: Board.BUSINESS.path_of(self.system.system),
            },
        )

    @property
    def _shown(self) -> str:
        return _SHOWN.get(self.kpi.unit, "{{ $value | humanize }}" + _UNITS.get(self.kpi.unit, ""))

    def _own(self, record: str) -> str:
        return selector(record, equals({labels.SYSTEM: self.system.system, KPI: self.kpi.name}))

    def _series(self, series: Series) -> str:
        own = equals({labels.SYSTEM: self.system.system, labels.COMPONENT: self.component.name})
        return selector(series.metric, [*own, *series.where])

    def _sum(self, function: str, series: Series, by: str, window: str) -> str:
        """Rate or increase of a counter; of a histogram's count, which a native histogram has inside."""
        counted = f"sum by ({by}) ({function}({self._series(series)}[{window}]))"
        histogram = series.metric.removesuffix(f"_{Histogram.COUNT}")
        if not any(m.name == histogram and m.type is MetricType.HISTOGRAM for m in self.component.telemetry.metrics):
            return counted
        native = self._series(Series(metric=histogram, where=series.where))
        return f"(\n  {counted}\n    or\n  histogram_count(sum by ({by}) ({function}({native}[{window}])))\n)"

    def _value(self, by: str) -> str:
        match self.kpi.measure:
            case RateMeasure() as rate:
                value = self._sum("rate", rate.counter, by, "15m")
                return value if rate.per == "second" else f"{value} * {rate.seconds}"
            case ValueMeasure() as gauge:
                return f"{gauge.over} by ({by}) ({self._series(gauge.gauge)})"
            case RatioMeasure() as ratio:
                return self._ratio(ratio, by)

    def _ratio(self, ratio: RatioMeasure, by: str) -> str:
        window = self._window()
        some = self._sum("rate", ratio.numerator, by, window)
        every = self._sum("rate", ratio.denominator, "cluster", window)
        scale = "" if ratio.scale == 1 else f"{number(ratio.scale)} * "
        if by == "cluster":  # what has not happened yet is 0 and not nothing
            return f"{scale}(\n  {some}\n    or\n  0 * {every}\n)\n  /\n({every} > 0)"
        return f"{scale}{some}\n  / on (cluster) group_left ()\n({every} > 0)"

    def _window(self) -> str:
        """A share of rare events needs as long a look as its hold, and an hour at least."""
        hold = self.kpi.alerts.hold if self.kpi.alerts else Duration("1h")
        return str(hold) if hold.seconds > Duration("1h").seconds else "1h"

    def _enough_events(self) -> list[str]:
        if not isinstance(self.kpi.measure, RatioMeasure):
            return []
        window = self._window()
        every = self._sum("increase", self.kpi.measure.denominator, "cluster", window)
        return [f"{every} >= {_EVENTS_OF_A_SHARE}"]

    def _least(self) -> str:
        """What the usual value must be before a drop from it means anything."""
        measure = self.kpi.measure
        if isinstance(measure, RateMeasure) and self.kpi.unit not in (Unit.USD_PER_HOUR, Unit.USD_PER_DAY):
            return f">= {number(Decimal(_EVENTS_AN_HOUR) * measure.seconds / 3600)}"
        if isinstance(measure, ValueMeasure) and self.kpi.unit is Unit.COUNT:
            return f">= {_EVENTS_AN_HOUR}"
        return "> 0"
