"""Panels of business numbers, made of what the catalog says about each: unit, floor, ceiling, drop, labels."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from grafana_foundation_sdk.builders import stat, timeseries
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue
from grafana_foundation_sdk.models.dashboard import Threshold as Step

from authoring.dashboards.kit import links, panels, targets
from authoring.dashboards.kit.colours import BAD, GOOD, NEUTRAL, UNKNOWN, WARN
from authoring.dashboards.kit.thresholds import NO_LIMIT, Steps, rising
from authoring.dashboards.kit.variables import literal
from authoring.dashboards.queries import business
from authoring.rules import kpis
from authoring.rules.signal_alerts import ALERTS
from model import labels
from model.catalog.kpis import Kpi, RateMeasure, ValueMeasure
from model.catalog.system import System
from model.catalog.thresholds import Threshold
from model.dashboards import Board as Uid
from model.vocabulary import Severity, Signal, Unit

AI_COST: Final = ALERTS[Signal.AI_COST].name
NOT_MEASURED: Final = "Not measured: the component sends no such metric"

UNITS: Final = {
    Unit.COUNT: units.Short,
    Unit.COUNT_PER_SECOND: units.CountsPerSecond,
    Unit.COUNT_PER_MINUTE: units.CountsPerMinute,
    Unit.COUNT_PER_HOUR: units.Short,
    Unit.COUNT_PER_DAY: units.Short,
    Unit.PERCENT: units.Percent,
    Unit.RATIO: units.PercentUnit,
    Unit.SECONDS: units.DurationSeconds,
    Unit.BYTES: units.BytesIEC,
    Unit.USD: units.Dollars,
    Unit.USD_PER_HOUR: units.Dollars,
    Unit.USD_PER_DAY: units.Dollars,
    Unit.SCORE: units.Short,
}
# Grafana has no unit for these, so the title says it.
_PER = {
    Unit.COUNT_PER_HOUR: "per hour",
    Unit.USD_PER_HOUR: "per hour",
    Unit.COUNT_PER_DAY: "per day",
    Unit.USD_PER_DAY: "per day",
}


def title(kpi: Kpi) -> str:
    """The number's own, with its time where Grafana has no unit for it."""
    per, own = _PER.get(kpi.unit, ""), literal(kpi.title)
    return f"{own} {per}" if per and per.split()[-1] not in kpi.title.lower() else own


def description(kpi: Kpi) -> str:
    """The number's own, without the period at its end: the panel's sentence goes on."""
    return literal(kpi.description.rstrip("."))


def limits(system: System, kpi: Kpi) -> Steps:
    """Where an alert fires: below the floor, above the ceiling, beyond the thresholds of model cost.

    Drops have a curve instead.
    """
    if line := _cost_of_models(system, kpi):
        return rising(warn=_number(line.warning), bad=_number(line.critical))
    alerts = kpi.alerts
    if alerts is None or (alerts.floor is None and alerts.ceiling is None):
        return NO_LIMIT
    colour = BAD if alerts.severity is Severity.CRITICAL else WARN
    steps = [Step(color=GOOD)]
    if alerts.floor is not None:
        steps = [Step(color=colour), Step(color=GOOD, value=float(alerts.floor))]
    if alerts.ceiling is not None:
        # Grafana colours from the limit on, the alert fires beyond it: of whole things that is one more.
        beyond = 1 if kpi.unit is Unit.COUNT else 0
        steps.append(Step(color=colour, value=float(alerts.ceiling) + beyond))
    return tuple(steps)


def tiles(heading: str, system: System) -> panels.PanelBuilder:
    """All numbers as they are now: one panel, whose tiles have their own names, units and limits."""
    panel = panels.number(
        heading,
        "Current total of all selected clusters. Green is within the KPI's floor or ceiling, blue has neither; the "
        "graphs show the usual range.",
        targets.now(business.values(system.kpis), f"{{{{{kpis.KPI}}}}}"),
        no_data=NOT_MEASURED,
        runbooks=(kpis.BELOW_FLOOR, kpis.ABOVE_CEILING),
        width=16,
        height=8,
    )
    assert isinstance(panel, stat.Panel)
    for kpi in system.kpis:
        steps = [{"color": step.color, "value": step.value} for step in limits(system, kpi)]
        panel.override_by_name(
            kpi.name,
            [
                DynamicConfigValue("displayName", title(kpi)),
                DynamicConfigValue("unit", UNITS[kpi.unit]),
                DynamicConfigValue("thresholds", {"mode": "absolute", "steps": steps}),
            ],
        )
    return panel


def curve(system: System, kpi: Kpi) -> panels.PanelBuilder:
    """One number over time, inside the band of what is usual at that hour of the week."""
    panel = panels.curves(
        title(kpi),
        " ".join(_explained(system, kpi)),
        targets.over_time(business.with_band(kpi), "{{line}}"),
        unit=UNITS[kpi.unit],
        thresholds=limits(system, kpi),
        no_data=NOT_MEASURED,
        # Money may be lost, and the band around it too; anything else cannot be less than nothing.
        from_zero=not (isinstance(kpi.measure, ValueMeasure) and kpi.unit is Unit.USD),
        runbooks=tuple(_alerts(system, kpi)),
        data_links=(links.board(Uid.SERVICE, component=kpi.component, system=f"${labels.SYSTEM}"),),
        width=8,
    )
    assert isinstance(panel, timeseries.Panel)
    panel.override_by_name(business.NOW, [_colour(NEUTRAL), DynamicConfigValue("custom.lineWidth", 2)])
    panel.override_by_name(business.USUAL_FROM, [_colour(UNKNOWN), DynamicConfigValue("custom.lineWidth", 0)])
    panel.override_by_name(
        business.USUAL_TO,
        [
            _colour(UNKNOWN),
            DynamicConfigValue("custom.lineWidth", 0),
            DynamicConfigValue("custom.fillBelowTo", business.USUAL_FROM),
            DynamicConfigValue("custom.fillOpacity", 20),
        ],
    )
    panel.override_by_name(
        business.ALERT_BELOW, [_colour(WARN), DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [6, 6]})]
    )
    return panel


def split(system: System, kpi: Kpi) -> panels.PanelBuilder:
    """One number by its labels; what adds up to the whole is stacked."""
    return panels.curves(
        f"{title(kpi)} by {', '.join(name.removeprefix('gen_ai_').replace('_', ' ') for name in kpi.by)}",
        f"{description(kpi)}. A series that drops while the others stay shows what is broken.",
        targets.over_time(business.split(kpi), " ".join(f"{{{{{name}}}}}" for name in kpi.by)),
        unit=UNITS[kpi.unit],
        no_data=NOT_MEASURED,
        stacked=not business.is_mean(kpi),
        runbooks=tuple(_alerts(system, kpi)),
    )


def _explained(system: System, kpi: Kpi) -> Iterator[str]:
    yield f"{description(kpi)}. Grey is the usual range at this hour of the week."
    alerts = kpi.alerts
    if _cost_of_models(system, kpi):
        yield f"The thresholds are those of the alert {AI_COST}."
    elif alerts is None:
        yield "It has no alert."
    if alerts is None:
        return
    when = [
        *([f"below {alerts.floor.normalize():f}"] if alerts.floor is not None else []),
        *([f"above {alerts.ceiling.normalize():f}"] if alerts.ceiling is not None else []),
        *([f"{alerts.drop_percent.normalize():f} % below the usual"] if alerts.drop_percent is not None else []),
    ]
    yield f"An alert fires {' or '.join(when)}, after {alerts.hold}: {literal(alerts.reason.rstrip('.'))}."


def _alerts(system: System, kpi: Kpi) -> Iterator[str]:
    """The alerts whose subject the number is."""
    if _cost_of_models(system, kpi):
        yield AI_COST
    if kpi.alerts is None:
        return
    if kpi.alerts.floor is not None:
        yield kpis.BELOW_FLOOR
    if kpi.alerts.ceiling is not None:
        yield kpis.ABOVE_CEILING
    if kpi.alerts.drop_percent is not None:
        yield from (kpis.DROPPED, kpis.OUTSIDE_BAND)


def _cost_of_models(system: System, kpi: Kpi) -> Threshold | None:
    """The threshold of the component, where the number is what the threshold is about."""
    if not isinstance(kpi.measure, RateMeasure) or kpi.unit is not Unit.USD_PER_HOUR:
        return None
    if kpi.measure.counter.metric != "ai_cost_usd_total":
        return None
    component = next(part for part in system.components if part.name == kpi.component)
    return next((line for line in component.thresholds if line.signal is Signal.AI_COST), None)


def _number(line: Decimal | None) -> float | None:
    return None if line is None else float(line)


def _colour(colour: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})
