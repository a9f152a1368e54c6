"""What a panel asks: a query of one language, with its legend and its data source.

The text of a query comes from ``authoring.dashboards.queries``; here it becomes a target of a panel.
"""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import cloudwatch as cloudwatch_builders
from grafana_foundation_sdk.builders import loki, prometheus
from grafana_foundation_sdk.models.cloudwatch import MetricEditorMode, MetricQueryType
from grafana_foundation_sdk.models.dashboard import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

# Data sources are variables: their uids differ in every Grafana, and a company may have several of a kind.
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
LOKI = DataSourceRef(type_val="loki", uid="${loki_datasource}")
JAEGER = DataSourceRef(type_val="jaeger", uid="${jaeger_datasource}")
CLOUDWATCH = DataSourceRef(type_val="cloudwatch", uid="${cloudwatch_datasource}")
ALL = (PROMETHEUS, LOKI, JAEGER, CLOUDWATCH)


Target = prometheus.Dataquery | loki.Dataquery | cloudwatch_builders.CloudWatchMetricsQuery

# Never more lines than a person reads; each costs memory in the browser.
MAX_LINES = 200


def over_time(expr: str, legend: str = "") -> Target:
    """PromQL over the board's time range, for curves."""
    return prometheus.Dataquery().expr(expr).legend_format(legend).datasource(PROMETHEUS).range()


def now(expr: str, legend: str = "") -> Target:
    """PromQL at the end of the range only, for single numbers: a thousandth of what a curve costs."""
    return prometheus.Dataquery().expr(expr).legend_format(legend).datasource(PROMETHEUS).instant()


def rows(expr: str) -> Target:
    """PromQL at the end of the range, one row a series, for tables."""
    query = prometheus.Dataquery().expr(expr).datasource(PROMETHEUS)
    return query.instant().format(PromQueryFormat.TABLE)


def buckets(expr: str) -> Target:
    """PromQL that keeps the label ``le``, for heatmaps; with exemplars."""
    query = prometheus.Dataquery().expr(expr).legend_format("{{le}}").datasource(PROMETHEUS)
    return query.range().format(PromQueryFormat.HEATMAP).exemplar(True)


def exemplars(expr: str, legend: str) -> Target:
    """The dots of a latency panel, which open traces.

    Recorded series have no exemplars, raw buckets over a long range are dear. So the query runs once, for the newest
    value, and Grafana asks for the exemplars of its selectors over the whole range.
    """
    query = prometheus.Dataquery().expr(expr).legend_format(legend).datasource(PROMETHEUS)
    return query.instant().exemplar(True)


def logs(expr: str, legend: str = "") -> Target:
    """LogQL over the time range: lines, or a metric of lines."""
    query = loki.Dataquery().expr(expr).legend_format(legend).datasource(LOKI).max_lines(MAX_LINES)
    return query.query_type("range")


def cloudwatch(
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    *,
    statistic: str,
    legend: str = "",
    period: int = 300,
    region: str = "$region",
) -> Target:
    """A CloudWatch metric in the region of the board. The grain of most metrics is 5 minutes; each query is billed."""
    query = cloudwatch_builders.CloudWatchMetricsQuery().datasource(CLOUDWATCH).region(region)
    query = query.namespace(namespace).metric_name(metric).dimensions({k: [v] for k, v in sorted(dimensions.items())})
    query = query.statistic(statistic).period(str(period)).label(legend).match_exact(True)
    return query.metric_query_type(MetricQueryType.SEARCH).metric_editor_mode(MetricEditorMode.BUILDER)
