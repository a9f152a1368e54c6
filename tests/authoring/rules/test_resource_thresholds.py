"""The catalog's thresholds reach the alarms of AWS resources, and one that no alarm reads is an error."""

from decimal import Decimal

import pytest

from authoring.cloudwatch import dashboards as cloudwatch_dashboards
from authoring.rules import resource_thresholds
from model.alarms.alarm import Alarm, AlarmPack
from model.alarms.plan import AlarmPlan
from model.catalog.catalog import Catalog
from model.catalog.thresholds import Threshold
from model.problems import BadInput
from model.quantities import Duration
from model.vocabulary import Severity, Signal
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
ROWS = cloudwatch_dashboards.alarm_files(PROJECT)
GIB = 1024**3


def alarms(system: str, resource: str, catalog: Catalog = CATALOG) -> dict[str, Alarm]:
    plan = AlarmPlan.of(ROWS, catalog, (), AlarmPack.FULL)
    watched = next(one for one in plan.watched if one.name == f"{system}-{resource}")
    return {alarm.key: alarm for alarm in watched.alarms}


@pytest.mark.parametrize(
    ("alarm", "threshold", "severity"),
    [
        ("rds-cpu", 75, Severity.WARNING),
        ("rds-cpu-exhausted", 90, Severity.CRITICAL),
        ("rds-memory", 16 * GIB * Decimal("0.25"), Severity.WARNING),
        ("rds-memory-exhausted", 16 * GIB * Decimal("0.05"), Severity.CRITICAL),
        ("rds-storage-filling", 200 * GIB * Decimal("0.25"), Severity.WARNING),
        ("rds-storage", 200 * GIB * Decimal("0.10"), Severity.CRITICAL),
        ("rds-connections-filling", 375, Severity.WARNING),
        ("rds-connections", 450, Severity.CRITICAL),
    ],
)
def test_thresholds_of_the_system_and_of_the_resource_are_those_of_its_alarms(
    alarm: str, threshold: Decimal, severity: Severity
) -> None:
    found = alarms("alchemorsel", "database")[alarm]
    assert (found.threshold, found.severity) == (threshold, severity)


def test_a_cache_has_the_systems_thresholds_on_each_node() -> None:
    found = alarms("alchemorsel", "cache")
    nodes = {key.removeprefix("cache-memory-full-") for key in found if key.startswith("cache-memory-full-")}
    assert len(nodes) == 2
    for node in nodes:
        lines = [found[f"{row}-{node}"].threshold for row in ("cache-engine-cpu", "cache-engine-cpu-exhausted")]
        assert lines == [75, 90]
        assert [found[f"{row}-{node}"].threshold for row in ("cache-memory", "cache-memory-full")] == [75, 95]


def test_the_hold_of_a_threshold_is_how_long_its_alarm_waits() -> None:
    system = next(one for one in CATALOG.systems if one.system == "alchemorsel")
    lines = tuple(t.model_copy(update={"hold": Duration("7m")}) for t in system.thresholds)
    changed = Catalog.of(CATALOG.organization, [system.model_copy(update={"thresholds": lines})])
    row = alarms("alchemorsel", "database", changed)["rds-cpu"].row
    assert (row.datapoints, row.periods, row.period_seconds) == (7, 7, 60)


def test_without_a_threshold_in_the_catalog_a_row_keeps_its_own_number_and_periods() -> None:
    system = next(one for one in CATALOG.systems if one.system == "alchemorsel")
    changed = Catalog.of(CATALOG.organization, [system.model_copy(update={"thresholds": ()})])
    found = alarms("alchemorsel", "database", changed)
    assert (found["rds-cpu"].threshold, found["rds-cpu"].row.periods) == (Decimal(90), 5)
    assert "rds-cpu-exhausted" not in found
    assert "rds-storage-filling" not in found


def threshold(signal: Signal, **lines: int) -> Threshold:
    numbers = {name: Decimal(value) for name, value in lines.items()}
    return Threshold(signal=signal, unit=signal.unit, reason="None at all.", **numbers)  # type: ignore[arg-type]


def refused(catalog: Catalog) -> str:
    with pytest.raises(BadInput) as caught:
        resource_thresholds.check(catalog, ROWS)
    return str(caught.value)


def test_the_shipped_catalog_has_no_threshold_that_nothing_reads() -> None:
    resource_thresholds.check(CATALOG, ROWS)


def test_a_resource_threshold_that_no_alarm_reads_is_refused_with_file_and_key() -> None:
    system = next(one for one in CATALOG.systems if one.system == "cloudmart")
    odd = (threshold(Signal.CPU_USAGE, warning=80), threshold(Signal.QUEUE_DEPTH, critical=5))
    resources = tuple(r.model_copy(update={"thresholds": odd}) if r.name == "products" else r for r in system.resources)
    message = refused(Catalog.of(CATALOG.organization, [system.model_copy(update={"resources": resources})]))
    assert "catalog/cloudmart.yaml: products.thresholds[cpu-usage].warning" in message
    assert "catalog/cloudmart.yaml: products.thresholds[queue-depth].critical" in message
    assert "found a threshold that no alarm of dynamodb-table reads" in message


def test_a_severity_that_no_alarm_reads_is_refused_and_the_other_one_is_not() -> None:
    system = next(one for one in CATALOG.systems if one.system == "bakhmach")
    odd = (threshold(Signal.QUEUE_DEPTH, warning=5, critical=10),)
    resources = tuple(r.model_copy(update={"thresholds": odd}) if r.name == "queue" else r for r in system.resources)
    message = refused(Catalog.of(CATALOG.organization, [system.model_copy(update={"resources": resources})]))
    assert "queue.thresholds[queue-depth].critical" in message
    assert "queue-depth].warning" not in message


def test_a_threshold_for_the_whole_system_that_applies_to_nothing_is_refused() -> None:
    system = next(one for one in CATALOG.systems if one.system == "order-processor")
    lines = (*system.thresholds, threshold(Signal.CACHE_HIT_RATIO, warning=80))
    message = refused(Catalog.of(CATALOG.organization, [system.model_copy(update={"thresholds": lines})]))
    assert "catalog/order-processor.yaml: thresholds[cache-hit-ratio]" in message
    assert "applies to no component or resource" in message
