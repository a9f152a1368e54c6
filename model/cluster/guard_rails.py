"""Guard rails of Belfry's namespaces: who goes first, and how much there may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from model import names


class Preemption(StrEnum):
    """Whether a pod that finds no room may end others."""

    LOWER = "PreemptLowerPriority"
    NEVER = "Never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A priority class. ``value`` orders, up to 1,000,000,000; an application without a class has 0."""

    name: str
    value: int
    preemption: Preemption
    description: str


NODE_AGENTS = Priority(
    name="belfry-node-agents",
    value=900_000_000,
    # It belongs to one node and fits no other: something must make room.
    preemption=Preemption.LOWER,
    description="Pods that must run on every node: collectors, node exporter, Falco.",
)
ALERTING = Priority(
    name="belfry-alerting",
    value=800_000_000,
    # Alerts are needed most when the cluster is full.
    preemption=Preemption.LOWER,
    description="The alerting path: Prometheus, Alertmanager, their operator.",
)
PLATFORM = Priority(
    name="belfry-platform",
    value=1_000_000,
    # First in the queue, and never at the cost of what is watched.
    preemption=Preemption.NEVER,
    description="The rest of the monitoring platform: logs, traces, dashboards, exporters.",
)
PRIORITIES = (ALERTING, NODE_AGENTS, PLATFORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Limits of one namespace. ``pods`` none: as many as there are nodes, so no number is right."""

    pods: int | None = None
    # Of a container for which nobody said anything: a hook, a sidecar, an operator's init container.
    default_cpu_request: str = "25m"
    default_memory_request: str = "64Mi"
    default_memory_limit: str = "512Mi"

    @property
    def hard(self) -> dict[str, str]:
        """As a ResourceQuota says it. What is shown outside goes by an ingress: no Service opens a port of its own."""
        closed = {"services.loadbalancers": "0", "services.nodeports": "0"}
        return {**closed, **({"pods": str(self.pods)} if self.pods is not None else {})}

    @property
    def defaults(self) -> Mapping[str, Mapping[str, str]]:
        """As an entry of a LimitRange says it. No limit on processor time: throttling looks like an outage."""
        return {
            "defaultRequest": {"cpu": self.default_cpu_request, "memory": self.default_memory_request},
            "default": {"memory": self.default_memory_limit},
        }


# Several times what the largest profile needs: a guard against a job that multiplies, not a budget.
QUOTAS: dict[str, Quota] = {
    names.NODE_AGENTS: Quota(),
    names.FALCO: Quota(),
    names.MONITORING: Quota(pods=200),
    names.LOGGING: Quota(pods=300),
    names.TRACING: Quota(pods=100),
    names.COLLECTORS: Quota(pods=200),
    names.EXTERNAL_SECRETS: Quota(pods=30),
    names.ELASTIC_SYSTEM: Quota(pods=30),
}
