"""The generated KPI rules: floor, ceiling and drop of the catalog are the values at which the owner is notified."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authoring.promql import selector
from authoring.rules import kpis
from authoring.text import to_yaml
from model.catalog.catalog import Catalog, owner_of
from model.catalog.components import Component
from model.catalog.kpis import Kpi, RateMeasure, RatioMeasure, ValueMeasure
from model.catalog.system import System
from model.catalog.telemetry import Series
from tests.rules.promtool import Case, check, counter, gauge
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")
SYSTEMS = {system.system: system for system in CATALOG.systems if system.kpis}
PER = {"second": 1 / 60, "minute": 1, "hour": 60, "day": 1440}


def named(system: System, kpi: Kpi, series: Series, *more: str) -> str:
    own = ['cluster="eu"', f'system="{system.system}"', f'component="{kpi.component}"']
    return selector(series.metric, [*own, *(more or series.where)])


def measured(system: System, kpi: Kpi, good: float, bad: float, *, change: int, length: int) -> dict[str, str]:
    """Series that make the KPI ``good`` until minute ``change``, then ``bad``."""
    measure = kpi.measure
    match measure:
        case RateMeasure():
            per = PER[measure.per]
            return {named(system, kpi, measure.counter): counter(good / per, bad / per, change, length)}
        case ValueMeasure():
            return {named(system, kpi, measure.gauge): gauge(good, bad, change, length)}
        case RatioMeasure():
            scale = float(measure.scale)
            return shares(system, kpi, measure, (good / scale, bad / scale), change=change, length=length)


def shares(
    system: System, kpi: Kpi, measure: RatioMeasure, values: tuple[float, float], *, change: int, length: int
) -> dict[str, str]:
    """A hundred events a minute, and the share of them that is asked for."""
    good, bad = values
    part = named(system, kpi, measure.numerator)
    every = counter(100, 100, change, length)
    whole = named(system, kpi, measure.denominator)
    if measure.numerator.metric == measure.denominator.metric and not measure.denominator.where:
        label = measure.numerator.where[0].split("=")[0]
        whole = named(system, kpi, measure.denominator, f'{label}="other"')
        every = counter(100 - 100 * good, 100 - 100 * bad, change, length)
    return {part: counter(100 * good, 100 * bad, change, length), whole: every}


def test_calls_that_a_native_histogram_counts_are_a_business_number_too(tmp_path: Path) -> None:
    name = 'gen_ai_client_operation_duration_seconds{cluster="eu", system="alchemorsel", component="ai-service"}'
    own = 'cluster="eu", system="alchemorsel", component="ai-service", kpi="ai-usage"'
    one = "{{schema:0 count:6 sum:3 offset:0 buckets:[6]}}"
    document = {
        "rule_files": [str(PROJECT / kpis.path(SYSTEMS["alchemorsel"]))],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": f"{one}+{one}x60"}],
                "promql_expr_test": [
                    {
                        "expr": f'round({kpis.VALUE}{{kpi="ai-usage"}})',
                        "eval_time": "40m",
                        "exp_samples": [{"labels": f"{{{own}}}", "value": 360}],
                    }
                ],
            }
        ],
    }
    path = tmp_path / "cases.test.yaml"
    path.write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", path)


def usual(system: System, kpi: Kpi, value: float, length: int) -> dict[str, str]:
    own = f'cluster="eu", system="{system.system}", component="{kpi.component}", kpi="{kpi.name}"'
    return {
        f"component:kpi_usual:min{{{own}}}": f"{value:g}x{length}",
        f"component:kpi_band:lower{{{own}}}": f"{0.7 * value:g}x{length}",
        f"component:kpi_band:upper{{{own}}}": f"{1.3 * value:g}x{length}",
    }


def cases(system: System) -> Iterator[Case]:
    components: dict[str, Component] = {component.name: component for component in system.components}
    for kpi in system.kpis:
        alert = kpi.alerts
        if alert is None:
            continue
        labels = {
            "cluster": "eu",
            "severity": str(alert.severity),
            "team": owner_of(system, components[kpi.component]),
            "system": system.system,
            "component": kpi.component,
            "kpi": kpi.name,
        }
        hold = int(alert.hold.seconds // 60)
        window = max(hold, 60) + 2 if isinstance(kpi.measure, RatioMeasure) else 17
        change = window + 5
        loud = change + hold + window
        for name, line, good, bad in lines(kpi):
            series = measured(system, kpi, good, bad, change=change, length=loud + 5)
            yield Case(
                f"{name} of {kpi.name}",
                {**series, **usual(system, kpi, line, loud + 5)},
                quiet=(change - 1, change + hold - 1),
                loud=loud,
                alert=name,
                labels=labels,
            )


def lines(kpi: Kpi) -> Iterator[tuple[str, float, float, float]]:
    """Alert, what is usual, a value two percent before the line and one two percent past it."""
    assert kpi.alerts
    if kpi.alerts.floor is not None:
        floor = float(kpi.alerts.floor)
        yield kpis.BELOW_FLOOR, floor, floor * 1.02, floor * 0.98
    if kpi.alerts.ceiling is not None:
        ceiling = float(kpi.alerts.ceiling)
        yield kpis.ABOVE_CEILING, ceiling, ceiling * 0.98, ceiling * 1.02 or 1
    if kpi.alerts.drop_percent is not None:
        kept = 1 - float(kpi.alerts.drop_percent) / 100
        base = 50.0 if isinstance(kpi.measure, RatioMeasure) else 1000.0
        yield kpis.DROPPED, base, base * kept * 1.02, base * kept * 0.98


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_floor_ceiling_and_drop_notify_the_owner_after_their_pending_period_and_no_one_two_percent_before_them(
    name: str, tmp_path: Path
) -> None:
    made = list(cases(SYSTEMS[name]))
    assert made
    check(kpis.path(SYSTEMS[name]), made, tmp_path)


def test_a_drop_from_a_handful_of_events_an_hour_is_chance(tmp_path: Path) -> None:
    system = SYSTEMS["cloudmart"]
    orders = next(kpi for kpi in system.kpis if kpi.name == "orders-per-minute")
    few = {**measured(system, orders, 0.1, 0.01, change=20, length=80), **usual(system, orders, 9 / 60, 80)}
    labels = {"cluster": "eu", "system": "cloudmart", "kpi": "orders-per-minute"}
    check(kpis.path(system), [Case("few", few, quiet=(40, 79), alert=kpis.DROPPED, labels=labels)], tmp_path)


def test_an_hour_far_above_the_usual_is_a_quiet_alert_after_two_hours(tmp_path: Path) -> None:
    system = SYSTEMS["cloudmart"]
    orders = next(kpi for kpi in system.kpis if kpi.name == "orders-per-minute")
    own = 'cluster="eu", system="cloudmart", component="backend", kpi="orders-per-minute"'
    series = {f"component:kpi:avg1h{{{own}}}": gauge(120, 140, 20, 200), **usual(system, orders, 100, 200)}
    labels = {
        "cluster": "eu",
        "severity": "info",
        "team": "cloudmart",
        "system": "cloudmart",
        "component": "backend",
        "kpi": "orders-per-minute",
    }
    case = Case("rush", series, quiet=(19, 138), loud=142, alert=kpis.OUTSIDE_BAND, labels=labels)
    check(kpis.path(system), [case], tmp_path)


def test_generating_again_gives_the_same_bytes() -> None:
    for path, text in kpis.generate(CATALOG).items():
        assert (PROJECT / path).read_text(encoding="utf-8") == text
