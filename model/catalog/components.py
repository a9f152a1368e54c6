"""Components: the programs of a system, and their objectives."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from model.base import Model, Name, Text, UrlPath
from model.catalog.objectives import Objective
from model.catalog.probes import Health, Probe
from model.catalog.telemetry import PUSH_INTERVAL, OwnProgram, Telemetry
from model.catalog.thresholds import Threshold
from model.quantities import NotNegative
from model.vocabulary import ComponentKind

# Seconds. 15 where an objective depends on it: two scrapes are the least that shows an outage, so it is found in 45.
OBJECTIVE_SCRAPE_INTERVAL = 15
EXPORTER_INTERVAL = 30
"""Of everything else: components without objectives, and the exporters of databases and caches."""


MOST_REPLICAS = 1000
"""Far beyond the largest tier of the sizing tables: a number above is a slip."""


class Load(Model):
    """What is expected at the busy hour; sizes, profiles and cost follow from it.

    The bounds are ten times and more what the largest tier of the sizing tables carries: a number above is a slip.
    """

    requests_per_second: Annotated[NotNegative, Field(le=10_000_000)] = Field(
        default=Decimal(0), description="Requests or jobs."
    )
    bursts: bool = Field(
        default=False,
        description="The load has bursts with idle times between them, such as from a cron job: no traffic is normal "
        "then, and SloNoData is left out.",
    )
    series: Annotated[int, Field(ge=0, le=100_000_000)] = Field(default=0, description="Active Prometheus series.")
    log_gib_per_day: Annotated[NotNegative, Field(le=100_000)] = Field(
        default=Decimal(0), description="Log bytes, uncompressed."
    )
    spans_per_second: Annotated[NotNegative, Field(le=10_000_000)] = Field(
        default=Decimal(0), description="Before sampling."
    )


# Names and ARNs of models, such as gpt-4o, anthropic.claude-3-haiku-20240307-v1:0 or meta-llama/Llama-3.1-8B.
_MODEL = r"^[A-Za-z0-9][A-Za-z0-9 ._:/@+-]*$"


class AiModel(Model):
    """A model behind an AI service."""

    name: Annotated[str, Field(pattern=_MODEL, description="The provider's name of the model.")]
    provider: Annotated[str, Field(pattern=_MODEL, description="Such as openai or bedrock.")]


class RateLimit(Model):
    """What the component's own rate limiter lets through, per client."""

    route: UrlPath
    requests_per_minute: Annotated[int, Field(ge=1, le=10**9)]
    burst: Annotated[int, Field(ge=0, le=10**9)]


class Autoscaler(Model):
    """The HorizontalPodAutoscaler of a component."""

    most: Annotated[int, Field(ge=2, le=MOST_REPLICAS, description="Its maxReplicas.")]


class Component(Model):
    """One deployable part."""

    name: Name
    kind: ComponentKind
    title: Text
    description: Text
    owner: Name | None = Field(default=None, description="A team; absent means the system's owner.")
    namespace: Name | None = Field(default=None, description="Kubernetes namespace; absent means the system's name.")
    depends_on: tuple[str, ...] = Field(
        default=(), description="Names in this system, or system/name in another: components and resources."
    )
    telemetry: Telemetry = Telemetry()
    health: tuple[Health, ...] = ()
    probes: tuple[Probe, ...] = ()
    load: Load = Load()
    objectives: tuple[Objective, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    models: tuple[AiModel, ...] = ()
    rate_limits: tuple[RateLimit, ...] = ()
    autoscaler: Autoscaler | None = Field(default=None, description="Absent: none, and nothing can scale it out.")
    flags: tuple[Name, ...] = Field(default=(), description="Feature flags of AppConfig that the program reads.")

    @property
    def program(self) -> OwnProgram | None:
        """The program of Belfry's own that stands for it: it has no pods, and no logs, in the system's namespace."""
        return self.telemetry.scrape.program if self.telemetry.scrape else None

    @model_validator(mode="after")
    def _asked_once(self) -> Self:
        if self.program and self.health:
            raise ValueError(f"found health of the program {self.program}; allowed: none, Belfry watches it itself")
        return self

    @property
    def export_interval(self) -> int:
        """Seconds between two samples of its metrics, pushed or scraped."""
        if self.telemetry.scrape is None:
            return int((self.telemetry.push_interval or PUSH_INTERVAL).seconds)
        return OBJECTIVE_SCRAPE_INTERVAL if self.objectives else EXPORTER_INTERVAL
