"""Copies of critical alerts for the higher rungs of the ladder, as generic rules: whoever adds an alert adds nothing.

A copy carries all labels of its source and ``level`` besides. Prometheus names every alert after its rule, so the
copies travel with the source's name in the label ``escalates``, and `labels.ALERT_RELABELING` gives it back to them on
the way to Alertmanager. There a silence or an inhibition that matches the source matches its copies too.

Not by ``ALERTS_FOR_STATE``: its clock starts when an alert is pending, long before anybody is told, and Prometheus does
not restore it after a restart for an alert with a ``for`` below ten minutes, which nearly every critical one has.
"""

from collections.abc import Iterator

from authoring.rule_text import Written, rule_file
from authoring.slo.promql import number
from model import labels, names
from model.catalog.teams import EscalationLevel, Organization
from model.grafana.dashboards import Board
from model.metrics.metric_names import FIRING_SINCE
from model.vocabulary import Severity

PATH = "rules/prometheus/escalation.yaml"
ALERT = names.ESCALATION

_HEAD = """\
The ladder of escalation, generated from catalog/teams.yaml by `make assets`; do not edit.
A critical alert tells level 1 itself. While it goes on firing, the copies below tell each higher level once; they end
with it. Outside prod the routes give them to nobody."""

_FIRING = f'sum without (alertstate) (ALERTS{{alertstate="firing", severity="{Severity.CRITICAL}", {labels.LEVEL}=""}})'

_SINCE = """\
Since when each critical alert has fired: what was recorded before, or now. Read as an instant, a series that
ended is gone at once, so an alert that ends and comes back begins anew. One that was not written because
Prometheus restarted is still there for five minutes: the ladder goes on where it was."""


def generate(organization: Organization) -> str:
    """The rule file."""
    return rule_file(_HEAD, [("belfry.escalation", (_since(), *(_copy(rung) for rung in organization.escalation[1:])))])


def _since() -> Written:
    expression = f"(\n  {FIRING_SINCE}\n    and\n  {_FIRING}\n)\n  or\n0 * {_FIRING} + time()"
    return Written("record", FIRING_SINCE, expression, {}, comment=_SINCE)


def _copy(rung: EscalationLevel) -> Written:
    return Written(
        "alert",
        ALERT,
        f"time() - {FIRING_SINCE} >= {number(rung.after.seconds)}",
        dict(_labels(rung)),
        annotations={
            labels.SUMMARY: f"Level {rung.level}: {{{{ $labels.alertname }}}} of {{{{ $labels.{labels.SYSTEM} }}}}/"
            f"{{{{ $labels.{labels.COMPONENT} }}}} goes on",
            labels.DESCRIPTION: "{{ $labels.alertname }} has fired for {{ $value | humanizeDuration }}, and was "
            "neither ended nor silenced.",
            # Of the source: the way to Alertmanager knows nothing of annotations.
            labels.RUNBOOK_URL: "{{ $labels.alertname }}.md",
            labels.DASHBOARD_URL: Board.PLATFORM_HOME.path,
        },
        comment=f"Level {rung.level}, the {rung.role}, after {rung.after}.",
    )


def _labels(rung: EscalationLevel) -> Iterator[tuple[str, str]]:
    yield labels.SEVERITY, Severity.CRITICAL
    for label in (labels.TEAM, labels.SYSTEM, labels.COMPONENT):
        yield label, f"{{{{ $labels.{label} }}}}"
    yield labels.LEVEL, str(rung.level)
    yield labels.ESCALATES, "{{ $labels.alertname }}"
