"""Recorded series of nodes, workloads and the network that only boards read.

The alerts compare the same expressions with their lines. Here they are kept without the line, by node or workload, so
that the first view of a board reads a few series and not those of every pod.
"""

from collections.abc import Iterator
from typing import Final

from authoring.promql import indented
from authoring.rule_file import Rule

NODE_STATE: Final = "node:kube_node:state"
"""0 not ready, 1 under pressure, 2 cordoned, 3 ready."""
NODE_CPU: Final = "node:node_cpu:ratio_rate5m"
NODE_MEMORY: Final = "node:node_memory_used:ratio"
NODE_PODS: Final = "node:pods_running:ratio"
NODE_CONNECTIONS: Final = "node:connections_tracked:ratio"
NODE_FILES: Final = "node:file_descriptors_used:ratio"
NODE_MEMORY_KILLS: Final = "node:memory_kills:increase1h"
NODE_EVICTIONS: Final = "node:pods_evicted:increase30m"
NODE_DISK_QUEUE: Final = "node:disk_requests_waiting:max_rate5m"
NODE_DROPPED: Final = "node:network_allowance_exceeded:rate5m"
NODE_NETWORK_ERRORS: Final = "node:network_errors:ratio_rate5m"

RESTARTS: Final = "namespace_workload:container_restarts:increase1h"
MEMORY_KILLS: Final = "namespace_workload:memory_kills:increase1h"
WAITING: Final = "namespace_workload_reason:pods_waiting:count"
"""Pods that cannot start, by why: there only while there are any."""

DNS_ANSWERS: Final = "cluster_rcode:coredns_responses:rate5m"
DNS_ERRORS: Final = "cluster:coredns_errors:ratio_rate5m"
DNS_DURATION: Final = "cluster:coredns_request_duration_seconds:p99_rate5m"

PROBES: Final = "component_probe:probe_success:avg10m"
PROBE_DURATION: Final = "component_probe:probe_duration_seconds:avg15m"
CERTIFICATES: Final = "component_probe:certificate_expiry:timestamp"

_ALLOWANCES: Final = ("bw_in", "bw_out", "pps", "conntrack", "linklocal")


def rules() -> Iterator[Rule]:
    """All of them; none depends on the catalog."""
    yield from _nodes()
    yield from _workloads()
    yield from _network()


def _record(name: str, expr: str) -> Rule:
    return Rule("record", name, expr, {})


def _by_node(expr: str, how: str = "max") -> str:
    """What an address exposes, by the name of its node."""
    return f"""\
{how} by (cluster, node) (
{indented(expr)}
    * on (cluster, instance) group_left (node)
  node:node_exporter:info
)"""


def _by_workload(expr: str, *also: str, how: str = "sum") -> str:
    """What pods have, by the workload that owns them."""
    return f"""\
{how} by ({", ".join(("cluster", "namespace", "workload", *also))}) (
{indented(expr)}
    * on (cluster, namespace, pod) group_left (workload)
  namespace_workload_pod:kube_pod_owner:relabel
)"""


def _nodes() -> Iterator[Rule]:
    yield _record(
        NODE_STATE,
        """\
clamp_min(
  3
    - 2 * max by (cluster, node) (
      kube_node_status_condition{condition=~"MemoryPressure|DiskPressure|PIDPressure", status="true"}
    )
    - max by (cluster, node) (kube_node_spec_unschedulable),
  1
)
  * max by (cluster, node) (kube_node_status_condition{condition="Ready", status="true"})""",
    )
    yield _record(NODE_CPU, _by_node("instance:node_cpu:ratio_rate5m"))
    yield _record(NODE_MEMORY, _by_node("instance:node_memory_used:ratio"))
    yield _record(
        NODE_PODS,
        """\
count by (cluster, node) (
  kube_pod_info{node!=""} and on (cluster, namespace, pod) kube_pod_status_phase{phase="Running"} == 1
)
  /
max by (cluster, node) (kube_node_status_allocatable{resource="pods"})""",
    )
    yield _record(NODE_CONNECTIONS, _by_node("(node_nf_conntrack_entries / node_nf_conntrack_entries_limit)"))
    yield _record(NODE_FILES, _by_node("(node_filefd_allocated / node_filefd_maximum)"))
    yield _record(NODE_MEMORY_KILLS, _by_node("increase(node_vmstat_oom_kill[1h])", "sum"))
    yield _record(
        NODE_EVICTIONS,
        """\
sum by (cluster, node) (
  increase(kubelet_evictions[30m])
    * on (cluster, instance) group_left (node)
  group by (cluster, instance, node) (kubelet_node_name)
)""",
    )
    yield _record(NODE_DISK_QUEUE, _by_node("rate(node_disk_io_time_weighted_seconds_total[5m])"))
    exceeded = "\n  + ".join(f"rate(node_ethtool_{kind}_allowance_exceeded[5m])" for kind in _ALLOWANCES)
    yield _record(NODE_DROPPED, _by_node(f"(\n  {exceeded}\n)", "sum"))
    errors, packets = (
        " + ".join(f"rate(node_network_{way}_{what}_total[5m])" for way in ("receive", "transmit"))
        for what in ("errs", "packets")
    )
    yield _record(NODE_NETWORK_ERRORS, _by_node(f"(({errors}) / ({packets} > 10))"))


def _workloads() -> Iterator[Rule]:
    increase = "increase(kube_pod_container_status_restarts_total[1h])"
    yield _record(RESTARTS, _by_workload(f"sum by (cluster, namespace, pod) ({increase})"))
    yield _record(
        MEMORY_KILLS,
        _by_workload(f"""\
sum by (cluster, namespace, pod) (
  {increase}
    and on (cluster, namespace, pod, container)
  kube_pod_container_status_last_terminated_reason{{reason="OOMKilled"}} == 1
)"""),
    )
    # A container that is being created waits, too, for some seconds.
    yield _record(
        WAITING,
        _by_workload(
            """\
(
  max by (cluster, namespace, pod, reason) (
    kube_pod_container_status_waiting_reason{reason!~"ContainerCreating|PodInitializing"}
  ) == 1
    or
  label_replace(
    max by (cluster, namespace, pod) (kube_pod_status_unschedulable) == 1,
    "reason", "Unschedulable", "", ""
  )
)""",
            "reason",
            how="count",
        ),
    )


def _network() -> Iterator[Rule]:
    yield _record(DNS_ANSWERS, "sum by (cluster, rcode) (rate(coredns_dns_responses_total[5m]))")
    # Of the series above: a share of nothing is nothing, and no failure is 0.
    yield _record(
        DNS_ERRORS,
        f"""\
(
  sum by (cluster) ({DNS_ANSWERS}{{rcode=~"SERVFAIL|REFUSED"}})
    or
  0 * sum by (cluster) ({DNS_ANSWERS})
)
  /
(sum by (cluster) ({DNS_ANSWERS}) > 0)""",
    )
    yield _record(
        DNS_DURATION,
        "histogram_quantile(0.99, sum by (cluster, le) (rate(coredns_dns_request_duration_seconds_bucket[5m])))",
    )
    by = "by (cluster, system, component, probe)"
    yield _record(PROBES, f"min {by} (avg_over_time(probe_success[10m]))")
    yield _record(PROBE_DURATION, f"avg {by} (avg_over_time(probe_duration_seconds[15m]))")
