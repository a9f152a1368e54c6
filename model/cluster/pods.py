"""How much one pod asks for."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Of one pod. Memory is asked for and the limit; processor time has no limit: throttling looks like an outage."""

    cpu_millis: int
    memory_mib: int

    @property
    def resources(self) -> dict[str, Any]:
        """As a container says it."""
        memory = f"{self.memory_mib}Mi"
        return {"requests": {"cpu": f"{self.cpu_millis}m", "memory": memory}, "limits": {"memory": memory}}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSizes:
    """The namespace's default limit of 512 MiB would end Prometheus at the first compaction."""

    prometheus: Size = Size(cpu_millis=500, memory_mib=2048)
    alertmanager: Size = Size(cpu_millis=50, memory_mib=128)
    grafana: Size = Size(cpu_millis=100, memory_mib=512)
    kube_state_metrics: Size = Size(cpu_millis=50, memory_mib=256)
    node_exporter: Size = Size(cpu_millis=50, memory_mib=64)
    operator: Size = Size(cpu_millis=100, memory_mib=256)
    sidecar: Size = Size(cpu_millis=10, memory_mib=128)  # of Grafana, of Thanos, of the operator


@dataclass(frozen=True, slots=True, kw_only=True)
class ThanosSizes:
    """Sizes of one pod each. Our planning figures: a query over a year holds its series in memory, read and merged.

    The compactor merges blocks of as many series as one Prometheus has, so it is given the memory of one.
    """

    query: Size = Size(cpu_millis=100, memory_mib=1024)
    store: Size = Size(cpu_millis=100, memory_mib=2048)
    compactor: Size = Size(cpu_millis=100, memory_mib=2048)
