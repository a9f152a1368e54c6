"""Service graph, how often, how well and how fast; and the way to single traces in Jaeger."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, rising
from authoring.dashboards.queries import red, traces
from authoring.rules.recording import product as series
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
BY_EDGE = "{{client}} to {{server}}"
NO_EDGES = "No traced calls between components"
NO_SPANS = "No collector of traces reports"
# From 1 % on users notice, from 5 % on they leave: as everywhere where requests are counted.
FAILING = rising(warn=0.01, bad=0.05)
TO_CALLED = links.board(
    Uid.SERVICE, system="${__data.fields.server_service_namespace}", component="${__data.fields.server}"
)
CURVE_TO_CALLED = links.board(
    Uid.SERVICE, system="${__field.labels.server_service_namespace}", component="${__field.labels.server}"
)
curves = partial(panels.curves, no_data=NO_SPANS)
number = partial(panels.number, no_data=NO_EDGES)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.TRACES,
        question="Which components call each other, and which calls fail or are slow?",
        variables=(
            variables.clusters(),
            variables.systems(),
            variables.components(),
            variables.traced(),
            variables.jaeger(),
        ),
        chosen=CHOSEN,
        to=(Uid.SERVICE, Uid.API, Uid.LOGS),
        since="now-1h",
        rows=(
            Row("Service graph", (*_numbers(), _map(), _edges(), *_curves()), collapsed=False),
            Row("Traces of one component, in Jaeger", _found()),
            Row("Operations", _operations()),
            Row("Can the traces be believed?", _spans()),
        ),
    )
    return (board,)


def _numbers() -> tuple[panels.PanelBuilder, ...]:
    return (
        number(
            "Calls between components",
            "Traced calls a second, of all edges of the selection.",
            targets.now(traces.calls_in_all()),
            unit=units.RequestsPerSecond,
            runbooks=("TracesDroppedTooEarly",),
            width=6,
        ),
        number(
            "Failed calls",
            "Share. From 1 % on users notice, from 5 % on they leave.",
            targets.now(traces.failing_in_all()),
            unit=units.PercentUnit,
            thresholds=FAILING,
            decimals=2,
            runbooks=("HighErrorRate", "ExternalCallsFailing"),
            width=6,
        ),
        number(
            "Slowest edge, p95",
            "p95 of the slowest edge, which the table shows.",
            targets.now(traces.slowest()),
            unit=units.Seconds,
            runbooks=("HighLatency", "ExternalCallsSlow"),
            width=6,
        ),
        number(
            "Spans not delivered",
            "Spans a second that collectors could not deliver. Must be 0: lost spans are missing on this dashboard.",
            targets.now(traces.spans_lost()),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=0.1),
            no_data=NO_SPANS,
            runbooks=("CollectorNotDelivering",),
            width=6,
        ),
    )


def _map() -> panels.PanelBuilder:
    return panels.node_graph(
        "Map of dependencies",
        "From spans of the last minutes. On an edge: calls a second, and below it those that fail. In a node: the same "
        "of all calls to it.",
        targets.rows(traces.drawn_calls()),
        targets.rows(traces.drawn_failures()),
        unit=units.RequestsPerSecond,
        no_data=NO_EDGES,
        runbooks=("ExternalCallsFailing",),
        height=14,
    )


def _edges() -> panels.PanelBuilder:
    return panels.comparison(
        "Edges",
        "Rate, errors and duration of each edge. Errors on one edge concern only this call; errors on all edges to a "
        "component are the component's. A click opens the called component.",
        panels.Column(heading="Calls", expr=traces.calls(), unit=units.RequestsPerSecond, thresholds=NO_LIMIT),
        panels.Column(heading="Errors", expr=traces.failing(), unit=units.PercentUnit, thresholds=FAILING, decimals=2),
        panels.Column(heading="p95", expr=traces.seconds(), unit=units.Seconds, thresholds=NO_LIMIT),
        names={
            series.CLIENT_SYSTEM: "Of system",
            series.CLIENT: "Caller",
            series.SERVER_SYSTEM: "To system",
            series.SERVER: "Called",
        },
        no_data=NO_EDGES,
        runbooks=("HighErrorRate", "HighLatency"),
        data_links=(TO_CALLED,),
    )


def _curves() -> tuple[panels.PanelBuilder, ...]:
    return (
        curves(
            "Errors by edge",
            "Share of calls that fail. The edge that rises first, furthest from the user, is the cause.",
            targets.over_time(traces.failing(), BY_EDGE),
            unit=units.PercentUnit,
            thresholds=FAILING,
            no_data=NO_EDGES,
            runbooks=("HighErrorRate", "ExternalCallsFailing"),
            data_links=(CURVE_TO_CALLED,),
        ),
        curves(
            "Duration by edge, p95",
            "p95. Dots are single requests of the selection: a click opens the trace.",
            targets.over_time(traces.seconds(), BY_EDGE),
            targets.exemplars(red.duration_exemplars(), "p99 of traced requests, now"),
            unit=units.Seconds,
            no_data=NO_EDGES,
            runbooks=("HighLatency", "ExternalCallsSlow"),
            data_links=(CURVE_TO_CALLED,),
        ),
    )


def _found() -> tuple[panels.PanelBuilder, ...]:
    traced = f"Up to {panels.TRACES} of the time range, of the component in `Traces of`. A click opens the trace, and "
    kept = "from there its logs. Failed and slow traces are always sampled, the others by a rate."
    return tuple(
        panels.traces(
            title,
            f"{traced}{kept}",
            no_data="Jaeger has no matching traces of this component",
            service="$traced",
            **search,
        )
        for title, search in (
            ("Newest", {}),
            ("Failed", {"tags": "error=true"}),
            ("Slower than a second", {"minDuration": "1s"}),
        )
    )


def _operations() -> blocks.Panels:
    durations, slowest = blocks.operations("what is chosen")
    return slowest, durations


def _spans() -> tuple[panels.PanelBuilder, ...]:
    return (
        curves(
            "Spans received",
            "Spans a second received by collectors, of all components. At 0 the map is outdated.",
            targets.over_time(traces.spans_accepted(), "{{receiver}}"),
            unit=units.CountsPerSecond,
            runbooks=("CollectorDown", "CollectorRefusing"),
            width=8,
        ),
        curves(
            "Spans sampled",
            "Spans a second sent to a store. The others were not sampled, but are counted on this dashboard.",
            targets.over_time(traces.spans_kept(), "{{exporter}}"),
            unit=units.CountsPerSecond,
            runbooks=("JaegerRefusing", "JaegerStorageFailing"),
            width=8,
        ),
        curves(
            "Traces dropped undecided",
            "Traces per second that the sampler dropped before it decided, because memory is short. Must be 0.",
            targets.over_time(traces.let_go_too_early(), "{{cluster}}"),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=0.01, bad=1),
            runbooks=("TracesDroppedTooEarly",),
            width=8,
        ),
    )
