"""What differs between environments: the stack's configuration, read once and typed. Nothing else reads it."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

import pulumi
import pydantic
from pydantic import Field

from model.alarms import AlarmPack
from model.base import Model, Name
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.prometheus_rules import Links
from model.vocabulary import Environment, LogDestination
from stacks.account_settings import AdoptedCluster, Cost, CreatedCluster, Notifications, Storage, account_problems
from stacks.platform_settings import (
    Alerting,
    Charts,
    Collectors,
    Exporters,
    Grafana,
    Logs,
    Metrics,
    SecretSource,
    Security,
    Traces,
    TraceStorage,
)

NAMESPACE = "belfry"
SECRETS_KEY = "secrets"  # a key's name; read by `stacks.secrets` alone
ELECTING_NODES = 3


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
    logs: Logs = Logs()
    collectors: Collectors = Collectors()
    traces: Traces
    exporters: Exporters = Exporters()
    security: Security = Security()
    grafana: Grafana = Grafana()
    secret_source: SecretSource = SecretSource.STACK
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
        at = f"{file}: {NAMESPACE}"
        impossible = account_problems(at, settings.region, settings.cluster)
        raise_if_any([*impossible, *platform_problems(at, settings), *_unsafe(settings, file)])
        return settings


def platform_problems(file: str, settings: "Settings") -> Iterator[Problem]:
    """What contradicts itself in the cluster, with the keys of ``file``."""
    if settings.traces.storage is TraceStorage.ELASTICSEARCH and LogDestination.ELASTICSEARCH not in (
        settings.logs.backends
    ):
        yield Problem(
            f"{file}:traces.storage",
            "found elasticsearch, and there is none in this environment",
            "logs.backends with elasticsearch, or another storage",
        )
    if settings.cluster.identity is None and settings.metrics.long_term is not None:
        yield Problem(
            f"{file}:metrics.long_term",
            f"found {settings.metrics.long_term.store} while workloads get no rights in AWS",
            "cluster.identity pod-identity or irsa, or no long_term",
        )
    outside = settings.secret_source is SecretSource.AWS_SECRETS_MANAGER
    if outside and settings.cluster.identity is None:
        yield Problem(
            f"{file}:secret_source",
            f"found {settings.secret_source} while workloads get no rights in AWS",
            "cluster.identity pod-identity or irsa, or secret_source stack",
        )


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
    elasticsearch = LogDestination.ELASTICSEARCH in settings.logs.backends
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
        (settings.traces.replicas == 1, "traces.replicas", "1", "2 or more: spans would queue while one restarts"),
        (settings.logs.replicas == 1, "logs.replicas", "1", "3 or more: lines not yet in the bucket would be lost"),
        (
            elasticsearch and settings.logs.elasticsearch.nodes < ELECTING_NODES,
            "logs.elasticsearch.nodes",
            str(settings.logs.elasticsearch.nodes),
            "3 or more: two of three must agree on a master",
        ),
        *(
            (tier.replicas == 1, f"collectors.{name}.replicas", "1", "2 or more: telemetry would wait for one pod")
            for name, tier in (("gateway", settings.collectors.gateway), ("sampler", settings.collectors.sampler))
        ),
        (
            settings.security.falco and settings.security.replicas == 1,
            "security.replicas",
            "1",
            "2 or more: Falco drops findings that nobody takes",
        ),
    ]
    return [
        Problem(f"{file}: {NAMESPACE}:{key}", f"found {found}, which is unsafe in prod", allowed)
        for unsafe, key, found, allowed in rows
        if unsafe
    ]
