"""What is done to a part of the running workload: the words in which faults speak.

A part is a component or resource of a system in the catalog. An effect lasts until it is taken away; the workload knows
no durations. Figures that the workload also makes by itself (errors, traffic) are changed, not replaced.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, TypeAdapter

from model.base import Model, Name

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=1000)]
PerSecond = Annotated[float, Field(ge=0, le=100)]


class Effect(Model):
    """All that is done to one part, at once. A field that means nothing for its kind is refused: see `MEANINGFUL`."""

    system: Name
    component: Name = Field(description="A component or resource of the system.")
    errors: Share = Field(default=0, description="Of the calls to it, this share fails besides those that always do.")
    down: bool = Field(
        default=False,
        description="Refuses connections: calls, health endpoints and probes fail, it cannot be scraped, it sends no "
        "telemetry. A store answers no calls, and its exporter reports that.",
    )
    slower: Annotated[float, Field(gt=0, le=1000)] = Field(default=1, description="Factor for its latency.")
    traffic: Factor = Field(
        default=1, description="Calls from outside that come by here (frontend, load balancer, service) times this."
    )
    cache_hits: Share | None = Field(default=None, description="Share of lookups that hit; usually 0.95.")
    consumers_stopped: bool = Field(
        default=False, description="This queue is not consumed, or this worker takes no jobs: the backlog grows."
    )
    memory: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of its memory limit in the simulated series of its containers or store."
    )
    cpu: Share | None = Field(default=None, description="The same of its processor.")
    connections: Share | None = Field(default=None, description="Share of the database's connections in use.")
    cost: Annotated[float, Field(ge=0, le=100_000)] = Field(
        default=1,
        description="Factor for price and tokens of each model call; a hundredth of the load needs a high one.",
    )
    login_failures: PerSecond = Field(default=0, description="Failed logins to one account from one address, a second.")
    sql_injections: PerSecond = Field(default=0, description="Requests with SQL to inject, a second.")
    script_injections: PerSecond = Field(default=0, description="Requests with scripts to inject, a second.")


_EVERY = {"errors", "down", "slower"}
_CONTAINER = {"memory", "cpu"}
_VISITED = {"traffic", "login_failures", "sql_injections", "script_injections"}

# Kind of a component or resource in the catalog -> the fields that mean something for it.
MEANINGFUL: dict[str, frozenset[str]] = {
    "frontend": frozenset({"errors", "down", "slower", "traffic"}),
    "load-balancer": frozenset(_EVERY | _CONTAINER | _VISITED),
    "http-service": frozenset(_EVERY | _CONTAINER | _VISITED),
    "worker": frozenset(_EVERY | _CONTAINER | {"consumers_stopped"}),
    "ai-service": frozenset(_EVERY | _CONTAINER | {"cost"}),
    "external-service": frozenset(_EVERY),
    "rds-database": frozenset(_EVERY | {"memory", "cpu", "connections"}),
    "elasticache": frozenset(_EVERY | {"memory", "cache_hits"}),
    "sqs-queue": frozenset(_EVERY | {"consumers_stopped"}),
    # Other resources (tables, buckets, topics): calls to them are simulated, their own metrics are CloudWatch's.
    "": frozenset(_EVERY),
}

Effects = TypeAdapter(tuple[Effect, ...])


def unfit(kind: str, effect: Effect) -> list[str]:
    """Fields that ``effect`` sets and that mean nothing for a part of ``kind``."""
    allowed = MEANINGFUL.get(kind, MEANINGFUL[""])
    return sorted(effect.model_fields_set - {"system", "component"} - allowed)


def of_part(effects: Sequence[Effect], system: str, component: str) -> Effect:
    """What is done to one part; an effect without any, when nothing is."""
    for effect in effects:
        if (effect.system, effect.component) == (system, component):
            return effect
    return Effect(system=system, component=component)
