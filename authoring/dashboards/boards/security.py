"""Security: is somebody attacking, what did Falco see, and how long do security alerts fire?"""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, blocks_security, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, rising
from authoring.dashboards.queries import incidents, security
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import Signal

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
NOT_COUNTED = "Prometheus does not answer"
HOURS_4 = 4 * 3600
number = partial(panels.number, no_data=NOT_COUNTED)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.SECURITY,
        question="Is there an attack, what did Falco detect, and how long do security alerts fire?",
        variables=(variables.clusters(), variables.systems(), variables.components(), variables.loki()),
        chosen=CHOSEN,
        to=(Uid.PLATFORM_HOME, Uid.API, Uid.LOGS),
        since="now-24h",
        rows=(
            Row("Now", (*_numbers(catalog), *_seen(catalog)), collapsed=False),
            Row("Refusals and floods", _refusals(catalog), width=8),
            Row("Authentication, blocked requests, threat scores", blocks_security.identities(catalog), width=8),
            Row("Violations", _violations()),
            Row("Resolved security alerts, and time to restore", (_resolved(), _restored())),
            Row("Falco's own health", blocks_security.itself(), width=8),
            Row("Events in Loki", (blocks_security.events(),)),
        ),
    )
    return (board,)


def _numbers(catalog: Catalog) -> blocks.Panels:
    return (
        number(
            "Falco: critical",
            "Critical and more severe events in the time range: a possible intrusion. Each one pages.",
            targets.now(security.falco(security.CRITICAL)),
            thresholds=rising(bad=0.5),
            decimals=0,
            runbooks=("FalcoCriticalEvent",),
        ),
        number(
            "Falco: errors, warnings",
            "Events below critical in the time range. A single one may be an engineer at work; an alert fires at 20 "
            "of one rule in 15 minutes.",
            targets.now(security.falco(security.LESS)),
            decimals=0,
            runbooks=("FalcoEventsBurst",),
        ),
        number(
            "Attacks a minute",
            f"Requests that carry an attack's pattern, of all components. {thresholds.SAYS}",
            targets.now(security.in_all(security.attacks())),
            unit=units.CountsPerMinute,
            thresholds=thresholds.shared(catalog, Signal.ATTACK_SIGNATURES),
            decimals=1,
            runbooks=("AttackSignatures", "SqlInjectionAttempts", "CrossSiteScriptingAttempts"),
        ),
        number(
            "Failed logins a minute",
            f"Of all components that count logins. {thresholds.SAYS}",
            targets.now(security.in_all(security.login_failures())),
            unit=units.CountsPerMinute,
            thresholds=thresholds.shared(catalog, Signal.LOGIN_FAILURES),
            decimals=1,
            runbooks=("LoginFailures", "LoginFailuresFromOneAddress", "LoginFailuresOfOneAccount"),
        ),
        number(
            "Violations",
            "Policy violations now or in the last hour. Exceptions are part of the policy, so each violation is a "
            "mistake or worse.",
            targets.now(security.in_all(security.violations())),
            thresholds=rising(warn=0.5),
            decimals=0,
            runbooks=("KpiAboveCeiling",),
        ),
        *(
            number(
                f"MTTR, {words}",
                "Of incidents with a security alert, by `ops incident`: from onset to restoration by the SLI, or where "
                "none was bad from the first alert to the end of the last one. Falco's alerts end 15 minutes after the "
                "last event. Above four hours, half a working day, the condition persists.",
                targets.now(incidents.of_security(quantile)),
                unit=units.Seconds,
                thresholds=rising(warn=HOURS_4),
                no_data="No incident with a security alert is over",
                decimals=1,
                runbooks=("FalcoCriticalEvent",),
            )
            for words, quantile in (("median", "0.5"), ("p90", "0.9"))
        ),
    )


def _seen(catalog: Catalog) -> blocks.Panels:
    return (
        panels.rows(
            "Firing security alerts",
            "One row per alert; a click opens the component. The runbook has the alert's name.",
            targets.rows(security.firing(*CHOSEN)),
            columns={
                labels.SEVERITY: "Severity",
                "alertname": "Alert",
                labels.SYSTEM: "System",
                labels.COMPONENT: "Component",
                labels.CLUSTER: "Cluster",
            },
            value="Series",
            no_data="Nothing fires",
            data_links=(blocks.ROW_TO_SERVICE,),
        ),
        panels.rows(
            "Falco's events, most first",
            "Of the time range, by rule and namespace. Check new rules before frequent ones.",
            targets.rows(security.falco_by_rule()),
            columns={"priority": "Priority", "rule": "Rule", "k8s_ns_name": "Namespace", labels.CLUSTER: "Cluster"},
            value="Events",
            no_data=blocks_security.NOTHING_SEEN,
            decimals=0,
            runbooks=("FalcoCriticalEvent", "FalcoEventsBurst"),
        ),
        panels.curves(
            "Falco's events in 15 minutes",
            "The ten most frequent rules; at 20 events of one rule an alert fires.",
            targets.over_time(security.falco_over_time(), "{{rule}}"),
            thresholds=rising(warn=20),
            no_data=blocks_security.NOTHING_SEEN,
            runbooks=("FalcoEventsBurst",),
            width=8,
        ),
        panels.curves(
            "Attacks",
            f"Requests a minute that carry an attack's pattern. {thresholds.SAYS}",
            targets.over_time(security.attacks(), blocks.BY_COMPONENT),
            unit=units.CountsPerMinute,
            thresholds=thresholds.shared(catalog, Signal.ATTACK_SIGNATURES),
            no_data="No component counts attacks",
            runbooks=("AttackSignatures",),
            data_links=(blocks.TO_SERVICE,),
            width=8,
        ),
        panels.curves(
            "Failed logins",
            f"Failed logins a minute. The alert also needs them to be most of all logins. {thresholds.SAYS}",
            targets.over_time(security.login_failures(), blocks.BY_COMPONENT),
            unit=units.CountsPerMinute,
            thresholds=thresholds.shared(catalog, Signal.LOGIN_FAILURES),
            no_data="No component counts logins",
            runbooks=("LoginFailures",),
            data_links=(blocks.TO_SERVICE,),
            width=8,
        ),
    )


def _refusals(catalog: Catalog) -> blocks.Panels:
    return (
        panels.curves(
            "Refused as unauthorized or forbidden",
            "Requests a second answered with 401 or 403. An alert fires when they are a fifth of all "
            "and three times yesterday's.",
            targets.over_time(security.refused(), blocks.BY_COMPONENT),
            unit=units.RequestsPerSecond,
            no_data=blocks.NO_REQUESTS,
            runbooks=("RefusedRequestsSurge",),
            data_links=(blocks.TO_SERVICE,),
        ),
        panels.curves(
            "Refused by the rate limit",
            f"Requests a minute. {thresholds.SAYS}",
            targets.over_time(security.rate_limited(), blocks.BY_COMPONENT),
            unit=units.CountsPerMinute,
            thresholds=thresholds.shared(catalog, Signal.RATE_LIMITED),
            no_data="No component exposes rejected requests",
            runbooks=("RateLimitedRequests",),
            data_links=(blocks.TO_SERVICE,),
        ),
        panels.curves(
            "Requests, of the expected peak",
            f"Above 100 % more comes than was ever planned for. {thresholds.SAYS}",
            targets.over_time(security.share_of_expected_peak(), blocks.BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=thresholds.shared(catalog, Signal.REQUEST_FLOOD),
            no_data="No component states its peak",
            runbooks=("RequestFlood", "RequestSurge"),
            data_links=(blocks.TO_SERVICE,),
        ),
    )


def _violations() -> blocks.Panels:
    return (
        panels.curves(
            "Violations of policies",
            "Of the last hour where they are counted, standing now where they are a state.",
            targets.over_time(security.violations(), blocks.BY_COMPONENT),
            thresholds=rising(warn=0.5),
            no_data="No component counts violations",
            runbooks=("KpiAboveCeiling",),
            data_links=(blocks.TO_SERVICE,),
            width=panels.WIDTH,
        ),
    )


def _restored() -> panels.PanelBuilder:
    return panels.comparison(
        "Time to restore by system",
        "Of incidents with a security alert: median, 90th percentile and how many are measured (n). Of few, p90 is the "
        "longest.",
        *(
            panels.Column(
                heading=heading,
                expr=incidents.of_security_by_system(quantile),
                unit=units.Seconds,
                thresholds=rising(warn=HOURS_4),
                decimals=1,
            )
            for heading, quantile in (("MTTR", "0.5"), ("MTTR p90", "0.9"))
        ),
        panels.Column(
            heading="n", expr=incidents.security_measured(), unit=units.Short, thresholds=NO_LIMIT, decimals=0
        ),
        names={labels.SYSTEM: "System"},
        no_data="No incident with a security alert is over",
    )


def _resolved() -> panels.PanelBuilder:
    return panels.comparison(
        "Resolved security alerts",
        "In the time range, by how long they fired. Minutes suggest a better threshold, hours a better runbook.",
        panels.Column(
            heading="Times", expr=security.durations("count"), unit=units.Short, thresholds=NO_LIMIT, decimals=0
        ),
        panels.Column(
            heading="Mean duration",
            expr=security.durations("avg"),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            decimals=1,
        ),
        panels.Column(
            heading="Longest duration",
            expr=security.durations("max"),
            unit=units.Seconds,
            thresholds=rising(warn=HOURS_4),
            decimals=1,
        ),
        names={"alertname": "Alert", labels.SYSTEM: "System", labels.COMPONENT: "Component"},
        no_data="No security alert was resolved",
        data_links=(blocks.ROW_TO_SERVICE,),
    )
