"""Objectives: which are at risk, and when are their error budgets exhausted? SLO alerts link here."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, falling, rising
from authoring.dashboards.queries import slo
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.metrics import metric_names as names

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
NAMES = {labels.SYSTEM: "System", labels.COMPONENT: "Component", names.OBJECTIVE: "Objective", names.FEATURE: "Feature"}
BURNING = (names.OUTAGE, names.FAST_BURN, names.SLOW_BURN)
# Below a quarter releases should wait; below zero the objective is missed.
LEFT = falling(warn=0.0001, good=0.25)
number = partial(panels.number, no_data="No objectives")


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.SLO,
        question="Which objectives are at risk, and when are their error budgets exhausted?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.PLATFORM_HOME, Uid.SLO_HISTORY, Uid.SERVICE),
        reports=True,
        since="now-24h",
        rows=(
            Row("Objectives", (*_numbers(), _objectives(), _burn_rates()), collapsed=False),
            Row("Forecast", _forecast()),
            Row("Top error budget consumers", _consumers()),
            Row("Measurement", _measured()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        number(
            "Objectives met",
            "Share of objectives with error budget remaining.",
            targets.now(slo.kept()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.9, good=1),
            decimals=1,
            runbooks=(names.BUDGET_EXHAUSTED,),
            width=6,
        ),
        number(
            "Objectives missed",
            "Objectives whose error budget is exhausted. Releases wait until it recovers.",
            targets.now(slo.missed()),
            thresholds=rising(bad=1),
            runbooks=(names.BUDGET_EXHAUSTED,),
            width=6,
        ),
        number(
            "Burn rate above 1",
            "Objectives with a burn rate above 1 in the last hour.",
            targets.now(slo.burning()),
            thresholds=rising(warn=1),
            runbooks=BURNING,
            width=6,
        ),
        number(
            "Next budget exhausted in",
            "Until the first error budget is exhausted, at the burn rate of six hours. Below three days open a ticket.",
            targets.now(slo.first_to_end()),
            unit=units.DurationSeconds,
            thresholds=falling(warn=86_400, good=259_200),
            no_data="No error budget is used",
            runbooks=(names.SLOW_BURN, names.TRICKLE),
            width=6,
        ),
    )


def _objectives() -> panels.PanelBuilder:
    return panels.comparison(
        "Objectives",
        "Error budget remaining: below 25 % releases should wait, below 0 the objective is missed. A burn rate of 1 "
        "uses it exactly within its window. At 14.4 over an hour SloFastBurn fires, at 6 over six hours SloSlowBurn "
        "(30-day windows; 3.36 and 1.4 for 7 days), independent of any alert threshold of the objective.",
        panels.Column(heading="Target", expr=slo.target(), unit=units.PercentUnit, thresholds=NO_LIMIT, decimals=2),
        panels.Column(heading="Remaining", expr=slo.remaining(), unit=units.PercentUnit, thresholds=LEFT, decimals=1),
        panels.Column(
            heading="Burn rate, 1 h",
            expr=slo.burn_rate("1h"),
            unit="none",
            thresholds=rising(warn=1, bad=14.4),
            decimals=1,
        ),
        panels.Column(
            heading="Burn rate, 6 h",
            expr=slo.burn_rate("6h"),
            unit="none",
            thresholds=rising(warn=1, bad=6),
            decimals=1,
        ),
        panels.Column(
            heading="Exhausted in",
            expr=slo.seconds_left(),
            unit=units.DurationSeconds,
            thresholds=falling(warn=86_400, good=259_200),
        ),
        names=NAMES,
        no_data="No objectives here",
        runbooks=(names.BUDGET_EXHAUSTED,),
        data_links=(blocks.ROW_TO_SERVICE, links.of_row(Uid.SLO_HISTORY, labels.SYSTEM, labels.COMPONENT)),
    )


def _burn_rates() -> panels.PanelBuilder:
    return panels.curves(
        "Burn rate, 1 hour",
        "How many times faster than the objective allows. At 14.4, 2 % of a 30-day budget is spent within the hour "
        "and SloFastBurn fires.",
        targets.over_time(slo.burn_rate("1h"), blocks.BY_OBJECTIVE),
        unit="none",
        thresholds=rising(warn=1, bad=14.4),
        no_data="No events, so no burn rate",
        runbooks=BURNING,
        data_links=(blocks.TO_SERVICE,),
        width=panels.WIDTH,
    )


def _forecast() -> blocks.Panels:
    return (
        panels.rows(
            "Error budgets running out",
            "At the burn rate of the last six hours. Below a day, act today; below three days, this week.",
            targets.rows(slo.seconds_left()),
            columns=NAMES,
            value="Exhausted in",
            unit=units.DurationSeconds,
            thresholds=falling(warn=86_400, good=259_200),
            no_data="No error budget is used",
            runbooks=(names.SLOW_BURN, names.TRICKLE),
            data_links=(blocks.ROW_TO_SERVICE,),
        ),
        panels.curves(
            "Error budget in a week, by the last day",
            "Each error budget a week from now, at the rate of the last day. Below 0 the objective will be missed.",
            targets.over_time(slo.left_in_a_week(), blocks.BY_OBJECTIVE),
            unit=units.PercentUnit,
            thresholds=LEFT,
            no_data="Less than a day of history",
            from_zero=False,
            runbooks=(names.TRICKLE,),
            data_links=(blocks.TO_SERVICE,),
        ),
    )


def _consumers() -> blocks.Panels:
    return tuple(
        panels.rows(
            f"Error budget used in {words}",
            f"Which objectives lost the most of their whole budget in {words}; events that left the window are "
            f"subtracted. {reason}",
            targets.rows(slo.consumed(window)),
            columns=NAMES,
            value="Used",
            unit=units.PercentUnit,
            thresholds=rising(warn=warn, bad=bad),
            no_data="No error budget was used",
            decimals=1,
            runbooks=(names.BUDGET_EXHAUSTED,),
            data_links=(blocks.ROW_TO_SERVICE,),
        )
        for window, words, warn, bad, reason in (
            ("1d", "a day", 0.1, 0.5, "A tenth in a day opens a ticket."),
            ("7d", "a week", 0.25, 1, "A quarter in a week is what a 30-day objective allows."),
        )
    )


def _measured() -> blocks.Panels:
    return (
        panels.curves(
            "Events of the last hour",
            "Events that the objectives count. At zero the objective is no longer measured.",
            targets.over_time(slo.events("1h"), blocks.BY_OBJECTIVE),
            no_data="No events",
            runbooks=(names.NO_DATA, names.MEASUREMENT_INVALID),
        ),
        panels.curves(
            "Bad events of the last hour",
            "Of these, the bad ones; for objectives of probes they are minutes.",
            targets.over_time(slo.bad_events("1h"), blocks.BY_OBJECTIVE),
            no_data="No bad events",
            runbooks=(names.LOW_TRAFFIC_ERRORS, names.MEASUREMENT_INVALID),
        ),
    )
