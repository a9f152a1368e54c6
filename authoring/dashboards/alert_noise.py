"""Alert noise: which alerts fire often, long or for nothing? To be read in the review of a week."""

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Panel

from authoring.dashboards import blocks, panels, targets, variables
from authoring.dashboards.board import Board, Row
from authoring.dashboards.queries import noise
from authoring.dashboards.thresholds import NO_LIMIT, rising
from model import labels
from model.catalog.catalog import Catalog
from model.grafana.dashboards import Board as Uid

QUIET = "No alert ended in this time"
HOURS_4 = 4 * 3600


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.ALERT_NOISE,
        question="Which alerts fire often, long or for nothing?",
        variables=(variables.clusters(), variables.systems()),
        # What is drawn on the curves are the alerts themselves, of the chosen systems.
        chosen=(labels.CLUSTER, labels.SYSTEM),
        to=(Uid.PLATFORM_HOME, Uid.MONITORING),
        since="now-7d",
        refresh="5m",
        rows=(
            Row("In this time", (*_numbers(), _compared(), _still_firing()), collapsed=False),
            Row("Day by day", _days()),
            Row("By component", (_by_component(),)),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        _number(
            "Alerts that ended",
            "How many times alerts fired and ended in the time range, whatever their severity.",
            noise.ended(),
        ),
        _number(
            "Pages that ended",
            "Of these, critical ones: each woke somebody. More than two a day leave no time to mend causes.",
            noise.ended('severity="critical"'),
        ),
        panels.number(
            "For nothing",
            "Share that ended within a quarter of an hour, before the ladder tells a second person: nobody had time "
            "to mend anything. From a third on people stop to look.",
            targets.now(noise.early_share()),
            unit=units.PercentUnit,
            thresholds=rising(warn=1 / 3),
            no_data=QUIET,
            decimals=0,
            runbooks=("Escalation",),
        ),
        panels.number(
            "Mean time to end",
            "From firing to the end, of all. Four hours are half a working day.",
            targets.now(noise.mean()),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            no_data=QUIET,
            decimals=1,
            runbooks=("Escalation",),
        ),
        _number("Firing now", "Alerts that have not ended yet; they are in the table below.", noise.firing()),
        panels.number(
            "Firing for over a day",
            "Nobody acts on them, so they hide the next one: mend, silence with a date, or delete the rule.",
            targets.now(noise.firing_long()),
            unit=units.Short,
            thresholds=rising(warn=1),
            no_data="Prometheus does not answer",
            decimals=0,
            runbooks=("Escalation",),
        ),
    )


def _number(title: str, description: str, expr: str) -> Builder[Panel]:
    return panels.number(
        title,
        description,
        targets.now(expr),
        unit=units.Short,
        thresholds=NO_LIMIT,
        no_data="Prometheus does not answer",
        decimals=0,
        runbooks=("Watchdog",),
    )


def _compared() -> Builder[Panel]:
    return panels.comparison(
        "Alerts that ended, most often first",
        "Often and early: the line is too near, or `for` too short. Often and long: the cause is not mended. Click a "
        "heading to sort.",
        panels.Column(heading="Times", expr=noise.times(), unit=units.Short, thresholds=NO_LIMIT, decimals=0),
        panels.Column(
            heading="For nothing", expr=noise.early(), unit=units.Short, thresholds=rising(warn=1), decimals=0
        ),
        panels.Column(
            heading="On average",
            expr=noise.mean_each(),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            decimals=1,
        ),
        panels.Column(
            heading="Longest", expr=noise.longest(), unit=units.Seconds, thresholds=rising(warn=noise.DAY), decimals=1
        ),
        panels.Column(heading="In all", expr=noise.in_all(), unit=units.Seconds, thresholds=NO_LIMIT, decimals=1),
        names={"alertname": "Alert", labels.SEVERITY: "Severity", labels.TEAM: "Team"},
        no_data=QUIET,
        runbooks=("Escalation",),
        width=panels.WIDTH,
    )


def _still_firing() -> Builder[Panel]:
    return panels.rows(
        "Firing now, longest first",
        "For how long. After a day nobody believes it any more.",
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
            "Alerts that ended in a day, by team",
            "Of the day before each moment. What a team is told this often it should be able to change.",
            targets.over_time(noise.ended_in_a_day("team"), "{{team}}"),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data=QUIET,
            stacked=True,
        ),
        panels.curves(
            "Pages that ended in a day, by team",
            "Critical ones only. More than two a day leave no time to mend causes.",
            targets.over_time(noise.ended_in_a_day("team", 'severity="critical"'), "{{team}}"),
            unit=units.Short,
            thresholds=rising(warn=2),
            no_data="No page ended in this time",
        ),
        panels.curves(
            "For nothing, in a day, by team",
            "Ended within a quarter of an hour. Should fall after each review.",
            targets.over_time(noise.early_in_a_day(), "{{team}}"),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data="None ended early",
            stacked=True,
        ),
        panels.curves(
            "Time to end, by severity",
            "Average of the day before each moment.",
            targets.over_time(noise.mean_in_a_day(), "{{severity}}"),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            no_data=QUIET,
        ),
    )


def _by_component() -> Builder[Panel]:
    return panels.rows(
        "Components that are told of most",
        "How many times alerts of each fired and ended. A click opens the component.",
        targets.rows(noise.by_component()),
        columns={labels.SYSTEM: "System", labels.COMPONENT: "Component"},
        value="Times",
        unit=units.Short,
        thresholds=NO_LIMIT,
        no_data=QUIET,
        decimals=0,
        data_links=(blocks.ROW_TO_SERVICE,),
        width=panels.WIDTH,
    )
