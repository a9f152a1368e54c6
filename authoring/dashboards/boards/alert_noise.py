"""Alert noise: which alerts fire often, long or without need? To be read in the review of a week."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, rising
from authoring.dashboards.queries import noise
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

QUIET = "No alert resolved in this time"
HOURS_4 = 4 * 3600


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.ALERT_NOISE,
        question="Which alerts fire often, long or without need?",
        variables=(variables.clusters(), variables.systems()),
        # What is drawn on the curves are the alerts themselves, of the chosen systems.
        chosen=(labels.CLUSTER, labels.SYSTEM),
        to=(Uid.PLATFORM_HOME, Uid.MONITORING),
        since="now-7d",
        refresh="5m",
        rows=(
            Row("In the time range", (*_numbers(), _compared(), _still_firing()), collapsed=False),
            Row("Day by day", _days()),
            Row("By component", (_by_component(),)),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        _number(
            "Resolved alerts",
            "How many times alerts fired and resolved in the time range, of all severities.",
            noise.ended(),
        ),
        _number(
            "Resolved critical alerts",
            "Each one paged somebody. More than two a day leave no time to fix causes.",
            noise.ended('severity="critical"'),
        ),
        panels.number(
            "Resolved without action",
            "Share that resolved within 15 minutes, before level 2 is notified: too early for anybody to have acted. "
            "From a third on people stop looking.",
            targets.now(noise.early_share()),
            unit=units.PercentUnit,
            thresholds=rising(warn=1 / 3),
            no_data=QUIET,
            decimals=0,
            runbooks=("Escalation",),
        ),
        panels.number(
            "Alert duration, mean",
            "How long resolved alerts fired. This is not the time to resolve an incident: an alert resolves when its "
            "condition ends, whether or not anybody acted. Four hours are half a working day.",
            targets.now(noise.mean()),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            no_data=QUIET,
            decimals=1,
            runbooks=("Escalation",),
        ),
        _number("Firing now", "Alerts that have not resolved; they are in the table below.", noise.firing()),
        panels.number(
            "Firing for over a day",
            "Nobody acts on them, so they hide new alerts: fix the cause, silence with an end date, or delete the "
            "rule.",
            targets.now(noise.firing_long()),
            thresholds=rising(warn=1),
            no_data="Prometheus does not answer",
            decimals=0,
            runbooks=("Escalation",),
        ),
    )


def _number(title: str, description: str, expr: str) -> panels.PanelBuilder:
    return panels.number(
        title, description, targets.now(expr), no_data="Prometheus does not answer", decimals=0, runbooks=("Watchdog",)
    )


def _compared() -> panels.PanelBuilder:
    return panels.comparison(
        "Resolved alerts, most frequent first",
        "Often and early: the threshold is too low, or `for` too short. Often and long: the cause is not fixed. Click "
        "a heading to sort.",
        panels.Column(heading="Times", expr=noise.times(), unit=units.Short, thresholds=NO_LIMIT, decimals=0),
        panels.Column(
            heading="Without action", expr=noise.early(), unit=units.Short, thresholds=rising(warn=1), decimals=0
        ),
        panels.Column(
            heading="Mean duration",
            expr=noise.mean_each(),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            decimals=1,
        ),
        panels.Column(
            heading="Longest duration",
            expr=noise.longest(),
            unit=units.Seconds,
            thresholds=rising(warn=noise.DAY),
            decimals=1,
        ),
        panels.Column(
            heading="Total duration", expr=noise.in_all(), unit=units.Seconds, thresholds=NO_LIMIT, decimals=1
        ),
        names={"alertname": "Alert", labels.SEVERITY: "Severity", labels.TEAM: "Team"},
        no_data=QUIET,
        runbooks=("Escalation",),
        width=panels.WIDTH,
    )


def _still_firing() -> panels.PanelBuilder:
    return panels.rows(
        "Firing now, longest first",
        "For how long. After a day people ignore it.",
        targets.rows(noise.still_firing()),
        columns={
            "alertname": "Alert",
            labels.SEVERITY: "Severity",
            labels.SYSTEM: "System",
            labels.COMPONENT: "Component",
            labels.TEAM: "Team",
        },
        value="For",
        unit=units.Seconds,
        thresholds=rising(warn=noise.DAY),
        no_data="Nothing fires",
        decimals=1,
        data_links=(blocks.ROW_TO_SERVICE,),
        width=panels.WIDTH,
    )


def _days() -> blocks.Panels:
    return (
        panels.curves(
            "Resolved alerts in a day, by team",
            "Over the previous day. A team should be able to fix alerts that fire this often.",
            targets.over_time(noise.ended_in_a_day("team"), "{{team}}"),
            no_data=QUIET,
            stacked=True,
        ),
        panels.curves(
            "Resolved critical alerts in a day, by team",
            "More than two a day leave no time to fix causes.",
            targets.over_time(noise.ended_in_a_day("team", 'severity="critical"'), "{{team}}"),
            thresholds=rising(warn=2),
            no_data="No critical alert resolved in this time",
        ),
        panels.curves(
            "Resolved without action in a day, by team",
            "Resolved within 15 minutes. Should decrease after each review.",
            targets.over_time(noise.early_in_a_day(), "{{team}}"),
            no_data="None resolved early",
            stacked=True,
        ),
        panels.curves(
            "Alert duration by severity",
            "Average of the previous day.",
            targets.over_time(noise.mean_in_a_day(), "{{severity}}"),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            no_data=QUIET,
        ),
    )


def _by_component() -> panels.PanelBuilder:
    return panels.rows(
        "Components with most alerts",
        "Number of fired and resolved alerts of each component. A click opens the component.",
        targets.rows(noise.by_component()),
        columns={labels.SYSTEM: "System", labels.COMPONENT: "Component"},
        value="Times",
        no_data=QUIET,
        decimals=0,
        data_links=(blocks.ROW_TO_SERVICE,),
        width=panels.WIDTH,
    )
