"""Settings of what Belfry makes in the AWS account: cluster, network, storage and who is notified."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from model.account.access import AccessLevel
from model.account.address_ranges import network_problems, public_problems
from model.account.aws_regions import TOO_SMALL, ZONES, region_problems
from model.account.eks_pins import pin_problems
from model.account.eks_versions import DATE, version_problems, version_warning
from model.account.instance_types import instance_problems, is_arm
from model.account.node_pools import Autoscaler, Pool
from model.addresses import HttpsAddress
from model.base import Model, Name, each_once
from model.catalog.teams import Email
from model.cluster.compute import USUAL, Architecture, Compute, ComputeKind, adopted_problems, made_problems
from model.problems import Problem
from model.quantities import Duration, Positive
from model.vocabulary import Notified, Severity

# What CloudWatch Logs takes (API reference, PutRetentionPolicy), up to the two years that frameworks ask for.
LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]


# What EKS takes in one managed node group (user guide, "Amazon EKS service quotas").
NodeCount = Annotated[int, Field(ge=1, le=450)]

# A day, because what deletes looks once a day; ten years are more than any framework asks for.
_KEPT_LEAST, _KEPT_MOST = Duration("1d"), Duration("3650d")


def _kept(retention: Duration) -> Duration:
    if not _KEPT_LEAST.seconds <= retention.seconds <= _KEPT_MOST.seconds:
        raise ValueError(f"found {retention}; allowed: {_KEPT_LEAST} to {_KEPT_MOST}")
    return retention


Kept = Annotated[Duration, AfterValidator(_kept)]
"""How long data are kept."""


# Cost Management API reference, AnomalyMonitor.
MonitorArn = Annotated[str, Field(pattern=r"^arn:aws:ce::[0-9]{12}:anomalymonitor/[0-9a-f-]{36}$")]


class Nodes(Model):
    """A managed node group of a cluster that Belfry makes."""

    instance_type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$")] = "m7i.large"
    minimum: NodeCount = Field(default=3, description="Nodes of the group, always there.")
    maximum: NodeCount = Field(default=6, description="With those that an autoscaler adds.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(f"found minimum {self.minimum} above maximum {self.maximum}; allowed: at most the maximum")
        return self


class Access(Model):
    """Who may use the cluster, and how far."""

    principal: Annotated[
        str,
        Field(pattern=r"^arn:aws:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+$", description="IAM role or user."),
    ]
    level: AccessLevel
    namespaces: tuple[Name, ...] = Field(default=(), description="None named means the whole cluster.")


class CreatedCluster(Model):
    """A cluster that this program makes, with its network."""

    mode: Literal["create"]
    name: Name
    version: Annotated[str, Field(description="Kubernetes version of EKS; nodes and add-ons follow it.")]
    support: Literal["extended", "standard"] = Field(
        default="extended",
        description="After standard support: extended costs more, standard lets AWS upgrade the cluster.",
    )
    today: Annotated[str, Field(pattern=DATE.pattern)] | None = Field(
        default=None, description="Day the version's support is judged by; absent means the day the table was read."
    )
    vpc_cidr: Annotated[str, Field(description="A private range, /16 to /19: six subnets.")]
    service_cidr: str = Field(default="172.20.0.0/16", description="Kubernetes Services; overlaps nothing reachable.")
    peer_cidrs: dict[Name, str] = Field(default_factory=dict, description="Networks it will be peered with, by name.")
    nat_gateways: Literal["one", "per-zone"] = "per-zone"
    interface_endpoints: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")], ...] = Field(
        default=(), description="AWS services reached without NAT, such as logs; 24 USD a month each. S3 always is."
    )
    flow_logs: Literal["rejected", "all"] = Field(default="rejected", description="all costs by the traffic.")
    public_cidrs: tuple[str, ...] = Field(
        default=("0.0.0.0/0",), description="Ranges that may reach the API from outside."
    )
    log_days: LogDays = Field(default=90, description="How long control-plane logs are kept.")
    identity: Literal["pod-identity", "irsa"] = "pod-identity"
    access: dict[Name, Access] = Field(default_factory=dict)
    nodes: Nodes = Nodes()
    observability_nodes: Nodes | None = Field(
        default=None, description="Tainted node group for the monitoring platform."
    )
    autoscaler: Autoscaler = Field(
        default=Autoscaler.KARPENTER, description="What adds nodes up to each pool's maximum: karpenter or none."
    )
    container_insights: bool = Field(
        default=False,
        description="Install the CloudWatch agent and alarms on its metrics. Off: each metric costs 30 cents a month.",
    )
    session_manager: bool = Field(default=False, description="Shells on nodes by AWS Systems Manager, without SSH.")
    compute: Compute | None = Field(default=None, description="Follows from the node groups; checked where stated.")

    @property
    def nodes_are(self) -> Compute:
        """What the nodes are: by the groups' instance types, and by what adds more of them."""
        arm = {is_arm(nodes.instance_type) for nodes in self.pools.values()}
        return Compute(
            kinds=(ComputeKind.MANAGED, *((ComputeKind.KARPENTER,) if self.grows else ())),
            architectures=tuple(each for each in Architecture if (each is Architecture.ARM64) in arm),
        )

    @property
    def pools(self) -> dict[Pool, Nodes]:
        """The groups of nodes that there are."""
        observing = {Pool.OBSERVABILITY: self.observability_nodes} if self.observability_nodes else {}
        return {Pool.GENERAL: self.nodes, **observing}

    @property
    def nat_zones(self) -> tuple[str, ...]:
        """Zones with a NAT gateway."""
        return ZONES if self.nat_gateways == "per-zone" else ZONES[:1]

    @property
    def grows(self) -> bool:
        """Whether an autoscaler adds nodes: it is asked for, and a pool has room below its maximum."""
        room = any(nodes.maximum > nodes.minimum for nodes in self.pools.values())
        return self.autoscaler is Autoscaler.KARPENTER and room


class AdoptedCluster(Model):
    """A cluster that exists: looked up by name. Nothing of it is changed but what the other keys ask for."""

    mode: Literal["adopt"]
    name: Name
    endpoint: HttpsAddress | None = Field(default=None, description="Refuse any other cluster of that name.")
    issuer: HttpsAddress | None = Field(
        default=None, description="OIDC issuer, which must be an identity provider in IAM already."
    )
    identity: Literal["pod-identity", "irsa"] | None = Field(
        default=None,
        description="How workloads get AWS permissions; if absent, they are granted elsewhere. pod-identity adds "
        "associations to the cluster, irsa adds nothing.",
    )
    access: dict[Name, Access] = Field(default_factory=dict)
    container_insights: bool = Field(
        default=False,
        description="The cluster has Container Insights already: plan the alarms on its metrics.",
    )
    audit_log: bool = Field(default=False, description="Alarms on its audit log, which CloudWatch must hold already.")
    autoscaler: Autoscaler = Field(
        default=Autoscaler.NONE, description="cluster-autoscaler, or none if the cluster has one or needs none."
    )
    compute: Compute = Field(default=USUAL, description="Kinds of its nodes; `python -m ops detect` detects them.")

    @property
    def nodes_are(self) -> Compute:
        """What the nodes are."""
        return self.compute

    @model_validator(mode="after")
    def _known(self) -> Self:
        missing = [key for key in ("endpoint", "issuer") if getattr(self, key) is None]
        if self.identity == "irsa" and missing:
            raise ValueError(
                f"found identity irsa without {' and '.join(missing)}; allowed: both, from `aws eks "
                f"describe-cluster`: a role that trusts the wrong issuer fails only when a pod first needs it"
            )
        return self


class Storage(Model):
    """How long data is kept, and on which volumes. S3 ends it some days later than the programs do."""

    logs: Kept = Duration("7d")
    metrics: Kept = Duration("400d")
    log_group_days: LogDays = 30
    function_log_groups: bool = Field(
        default=False, description="Make the log groups of the catalog's Lambda functions: encrypted, and with an end."
    )
    class_: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")] | None = Field(
        default=None,
        alias="class",
        description="StorageClass of every volume, in an adopted cluster. A cluster that Belfry creates has its own.",
    )


class Cost(Model):
    """Money."""

    monthly_budget_usd: Annotated[Positive, Field(ge=1, le=100_000_000, decimal_places=2)] | None = Field(
        default=None,
        description="AWS notifies when a month costs 80 % and 100 % of it, or will cost more; absent means no budget.",
    )
    counts: Literal["account", "environment"] = Field(
        default="account",
        description="Scope of the budget. environment, by its tag, is for accounts that several environments share.",
    )
    anomaly_monitor_arn: MonitorArn | None = Field(
        default=None, description="Existing cost anomaly monitor; default: a new one by the environment's tag."
    )

    @model_validator(mode="after")
    def _with_budget(self) -> Self:
        if self.monthly_budget_usd is None and self.model_fields_set - {"monthly_budget_usd"}:
            given = ", ".join(sorted(self.model_fields_set - {"monthly_budget_usd"}))
            raise ValueError(f"found {given} without monthly_budget_usd; allowed: a budget, which sets the thresholds")
        return self


class Slack(Model):
    """A channel by its ids. Amazon Q Developer must have been let into the workspace once, in its console."""

    workspace: Annotated[str, Field(pattern=r"^T[0-9A-Z]{5,20}$", description="Workspace id, T...")]
    channel: Annotated[str, Field(pattern=r"^[CG][0-9A-Z]{5,20}$", description="Channel id, C...")]
    severities: Annotated[tuple[Notified, ...], Field(min_length=1)] = (Severity.CRITICAL, Severity.WARNING)


class Notifications(Model):
    """Who hears of AWS's own alarms. An archive queue always does."""

    pager: bool = Field(default=False, description="Critical ones to the HTTPS address in the secret pagerduty-aws.")
    emails: dict[Notified, Annotated[tuple[Email, ...], Field(min_length=1), AfterValidator(each_once)]] = Field(
        default_factory=dict, description="Severity -> addresses."
    )
    slack: Slack | None = None
    security_events: bool = Field(default=True, description="GuardDuty, Security Hub, CloudTrail and AWS Health.")


def account_problems(
    file: str, region: str, cluster: CreatedCluster | AdoptedCluster, storage: Storage
) -> Iterator[Problem]:
    """What the tables of AWS refuse, with the keys of ``file``."""
    if not (isinstance(cluster, AdoptedCluster) and region in TOO_SMALL):
        yield from region_problems(f"{file}:region", region)
    if isinstance(cluster, CreatedCluster):
        at = f"{file}:cluster"
        at_version = list(version_problems(f"{at}.version", cluster.version, cluster.today))
        yield from at_version or pin_problems(f"{at}.version", cluster.version)
        yield from network_problems(at, cluster.vpc_cidr, cluster.service_cidr, cluster.peer_cidrs)
        yield from public_problems(f"{at}.public_cidrs", cluster.public_cidrs)
        groups: Mapping[str, Any] = {"nodes": cluster.nodes, "observability_nodes": cluster.observability_nodes}
        for key, group in groups.items():
            if group:
                yield from instance_problems(f"{at}.{key}.instance_type", group.instance_type)

    yield from _autoscaler_problems(f"{file}:cluster.autoscaler", cluster)
    yield from _volume_problems(f"{file}:storage.class", cluster, storage.class_)
    if isinstance(cluster, AdoptedCluster):
        yield from adopted_problems(f"{file}:cluster", cluster.compute, cluster.autoscaler)
    elif cluster.compute is not None:
        yield from made_problems(f"{file}:cluster.compute", cluster.compute, cluster.nodes_are)


def _autoscaler_problems(where: str, cluster: CreatedCluster | AdoptedCluster) -> Iterator[Problem]:
    """Each autoscaler works on one kind of cluster alone, and needs rights in AWS."""
    found = f"found {cluster.autoscaler}"
    if isinstance(cluster, CreatedCluster) and cluster.autoscaler is Autoscaler.CLUSTER_AUTOSCALER:
        yield Problem(
            where, f"{found} for a cluster that Belfry makes, whose groups keep their size", "karpenter, none"
        )
    if isinstance(cluster, AdoptedCluster):
        if cluster.autoscaler is Autoscaler.KARPENTER:
            yield Problem(
                where,
                f"{found} for an adopted cluster, of which nodes' role, subnets and security groups are not known",
                "cluster-autoscaler, none",
            )
        elif cluster.autoscaler is Autoscaler.CLUSTER_AUTOSCALER and cluster.identity is None:
            yield Problem(
                where,
                f"{found} while workloads get no rights in AWS",
                "none, or cluster.identity pod-identity or irsa",
            )


def _volume_problems(where: str, cluster: CreatedCluster | AdoptedCluster, named: str | None) -> Iterator[Problem]:
    """A claim without a class waits forever where the cluster has no default class."""
    if isinstance(cluster, AdoptedCluster) and named is None:
        yield Problem(
            where,
            "required key is missing: EKS has no default StorageClass since 1.30, so every claim would stay Pending",
            "the name of a StorageClass of the adopted cluster, as `kubectl get storageclass` lists them",
        )
    if isinstance(cluster, CreatedCluster) and named is not None:
        yield Problem(
            where, f"found {named} for a cluster that Belfry makes", "no such key: Belfry creates the StorageClass"
        )


def account_warnings(cluster: CreatedCluster | AdoptedCluster) -> list[str]:
    """What is accepted, but should be known."""
    warning = version_warning(cluster.version, cluster.today) if isinstance(cluster, CreatedCluster) else None
    return [warning] if warning else []
