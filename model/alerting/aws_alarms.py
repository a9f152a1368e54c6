"""CloudWatch alarms as alerts: the table of what the forwarder posts for each alarm."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model import labels
from model.alarms import heartbeat
from model.alarms.alarm import Alarm, alarm_name
from model.alarms.audit_filters import AuditFilter
from model.alarms.plan import AlarmPlan, Watched
from model.alarms.runbooks import runbook_url
from model.alerting.prometheus_rules import Links
from model.catalog.resource_base import ResourceKind
from model.catalog.teams import Organization
from model.dashboards import Board
from model.vocabulary import Severity

SOURCE_LABEL, SOURCE = "source", "cloudwatch"
# One alarm's whole name: two indexes of one table are two alerts of one name.
ALARM_LABEL = "alarm"
AUDIT_LOG, ALARM_PATH = "kubernetes-audit", "alarm-path"
_BOARDS: Mapping[str, Board] = {
    ResourceKind.DYNAMODB_TABLE: Board.DYNAMODB,
    ResourceKind.RDS_DATABASE: Board.DATABASES,
    ResourceKind.ELASTICACHE: Board.CACHES,
    ResourceKind.SQS_QUEUE: Board.QUEUES,
    ResourceKind.CERTIFICATE: Board.NETWORK,
    ResourceKind.NAT_GATEWAY: Board.NETWORK,
    ResourceKind.WEB_ACL: Board.SECURITY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What alerts of one environment have in common. ``boards``: uid of each shipped one -> labels it chooses by."""

    environment: str
    links: Links
    organization: Organization
    boards: Mapping[str, Collection[str]]

    def escalates(self, team: str) -> bool:
        """Whether copies for higher levels are made of the team's critical alerts; else PagerDuty escalates."""
        return not any(one.escalation.by for one in self.organization.teams if one.name == team)

    def runbook(self, name: str) -> str:
        """The page of an alarm that is no row."""
        return f"{self.links.runbooks}/aws/{name}.md"

    def dashboard(self, board: Board, **variables: str) -> str:
        """The link to a board, or to the platform's home where the board is not shipped."""
        shown = board if board in self.boards else Board.PLATFORM_HOME
        known = self.boards.get(shown, ())
        query = "&".join(f"var-{name}={value}" for name, value in variables.items() if name in known)
        return f"{self.links.grafana}{shown.path}{'?' if query else ''}{query}"


def alert_name(row: str) -> str:
    """The alert's name of an alarm: ``rds-free-storage`` is RdsFreeStorage, as silences and windows name it."""
    return "".join(word[0].upper() + word[1:] for word in row.split("-"))


def table_files(
    plan: AlarmPlan, place: Place, *, audit: Iterable[AuditFilter], region: str, own_prefix: str
) -> dict[str, str]:
    """``<system>.json`` -> for each alarm of the system: labels, annotations and a link, as the forwarder reads them.

    ``audit``: filters that have an alarm here; ``own_prefix`` starts the names of those alarms and of the heartbeat's.
    """
    systems = {system: dict(_of_plan(watched, place, region)) for system, watched in plan.systems.items()}
    own = dict(_own(place, audit, region, own_prefix))
    systems[labels.PROJECT] = {**systems.get(labels.PROJECT, {}), **own}
    levels = [
        {"after": int(level.after.seconds), "labels": {labels.LEVEL: str(level.level)}}
        for level in place.organization.escalation[1:]
    ]
    return {
        f"{system}.json": json.dumps({"alarms": alarms, "levels": levels}, sort_keys=True, indent=1) + "\n"
        for system, alarms in sorted(systems.items())
    }


def _of_plan(watched: Sequence[Watched], place: Place, region: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in watched:
        own = one.system == labels.PROJECT
        system = labels.OWN_SYSTEM if own else one.system
        component = one.subject.name
        shown = {} if own else {labels.SYSTEM: system, labels.COMPONENT: component}
        for alarm in one.alarms:
            row = alarm.row
            yield _alert(
                alarm_name(f"{place.environment}-{one.name}", alarm.key),
                row.name,
                place,
                region,
                severity=alarm.severity,
                team=one.owner,
                system=system,
                component=component,
                summary=f"{row.summary}{_part(alarm)}",
                description=row.reason,
                runbook=runbook_url(place.links.runbooks, alarm.metrics[0].namespace, row.name),
                dashboard=place.dashboard(_board(one), **shown),
            )


def _own(place: Place, audit: Iterable[AuditFilter], region: str, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Alarms that are no rows: on the audit log, and on the way that alarms take without the forwarder."""

    def own(name: str, component: str, board: Board, **said: Any) -> tuple[str, dict[str, Any]]:
        return _alert(
            f"{prefix}-{name}",
            name,
            place,
            region,
            team=place.organization.platform_team,
            system=labels.OWN_SYSTEM,
            component=component,
            runbook=place.runbook(name),
            dashboard=place.dashboard(board),
            **said,
        )

    for each in audit:
        yield own(
            each.name,
            AUDIT_LOG,
            Board.SECURITY,
            severity=each.severity,
            summary=each.summary,
            description=each.reason,
        )
    yield own(
        heartbeat.SILENT,
        ALARM_PATH,
        Board.MONITORING,
        severity=heartbeat.SILENT_SEVERITY,
        summary=heartbeat.SILENT_SUMMARY,
        description=heartbeat.SILENT_REASON,
    )


def _alert(
    alarm: str,
    name: str,
    place: Place,
    region: str,
    *,
    severity: Severity,
    team: str,
    system: str,
    component: str,
    summary: str,
    description: str,
    runbook: str,
    dashboard: str,
) -> tuple[str, dict[str, Any]]:
    return alarm, {
        "labels": {
            "alertname": alert_name(name),
            labels.SEVERITY: str(severity),
            labels.TEAM: team,
            labels.SYSTEM: system,
            labels.COMPONENT: component,
            labels.ENVIRONMENT: place.environment,
            SOURCE_LABEL: SOURCE,
            ALARM_LABEL: alarm,
        },
        "annotations": {
            labels.SUMMARY: f"{system}/{component}: {summary}",
            labels.DESCRIPTION: description,
            labels.RUNBOOK_URL: runbook,
            labels.DASHBOARD_URL: dashboard,
        },
        "url": f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{alarm}",
        "escalates": severity is Severity.CRITICAL and place.escalates(team),
    }


def _board(watched: Watched) -> Board:
    if watched.system == labels.PROJECT:
        return Board.MONITORING
    return _BOARDS.get(str(watched.subject.kind), Board.AWS)


def _part(alarm: Alarm) -> str:
    part = alarm.key.removeprefix(alarm.row.name).removeprefix("-")
    return f" ({part})" if part else ""
