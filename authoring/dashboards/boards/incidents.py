"""Incidents: how soon they are detected, acknowledged and restored, and whether their action items are done."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, rising
from authoring.dashboards.queries import incidents
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.incidents.statistics import ACKNOWLEDGE, DETECT, RESTORE

NONE = "No incident has this time"
# The goals for a total outage: detected within 2 minutes, restored within 15.
DETECTED_SECONDS, RESTORED_SECONDS = 120, 900
# Level 2 of the escalation policy is notified after 15 minutes without an acknowledgement.
ACKNOWLEDGED_SECONDS = 900
# As the alert: longer than any shift.
OLD_SECONDS = 86_400
TIMES = (
    ("MTTD", DETECT, DETECTED_SECONDS, "From the first bad SLI window to the first notification"),
    ("MTTA", ACKNOWLEDGE, ACKNOWLEDGED_SECONDS, "From the first notification to the first action of a person"),
    ("MTTR", RESTORE, RESTORED_SECONDS, "From the first to the end of the last bad SLI window"),
)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.INCIDENTS,
        question="How soon are incidents detected, acknowledged and restored, and are their action items done?",
        variables=(variables.clusters(), variables.systems()),
        chosen=(labels.CLUSTER, labels.SYSTEM),
        to=(Uid.PLATFORM_HOME, Uid.ALERT_NOISE),
        since="now-30d",
        refresh="5m",
        rows=(
            Row("Times and action items", (*_numbers(), _overdue()), collapsed=False),
            Row("By system", (_by_system(),)),
            Row("Over time", _curves()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        *(
            _time(f"{title}, {words}", kind, quantile, limit, sentence)
            for title, kind, limit, sentence in TIMES
            for words, quantile in (("median", "0.5"), ("p90", "0.9"))
        ),
        panels.number(
            "Open incidents",
            "Incidents whose alerts fire, whose objectives are bad, or which ended in the last 15 minutes.",
            targets.now(incidents.lasting()),
            thresholds=rising(warn=1),
            no_data="No incident was written down",
            decimals=0,
            runbooks=("IncidentsNotRead",),
        ),
        panels.number(
            "Oldest open incident",
            "Since it was opened. After a day an alert fires: an objective without events is never good again, and so "
            "its incident has no end.",
            targets.now(f"max({incidents.age()})"),
            unit=units.Seconds,
            thresholds=rising(warn=OLD_SECONDS),
            no_data="No incident is open",
            decimals=1,
            runbooks=("IncidentWithoutEnd",),
        ),
        panels.number(
            "Overdue action items",
            "Action items of post-mortems that are open after the day that they were due.",
            targets.now(f"sum({incidents.overdue()})"),
            thresholds=rising(warn=1),
            no_data="No action items",
            decimals=0,
            runbooks=("IncidentActionOverdue",),
        ),
        panels.number(
            "Open action items",
            "Action items of post-mortems that are not done.",
            targets.now(f"sum({incidents.waiting()})"),
            no_data="No action items",
            decimals=0,
            runbooks=("IncidentActionOverdue",),
        ),
    )


def _time(title: str, kind: str, quantile: str, limit: float, words: str) -> panels.PanelBuilder:
    return panels.number(
        title,
        f"{words}; of the system where it is longest. Incidents without one of both ends do not count.",
        targets.now(incidents.longest(kind, quantile)),
        unit=units.Seconds,
        thresholds=rising(warn=limit),
        no_data=NONE,
        decimals=1,
        runbooks=("IncidentsNotRead",),
    )


def _by_system() -> panels.PanelBuilder:
    def column(heading: str, kind: str, quantile: str, limit: float) -> panels.Column:
        return panels.Column(
            heading=heading,
            expr=incidents.time(kind, quantile),
            unit=units.Seconds,
            thresholds=rising(warn=limit),
            decimals=1,
        )

    def count(heading: str, kind: str) -> panels.Column:
        return panels.Column(
            heading=heading, expr=incidents.measured(kind), unit=units.Short, thresholds=NO_LIMIT, decimals=0
        )

    return panels.comparison(
        "Times by system",
        "Median, 90th percentile and number of incidents (n) that have both ends. Of few incidents p90 is the longest.",
        column("MTTD", DETECT, "0.5", DETECTED_SECONDS),
        column("MTTD p90", DETECT, "0.9", DETECTED_SECONDS),
        count("MTTD n", DETECT),
        column("MTTA", ACKNOWLEDGE, "0.5", ACKNOWLEDGED_SECONDS),
        column("MTTA p90", ACKNOWLEDGE, "0.9", ACKNOWLEDGED_SECONDS),
        count("MTTA n", ACKNOWLEDGE),
        column("MTTR", RESTORE, "0.5", RESTORED_SECONDS),
        column("MTTR p90", RESTORE, "0.9", RESTORED_SECONDS),
        count("MTTR n", RESTORE),
        names={labels.SYSTEM: "System"},
        no_data=NONE,
    )


def _overdue() -> panels.PanelBuilder:
    return panels.rows(
        "Overdue action items by owner",
        "Teams whose action items are open after their day.",
        targets.rows(f"{incidents.overdue()} > 0"),
        columns={"owner": "Owner"},
        value="Overdue",
        no_data="Nothing is overdue",
        decimals=0,
        runbooks=("IncidentActionOverdue",),
    )


def _curves() -> blocks.Panels:
    return tuple(
        panels.curves(
            f"{title}, median",
            "Of all incidents until then, by system. It moves when an incident is closed.",
            targets.over_time(incidents.time(kind, "0.5"), "{{system}}"),
            unit=units.Seconds,
            thresholds=rising(warn=limit),
            no_data=NONE,
            runbooks=("IncidentsNotRead",),
            width=8,
        )
        for title, kind, limit, _ in TIMES
    )
