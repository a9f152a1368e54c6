"""CPU, memory, replicas and new versions of workloads, whose component the catalog knows."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording.boards import ROLLOUTS
from model import labels
from model.metrics import metric_inventory

CPU = "namespace_workload:container_cpu_available:ratio_rate5m"
MEMORY = "namespace_workload:container_memory_working_set:ratio_max"
DESIRED = "namespace_workload:replicas_desired:max"
AVAILABLE = "namespace_workload:replicas_available:max"


def of_component(metric: str, *, worst: str = "max") -> str:
    """A workload's series as the component's; ``worst`` joins those of several clusters."""
    owner = chosen.without_cluster(metric_inventory.COMPONENT_OWNER, labels.SYSTEM, labels.COMPONENT)
    return (
        f"{worst} by (system, component) (\n"
        f'  label_replace({chosen.cluster(metric)}, "component", "$1", "workload", "(.+)")\n'
        f"    * on (namespace, component) group_left (system)\n"
        f"  max by (namespace, system, component) ({owner})\n)"
    )


def missing_replicas() -> str:
    """Replicas that are wanted and not available, by component."""
    return f"{of_component(DESIRED, worst='sum')}\n  -\n{of_component(AVAILABLE, worst='sum')}"


def new_versions(*by: str) -> str:
    """One for each component of which a new version appeared."""
    return chosen.by(ROLLOUTS, *by)
