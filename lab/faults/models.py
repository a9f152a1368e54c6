"""Faults of services that ask language models."""

from collections.abc import Iterator

from lab.faults.fault import Fault, Target
from lab.faults.objectives import every_part, expected, line, slos
from lab.faults.services import LAG, SLOW
from lab.workload.effects import Effect
from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.catalog.system import System
from model.metrics import metric_names as names
from model.vocabulary import Severity, Signal

# A model that answers within half a second then needs four and a half: five in six answers are later than any line,
# and one in fifty is too late for those who wait. At six times, half of them kept within Alchemorsel's three seconds.
_SLOWER = 9.0
# The workload runs at a hundredth of the expected load, and so do its costs: of the real ones it is three hundredfold.
# A hundredfold took three minutes and more until the rate of a quarter of an hour was above the line.
_DEARER = 30_000.0
_KIND = "ai-service"


def _slow(catalog: Catalog) -> Iterator[Target]:
    for system, part in _services(catalog):
        effects = tuple(
            Effect(system=system.system, component=component.name, slower=_SLOWER)
            for component in system.components
            if component.kind == "external-service" and component.name in part.depends_on
        )
        name, limit = f"{system.system}/{part.name}", line(system, part, Signal.AI_LATENCY_P95)
        if limit and limit.critical is not None:
            alert = expected("AiLatencyHigh", Severity.CRITICAL, system, part)
            yield Target(name=name, expected=alert, effects=effects, detect=60 + LAG)
            continue
        for slo in slos(catalog, "latency", parts=(_KIND,)):
            if slo.part is part:
                alert, ready = slo.expects(names.OUTAGE), slo.events("5m")
                yield Target(name=name, expected=alert, effects=effects, detect=SLOW + LAG, ready=ready)


def _costly(catalog: Catalog) -> Iterator[Target]:
    for system, part in _services(catalog):
        limit = line(system, part, Signal.AI_COST)
        if limit and limit.critical is not None:
            yield Target(
                name=f"{system.system}/{part.name}",
                expected=expected("AiCostHigh", Severity.CRITICAL, system, part),
                effects=(Effect(system=system.system, component=part.name, cost=_DEARER),),
                detect=120 + LAG,
                clears=15 * 60,
            )


def _services(catalog: Catalog) -> Iterator[tuple[System, Component]]:
    for system, part in every_part(catalog):
        if isinstance(part, Component) and part.kind == _KIND:
            yield system, part


FAULTS = (
    Fault(name="ai-slow", sentence="The language models answer slowly.", targets=_slow),
    Fault(name="ai-costly", sentence="Calls to language models cost three hundred times as much.", targets=_costly),
)
