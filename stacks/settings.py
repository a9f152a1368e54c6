"""What differs between environments: the stack's configuration, read once and typed. Nothing else reads it."""

import json
from typing import Annotated, Any, Literal, Self

import pulumi
import pydantic
from pydantic import Field, model_validator

from model.base import Model, Name
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.prometheus_rules import AlertOverride, Links
from model.quantities import Duration
from model.vocabulary import Environment, Vocabulary

NAMESPACE = "belfry"
SECRETS_KEY = "secrets"  # a key's name; read by `stacks.secrets` alone

Replicas = Annotated[int, Field(ge=1, le=9)]


class TraceStorage(Vocabulary):
    """Where Jaeger keeps traces."""

    MEMORY = ("memory", "In the pod's memory: gone with it. Refused in prod.")
    ELASTICSEARCH = ("elasticsearch", "Elasticsearch in the cluster.")
    OPENSEARCH = ("opensearch", "An Amazon OpenSearch Service domain.")


class Nodes(Model):
    """The managed node group of a cluster that Belfry makes."""

    instance_type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9]+$")] = "m7i.large"
    minimum: Annotated[int, Field(ge=1)] = 3
    maximum: Annotated[int, Field(ge=1)] = 6

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(f"found minimum {self.minimum} above maximum {self.maximum}; allowed: at most the maximum")
        return self


class CreatedCluster(Model):
    """A cluster that this program makes, with its network."""

    mode: Literal["create"]
    name: Name
    version: Annotated[str, Field(pattern=r"^1\.[0-9]{2}$", description="Kubernetes version of EKS.")]
    vpc_cidr: Annotated[str, Field(pattern=r"^[0-9.]+/1[6-9]$", description="At least /19: six subnets.")]
    nat_gateways: Literal["one", "per-zone"] = "per-zone"
    nodes: Nodes = Nodes()


class AdoptedCluster(Model):
    """A cluster that exists: looked up by name, and nothing of it is changed."""

    mode: Literal["adopt"]
    name: Name


class Metrics(Model):
    """Prometheus."""

    replicas: Replicas
    retention: Duration = Duration("15d")
    volume_gib: Annotated[int, Field(ge=1)]


class Alerting(Model):
    """Alertmanager and whom it may wake."""

    replicas: Replicas
    dead_mans_switch: bool = Field(description="Tell an outside party every minute that alerting lives.")
    overrides: dict[str, AlertOverride] = Field(default_factory=dict, description="By exact alert name.")


class Traces(Model):
    """Jaeger."""

    storage: TraceStorage


class Charts(Model):
    """Where Helm charts come from."""

    mirror: Annotated[str, Field(pattern=r"^(https?|oci)://\S+[^/]$")] | None = Field(
        default=None, description="A repository that holds every chart; absent means each chart's own."
    )


class Rules(Model):
    """Which versions of the shipped rules and dashboards this environment takes."""

    pins: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict, description="Bundle -> major version.")


class Settings(Model):
    """One environment. The field names are the keys of ``Pulumi.<environment>.yaml`` below ``belfry:``."""

    environment: Environment
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    account: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = Field(
        default="", description="The only AWS account this environment may touch; empty means any."
    )
    protect: bool = Field(description="Refuse to delete what holds data; the engine enforces it.")
    cluster: Annotated[CreatedCluster | AdoptedCluster, Field(discriminator="mode")]
    systems: tuple[Name, ...] = Field(default=(), description="Systems watched here; none named means all.")
    links: Links
    metrics: Metrics
    alerting: Alerting
    traces: Traces
    charts: Charts = Charts()
    rules: Rules = Rules()

    @classmethod
    def load(cls) -> Self:
        """The settings of the selected stack. Raises BadInput with all mistakes at once."""
        stack = pulumi.get_stack()
        file = f"Pulumi.{stack}.yaml"
        if stack not in list(Environment):
            raise BadInput([Problem("stack", f"found unknown environment {stack!r}", ", ".join(Environment))])
        try:
            settings = cls.model_validate({**_given(), "environment": stack})
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(file, error, cls, f"{NAMESPACE}:")) from None
        raise_if_any(_unsafe(settings, file))
        return settings


def _given() -> dict[str, Any]:
    """Every key of our namespace but the secrets, decoded. Structured values arrive as JSON text."""
    prefix = f"{NAMESPACE}:"
    names = {*pulumi.runtime.config.CONFIG.get(), *pulumi.runtime.get_config_env()}
    config = pulumi.Config(NAMESPACE)
    given = {}
    for name in sorted(name for name in names if name.startswith(prefix)):
        key = name.removeprefix(prefix)
        if key == "environment":
            raise BadInput([Problem(name, "found a key for the environment", "none: the stack's name says it")])
        if key != SECRETS_KEY:
            text = config.require(key)
            given[key] = json.loads(text) if text.startswith(("{", "[")) else text
    return given


def _unsafe(settings: Settings, file: str) -> list[Problem]:
    """What production refuses, with the reason."""
    if settings.environment is not Environment.PROD:
        return []
    memory = settings.traces.storage is TraceStorage.MEMORY
    rows = [
        (not settings.protect, "protect", "false", "true: a slip would delete the cluster, its volumes and its logs"),
        (settings.metrics.replicas == 1, "metrics.replicas", "1", "2 or more: nobody watches while one restarts"),
        (settings.alerting.replicas == 1, "alerting.replicas", "1", "2 or more: alerts of a restart would be lost"),
        (
            not settings.alerting.dead_mans_switch,
            "alerting.dead_mans_switch",
            "false",
            "true: when alerting itself dies, only somebody outside can notice",
        ),
        (memory, "traces.storage", "memory", "elasticsearch or opensearch: memory is gone with the pod"),
    ]
    return [
        Problem(f"{file}: {NAMESPACE}:{key}", f"found {found}, which is unsafe in prod", allowed)
        for unsafe, key, found, allowed in rows
        if unsafe
    ]
