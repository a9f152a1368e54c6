"""What differs between environments: the stack's configuration, read once and typed. Nothing else reads it."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

import pulumi
import pydantic
from pydantic import Field

from configs.prometheus import thanos
from model import labels
from model.account.delivery import Delivery
from model.account.identity import AwsIdentity
from model.account.shared_account import AccountWide
from model.alarms.alarm import AlarmPack
from model.alerting.prometheus_rules import Links
from model.base import Model, Name, Region
from model.cluster.compute import Compute
from model.metrics.long_term_metrics import ThanosStore
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.remediation.cloud import Cloud
from model.vocabulary import Environment, Vocabulary
from stacks.acceptance import Acceptance
from stacks.account_settings import AdoptedCluster, Cost, CreatedCluster, Notifications, Storage, account_problems
from stacks.ingress_settings import Ingress, ingress_problems, with_links
from stacks.platform_settings import (
    Alerting,
    Charts,
    Collectors,
    Exporters,
    Grafana,
    Jobs,
    Logs,
    Metrics,
    SecretSource,
    Security,
    Sizing,
    Traces,
    TraceStorage,
)

NAMESPACE = "belfry"
SECRETS_KEY = "secrets"  # a key's name; read by `stacks.secrets` alone


class Rules(Model):
    """Which versions of the shipped rules and dashboards this environment takes."""

    pins: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict, description="Bundle -> major version.")


class Alarms(Model):
    """How many CloudWatch alarms this environment pays for."""

    pack: AlarmPack = AlarmPack.FULL
    budget: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="Alarm metrics, as AWS bills them."
    )
    containers: bool = Field(
        default=False, description="Also alarms for each component's container, where Container Insights is on."
    )


class Dashboards(Model):
    """Boards beside Grafana's."""

    cloudwatch: bool = Field(default=True, description="CloudWatch dashboards; each costs three dollars a month.")


class Switch(Vocabulary):
    """Whether a part is there."""

    OFF = ("off", "Nothing of it is made.")
    ON = ("on", "It is made.")


class StackFile(Model):
    """The keys of ``Pulumi.<environment>.yaml`` below ``belfry:``; `make schema` describes them in Pulumi.yaml."""

    region: Region = Field(description="AWS region of everything, such as eu-central-1.")
    account: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = Field(
        default="", description="The only AWS account this environment may touch (12 digits); empty means any."
    )
    aws: AwsIdentity = Field(
        default=AwsIdentity(), description="As whom the environment is deployed; left out: the shell's credentials."
    )
    account_wide: AccountWide = Field(
        default=AccountWide.ALL,
        description="Which of the account's own events, quotas and bill this environment watches, of several in it.",
    )
    protect: bool = Field(
        default=True,
        description="Protect cluster, network, namespaces and all data from deletion; the engine enforces it.",
    )
    cluster: Annotated[
        CreatedCluster | AdoptedCluster,
        Field(discriminator="mode", description="Mode create makes a cluster, adopt uses one."),
    ]
    systems: tuple[Name, ...] = Field(default=(), description="Systems watched here; none named means all.")
    links: Links
    sizing: Sizing = Sizing()
    metrics: Metrics
    alerting: Alerting
    logs: Logs = Logs()
    collectors: Collectors = Collectors()
    traces: Traces
    exporters: Exporters = Exporters()
    security: Security = Security()
    grafana: Grafana = Field(default=Grafana(), description="Grafana. sign_on needs the secret grafana-sign-on.")
    secret_source: SecretSource = Field(
        default=SecretSource.STACK,
        description="Where receivers' secrets come from: belfry:secrets, or belfry/<environment>/NAME in AWS.",
    )
    charts: Charts = Charts()
    jobs: Jobs = Jobs()
    rules: Rules = Rules()
    alarms: Alarms = Alarms()
    dashboards: Dashboards = Dashboards()
    storage: Storage = Storage()
    notifications: Notifications = Notifications()
    ingress: Ingress | None = Field(
        default=None,
        description="How people reach Grafana and other programs (docs/access.md); left out or empty: port-forward.",
    )
    cost: Cost = Cost()
    delivery: Delivery | None = Field(
        default=None, description="Roles for the pipeline that deploys (docs/delivery.md); left out or empty: none."
    )
    remediation: Switch = Field(
        default=Switch.OFF,
        description="The engine of auto-remediation in AWS (docs/remediation.md); in quotes, as YAML has other ideas.",
    )
    accept: tuple[Acceptance, ...] = Field(
        default=(), description="Checks of production that are accepted for a time (docs/settings.md)."
    )


class Settings(StackFile):
    """One environment: its name, which is the stack's, and what its file says."""

    environment: Environment

    @property
    def compute(self) -> Compute:
        """What the nodes of the cluster are."""
        return self.cluster.nodes_are

    @property
    def watches_account(self) -> bool:
        """Whether what the account has once is watched here: its global events and its bill."""
        return self.account_wide is AccountWide.ALL

    @property
    def watches_region(self) -> bool:
        """Whether what the account has once in a region is watched here: events, quotas, security services."""
        return self.account_wide is not AccountWide.NONE

    @property
    def remediates(self) -> bool:
        """Whether the engine of auto-remediation is made."""
        return self.remediation is Switch.ON

    def engine_in(self, account: str) -> Cloud:
        """What the engine's parts are called in an account."""
        prefix = f"{labels.PROJECT}-{self.environment}"
        return Cloud(region=self.region, account=account, prefix=prefix, cluster=self.cluster.name)

    @property
    def reads_security_posture(self) -> bool:
        """Whether a pod asks the account's security services for their numbers: it needs rights in AWS."""
        return self.security.posture and self.cluster.identity is not None and self.watches_region

    @classmethod
    def of(cls, stack: str, given: Mapping[str, Any]) -> Self:
        """The settings of ``stack`` with the ``given`` keys. Raises BadInput with all mistakes at once."""
        file = f"Pulumi.{stack}.yaml"
        if stack not in list(Environment):
            raise BadInput([Problem("stack", f"found unknown environment {stack!r}", ", ".join(Environment))])
        # An empty one is none: Pulumi fills an absent key with the default of Pulumi.yaml, and demands one without.
        given = with_links({key: value for key, value in given.items() if (key, value) != ("delivery", {})})
        try:
            StackFile.model_validate(given)
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(file, error, StackFile, f"{NAMESPACE}:")) from None
        settings = cls.model_validate({**given, "environment": stack})
        at = f"{file}: {NAMESPACE}"
        impossible = account_problems(at, settings.region, settings.cluster, settings.storage)
        ingress = ingress_problems(at, settings)
        account = [
            *account_wide_problems(at, settings),
            *role_problems(at, settings.account, settings.aws),
            *delivery_problems(at, settings.account, settings.delivery),
        ]
        engine = remediation_problems(at, settings)
        raise_if_any([*impossible, *platform_problems(at, settings), *ingress, *account, *engine])
        return settings


def platform_problems(file: str, settings: "Settings") -> Iterator[Problem]:
    """What contradicts itself in the cluster, with the keys of ``file``."""
    if settings.traces.storage is TraceStorage.ELASTICSEARCH and not settings.logs.has_elasticsearch:
        yield Problem(
            f"{file}:traces.storage",
            "found elasticsearch, but this environment has none",
            "logs.backends with elasticsearch, or another storage",
        )
    if settings.exporters.metrics_server and isinstance(settings.cluster, CreatedCluster):
        yield Problem(
            f"{file}:exporters.metrics_server",
            "found true, but a cluster that Belfry creates has EKS's add-on already",
            "false: two would conflict on the same API",
        )
    if settings.cluster.identity is None and settings.metrics.long_term is not None:
        yield Problem(
            f"{file}:metrics.long_term",
            f"found {settings.metrics.long_term.store} while workloads get no rights in AWS",
            "cluster.identity pod-identity or irsa, or no long_term",
        )
    if settings.cluster.identity is None and is_stated(settings, "security", "posture") and settings.security.posture:
        yield Problem(
            f"{file}:security.posture",
            "found true, but workloads have no AWS permissions",
            "cluster.identity pod-identity or irsa, or posture false",
        )
    if settings.ingress is not None and settings.compute.ipv6:
        yield Problem(
            f"{file}:ingress",
            "found an ingress in a cluster with IPv6-only pods: the load balancer, its subnet ranges and the network "
            "policies that admit it are IPv4",
            "no ingress, or a cluster with family ipv4",
        )
    if settings.alarms.containers and not settings.cluster.container_insights:
        yield Problem(
            f"{file}:alarms.containers",
            "found true, but Container Insights, which provides the metrics, is off",
            "false, or cluster.container_insights true",
        )
    shortest = thanos.SHORTEST_RETENTION
    if isinstance(settings.metrics.long_term, ThanosStore) and settings.storage.metrics.seconds < shortest.seconds:
        yield Problem(
            f"{file}:storage.metrics",
            f"found {settings.storage.metrics} while Thanos keeps long-term metrics",
            f"{shortest} or longer: its compactor does not start with less",
        )
    outside = settings.secret_source is SecretSource.AWS_SECRETS_MANAGER
    if outside and settings.cluster.identity is None:
        yield Problem(
            f"{file}:secret_source",
            f"found {settings.secret_source} while workloads get no rights in AWS",
            "cluster.identity pod-identity or irsa, or secret_source stack",
        )


def remediation_problems(file: str, settings: "Settings") -> Iterator[Problem]:
    """Where the engine of auto-remediation cannot be, with the keys of ``file``."""
    if not settings.remediates:
        return
    if settings.environment is Environment.LOCAL:
        yield Problem(f"{file}:remediation", "found on in local", "off: `make up` has an engine of its own")
    if not isinstance(settings.cluster, CreatedCluster):
        yield Problem(
            f"{file}:remediation",
            "found on with a cluster that Belfry did not make: its subnets and who may reach its API are not known",
            "off, or cluster.mode create",
        )
    if settings.cluster.identity is None:
        yield Problem(
            f"{file}:remediation",
            "found on while workloads get no rights in AWS: Alertmanager could not publish to the engine's topic",
            "off, or cluster.identity pod-identity or irsa",
        )


def role_problems(file: str, account: str, identity: AwsIdentity) -> Iterator[Problem]:
    """A role of another account than the environment's, with the keys of ``file``."""
    role = identity.assume_role
    if role and account and role.account != account:
        yield Problem(f"{file}:aws.assume_role.arn", f"found a role of the account {role.account}", f"one of {account}")


def delivery_problems(file: str, account: str, delivery: Delivery | None) -> Iterator[Problem]:
    """Policies of another account than the environment's, with the keys of ``file``."""
    for key, other in (delivery.accounts() if delivery else {}).items():
        if account and other != account:
            yield Problem(f"{file}:delivery.{key}", f"found a policy of the account {other}", f"one of {account}")


def account_wide_problems(file: str, settings: "Settings") -> Iterator[Problem]:
    """What asks for the account's own events or bill where another environment has them, with the keys of ``file``."""
    owned = f"while account_wide is {settings.account_wide}"
    if not settings.watches_region:
        for part, key in (("notifications", "security_events"), ("security", "posture")):
            if is_stated(settings, part, key) and getattr(getattr(settings, part), key):
                yield Problem(
                    f"{file}:{part}.{key}", f"found true {owned}", f"false, or account_wide {AccountWide.ALL}"
                )
    if settings.cost.monthly_budget_usd is None or settings.watches_account:
        return
    if settings.cost.counts == "account":
        yield Problem(
            f"{file}:cost.counts",
            f"found a budget of the whole account {owned}",
            f"counts environment, or account_wide {AccountWide.ALL}",
        )
    if settings.cost.anomaly_monitor_arn is not None:
        yield Problem(
            f"{file}:cost.anomaly_monitor_arn",
            f"found a monitor of the account {owned}",
            f"no such key: one by the environment's tag is made; or account_wide {AccountWide.ALL}",
        )


def is_stated(part: Model, first: str, *rest: str) -> bool:
    """Whether the file has the key below ``part`` at the path ``first``, ``rest``; otherwise its value is a default."""
    return first in part.model_fields_set and (not rest or is_stated(getattr(part, first), *rest))


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
