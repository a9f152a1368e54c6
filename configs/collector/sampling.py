"""Which traces are kept: failed and slow ones always, and a share of the rest, system by system."""

from collections.abc import Iterable
from decimal import Decimal

from configs.collector.ottl import quote
from configs.collector.parts import Config
from model.catalog.system import System
from model.quantities import plain
from model.rounding import step_up

TAIL_SAMPLING = "tail_sampling"

# Of traces whose system the catalog does not know.
OTHERS_PERCENT = Decimal(10)
# A request through three or four components with their database and outgoing calls.
SPANS_PER_TRACE = 8
# Below this a guess of the load is not worth following.
MINIMUM_TRACES = 50_000


def tail_sampling(systems: Iterable[System], replicas: int, decision_wait: int) -> dict[str, Config]:
    """The processor. It must see whole traces: a tier that balances by trace id stands before it.

    One salt for all shares (the default): a trace through two systems at 10 % is kept in 10 % of cases, not in 19 %.
    """
    systems = sorted(systems, key=lambda system: system.system)
    spans = sum((component.load.spans_per_second for system in systems for component in system.components), Decimal(0))
    # Twice, for bursts.
    pending = step_up(spans / SPANS_PER_TRACE / replicas * decision_wait * 2, least=MINIMUM_TRACES)
    return {
        TAIL_SAMPLING: {
            "decision_wait": f"{decision_wait}s",
            "num_traces": pending,
            # Ids alone are small; a late span must meet the decision of its trace, or it arrives as a torn trace.
            "decision_cache": {"sampled_cache_size": pending * 4, "non_sampled_cache_size": pending * 10},
            "policies": [
                {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}},
                *(policy for system in systems for policy in _policies(system)),
                _others(systems),
            ],
        }
    }


def _policies(system: System) -> list[Config]:
    of_system = {
        "name": system.system,
        "type": "string_attribute",
        "string_attribute": {"key": "service.namespace", "values": [system.system]},
    }
    slow = {"name": "slow", "type": "latency", "latency": {"threshold_ms": int(system.tracing.slow.seconds * 1000)}}
    return [
        _both(f"{system.system}-slow", of_system, slow),
        _both(f"{system.system}-share", of_system, _share(system.tracing.sample_percent)),
    ]


def _others(systems: Iterable[System]) -> Config:
    namespace = 'resource.attributes["service.namespace"]'
    known = " and ".join([f"{namespace} != {quote(system.system)}" for system in systems]) or "true"
    unknown = {
        "name": "unknown-system",
        "type": "ottl_condition",
        "ottl_condition": {"error_mode": "ignore", "span": [known]},
    }
    return _both("others-share", unknown, _share(OTHERS_PERCENT))


def _share(percent: Decimal) -> Config:
    return {
        "name": "share",
        "type": "probabilistic",
        "probabilistic": {"sampling_percentage": float(plain(percent))},
    }


def _both(name: str, *policies: Config) -> Config:
    return {"name": name, "type": "and", "and": {"and_sub_policy": list(policies)}}
