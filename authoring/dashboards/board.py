"""What all dashboards share: variables, queries, panels with unit and description, and the file's layout.

Only panel types that Grafana 11 to 13 have (no Angular ones). Each panel must say in its description how it is read.
"""

import json
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, units
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import prometheus as prometheus_models

from authoring.text import to_json
from model import labels

# The data source is chosen on the dashboard: its uid differs in every Grafana.
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
FOLDER = "dashboards/grafana"

# Selects the chosen clusters; "All" is .* and so takes series without the label, too.
CLUSTER = f'{labels.CLUSTER}=~"$cluster"'

# Colours by meaning, from Grafana's own palette: readable in the light and in the dark theme.
GOOD, WARN, BAD = "green", "orange", "red"


def board(uid: str, title: str, description: str) -> builders.Dashboard:
    """An empty dashboard with the data source and cluster variables."""
    return (
        builders.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([labels.PROJECT])
        .readonly()
        .timezone("browser")
        .time("now-6h", "now")
        .refresh("30s")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(builders.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(
            builders.QueryVariable("cluster")
            .label("Cluster")
            .datasource(SOURCE)
            .query(f"label_values(up, {labels.CLUSTER})")
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
            .sort(models.VariableSort.ALPHABETICAL_ASC)
            .multi(True)
            .include_all(True)
            .all_value(".*")
            .current(models.VariableOption(selected=True, text="All", value="$__all"))
        )
    )


def query(expr: str, legend: str = "", *, instant: bool = False) -> prometheus.Dataquery:
    """A PromQL query; ``instant`` asks for the newest value only, as tables and single numbers need."""
    target = prometheus.Dataquery().expr(expr).legend_format(legend).datasource(SOURCE)
    return target.instant() if instant else target.range()


def number(
    title: str, description: str, expr: str, *, unit: str = units.Short, steps: list[models.Threshold]
) -> stat.Panel:
    """One number on a coloured ground, a sixth of the width."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .with_target(query(expr, instant=True))
        .unit(unit)
        .thresholds(builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
        .color_mode(common.BigValueColorMode.BACKGROUND)
        .graph_mode(common.BigValueGraphMode.NONE)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))
        .height(4)
        .span(6)
    )


def lines(
    title: str, description: str, *targets: prometheus.Dataquery, unit: str, stacked: bool = False
) -> timeseries.Panel:
    """Curves over time, half the width. The axis starts at zero, so that noise does not look like a fall."""
    mode = common.StackingMode.NORMAL if stacked else common.StackingMode.NONE
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .line_width(1)
        .fill_opacity(30 if stacked else 5)
        .stacking(common_builders.StackingConfig().mode(mode))
        .legend(
            common_builders.VizLegendOptions()
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(
            common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
        )
        .height(8)
        .span(12)
    )
    for target in targets:
        panel.with_target(target)
    return panel


def rows(title: str, description: str, expr: str, *, columns: tuple[str, ...], unit: str = units.Short) -> table.Panel:
    """A table of the newest values: one line a series, the labels ``columns`` in this order, then the value."""
    return (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .with_target(query(expr, instant=True).format(prometheus_models.PromQueryFormat.TABLE))
        .with_transformation(
            models.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {"Time": True},
                    "indexByName": {name: index for index, name in enumerate((*columns, "Value"))},
                },
            )
        )
        .filterable(True)
        .height(8)
        .span(12)
    )


def step(color: str, value: float | None = None) -> models.Threshold:
    """From ``value`` on, this colour; the first step has none and holds below all others."""
    return models.Threshold(value=value, color=color)


def text(dashboard: builders.Dashboard) -> str:
    """The dashboard as its file holds it: numbered panels, sorted keys, indent of 2, newline at the end."""
    document: dict[str, Any] = json.loads(json.dumps(dashboard.build(), cls=JSONEncoder))
    for place, panel in enumerate(document["panels"], start=1):
        panel["id"] = place
        # Grafana tells the queries of a panel apart by these letters; the builder leaves them empty.
        for letter, target in zip(ascii_uppercase, panel.get("targets", []), strict=False):
            target["refId"] = letter
    return to_json(document)
