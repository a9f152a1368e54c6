"""Recorded series of the capacity board: when things will be full by two trends, and what workloads request and use.

A forecast is read over hours and over days: a nightly batch bends the first, an old migration the second; both together
are growth. It is evaluated every few minutes, over series that are recorded already.
"""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule
from authoring.rules.recording import cluster

# Prometheus looks back for five minutes: evaluated as seldom as that, a series has gaps whenever a round is late.
INTERVAL: Final = "3m"

UNTIL_FULL: Final = "item:seconds_until_full:{}"
TRENDS: Final = {"trend6h": "6h", "trend2d": "2d"}
"""Horizons of the alerts on volumes and connections, whose lines the board shows."""

REQUESTED: Final = "cluster_resource:requested:ratio"
REQUESTED_IN_A_WEEK: Final = "cluster_resource:requested_in_7d:{}"
WEEK_TRENDS: Final = {"trend1d": "1d", "trend7d": "7d"}

QUOTA: Final = "namespace_resource:quota_used:ratio"
CPU_REQUESTED: Final = "namespace_workload:cpu_requested:cores"
MEMORY_REQUESTED: Final = "namespace_workload:memory_requested:bytes"
CPU_PEAK: Final = "namespace_workload:container_cpu_usage:ratio_max7d"
MEMORY_PEAK: Final = "namespace_workload:memory_of_request:ratio_max7d"
"""Peaks of seven days as shares of what is requested: CPU in the busiest five minutes, memory of the fullest pod."""

MEMORY_KILLS: Final = "namespace_workload:memory_kills:increase7d"
"""Containers that the kernel killed for memory in seven days. Such a workload peaked higher than was measured."""

# Further away a straight line says nothing.
_SEEN_AHEAD: Final = 90 * 86400
_DAYS_7: Final = 7 * 86400

# What fills: kind, its recorded series, and the labels that name one of them.
_FILLING: Final = (
    ("volume", "namespace_volume:kubelet_volume_stats_used:ratio", ("namespace", "persistentvolumeclaim")),
    ("node disk", "node_mountpoint:node_filesystem_used:ratio", ("node", "mountpoint")),
    ("connections", "component:connections_used:ratio", ("system", "component")),
)


def rules() -> Iterator[Rule]:
    """All of them; none depends on the catalog."""
    for trend, window in TRENDS.items():
        for kind, series, names in _FILLING:
            joined = ", ".join(f'"{name}"' for name in names)
            left = f"(1 - {series}) / (deriv({series}[{window}]) > 0) < {_SEEN_AHEAD}"
            expr = f'max by (cluster, item) (\n  label_join(\n    {left},\n    "item", " ", {joined}\n  )\n)'
            yield Rule("record", UNTIL_FULL.format(trend), expr, {"kind": kind})
    for trend, window in WEEK_TRENDS.items():
        ahead = f"clamp_min(predict_linear({REQUESTED}[{window}], {_DAYS_7}), 0)"
        yield Rule("record", REQUESTED_IN_A_WEEK.format(trend), ahead, {})
    yield from _sizes()


def _sizes() -> Iterator[Rule]:
    yield Rule(
        "record",
        QUOTA,
        'max by (cluster, namespace, resource) (kube_resourcequota{type="used"})\n  /\n'
        'max by (cluster, namespace, resource) (kube_resourcequota{type="hard"} > 0)',
        {},
    )
    for name, resource in ((CPU_REQUESTED, "cpu"), (MEMORY_REQUESTED, "memory")):
        requests = f'kube_pod_container_resource_requests{{resource="{resource}"}}'
        yield Rule("record", name, _by_workload(f"sum by (cluster, namespace, pod) ({requests})"), {})
    # Of the peaks inside each hour, as the alert on oversized workloads reads them: a sample each hour misses them.
    for name, series in (
        (CPU_PEAK, "namespace_workload:container_cpu_usage:ratio_max1h"),
        (MEMORY_PEAK, "namespace_workload:memory_of_request:ratio_max1h"),
    ):
        yield Rule("record", name, f"max_over_time({series}[7d])", {})
    # Increases of an hour, one for each hour.
    kills = f"sum_over_time({cluster.MEMORY_KILLS}[7d:1h])"
    yield Rule("record", MEMORY_KILLS, f"{kills} > 0.5", {})


def _by_workload(expr: str) -> str:
    return f"""\
sum by (cluster, namespace, workload) (
  {expr}
    * on (cluster, namespace, pod) group_left (workload)
  namespace_workload_pod:kube_pod_owner:relabel
)"""
