"""What the platform measures of every part: its containers, volumes, nodes, certificates and log lines."""

from collections.abc import Callable

from authoring.promql import equals, selector
from authoring.rules.signals.query import IN_CLUSTER, MINIMUM_REQUESTS, Measured, Query
from model.catalog.components import Component
from model.catalog.system import System
from model.query_text import any_value


def workload(record: str) -> Callable[[Measured], Query | None]:
    """A recorded series of the part's pods, the fullest of them."""

    def query(m: Measured) -> Query | None:
        if not isinstance(m.part, Component) or m.part.kind not in IN_CLUSTER or m.part.program:
            return None
        namespace = m.part.namespace or m.system.system
        matchers = equals({"namespace": namespace, "workload": m.part.name})
        return Query(f"max by (cluster) ({selector(record, matchers)})")

    return query


def certificate(m: Measured) -> Query | None:
    """Seconds until the first certificate expires of the chains that the part's probes verify.

    Trap avoided: the earliest date of everything that a server sends may be that of an old root that no client needs.
    """
    if not isinstance(m.part, Component) or not m.part.probes:
        return None
    earliest = f"min by (cluster) ({m.series('component_probe:certificate_expiry:timestamp')})"
    return Query(f"{earliest} - time()", "component:certificate_expiry_seconds:min")


def malformed_logs(m: Measured) -> Query | None:
    """The share of log lines that break their format."""
    if not isinstance(m.part, Component) or m.part.kind not in IN_CLUSTER or m.part.program:
        return None
    every = m.rate("log_lines_total", window="15m")
    record = "component:malformed_log_lines:ratio_rate15m"
    broken = m.rate("log_lines_malformed_total", window="15m")
    return Query(m.ratio(broken, every), record, f"{every} * 900 >= {MINIMUM_REQUESTS}")


def _namespaces(system: System) -> str:
    found = {component.namespace or system.system for component in system.components}
    # An expression even for a single one: a system that gets a second namespace changes no other character.
    return any_value("namespace", sorted(found))


def disk_usage(system: System) -> Query:
    """The fullest volume by claim: volumes belong to a system's namespaces, not to one component."""
    chosen = [_namespaces(system)]
    by = "max by (cluster, namespace, persistentvolumeclaim)"
    used, size = (selector(f"kubelet_volume_stats_{what}_bytes", chosen) for what in ("used", "capacity"))
    return Query(f"{by} ({used})\n  /\n{by} ({size} > 0)")


def network_usage(system: System) -> Query:
    """The busiest of the nodes that carry the system's pods, as a share of its instance type's baseline."""
    chosen = [_namespaces(system)]
    pods = f"group by (cluster, node) ({selector('kube_pod_info', chosen)})"
    return Query(f"max by (cluster) (\n  node:network_usage:ratio\n    and on (cluster, node)\n  {pods}\n)")
