"""Objectives: which promises are at risk, how fast their budgets go, and when they are gone. Where SLO alerts lead."""

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Panel

from authoring.dashboards import blocks, links, panels, targets, variables
from authoring.dashboards.board import Board, Row
from authoring.dashboards.queries import slo
from authoring.dashboards.thresholds import NO_LIMIT, falling, rising
from model import labels
from model.catalog.catalog import Catalog
from model.grafana.dashboards import Board as Uid
from model.metrics import metric_names as names

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
NAMES = {
    labels.SYSTEM: "System",
    labels.COMPONENT: "Component",
    names.OBJECTIVE: "Objective",
    names.FEATURE: "Feature",
}
BURNING = (names.OUTAGE, names.FAST_BURN, names.SLOW_BURN)
# Below a quarter releases should wait; below nothing the promise is broken.
LEFT = falling(warn=0.0001, good=0.25)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.SLO,
        question="Which promises are at risk, how fast do their budgets go, and when are they gone?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.PLATFORM_HOME, Uid.SLO_HISTORY, Uid.SERVICE),
        since="now-24h",
        rows=(
            Row("Promises", (*_numbers(), _objectives(), _burn_rates()), collapsed=False),
            Row("Forecast", _forecast()),
            Row("Worst consumers", _consumers()),
            Row("Is it measured rightly?", _measured()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        panels.number(
            "Promises kept",
            "Share of objectives with something left of their budget.",
            targets.now(slo.kept()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.9, good=1),
            no_data="No objectives",
            decimals=1,
            runbooks=(names.BUDGET_EXHAUSTED,),
            width=6,
        ),
        panels.number(
            "Promises broken",
            "Objectives with nothing left. Releases wait until they recover.",
            targets.now(slo.broken()),
            unit=units.Short,
            thresholds=rising(bad=1),
            no_data="No objectives",
            runbooks=(names.BUDGET_EXHAUSTED,),
            width=6,
        ),
        panels.number(
            "Budgets burning",
            "Objectives that used their budget faster than promised in the last hour.",
            targets.now(slo.burning()),
            unit=units.Short,
            thresholds=rising(warn=1),
            no_data="No objectives",
            runbooks=BURNING,
            width=6,
        ),
        panels.number(
            "First budget to end",
            "Until the first budget is used up, as the last six hours burnt. Below three days a ticket is due.",
            targets.now(slo.first_to_end()),
            unit=units.DurationSeconds,
            thresholds=falling(warn=86_400, good=259_200),
            no_data="Nothing burns",
            runbooks=(names.SLOW_BURN, names.TRICKLE),
            width=6,
        ),
    )


def _objectives() -> Builder[Panel]:
    return panels.comparison(
        "Objectives",
        "Left of the budget: below 25 % releases should wait, below 0 the objective is missed. A burn rate of 1 spends "
        "the budget exactly within its window. At 14.4 over an hour SloFastBurn fires, at 6 over six hours SloSlowBurn "
        "(30-day windows; 3.36 and 1.4 for 7 days), whatever alert threshold the objective has besides.",
        panels.Column(heading="Promise", expr=slo.promise(), unit=units.PercentUnit, thresholds=NO_LIMIT, decimals=2),
        panels.Column(heading="Left", expr=slo.remaining(), unit=units.PercentUnit, thresholds=LEFT, decimals=1),
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
            heading="Gone in",
            expr=slo.seconds_left(),
            unit=units.DurationSeconds,
            thresholds=falling(warn=86_400, good=259_200),
        ),
        names=NAMES,
        no_data="No objectives are promised here",
        runbooks=(names.BUDGET_EXHAUSTED,),
        data_links=(blocks.ROW_TO_SERVICE, links.of_row(Uid.SLO_HISTORY, labels.SYSTEM, labels.COMPONENT)),
    )


def _burn_rates() -> Builder[Panel]:
    return panels.curves(
        "Burn rate of the last hour",
        "How many times faster than the objective allows. At 14.4, 2 % of a 30-day budget is gone within the hour and "
        "SloFastBurn fires.",
        targets.over_time(slo.burn_rate("1h"), blocks.BY_OBJECTIVE),
        unit="none",
        thresholds=rising(warn=1, bad=14.4),
        no_data="No events, so nothing burns",
        runbooks=BURNING,
        data_links=(blocks.TO_SERVICE,),
        width=panels.WIDTH,
    )


def _forecast() -> blocks.Panels:
    return (
        panels.rows(
            "Budgets that will end",
            "At the burn rate of the last six hours. Below a day somebody should act today, below three this week.",
            targets.rows(slo.seconds_left()),
            columns=NAMES,
            value="Gone in",
            unit=units.DurationSeconds,
            thresholds=falling(warn=86_400, good=259_200),
            no_data="Nothing burns",
            runbooks=(names.SLOW_BURN, names.TRICKLE),
            data_links=(blocks.ROW_TO_SERVICE,),
        ),
        panels.curves(
            "Left in a week, as the last day went",
            "Each budget a week from now if everything goes on as in the last day. Below 0 the promise will be broken.",
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
            f"Budget used in {words}",
            f"Which objectives lost the most of their whole budget in {words}; what fell out of the window is set off "
            f"against it. {reason}",
            targets.rows(slo.consumed(window)),
            columns=NAMES,
            value="Used",
            unit=units.PercentUnit,
            thresholds=rising(warn=warn, bad=bad),
            no_data="Nothing was used",
            decimals=1,
            runbooks=(names.BUDGET_EXHAUSTED,),
            data_links=(blocks.ROW_TO_SERVICE,),
        )
        for window, words, warn, bad, reason in (
            ("1d", "a day", 0.1, 0.5, "A tenth in a day is what a ticket is written for."),
            ("7d", "a week", 0.25, 1, "A quarter in a week is what 30 days allow."),
        )
    )


def _measured() -> blocks.Panels:
    return (
        panels.curves(
            "Events of the last hour",
            "What the objectives count. Where it falls to nothing the promise is not measured any more.",
            targets.over_time(slo.events("1h"), blocks.BY_OBJECTIVE),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data="No events",
            runbooks=(names.NO_DATA, names.MEASUREMENT_INVALID),
        ),
        panels.curves(
            "Bad events of the last hour",
            "As many as these were bad; for objectives of probes they are minutes.",
            targets.over_time(slo.bad_events("1h"), blocks.BY_OBJECTIVE),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data="No bad events",
            runbooks=(names.LOW_TRAFFIC_ERRORS, names.MEASUREMENT_INVALID),
        ),
    )
