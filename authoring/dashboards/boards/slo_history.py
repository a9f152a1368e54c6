"""Error budgets over weeks: what used them up, when, and what was going on then."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.boards.slo_tracking import BURNING, CHOSEN, LEFT, NAMES
from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.colours import BAD, GOOD, WARN
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import alerts, slo
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.metrics import metric_names as names


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.SLO_HISTORY,
        question="What used up the error budgets, when, and what else happened then?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.SLO, Uid.PLATFORM_HOME),
        reports=True,
        since="now-30d",
        # A month changes slowly; half a minute would ask for the same curves again.
        refresh="5m",
        rows=(
            Row("The last weeks", _weeks(), collapsed=False),
            Row("Top error budget consumers", _costs()),
            Row("Alerts about objectives", _alerts()),
        ),
    )
    return (board,)


def _weeks() -> blocks.Panels:
    return (
        panels.curves(
            "Error budget remaining",
            "A cliff is an outage, a slope a constant share of errors, a step up an outage that left the window. Below "
            "0 the objective was missed.",
            targets.over_time(slo.remaining(), blocks.BY_OBJECTIVE),
            unit=units.PercentUnit,
            thresholds=LEFT,
            no_data="No objectives here",
            from_zero=False,
            runbooks=(names.BUDGET_EXHAUSTED,),
            data_links=(blocks.TO_SERVICE,),
            width=panels.WIDTH,
            height=10,
        ),
        panels.states(
            "Met, at risk, missed",
            "At risk: burn rate above 1 over six hours. Missed: the error budget is exhausted.",
            targets.over_time(slo.state(), blocks.BY_OBJECTIVE),
            texts={0: ("missed", BAD), 1: ("burning", WARN), 2: ("met", GOOD)},
            unit="none",
            thresholds=falling(warn=1, good=2),
            no_data="No objectives here",
            runbooks=BURNING,
            width=panels.WIDTH,
            height=10,
        ),
    )


def _costs() -> blocks.Panels:
    return (
        *(
            panels.rows(
                f"Error budget used in {words}",
                f"Which objectives lost the most of their whole budget in {words}. The objective allows "
                "one whole budget in its window.",
                targets.rows(slo.consumed(window)),
                columns=NAMES,
                value="Used",
                unit=units.PercentUnit,
                thresholds=rising(warn=0.25, bad=1),
                no_data="No error budget was used",
                decimals=1,
                runbooks=(names.BUDGET_EXHAUSTED,),
                data_links=(blocks.ROW_TO_SERVICE,),
            )
            for window, words in (("7d", "a week"), ("14d", "two weeks"))
        ),
        panels.curves(
            "Bad events a day",
            "Bad events of the previous day; for probe objectives these are minutes.",
            targets.over_time(slo.bad_events("1d"), blocks.BY_OBJECTIVE),
            no_data="No bad events",
            runbooks=(names.TRICKLE,),
            width=panels.WIDTH,
        ),
    )


def _alerts() -> blocks.Panels:
    return (
        panels.curves(
            "Alerts about objectives",
            "How many fired, by name. Many short ones are noise, few long ones are outages.",
            targets.over_time(alerts.by_name(names.SLO_ALERTS, *CHOSEN), "{{alertname}}"),
            no_data="None fired",
            runbooks=BURNING,
            stacked=True,
            width=panels.WIDTH,
        ),
    )
