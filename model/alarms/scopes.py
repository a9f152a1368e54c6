"""What alarms can be about besides resources of the catalog: the account, the cluster, Belfry's own way of alarms."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from model.base import Model
from model.catalog.resource_base import AlarmOverride, Count, Parts, ResourceKind, Subject
from model.catalog.resources import RESOURCE_MODELS
from model.quantities import Positive
from model.vocabulary import Severity, Vocabulary


class ScopeKind(Vocabulary):
    """Subjects of alarms that are no resource of the catalog."""

    ACCOUNT = ("account", "The AWS account in one region: its quotas and its bill.")
    CLUSTER = ("cluster", "The EKS cluster and what runs in it.")
    ALARM_TOPIC = ("alarm-topic", "One of Belfry's own SNS topics for alarms.")
    NODE_PROVISIONING = ("node-provisioning", "The way from AWS's warnings of interruptions to Karpenter.")
    NODE_GROUP = ("node-group", "A managed node group that Belfry makes: its instances and their volumes.")
    ALARM_FORWARDING = ("alarm-forwarding", "The way from CloudWatch alarms to Alertmanager.")


class Account(Subject):
    """The account in one region."""

    kind: Literal[ScopeKind.ACCOUNT] = ScopeKind.ACCOUNT
    region: str
    uses: frozenset[ResourceKind] = Field(default=frozenset(), description="Kinds of resource the catalog has here.")
    lambda_concurrency: Count = Field(default=1000, description="Quota of concurrent executions; AWS starts at 1000.")
    monthly_budget_usd: Positive | None = None


class Service(Model):
    """A Kubernetes Service as Container Insights knows it."""

    namespace: str
    service: str


class Container(Model):
    """A container of a workload's pods, as Container Insights knows it: of all replicas together."""

    namespace: str
    workload: str
    container: str


class Cluster(Subject):
    """The cluster. Container Insights is billed by the metric, so its alarms exist only where it is on."""

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "namespace": ("namespace",),
        "service": ("namespace", "service"),
        "container": ("namespace", "workload", "container"),
    }

    kind: Literal[ScopeKind.CLUSTER] = ScopeKind.CLUSTER
    cluster: str
    container_insights: bool = False
    container_alarms: bool = Field(default=False, description="Alarms for each workload's containers: many.")
    namespaces: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    containers: tuple[Container, ...] = ()

    def parts(self, sort: str) -> Parts:
        """Namespaces, services and containers of the watched systems."""
        if sort == "namespace":
            return {name: {"namespace": name} for name in self.namespaces}
        found: tuple[Service | Container, ...] = self.services if sort == "service" else self.containers
        return {"-".join(words.values()): words for words in (part.model_dump() for part in found)}


class AlarmTopic(Subject):
    """One of Belfry's topics. Another topic reports its failures: a broken topic cannot report itself."""

    kind: Literal[ScopeKind.ALARM_TOPIC] = ScopeKind.ALARM_TOPIC
    topic: Annotated[str, Field(min_length=1)]
    severity: Severity


class NodeProvisioning(Subject):
    """The queue that Karpenter reads."""

    kind: Literal[ScopeKind.NODE_PROVISIONING] = ScopeKind.NODE_PROVISIONING
    queue: str


class AlarmForwarder(Subject):
    """The forwarder, by what AWS sees of it: its queues, and the heartbeat metric of its environment."""

    kind: Literal[ScopeKind.ALARM_FORWARDING] = ScopeKind.ALARM_FORWARDING
    environment: str
    queue: str
    dead_letter_queue: str


class MadeNatGateway(Subject):
    """A NAT gateway that Belfry makes, under the rows of the catalog's NAT gateways.

    ``gateway`` is a word in curly brackets: AWS gives the ID when the gateway is made, and which alarms there are must
    be known before.
    """

    kind: Literal[ResourceKind.NAT_GATEWAY] = ResourceKind.NAT_GATEWAY
    gateway: str

    @classmethod
    def of(cls, zone: str) -> Self:
        """That of one zone."""
        word = nat_gateway_word(zone)
        return cls(name=word, gateway=f"{{{word}}}")


class MadeLoadBalancer(Subject):
    """A load balancer that people or browsers come by, under the rows of the catalog's. Its controller makes it.

    ``arn_suffix`` and those of ``programs``' target groups are words in curly brackets, as of a NAT gateway.
    """

    PARTS: ClassVar[Mapping[str, tuple[str, ...]]] = {"target_group": ("target_group",)}

    kind: Literal[ResourceKind.LOAD_BALANCER] = ResourceKind.LOAD_BALANCER
    type: Literal["application"] = "application"
    arn_suffix: str
    programs: tuple[str, ...]

    def parts(self, sort: str) -> Parts:
        """A target group for each program."""
        return {program: {sort: f"{{{target_group_word(program)}}}"} for program in self.programs}

    @classmethod
    def of(cls, name: str, programs: Sequence[str]) -> Self:
        """``name``: one of those below. Its failures wake nobody: alerts reach people without it."""
        reason = "It is for working hours: what users notice has alerts of its own."
        calm = [
            AlarmOverride(alarm="alb-target-errors", severity=Severity.WARNING, reason=reason),
            *(
                AlarmOverride(alarm="alb-no-healthy-host", part=program, severity=Severity.WARNING, reason=reason)
                for program in programs
            ),
        ]
        return cls(name=name, arn_suffix=f"{{{name}}}", programs=tuple(programs), alarms=tuple(calm))


class MadeWebAcl(Subject):
    """The web ACL in front of what browsers reach, under the rows of the catalog's."""

    kind: Literal[ResourceKind.WEB_ACL] = ResourceKind.WEB_ACL
    scope: Literal["regional"] = "regional"
    acl: str


class NodeGroup(Subject):
    """A managed node group that Belfry makes. ``group`` is a word for its EC2 Auto Scaling group's name."""

    kind: Literal[ScopeKind.NODE_GROUP] = ScopeKind.NODE_GROUP
    group: str
    minimum: Count = Field(description="Nodes that it always has.")

    @property
    def status_checks(self) -> int:
        """Status checks of the minimum of nodes in five minutes: EC2 sends one a minute and instance."""
        return self.minimum * 5

    @classmethod
    def of(cls, pool: str, minimum: int) -> Self:
        """That of one pool."""
        word = node_group_word(pool)
        return cls(name=word, group=f"{{{word}}}", minimum=minimum)


LOAD_BALANCER, BROWSER_LOAD_BALANCER = "load-balancer", "browser-load-balancer"
"""Stand for the suffixes of the ARNs of the load balancers that people and browsers come by."""


def target_group_word(program: str) -> str:
    """Stands for the suffix of the ARN of the program's target group in dimensions."""
    return f"target-group-{program}"


def nat_gateway_word(zone: str) -> str:
    """Stands for the ID of the zone's NAT gateway in dimensions."""
    return f"nat-gateway-{zone}"


def node_group_word(pool: str) -> str:
    """Stands for the name of the pool's Auto Scaling group in dimensions."""
    return f"nodes-{pool}"


SUBJECTS: Mapping[str, type[Subject]] = {
    **{str(kind): model for kind, model in RESOURCE_MODELS.items()},
    ScopeKind.ACCOUNT: Account,
    ScopeKind.CLUSTER: Cluster,
    ScopeKind.ALARM_TOPIC: AlarmTopic,
    ScopeKind.ALARM_FORWARDING: AlarmForwarder,
    ScopeKind.NODE_PROVISIONING: NodeProvisioning,
    ScopeKind.NODE_GROUP: NodeGroup,
}
