"""Forecasts by two trends, and what workloads request against what they use."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording import capacity as series

DAYS_4 = 4 * 86400
_ITEM = "cluster, kind, item"
_FORECAST = "cluster, forecast_cluster, subject, item"
_WORKLOAD = "cluster, namespace, workload"
# A request should leave a fifth of room above the peak.
ROOM = 0.8
_NODES = 'resource_type="nodes"'


def until_full(trend: str) -> str:
    """Seconds until things are full, by one trend; only what fills."""
    return f"sort(min by ({_ITEM}) ({chosen.cluster(series.UNTIL_FULL.format(trend))}))"


def soon_full(seconds: int = DAYS_4) -> str:
    """How many things both trends fill within a time; 0 and not nothing without any."""
    hours, days = (f"({chosen.cluster(series.UNTIL_FULL.format(trend))} < {seconds})" for trend in series.TRENDS)
    return f"count(min by ({_ITEM}) {hours} and min by ({_ITEM}) {days}) or vector(0)"


def days_left() -> str:
    """Days until limits are met by the last forecast; the most urgent first."""
    return f"sort({_forecast('capacity_forecast_days_left')})"


def lead_days() -> str:
    """Days that raising each of the limits takes."""
    return _forecast("capacity_forecast_lead_days")


def forecast_coverage() -> str:
    """Share of past values that such bands held."""
    return _forecast("capacity_forecast_coverage")


def forecast_use(bound: str, days: int) -> str:
    """Highest share of each limit within so many days: the lower edge, the middle or the upper edge of the band."""
    return _forecast("capacity_forecast_use", f'bound="{bound}", ahead="{days}d"')


def most_urgent(bound: str, days: int) -> str:
    """The same of the limit that is met first."""
    first = f"bottomk(1, {_forecast('capacity_forecast_days_left')})"
    return f"{forecast_use(bound, days)} and on ({_FORECAST}) {first}"


def _forecast(metric: str, where: str = "") -> str:
    # It is sent once a day: two hours more, for a run that starts late.
    return f"max by ({_FORECAST}) (last_over_time({chosen.cluster(metric, where)}[26h]))"


def requested() -> str:
    """What is requested of all nodes, as a share, by resource; of several clusters the fullest."""
    return f"max by (resource) ({chosen.cluster(series.REQUESTED)})"


def requested_share(resource: str) -> str:
    """The same of one resource."""
    where = f'resource="{resource}"'
    return f"max({chosen.cluster(series.REQUESTED, where)})"


def requested_in_a_week(trend: str) -> str:
    """What will be requested in a week, as a share, by one trend."""
    return f"max by (resource) ({chosen.cluster(series.REQUESTED_IN_A_WEEK.format(trend))})"


def nodes_added() -> str:
    """Nodes that Karpenter added to each pool."""
    return f"max by (nodepool) ({chosen.cluster('karpenter_nodepools_usage', _NODES)})"


def nodes_at_most() -> str:
    """Nodes that it may add to each."""
    return f"max by (nodepool) ({chosen.cluster('karpenter_nodepools_limit', _NODES)})"


def failed_launches() -> str:
    """Launches that EC2 refused, an hour, by reason; of either autoscaler."""
    karpenter = chosen.rate(chosen.cluster("karpenter_cloudprovider_instance_launch_failures_total"))
    groups = chosen.rate(chosen.cluster("cluster_autoscaler_failed_scale_ups_total"))
    return f"(sum by (reason) ({karpenter}) or sum by (reason) ({groups})) * 3600 > 0"


def interruptions() -> str:
    """Warnings read, an hour, by kind."""
    messages = chosen.cluster("karpenter_interruption_received_messages_total")
    return f"sum by (message_type) ({chosen.rate(messages)}) * 3600"


def fullest_quota() -> str:
    """Of all quotas the one that is used most."""
    return f"max({chosen.cluster(series.QUOTA)})"


def to_spare(requested: str, peak: str, count: int = 15) -> str:
    """What workloads request beyond their peak of a week and a fifth of room."""
    spare = f"{_of(requested)} - {_of(requested)} * {_of(peak)} / {ROOM}"
    return f"sort_desc(topk({count}, max by ({_WORKLOAD}) ({spare}) > 0))"


def cores_to_spare() -> str:
    """All of it, in cores; 0 and not nothing without any."""
    requested, peak = _of(series.CPU_REQUESTED), _of(series.CPU_PEAK)
    return f"sum({requested} - {requested} * {peak} / {ROOM} > 0) or vector(0)"


def of_workloads(metric: str) -> str:
    """A number of each workload."""
    return f"max by ({_WORKLOAD}) ({_of(metric)})"


def recommended(requested: str, peak: str) -> str:
    """What a workload should request: its peak of a week, and a fifth of room."""
    return f"max by ({_WORKLOAD}) ({_of(requested)} * {_of(peak)} / {ROOM})"


def recommended_memory() -> str:
    """The same for memory; nothing for workloads with kills, whose peak nobody measured."""
    recommendation = recommended(series.MEMORY_REQUESTED, series.MEMORY_PEAK)
    return f"{recommendation} unless on ({_WORKLOAD}) {_of(series.MEMORY_KILLS)}"


def growth(metric: str, by: str, count: int = 10) -> str:
    """The fullest of one kind over time."""
    return f"topk({count}, max by ({by}) ({chosen.cluster(metric)}))"


def busier_than_last_week() -> str:
    """Requests a second against the same hour a week ago, by component; what has grown by a tenth and more."""
    now = chosen.cluster("component:requests:rate5m")
    by = "system, component"
    return f"sort_desc(sum by ({by}) ({now}) / (sum by ({by}) ({now} offset 1w) > 0) > 1.1)"


def _of(metric: str) -> str:
    return chosen.by(metric, "namespace")
