"""The organization's thresholds of nodes as Prometheus alerts: `nodes` in catalog/teams.yaml.

CPU past its critical threshold pages only while users of a pod on that node notice something, as the CPU of a component
does (`authoring.rules.gates`). Memory and disk page by themselves: the next step kills or evicts pods.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authoring.promql import number, selector
from authoring.rule_file import Rule, rule_file
from authoring.rules import gates
from authoring.rules.thresholds import KEEP
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.thresholds import Threshold
from model.dashboards import Board
from model.go_template import literal
from model.vocabulary import Severity, Signal

PATH: Final = "rules/prometheus/node-thresholds.yaml"

_HEAD = """\
Thresholds of the nodes, generated from catalog/teams.yaml by `make assets`; do not edit.
The values they compare are recorded in kubernetes-nodes.yaml and storage.yaml."""

# node_exporter names a target by its address; the record joins the node's name.
_NAMED = "{} * on (cluster, instance) group_left (node) node:node_exporter:info"

# Nodes that run a pod of a component whose users notice something now.
_NOTICED: Final = """\
group by (cluster, node) (
  (
    group by (cluster, namespace, pod, node) (kube_pod_info{{node!=""}})
      * on (cluster, namespace, pod) group_left (workload)
    namespace_workload_pod:kube_pod_owner:relabel
  )
    * on (cluster, namespace, workload) group_left (system, component)
  cluster_namespace_workload:owner:info
    and on (cluster, system, component)
  {}
)""".format(selector("ALERTS", [f'alertname=~"{gates.SYMPTOMS}"', 'alertstate="firing"']))


@dataclass(frozen=True, slots=True)
class NodeAlert:
    """``expr`` is a share of one by cluster and node; ``says`` is completed by the severity's threshold and hold."""

    name: str
    component: str
    expr: str
    summary: str
    says: str


ALERTS: Final = {
    Signal.CPU_USAGE: NodeAlert(
        "NodeHighCpu",
        "nodes",
        f"max by (cluster, node) (\n  {_NAMED.format('instance:node_cpu:ratio_rate5m')}\n)",
        "Node {{ $labels.node }} is short of CPU",
        "The CPUs of node {{ $labels.node }} of cluster {{ $labels.cluster }} are "
        "{{ $value | humanizePercentage }} busy",
    ),
    Signal.MEMORY_USAGE: NodeAlert(
        "NodeMemoryNearlyExhausted",
        "nodes",
        f"max by (cluster, node) (\n  {_NAMED.format('instance:node_memory_used:ratio')}\n)",
        "Node {{ $labels.node }} is short of memory",
        "Node {{ $labels.node }} of cluster {{ $labels.cluster }} uses {{ $value | humanizePercentage }} of its memory",
    ),
    Signal.DISK_USAGE: NodeAlert(
        "NodeDiskAlmostFull",
        "node-disks",
        "node_mountpoint:node_filesystem_used:ratio",
        "A disk of node {{ $labels.node }} is almost full",
        "{{ $labels.mountpoint }} of node {{ $labels.node }} of cluster {{ $labels.cluster }} is "
        "{{ $value | humanizePercentage }} full",
    ),
}


def generate(catalog: Catalog) -> str:
    """The rule file: a warning and a critical alert for each signal that has such a threshold."""
    thresholds = catalog.organization.node_thresholds
    rules = [rule for signal in ALERTS for rule in _rules(catalog, thresholds[signal])]
    return rule_file(_HEAD, [("belfry.node-thresholds", rules)])


def _rules(catalog: Catalog, threshold: Threshold) -> Iterator[Rule]:
    alert = ALERTS[threshold.signal]
    for severity, value in ((Severity.WARNING, threshold.warning), (Severity.CRITICAL, threshold.critical)):
        if value is None:
            continue
        expr = f"{alert.expr}\n  > {number(value / 100)}"
        if severity is Severity.CRITICAL and threshold.signal is Signal.CPU_USAGE:
            expr += f"\n  and on (cluster, node)\n{_NOTICED}"
        yield Rule(
            "alert",
            alert.name,
            expr,
            {
                labels.SEVERITY: severity,
                labels.TEAM: catalog.organization.platform_team,
                labels.SYSTEM: labels.OWN_SYSTEM,
                labels.COMPONENT: alert.component,
            },
            hold=threshold.hold if threshold.hold.seconds else None,
            keep=KEEP,
            annotations={
                labels.SUMMARY: alert.summary,
                labels.DESCRIPTION: (
                    f"{alert.says}, above the threshold of {number(value)} % for {threshold.hold} and longer. "
                    f"{literal(threshold.reason)}"
                ),
                labels.DASHBOARD_URL: Board.NODES.path,
            },
        )
