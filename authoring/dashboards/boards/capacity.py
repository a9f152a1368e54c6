"""Capacity: what will be full and when, by two trends, and what is requested and never used."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, blocks_kubernetes, links, panels, targets, variables
from authoring.dashboards.kit.blocks_kubernetes import NAMESPACE, OF_WORKLOAD
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, falling, rising
from authoring.dashboards.queries import capacity, fullness, kubernetes
from authoring.rules.recording import capacity as series_capacity
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

NOT_COUNTED = "Prometheus does not answer"
NOTHING_FILLS = "Nothing fills"
DAY = 86400
TO_WORKLOADS = links.of_row(Uid.KUBERNETES, NAMESPACE)
number = partial(panels.number, no_data=NOT_COUNTED)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.CAPACITY,
        question="What will be full and when, and which requests are too large?",
        variables=(variables.clusters(), blocks_kubernetes.namespaces()),
        to=(Uid.INFRASTRUCTURE, Uid.NODES, Uid.KUBERNETES),
        # Growth shows over days.
        since="now-7d",
        rows=(
            Row("Forecasts and oversized requests", (*_numbers(), *_ahead()), collapsed=False),
            Row("Forecast with a band", _forecast()),
            Row("Right-sizing: CPU", (_cpu(),)),
            Row("Right-sizing: memory", (_memory(),)),
            Row("How it grew", _growth()),
            Row("Autoscalers and quotas", blocks_kubernetes.limits()),
            Row("Node provisioning", _provisioning()),
            Row("Load against last week", (_load(),)),
        ),
    )
    return (board,)


_CPU = (series_capacity.CPU_REQUESTED, series_capacity.CPU_PEAK)
_MEMORY = (series_capacity.MEMORY_REQUESTED, series_capacity.MEMORY_PEAK)


def _numbers() -> blocks.Panels:
    return (
        _requested("CPU requested", "cpu"),
        _requested("Memory requested", "memory"),
        number(
            "Full within four days",
            "Volumes, disks and connection pools that both trends, of six hours and of two days, fill within four "
            "days. If only one trend fills it, the cause is a nightly batch or an old migration.",
            targets.now(capacity.soon_full()),
            thresholds=rising(warn=1),
            runbooks=("VolumeWillFill", "NodeDiskWillFill", "ConnectionsWillRunOut"),
        ),
        number(
            "Pods without a node",
            "Pods that find no room. For a few minutes the autoscaler is at work; after 15 it cannot help.",
            targets.now(kubernetes.waiting_in_all('reason="Unschedulable"')),
            thresholds=rising(warn=1),
            runbooks=("WorkloadUnschedulable",),
        ),
        number(
            "Fullest quota",
            "At 100 % no new pod is admitted; from 90 % on an alert fires.",
            targets.now(capacity.fullest_quota()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            no_data="No quotas here",
            decimals=0,
            runbooks=("QuotaNearlyUsed",),
        ),
        number(
            "Reclaimable cores",
            "Cores requested above the peak of seven days (the busiest five minutes) plus 20 %: what right-sizing "
            "saves.",
            targets.now(capacity.cores_to_spare()),
            decimals=1,
            runbooks=("WorkloadOversized",),
        ),
    )


def _requested(title: str, resource: str) -> panels.PanelBuilder:
    return number(
        title,
        "Share of all nodes that is requested. From 90 % on the next large pod finds no node.",
        targets.now(capacity.requested_share(resource)),
        unit=units.PercentUnit,
        thresholds=rising(warn=0.9),
        no_data="No node is scraped",
        decimals=0,
        runbooks=("ClusterNearlyFull",),
    )


def _ahead() -> blocks.Panels:
    hours, days = series_capacity.TRENDS
    day, week = series_capacity.WEEK_TRENDS
    return (
        panels.comparison(
            "Time until full",
            "When the room ends, by the trends of the last 6 hours and 2 days: believe it where both agree. Red is "
            "within a day, when NodeDiskWillFill fires; VolumeWillFill fires within four days.",
            _until_full("By 6 hours", hours),
            _until_full("By 2 days", days),
            names={"kind": "Kind", "item": "Name", labels.CLUSTER: "Cluster"},
            no_data=NOTHING_FILLS,
            runbooks=("VolumeWillFill", "NodeDiskWillFill", "ConnectionsWillRunOut"),
            width=12,
        ),
        panels.curves(
            "Requested of all nodes, now and in a week",
            "If both trends stay above 90 % a week ahead, larger or more nodes are needed; if only the trend of the "
            "last day does, it was a single day.",
            targets.over_time(capacity.requested(), "{{resource}} now"),
            targets.over_time(capacity.requested_in_a_week(day), "{{resource}} in a week, by the last day"),
            targets.over_time(capacity.requested_in_a_week(week), "{{resource}} in a week, by the last week"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            no_data="No node is scraped",
            runbooks=("ClusterNearlyFull",),
            width=12,
            height=9,
        ),
        panels.rows(
            "Reclaimable CPU by workload",
            "Cores requested beyond the peak of seven days (the busiest five minutes) and a fifth of room. The row "
            "below recommends requests.",
            targets.rows(capacity.to_spare(*_CPU)),
            columns=OF_WORKLOAD,
            value="Cores",
            no_data="All requests fit",
            decimals=2,
            runbooks=("WorkloadOversized",),
            data_links=(TO_WORKLOADS,),
            width=panels.WIDTH,
        ),
    )


def _until_full(heading: str, trend: str) -> panels.Column:
    return panels.Column(
        heading=heading,
        expr=capacity.until_full(trend),
        unit=units.Seconds,
        thresholds=falling(warn=DAY, good=capacity.DAYS_4),
        decimals=1,
    )


def _forecast() -> blocks.Panels:
    runbooks = ("CapacityExhaustionForecast",)
    return (
        panels.comparison(
            "Days until limits are met",
            "By the daily forecast of the hourly peaks, which knows the week and the trend. Days left are those of the "
            "upper edge of a band of 95 %; where bands like it held less than 90 % of the past, those of the middle. "
            "If less than the lead time is left, raise the limit now.",
            panels.Column(
                heading="Days left", expr=capacity.days_left(), thresholds=falling(warn=7, good=14), decimals=1
            ),
            panels.Column(heading="Lead time", expr=capacity.lead_days(), decimals=0),
            panels.Column(
                heading="Peak in 7 days", expr=capacity.forecast_use("high", 7), unit=units.PercentUnit, decimals=0
            ),
            panels.Column(
                heading="Peak in 28 days", expr=capacity.forecast_use("high", 28), unit=units.PercentUnit, decimals=0
            ),
            panels.Column(heading="Covered", expr=capacity.forecast_coverage(), unit=units.PercentUnit, decimals=0),
            names={"subject": "Kind", "item": "Name", labels.CLUSTER: "Cluster"},
            no_data="No forecast in 26 hours",
            runbooks=runbooks,
            width=panels.WIDTH,
        ),
        panels.curves(
            "Peak within 28 days of the most urgent limit",
            "What each day's forecast said of the limit that is met first: the middle and the band of 95 %. If the "
            "lines rise from day to day, growth is faster than was known.",
            *(
                targets.over_time(capacity.most_urgent(bound, 28), f"{bound} of {{{{subject}}}} {{{{item}}}}")
                for bound in ("high", "middle", "low")
            ),
            unit=units.PercentUnit,
            thresholds=rising(warn=1),
            no_data="No forecast in 26 hours",
            runbooks=runbooks,
            width=panels.WIDTH,
        ),
    )


def _cpu() -> panels.PanelBuilder:
    return panels.comparison(
        "Recommended CPU requests",
        "In cores. The peak is the busiest five minutes of seven days. Below 20 % the request is far too large; "
        "above 100 % the workload uses spare capacity of others. The recommendation leaves 20 % above the peak.",
        *_requested_and_peak(*_CPU, units.Short),
        panels.Column(
            heading="Recommended", expr=capacity.recommended(*_CPU), unit=units.Short, thresholds=NO_LIMIT, decimals=2
        ),
        names=OF_WORKLOAD,
        no_data="No workload with requests here",
        runbooks=("WorkloadOversized",),
        data_links=(TO_WORKLOADS,),
    )


def _memory() -> panels.PanelBuilder:
    return panels.comparison(
        "Recommended memory requests",
        "The peak is the highest working set of the fullest pod in seven days, pods that ended included. Above 100 % "
        "a pod is the first to be evicted. The recommendation leaves the peak a fifth of room; a workload with OOM "
        "kills gets none, because it needed more than was measured: raise its limit first.",
        *_requested_and_peak(*_MEMORY, units.BytesIEC),
        panels.Column(heading="Recommended", expr=capacity.recommended_memory(), unit=units.BytesIEC, decimals=2),
        panels.Column(
            heading="OOM kills, 7 days",
            expr=capacity.of_workloads(series_capacity.MEMORY_KILLS),
            thresholds=rising(warn=1),
            decimals=0,
        ),
        names=OF_WORKLOAD,
        no_data="No workload with requests here",
        runbooks=("HighMemoryUsage", "WorkloadOutOfMemory"),
        data_links=(TO_WORKLOADS,),
    )


def _requested_and_peak(requested: str, peak: str, unit: str) -> tuple[panels.Column, ...]:
    return (
        panels.Column(
            heading="Requested", expr=capacity.of_workloads(requested), unit=unit, thresholds=NO_LIMIT, decimals=2
        ),
        panels.Column(
            heading="Peak of 7 days",
            expr=capacity.of_workloads(peak),
            unit=units.PercentUnit,
            # Only what is too small is coloured: what is too large has a recommendation.
            thresholds=rising(warn=1),
            decimals=0,
        ),
    )


def _growth() -> blocks.Panels:
    shown = (
        ("Volumes", fullness.VOLUME, ("namespace", "persistentvolumeclaim"), 0.8, "VolumeWillFill"),
        ("Disks of nodes", fullness.NODE_DISK, ("node", "mountpoint"), 0.8, "NodeDiskWillFill"),
        ("Database connections", fullness.DATABASE, ("system", "component"), 0.9, "ConnectionsWillRunOut"),
        ("Pods of nodes", fullness.NODE_PODS, ("node",), 0.95, "NodePodsNearlyFull"),
    )
    return tuple(
        panels.curves(
            title,
            "The ten fullest. A steady rise is easier to forecast than one with steps.",
            targets.over_time(capacity.growth(metric, ", ".join(names)), " ".join(f"{{{{{name}}}}}" for name in names)),
            unit=units.PercentUnit,
            thresholds=rising(warn=line),
            no_data="None of these here",
            runbooks=(alert,),
        )
        for title, metric, names, line, alert in shown
    )


def _provisioning() -> blocks.Panels:
    return (
        panels.curves(
            "Nodes added by pool",
            "Nodes that Karpenter added to each pool, and the maximum it may add.",
            targets.over_time(capacity.nodes_added(), "{{nodepool}}"),
            targets.over_time(capacity.nodes_at_most(), "{{nodepool}} at most"),
            no_data="Karpenter does not run here",
            runbooks=("NodePoolFull", "AutoscalerDown"),
        ),
        panels.curves(
            "Failed launches by reason",
            "Launches that EC2 rejected, per hour. A single rejection with success in another zone is normal.",
            targets.over_time(capacity.failed_launches(), "{{reason}}"),
            no_data="No launch was rejected",
            runbooks=("NodesNotLaunched", "NodeGroupNotGrowing"),
        ),
        panels.curves(
            "Warnings of interruptions",
            "Events that Karpenter read from AWS, per hour: state changes are normal, the others terminate nodes.",
            targets.over_time(capacity.interruptions(), "{{message_type}}"),
            no_data="No node was interrupted",
        ),
    )


def _load() -> panels.PanelBuilder:
    return panels.rows(
        "Busier than last week",
        "Requests against the same hour a week ago. Load that doubles within weeks needs capacity that no disk trend "
        "shows.",
        targets.rows(capacity.busier_than_last_week()),
        columns={labels.SYSTEM: "System", labels.COMPONENT: "Component"},
        value="Of last week",
        unit=units.PercentUnit,
        no_data="No load has doubled since last week",
        decimals=0,
        runbooks=("RequestSurge",),
        data_links=(blocks.ROW_TO_SERVICE,),
        width=panels.WIDTH,
    )
