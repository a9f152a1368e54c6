"""Auto-remediation: what it decided, what it healed and how soon, and what needs a person."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, rising
from authoring.dashboards.queries import remediation
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

NONE = "No engine runs"
SLOW_SECONDS = 30
"""The alert RemediationSlow begins here."""
GOAL_SECONDS = 900
"""A total outage is restored within 15 minutes."""
SILENT_SECONDS = 120
"""The alert RemediationEngineDown begins here."""
_HEALED, _FAILED = 'outcome="healed"', 'outcome!="healed"'


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.REMEDIATION,
        question="What did auto-remediation decide and heal, how soon, and what needs a person?",
        variables=(variables.clusters(),),
        chosen=(labels.CLUSTER,),
        to=(Uid.PLATFORM_HOME, Uid.INCIDENTS),
        since="now-24h",
        refresh="1m",
        rows=(
            Row("Now and in the last day", _numbers(), collapsed=False),
            Row("By rule", (_by_rule(), _armed(), _escalated())),
            Row("Over time", _curves()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        panels.number(
            "To approve",
            "Verdicts that wait for a person. After ten minutes they escalate.",
            targets.now(remediation.waiting()),
            thresholds=rising(warn=1),
            no_data=NONE,
            decimals=0,
            runbooks=("RemediationEscalated",),
        ),
        panels.number(
            "Needs a person",
            "Actions that did not help, were needed twice within 12 hours, or were not approved in time.",
            targets.now(remediation.people()),
            thresholds=rising(bad=1),
            no_data=NONE,
            decimals=0,
            runbooks=("RemediationEscalated",),
        ),
        panels.number(
            "Healed",
            "Actions whose alert ended and whose objective was met again, with events.",
            targets.now(remediation.endings(where=_HEALED)),
            thresholds=NO_LIMIT,
            no_data=NONE,
            decimals=0,
            runbooks=("RemediationEscalated",),
        ),
        panels.number(
            "Not healed",
            "Actions that failed or did not help, and questions that nobody answered.",
            targets.now(remediation.endings(where=_FAILED)),
            thresholds=rising(warn=0.5),
            no_data=NONE,
            decimals=0,
            runbooks=("RemediationEscalated",),
        ),
        panels.number(
            "From alert to verdict, p99",
            "From the start of the alert to its verdict. Usual is less than a second.",
            targets.now(remediation.verdict_seconds()),
            unit=units.Seconds,
            thresholds=rising(warn=SLOW_SECONDS),
            no_data="No verdict in the last day",
            decimals=1,
            runbooks=("RemediationSlow",),
        ),
        panels.number(
            "From alert to healed, median",
            "From the start of the alert until the objective was met again over five minutes, with events.",
            targets.now(remediation.healed_seconds()),
            unit=units.Seconds,
            thresholds=rising(warn=GOAL_SECONDS),
            no_data="Nothing was healed in the last day",
            decimals=0,
            runbooks=("RemediationNotVerified",),
        ),
        panels.number(
            "Last look",
            "Since the engine last knew what fires and what it decided. It looks every 15 seconds.",
            targets.now(remediation.silent()),
            unit=units.Seconds,
            thresholds=rising(bad=SILENT_SECONDS),
            no_data=NONE,
            decimals=0,
            runbooks=("RemediationEngineDown",),
        ),
        panels.number(
            "Forged and late answers",
            "Answers that were refused: not from the page that the person was shown, or too late.",
            targets.now(remediation.refused()),
            thresholds=rising(warn=0.5),
            no_data=NONE,
            decimals=0,
            runbooks=("RemediationEscalated",),
        ),
    )


def _by_rule() -> panels.PanelBuilder:
    return panels.comparison(
        "Verdicts and cures by rule",
        "Of the last day. A rule that often stands down has limits or an alert that do not fit.",
        panels.Column(heading="Verdicts", expr=remediation.verdicts("rule"), decimals=0),
        panels.Column(heading="Acted", expr=remediation.verdicts("rule", where='verdict="act"'), decimals=0),
        panels.Column(
            heading="Stood down", expr=remediation.verdicts("rule", where='verdict="stand-down"'), decimals=0
        ),
        panels.Column(heading="Healed", expr=remediation.endings("rule", where=_HEALED), decimals=0),
        panels.Column(
            heading="Not healed",
            expr=remediation.endings("rule", where=_FAILED),
            thresholds=rising(warn=0.5),
            decimals=0,
        ),
        names={"rule": "Rule"},
        no_data=NONE,
    )


def _armed() -> panels.PanelBuilder:
    return panels.rows(
        "Rules and their modes",
        "1: the rule is armed for production. The mode is that of this environment.",
        targets.rows(remediation.armed()),
        columns={"rule": "Rule", "mode": "Mode"},
        value="Armed",
        thresholds=NO_LIMIT,
        no_data=NONE,
        decimals=0,
        runbooks=("RemediationBudgetUsedUp",),
    )


def _escalated() -> panels.PanelBuilder:
    return panels.rows(
        "What needs a person",
        "By rule and target; the outcome says why.",
        targets.rows(remediation.escalated()),
        columns={"rule": "Rule", "target_system": "System", "target_component": "Component", "outcome": "Outcome"},
        value="Open",
        thresholds=NO_LIMIT,
        no_data="Nothing needs a person",
        decimals=0,
        runbooks=("RemediationEscalated",),
    )


def _curves() -> blocks.Panels:
    return (
        panels.curves(
            "Verdicts an hour, by reason",
            "The first guard rail that held, or `passed`, `asks` and `in-shadow` where all let it pass.",
            targets.over_time(remediation.verdict_rate(), "{{verdict}}: {{reason}}"),
            thresholds=NO_LIMIT,
            no_data=NONE,
            runbooks=("RemediationBudgetUsedUp",),
        ),
        panels.curves(
            "Notifications an hour",
            "`known` are repeats and the other Alertmanager of a pair. `busy` is tried again, `malformed` is dropped.",
            targets.over_time(remediation.message_rate(), "{{outcome}}"),
            thresholds=NO_LIMIT,
            no_data=NONE,
            runbooks=("RemediationSlow",),
        ),
    )
