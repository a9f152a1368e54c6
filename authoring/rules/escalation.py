"""Copies of critical alerts for the higher levels of escalation, as generic rules: whoever adds an alert adds nothing.

A copy carries all labels of its source and ``level`` besides. Prometheus names every alert after its rule, so the
copies travel with the source's name in the label ``escalates``, and `labels.ALERT_RELABELING` gives it back to them on
the way to Alertmanager. There a silence or an inhibition that matches the source matches its copies too.

Not by ``ALERTS_FOR_STATE``: its clock starts when an alert is pending, long before a notification, and Prometheus does
not restore it after a restart for an alert with a ``for`` below ten minutes, which nearly every critical one has.
"""

from collections.abc import Iterator

from authoring.promql import number
from authoring.rule_file import Rule, rule_file
from model import labels, names
from model.catalog.teams import EscalationLevel, Organization
from model.dashboards import Board
from model.metrics.metric_names import FIRING_SINCE
from model.query_text import none_of
from model.vocabulary import Severity

PATH = "rules/prometheus/escalation.yaml"
ALERT = names.ESCALATION

_HEAD = """\
The escalation policy, generated from catalog/teams.yaml by `make assets`; do not edit.
A critical alert notifies level 1 itself. While it keeps firing, the copies below notify each higher level once; they
resolve with it. Outside prod the routes drop them. Their label `level` distinguishes them in ALERTS: level="" excludes
them. For teams that use PagerDuty's escalation no copies are made."""

_FIRING = f'sum without (alertstate) (ALERTS{{alertstate="firing", severity="{Severity.CRITICAL}", {labels.LEVEL}=""}})'

_SINCE = """\
When each critical alert began to fire: the recorded time, or now. In an instant query a series that ended is absent
immediately, so an alert that resolves and fires again starts again. A series that was not written because Prometheus
restarted is still present for five minutes: the escalation continues."""


def generate(organization: Organization) -> str:
    """The rule file."""
    by_pager = sorted(team.name for team in organization.teams if team.escalation.by)
    others = f"{{{none_of(labels.TEAM, by_pager)}}}" if by_pager else ""
    copies = (_copy(level, FIRING_SINCE + others) for level in organization.escalation[1:])
    return rule_file(_HEAD, [("belfry.escalation", (_since(), *copies))])


def _since() -> Rule:
    expression = f"(\n  {FIRING_SINCE}\n    and\n  {_FIRING}\n)\n  or\n0 * {_FIRING} + time()"
    return Rule("record", FIRING_SINCE, expression, {}, comment=_SINCE)


def _copy(level: EscalationLevel, since: str) -> Rule:
    return Rule(
        "alert",
        ALERT,
        f"time() - {since} >= {number(level.after.seconds)}",
        dict(_labels(level)),
        annotations={
            labels.SUMMARY: f"Level {level.level}: {{{{ $labels.alertname }}}} of {{{{ $labels.{labels.SYSTEM} }}}}/"
            f"{{{{ $labels.{labels.COMPONENT} }}}} keeps firing",
            labels.DESCRIPTION: "{{ $labels.alertname }} has fired for {{ $value | humanizeDuration }}, and is "
            "neither resolved nor silenced.",
            # Of the source: the way to Alertmanager knows nothing of annotations.
            labels.RUNBOOK_URL: "{{ $labels.alertname }}.md",
            labels.DASHBOARD_URL: Board.PLATFORM_HOME.path,
        },
        comment=f"Level {level.level}, the {level.role}, after {level.after}.",
    )


def _labels(level: EscalationLevel) -> Iterator[tuple[str, str]]:
    yield labels.SEVERITY, Severity.CRITICAL
    for label in (labels.TEAM, labels.SYSTEM, labels.COMPONENT):
        yield label, f"{{{{ $labels.{label} }}}}"
    yield labels.LEVEL, str(level.level)
    yield labels.ESCALATES, "{{ $labels.alertname }}"
