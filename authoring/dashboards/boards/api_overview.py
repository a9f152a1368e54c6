"""Every component that serves requests, side by side: which one is worse than the others, or than it was?"""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, falling, rising
from authoring.dashboards.queries import red
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.API,
        question="Which component answers less, wrongly or slowly?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.PLATFORM_HOME, Uid.SERVICE, Uid.SLO),
        rows=(
            Row("Components that serve requests", (_compared(), *blocks.rate_errors_duration()), collapsed=False),
            Row("More percentiles", _percentiles()),
            Row("Saturation", blocks.utilization_saturation_errors()),
            Row("Objectives", blocks.objectives()),
            Row("Alerts", (*blocks.firing(*CHOSEN), blocks.alert_table(*CHOSEN, width=16))),
        ),
    )
    return (board,)


def _compared() -> panels.PanelBuilder:
    return panels.comparison(
        "Components",
        "Errors from 1 % on are noticed. Apdex weighs slow answers: above 0.94 people are content, below 0.7 they are "
        "not. A click opens the component.",
        panels.Column(heading="Requests", expr=red.requests(), unit=units.RequestsPerSecond, thresholds=NO_LIMIT),
        panels.Column(
            heading="Errors",
            expr=red.error_ratio(),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            decimals=2,
        ),
        panels.Column(heading="p50", expr=red.percentile(50), unit=units.Seconds, thresholds=NO_LIMIT),
        panels.Column(heading="p95", expr=red.percentile(95), unit=units.Seconds, thresholds=NO_LIMIT),
        panels.Column(heading="p99", expr=red.percentile(99), unit=units.Seconds, thresholds=NO_LIMIT),
        panels.Column(
            heading="Apdex", expr=red.apdex(), unit="none", thresholds=falling(warn=0.7, good=0.94), decimals=2
        ),
        names={labels.SYSTEM: "System", labels.COMPONENT: "Component"},
        no_data=blocks.NO_REQUESTS,
        runbooks=("HighErrorRate", "HighLatency"),
        data_links=(blocks.ROW_TO_SERVICE, links.of_row(Uid.SLO, labels.SYSTEM, labels.COMPONENT)),
    )


def _percentiles() -> blocks.Panels:
    return (
        *(
            panels.curves(
                f"Duration, {name}",
                f"{meaning} Of several clusters the slowest.",
                targets.over_time(red.percentile(percent), blocks.BY_COMPONENT),
                unit=units.Seconds,
                no_data=blocks.NO_REQUESTS,
                runbooks=(alert,),
                data_links=(blocks.TO_SERVICE,),
                width=8,
            )
            for percent, name, meaning, alert in (
                (50, "p50", "p50: the latency of a typical request.", "HighMedianLatency"),
                (99, "p99", "p99: the latency of the slowest requests.", "HighTailLatency"),
            )
        ),
        panels.curves(
            "Apdex",
            "Apdex: share of satisfied users, slow answers counted half. Below 0.94 is only good, below 0.7 people are "
            "not satisfied; the target is the component's latency objective, or half a second.",
            targets.over_time(red.apdex(), blocks.BY_COMPONENT),
            unit="none",
            thresholds=falling(warn=0.7, good=0.94),
            no_data=blocks.NO_REQUESTS,
            runbooks=("HighLatency",),
            data_links=(blocks.TO_SERVICE,),
            width=8,
        ),
    )
