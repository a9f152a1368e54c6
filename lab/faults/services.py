"""Faults of services: what their callers and their probes notice."""

from collections.abc import Iterator

from lab.faults.fault import Burn, Fault, Target
from lab.faults.objectives import HOUR, Slo, databases, expected, line, slos
from lab.workload.effects import MEANINGFUL, Effect
from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.metrics import metric_names as names
from model.quantities import Duration
from model.vocabulary import Severity, Signal

# Next scrape, next evaluation, and what both take: seconds.
LAG = 45
EVALUATION = 15
# Half of the requests of five minutes must be slow; when little more than half of them ask what is slow, it takes all.
SLOW = 300
_SERVICES = ("http-service",)
# Enough for every tier but the outage's, which begins at half.
_BURST = 0.4
# Between the tiers: above the slow one's share of errors, and below the fast one's.
_BETWEEN = 0.6
_FULL = 0.98
# Queries of a few milliseconds then take longer than any latency objective of a whole request.
_SLOWER = 300.0
# What the silence of an objective asks for in the hour before, by how often it looks (`authoring.rules.slo.silence`).
_BUSY, _QUIET = 1800, 360


def _outage(catalog: Catalog) -> Iterator[Target]:
    for slo in _paging(catalog, "availability"):
        yield _target(slo, names.OUTAGE, _on(slo, errors=1), detect=LAG + _later(slo))


def _crash(catalog: Catalog) -> Iterator[Target]:
    for slo in _paging(catalog, "probe"):
        # A run of the probe, and a minute without an answer.
        yield _target(slo, names.OUTAGE, _on(slo, down=True), detect=_interval(slo) + 60 + 15)


def _error_burst(catalog: Catalog) -> Iterator[Target]:
    for slo in _strictest(catalog):
        burn = Burn(slo.fast / _BURST, HOUR)
        yield _target(slo, names.FAST_BURN, _on(slo, errors=_BURST), detect=LAG + _later(slo), burn=burn)


def _slow_burn(catalog: Catalog) -> Iterator[Target]:
    for slo in _strictest(catalog):
        errors = round(slo.slow + _BETWEEN * (slo.fast - slo.slow), 4)
        burn = Burn(slo.slow / errors, 6 * HOUR)
        yield _target(slo, names.SLOW_BURN, _on(slo, errors=errors), detect=4 * LAG, burn=burn)


def _traffic_stops(catalog: Catalog) -> Iterator[Target]:
    for slo in _strictest(catalog):
        # Nobody comes any more, by whatever way.
        effects = [
            Effect(system=slo.system.system, component=component.name, traffic=0)
            for component in slo.system.components
            if "traffic" in MEANINGFUL.get(component.kind, ())
        ]
        load = slo.part.load.requests_per_second if isinstance(slo.part, Component) else 0
        seen = f"{slo.events('1h')} offset 5m >= {_BUSY if load * 60 >= _BUSY / 60 else _QUIET}"
        yield _target(slo, names.NO_DATA, *effects, detect=30 + LAG + 2 * _later(slo), ready=seen)


def _memory_pressure(catalog: Catalog) -> Iterator[Target]:
    for slo in _strictest(catalog):
        limit = line(slo.system, slo.part, Signal.MEMORY_USAGE)
        if limit and limit.critical is not None:
            yield Target(
                name=_name(slo),
                expected=expected("HighMemoryUsage", Severity.CRITICAL, slo.system, slo.part),
                effects=(_on(slo, memory=_FULL, errors=_BURST),),
                # A full service is an emergency only while its callers notice.
                burn=Burn(slo.fast / _BURST, HOUR),
                detect=2 * LAG,
                ready=slo.events("5m"),
                counted=slo.events("5m"),
            )


def _slow_database(catalog: Catalog) -> Iterator[Target]:
    for slo in sorted(slos(catalog, "latency", parts=_SERVICES), key=lambda each: each.severity):
        assert isinstance(slo.part, Component)
        effects = [
            Effect(system=slo.system.system, component=database.name, slower=_SLOWER)
            for database in databases(slo.system, slo.part)
        ]
        if effects and slo.objective.feature is None:
            yield _target(slo, names.OUTAGE, *effects, detect=SLOW + LAG)


def _paging(catalog: Catalog, kind: str) -> Iterator[Slo]:
    """Paging objectives of services about all their requests: too few ask for a single feature to show a fault soon."""
    for slo in slos(catalog, kind, parts=_SERVICES):
        if slo.severity is Severity.CRITICAL and slo.objective.feature is None:
            yield slo


def _strictest(catalog: Catalog) -> Iterator[Slo]:
    """The paging objective about errors of each service that allows the fewest of them."""
    found: dict[str, Slo] = {}
    for slo in _paging(catalog, "availability"):
        known = found.get(_name(slo))
        if known is None or slo.budget < known.budget:
            found[_name(slo)] = slo
    yield from found.values()


def _target(slo: Slo, alert: str, *effects: Effect, detect: float, burn: Burn | None = None, ready: str = "") -> Target:
    return Target(
        name=_name(slo),
        expected=slo.expects(alert),
        effects=effects,
        detect=detect,
        burn=burn,
        ready=ready or slo.events("5m"),
        counted=slo.events("5m"),
    )


def _name(slo: Slo) -> str:
    return f"{slo.system.system}/{slo.part.name}"


def _on(slo: Slo, **fields: float) -> Effect:
    return Effect.model_validate({"system": slo.system.system, "component": slo.part.name, **fields})


def _later(slo: Slo) -> float:
    """Seconds by which metrics pushed by OTLP show a fault later than scraped ones: half of an export must be bad."""
    assert isinstance(slo.part, Component)
    return max(0, 1.5 * slo.part.export_interval + EVALUATION - LAG)


def _interval(slo: Slo) -> float:
    """Seconds between two runs of the probe that measures it; health endpoints are asked every 30."""
    assert isinstance(slo.part, Component)
    asked = getattr(slo.objective.sli, "probe", None)
    given = next((probe.interval for probe in slo.part.probes if probe.name == asked), Duration("30s"))
    return float(given.seconds)


FAULTS = (
    Fault(name="slo-slow-burn", sentence="A few calls more than usual fail, for long.", targets=_slow_burn),
    Fault(name="outage", sentence="Every call to a service fails.", targets=_outage),
    Fault(name="crash", sentence="A service is down: connections are refused, no metrics.", targets=_crash),
    Fault(name="error-burst", sentence="Two in five calls to a service fail.", targets=_error_burst),
    Fault(name="slow-database", sentence="Every database of a service becomes slow.", targets=_slow_database),
    Fault(name="traffic-stops", sentence="A system gets no traffic.", targets=_traffic_stops),
    Fault(
        name="memory-pressure",
        sentence="A service has no memory left, and calls to it begin to fail.",
        targets=_memory_pressure,
    ),
)
