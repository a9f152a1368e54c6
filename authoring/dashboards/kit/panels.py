"""The kinds of panels. Each must say what it shows and what no data means.

Without a unit its values are counts, without thresholds they are neither good nor bad: a board names only what differs.
Only types that Grafana 11 to 13 have. A panel takes its data source from its queries; all of them must have the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from types import MappingProxyType
from typing import Any, Final, NotRequired, TypedDict, Unpack

from grafana_foundation_sdk.builders import common, heatmap, logs, nodegraph, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as models
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import (
    DashboardSpecialValueMapOptions,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Panel,
    SpecialValueMap,
    SpecialValueMatch,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode

from authoring.dashboards.kit import links, targets
from authoring.dashboards.kit.colours import EXEMPLARS, SERIES, UNKNOWN
from authoring.dashboards.kit.columns import cell, widths
from authoring.dashboards.kit.targets import Target
from authoring.dashboards.kit.targets import rows as table_rows
from authoring.dashboards.kit.thresholds import NO_LIMIT, Steps, config, override

# Half the width of a screen has no more pixels for a curve to turn at; Grafana's own number costs three times as much.
MAX_DATA_POINTS: Final = 400
# As often as Prometheus scrapes: nothing happens in between.
MIN_INTERVAL: Final = "30s"

WIDTH: Final = 24
HALF: Final = WIDTH // 2

PanelBuilder = Builder[Panel]
"""What each function here returns; its kind stays open to overrides until the board is built."""

TRACES = 20


class CommonOptions(TypedDict, total=False):
    """Options of every panel. ``runbooks`` are names of alerts; ``width`` is of 24, ``height`` in rows of 30 pixels."""

    runbooks: Sequence[str]
    data_links: Sequence[links.Link]
    width: int
    height: int


class PanelOptions(CommonOptions):
    """Options of a panel's values. ``no_data`` is shown where there are none: write what that means."""

    unit: NotRequired[str]
    thresholds: NotRequired[Steps]
    no_data: str
    decimals: NotRequired[int]


def number(
    title: str,
    description: str,
    *targets: Target,
    limits: Mapping[str, Steps] = MappingProxyType({}),
    **options: Unpack[PanelOptions],
) -> PanelBuilder:
    """Single numbers on a coloured ground, one for each series; six fit in a line.

    ``limits``: steps of single series, by their legend, where they are not the panel's.
    """
    panel = (
        stat.Panel()
        .color_mode(models.BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(models.BigValueGraphMode.NONE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        # Grafana gives nothing the colour of the lowest step, which may be that of an outage.
        .mappings([_nothing(options["no_data"])])
    )
    for legend, steps in limits.items():
        panel.override_by_name(legend, [override(steps)])
    return _panel(panel, (title, description), targets, (4, 4), options)


def curves(
    title: str,
    description: str,
    *targets: Target,
    stacked: bool = False,
    from_zero: bool = True,
    **options: Unpack[PanelOptions],
) -> PanelBuilder:
    """Curves over time; limits are dashed lines. Axes start at zero, so that noise does not look like a fall."""
    panel = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(30 if stacked else 0)
        .show_points(models.VisibilityMode.NEVER)
        # A gap of more than five minutes is a gap, not a line to guess by.
        .span_nulls(300_000)
        .stacking(common.StackingConfig().mode(models.StackingMode.NORMAL if stacked else models.StackingMode.NONE))
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(models.TooltipDisplayMode.MULTI).sort(models.SortOrder.DESCENDING))
        # One query is many curves: Grafana chooses by name, so a component keeps its colour on all panels. Of its
        # schemes none is both for names and safe for the colour-blind (the others colour by value, so a curve would
        # change its colour as it moves): there the legend and the tooltip tell curves apart.
        .color_scheme(builders.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    if from_zero:
        panel.min(0)
    if any(step.value is not None for step in options.get("thresholds", NO_LIMIT)):
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(models.GraphThresholdsStyleMode.DASHED))
    for letter, colour in _colours(targets).items():
        panel.override_by_query(letter, [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})])
    return _panel(panel, (title, description), targets, (12, 8), options)


def rows(
    title: str,
    description: str,
    target: Target,
    *,
    columns: Mapping[str, str],
    value: str,
    **options: Unpack[PanelOptions],
) -> PanelBuilder:
    """A table, one row a series: the labels of ``columns`` under their headings, in that order, then the ``value``."""
    names = (*columns, "Value")
    organize = {
        "excludeByName": {"Time": True},
        "includeByName": dict.fromkeys(names, True),
        "indexByName": {name: place for place, name in enumerate(names)},
        "renameByName": {**columns, "Value": value},
    }
    panel = (
        table.Panel()
        .filterable(True)
        .show_header(True)
        .with_transformation(DataTransformerConfig(id_val="organize", options=organize))
    )
    wide = widths(columns.values(), (value,), options.get("width", 12))
    panel.override_by_name(value, [*cell(options.get("thresholds", NO_LIMIT)), *wide[value]])
    for heading in columns.values():
        # Texts have no unit: a version "12" would read as 12 seconds.
        panel.override_by_name(heading, [DynamicConfigValue("unit", "string"), *wide[heading]])
    return _panel(panel, (title, description), (target,), (12, 8), options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of numbers in a comparison; ``expr`` gives one series a row."""

    heading: str
    expr: str
    unit: str = units.Short
    thresholds: Steps = NO_LIMIT
    decimals: int | None = None


def comparison(
    title: str,
    description: str,
    *columns: Column,
    names: Mapping[str, str],
    no_data: str,
    **size: Unpack[CommonOptions],
) -> PanelBuilder:
    """A table of several numbers for each row, which the labels ``names`` (label -> heading) tell apart."""
    fields = (*names, *(f"Value #{letter}" for letter, _ in zip(ascii_uppercase, columns, strict=False)))
    headings = (*names.values(), *(column.heading for column in columns))
    organize = {
        "excludeByName": {"Time": True},
        "includeByName": dict.fromkeys(fields, True),
        "indexByName": {name: place for place, name in enumerate(fields)},
        "renameByName": dict(zip(fields, headings, strict=True)),
    }
    panel = (
        table.Panel()
        .filterable(True)
        .show_header(True)
        # One table for each query becomes one row for each set of labels.
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(DataTransformerConfig(id_val="organize", options=organize))
    )
    wide = widths(names.values(), [column.heading for column in columns], size.get("width", WIDTH))
    for heading in names.values():
        panel.override_by_name(heading, [DynamicConfigValue("unit", "string"), *wide[heading]])
    for column in columns:
        panel.override_by_name(
            column.heading,
            [
                DynamicConfigValue("unit", column.unit),
                *cell(column.thresholds),
                *wide[column.heading],
                *([] if column.decimals is None else [DynamicConfigValue("decimals", column.decimals)]),
            ],
        )
    targets = [table_rows(column.expr) for column in columns]
    options = PanelOptions(unit=columns[0].unit, thresholds=columns[0].thresholds, no_data=no_data)
    options.update(size)  # type: ignore[typeddict-item]  # a part of what PanelOptions may hold
    return _panel(panel, (title, description), targets, (WIDTH, 9), options)


def states(
    title: str,
    description: str,
    *targets: Target,
    texts: Mapping[int, tuple[str, str]],
    **options: Unpack[PanelOptions],
) -> PanelBuilder:
    """What state each series was in over time; ``texts`` is value -> (word, colour)."""
    mapping = ValueMap(
        options={
            str(value): ValueMappingResult(text=word, color=colour, index=place)
            for place, (value, (word, colour)) in enumerate(sorted(texts.items()))
        }
    )
    panel = (
        statetimeline.Panel()
        .mappings([mapping])
        .show_value(models.VisibilityMode.NEVER)
        .merge_values(True)
        .row_height(0.8)
        .legend(_legend())
    )
    return _panel(panel, (title, description), targets, (12, 8), options)


def spread(title: str, description: str, target: Target, **options: Unpack[PanelOptions]) -> PanelBuilder:
    """A heatmap of a histogram: how all values lie. It reads raw buckets, so it belongs into a collapsed row."""
    panel = (
        heatmap.Panel()
        .calculate(False)
        .color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Cividis").steps(64).reverse(False))
        .y_axis(heatmap.YAxisConfig().unit(options.get("unit", units.Short)))
        .exemplars_color("rgba(255,255,255,0.7)")
        .show_legend()
    )
    return _panel(panel, (title, description), (target,), (12, 8), options)


def log_lines(title: str, description: str, target: Target, **options: Unpack[PanelOptions]) -> PanelBuilder:
    """Log lines, newest first, with their labels and the link to their trace. The unit is ``string``."""
    panel = (
        logs.Panel()
        .show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .sort_order(models.LogsSortOrder.DESCENDING)
        .dedup_strategy(models.LogsDedupStrategy.NONE)
    )
    return _panel(panel, (title, description), (target,), (WIDTH, 10), options)


def node_graph(title: str, description: str, *targets: Target, **options: Unpack[PanelOptions]) -> PanelBuilder:
    """Service graph. The queries give the labels ``id``, ``source`` and ``target`` of edges; Grafana makes the nodes.

    The first value stands on top, the second below, and a node has the sums of what comes in: no ratios.
    """
    panel = nodegraph.Panel().with_transformation(DataTransformerConfig(id_val="merge", options={}))
    values = (
        ["Value"]
        if len(targets) == 1
        else [f"Value #{letter}" for letter, _ in zip(ascii_uppercase, targets, strict=False)]
    )
    for value, name in zip(values, ("mainstat", "secondarystat"), strict=False):
        # The panel looks for its fields by name, which renaming does not change; a computed field has the name it gets.
        reduced = {"mode": "reduceRow", "alias": name, "reduce": {"include": [value], "reducer": "sum"}}
        panel.with_transformation(DataTransformerConfig(id_val="calculateField", options=reduced))
    return _panel(panel, (title, description), targets, (WIDTH, 12), options)


def _colours(targets: Sequence[Target]) -> dict[str, str]:
    """Several queries are few and known curves: each has its own colour. Dots leave the only query its many."""
    dots = [letter for letter, target in zip(ascii_uppercase, targets, strict=False) if _has_exemplars(target)]
    others = [letter for letter, _ in zip(ascii_uppercase, targets, strict=False) if letter not in dots]
    own = dict(zip(others, SERIES, strict=False)) if len(others) > 1 else {}
    return own | dict.fromkeys(dots, EXEMPLARS)


def _has_exemplars(target: Target) -> bool:
    return bool(getattr(target.build(), "exemplar", False))


def _nothing(text: str) -> SpecialValueMap:
    result = ValueMappingResult(text=text, color=UNKNOWN, index=0)
    return SpecialValueMap(DashboardSpecialValueMapOptions(match=SpecialValueMatch.NULL_AND_NAN, result=result))


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(models.LegendDisplayMode.LIST)
        .placement(models.LegendPlacement.BOTTOM)
        .show_legend(True)
    )


def _panel(
    panel: Any,  # every kind has a builder class of its own, without a common one
    texts: tuple[str, str],
    targets: Sequence[Target],
    size: tuple[int, int],
    options: PanelOptions,
) -> PanelBuilder:
    title, description = texts
    panel.title(title).description(description).unit(options.get("unit", units.Short)).no_value(options["no_data"])
    panel.thresholds(config(options.get("thresholds", NO_LIMIT))).max_data_points(MAX_DATA_POINTS).interval(
        MIN_INTERVAL
    )
    panel.span(options.get("width", size[0])).height(options.get("height", size[1]))
    if "decimals" in options:
        panel.decimals(options["decimals"])
    for target in targets:
        panel.with_target(target)
    if targets:
        panel.datasource(targets[0].build().datasource)
    if runbooks := options.get("runbooks"):
        panel.links([links.runbook(alert) for alert in runbooks])
    if data_links := options.get("data_links"):
        panel.data_links(list(data_links))
    found: PanelBuilder = panel
    return found


class _Query(Dataquery):
    """As public/app/plugins/datasource/jaeger/types.ts of Grafana has it."""

    def __init__(self, search: dict[str, str | int]) -> None:
        self.search = search
        self.datasource: DataSourceRef = targets.JAEGER

    def to_json(self) -> dict[str, Any]:
        return {"datasource": self.datasource, "queryType": "search", "limit": TRACES, **self.search}


class _Search(Builder[Dataquery]):
    def __init__(self, search: dict[str, str | int]) -> None:
        self._search = search

    def build(self) -> Dataquery:
        return _Query(self._search)


def traces(title: str, description: str, *, no_data: str, **search: str) -> PanelBuilder:
    """A table of traces by Jaeger, of whose data source the SDK has no type; a click opens one.

    ``search``: service, operation, tags (logfmt), minDuration (500ms).
    """
    panel = table.Panel().show_header(True).title(title).description(description)
    # Units are the data source's own: times and durations.
    panel.unit("string").no_value(no_data).thresholds(config(NO_LIMIT)).max_data_points(MAX_DATA_POINTS)
    panel.span(8).height(10).datasource(targets.JAEGER)
    return panel.with_target(_Search(dict(search)))
