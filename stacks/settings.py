"""What differs between environments: the stack's configuration, read once and typed. Nothing else reads it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

import pulumi
import pydantic
from pydantic import Field

from model.alarms import AlarmPack
from model.base import Model, Name
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.prometheus_rules import AlertOverride, Links
from model.quantities import Duration
from model.vocabulary import Environment, Vocabulary
from stacks.account_settings import AdoptedCluster, Cost, CreatedCluster, Notifications, Storage, account_problems

NAMESPACE = "belfry"
SECRETS_KEY = "secrets"  # a key's name; read by `stacks.secrets` alone

Replicas = Annotated[int, Field(ge=1, le=9)]


class TraceStorage(Vocabulary):
    """Where Jaeger keeps traces."""

    MEMORY = ("memory", "In the pod's memory: gone with it. Refused in prod.")
    ELASTICSEARCH = ("elasticsearch", "Elasticsearch in the cluster.")
    OPENSEARCH = ("opensearch", "An Amazon OpenSearch Service domain.")


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


class Alarms(Model):
    """How many CloudWatch alarms this environment pays for."""

    pack: AlarmPack = AlarmPack.FULL
    budget: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Alarm metrics, as AWS bills them.")


class Dashboards(Model):
    """Boards beside Grafana's."""

    cloudwatch: bool = Field(default=True, description="CloudWatch dashboards; each costs three dollars a month.")


class StackFile(Model):
    """The keys of ``Pulumi.<environment>.yaml`` below ``belfry:``, and Pulumi.yaml describes them too."""

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
    alarms: Alarms = Alarms()
    dashboards: Dashboards = Dashboards()
    storage: Storage = Storage()
    notifications: Notifications = Notifications()
    cost: Cost = Cost()


class Settings(StackFile):
    """One environment: its name, which is the stack's, and what its file says."""

    environment: Environment

    @classmethod
    def of(cls, stack: str, given: Mapping[str, Any]) -> Self:
        """The settings of ``stack`` with the ``given`` keys. Raises BadInput with all mistakes at once."""
        file = f"Pulumi.{stack}.yaml"
        if stack not in list(Environment):
            raise BadInput([Problem("stack", f"found unknown environment {stack!r}", ", ".join(Environment))])
        try:
            StackFile.model_validate(given)
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(file, error, StackFile, f"{NAMESPACE}:")) from None
        settings = cls.model_validate({**given, "environment": stack})
        impossible = account_problems(f"{file}: {NAMESPACE}", settings.region, settings.cluster)
        raise_if_any([*impossible, *_unsafe(settings, file)])
        return settings


def given_keys() -> dict[str, Any]:
    """Every key of our namespace that the engine hands over, but the secrets. Structured values arrive as JSON text."""
    prefix = f"{NAMESPACE}:"
    names = {*pulumi.runtime.config.CONFIG.get(), *pulumi.runtime.get_config_env()}
    config = pulumi.Config(NAMESPACE)
    given = {}
    for key in sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix)):
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
        (
            not settings.notifications.pager,
            "notifications.pager",
            "false",
            "true: a critical alarm of AWS at night would wait for the morning",
        ),
        (memory, "traces.storage", "memory", "elasticsearch or opensearch: memory is gone with the pod"),
    ]
    return [
        Problem(f"{file}: {NAMESPACE}:{key}", f"found {found}, which is unsafe in prod", allowed)
        for unsafe, key, found, allowed in rows
        if unsafe
    ]
