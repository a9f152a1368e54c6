"""Faults of caches and queues."""

from collections.abc import Iterator

from lab.faults.fault import Burn, Fault, Target
from lab.faults.objectives import HOUR, every_part, expected, line, slos
from lab.faults.services import LAG
from lab.workload.effects import Effect
from model.catalog.catalog import Catalog
from model.catalog.objectives import FreshnessSli
from model.catalog.resources import ResourceKind
from model.metrics import metric_names as names
from model.vocabulary import ComponentKind, Severity, Signal


def _cache_loss(catalog: Catalog) -> Iterator[Target]:
    for system, part in every_part(catalog):
        if part.kind == ResourceKind.ELASTICACHE:
            yield Target(
                name=f"{system.system}/{part.name}",
                expected=expected("CacheDown", Severity.CRITICAL, system, part),
                effects=(Effect(system=system.system, component=part.name, down=True),),
                detect=60 + LAG,
                ready=f'redis_up{{system="{system.system}", component="{part.name}"}} == 1',
            )


def _queue_backlog(catalog: Catalog) -> Iterator[Target]:
    for slo in slos(catalog, "freshness"):
        sli, system = slo.objective.sli, slo.system
        assert isinstance(sli, FreshnessSli)
        queues = [
            resource.name
            for resource in system.resources
            if resource.kind == ResourceKind.SQS_QUEUE and resource.name in getattr(slo.part, "depends_on", ())
        ]
        for queue in queues:
            yield Target(
                name=f"{system.system}/{queue}",
                expected=slo.expects(names.FAST_BURN),
                effects=(Effect(system=system.system, component=queue, consumers_stopped=True),),
                # Only then is the oldest job too old; from then on, every minute is a bad one.
                detect=float(sli.max_age.seconds) + LAG,
                burn=Burn(slo.fast, HOUR),
                ready=slo.events("5m"),
                counted=slo.events("5m"),
            )
    yield from _stopped_workers(catalog)


def _stopped_workers(catalog: Catalog) -> Iterator[Target]:
    """Those with a line for the age of their jobs, from wherever they take them."""
    for system, part in every_part(catalog):
        limit = line(system, part, Signal.QUEUE_LAG)
        if part.kind == ComponentKind.WORKER and limit and limit.warning is not None:
            yield Target(
                name=f"{system.system}/{part.name}",
                expected=expected("QueueLagging", Severity.WARNING, system, part),
                effects=(Effect(system=system.system, component=part.name, consumers_stopped=True),),
                detect=float(limit.warning) + LAG,
            )


FAULTS = (
    Fault(name="cache-loss", sentence="A cache is down.", targets=_cache_loss),
    Fault(name="queue-backlog", sentence="A queue is not consumed, and its jobs get old.", targets=_queue_backlog),
)
