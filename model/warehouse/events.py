"""The rows of incidents and of verdicts, from what their own stores hold, without people and their words."""

from collections.abc import Mapping

from model.calendar import day_of
from model.incidents.record import Record, Status
from model.remediation.ledger import Entry
from model.warehouse.rows import IncidentRow, RemediationRow


def incident(record: Record, teams: Mapping[str, str]) -> IncidentRow:
    """``teams``: system -> the team that owns it."""
    bad = [one.bad for one in record.impact if one.bad is not None]
    return IncidentRow(
        environment=record.environment,
        day=day_of(record.opened, "UTC"),
        incident=record.id,
        system=record.system,
        component=record.components[0],
        team=teams.get(record.system, ""),
        components=len(record.components),
        alert=record.alerts[0],
        severity=str(record.severity),
        status=str(record.status),
        reopened=record.reopened,
        opened=record.opened,
        closed=record.closed,
        to_detect=record.times.to_detect,
        to_acknowledge=record.times.to_acknowledge,
        to_restore=record.times.to_restore if record.status is Status.CLOSED else None,
        bad=sum(bad) if bad else None,
    )


def remediation(entry: Entry) -> RemediationRow:
    """Without who approved and who judged it."""
    return RemediationRow(
        environment=entry.environment,
        day=day_of(entry.at, "UTC"),
        system=entry.system,
        component=entry.component,
        rule=entry.rule,
        alert=entry.alert,
        starts=entry.starts,
        at=entry.at,
        mode=str(entry.mode),
        action=entry.action,
        verdict=entry.verdict,
        reason=entry.reason,
        outcome=str(entry.outcome),
        judgement=str(entry.judgement),
        ended=entry.ended,
        finished=entry.finished,
    )
