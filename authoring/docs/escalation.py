"""docs/escalation.md: who is notified of an alert of each severity, and when, from catalog/teams.yaml."""

from collections.abc import Iterable, Iterator
from typing import Final

from authoring.cloudwatch.words import duration
from authoring.rules.alertmanager import WARNING_TIMING
from authoring.text import table
from model.catalog.teams import EmailReceiver, Organization, Receiver, SlackReceiver, SnsReceiver, Team
from model.quantities import Duration
from model.vocabulary import ReceiverKind, Severity

PATH: Final = "docs/escalation.md"

_NOBODY = "nobody"
_KINDS: Final = {ReceiverKind.PAGERDUTY: "PagerDuty", ReceiverKind.WEBHOOK: "webhook"}


def generate(organization: Organization) -> str:
    """The page."""
    return "\n\n".join(_blocks(organization)) + "\n"


def _blocks(organization: Organization) -> Iterator[str]:
    levels = organization.escalation
    yield "# Escalation"
    yield "<!-- Written by `make assets` from catalog/teams.yaml; change it there. -->"
    yield (
        "Who is notified of an alert in production, by severity and team. Other environments do not page. "
        "The labels `severity` and `team` are in every notification."
    )
    yield "## Critical"
    yield "The team is paged immediately, day and night. While the alert keeps firing, these are notified as well:"
    yield (
        "\n".join(f"- after {duration(level.after.seconds)} the {_role(level.role)}" for level in levels[1:])
        or "- nobody"
    )
    yield (
        "An alert that resolves stops the escalation, and so does a silence in Alertmanager. Acknowledging a page "
        "alone does not, unless PagerDuty escalates for the team: silence the alert for as long as you expect to need."
    )
    head = ["team", "at once", *(f"after {duration(level.after.seconds)}: {_role(level.role)}" for level in levels[1:])]
    yield table(
        head,
        [
            [
                _team(team),
                _receivers(team.receivers, Severity.CRITICAL),
                *(_at(organization, level.role, team) for level in levels[1:]),
            ]
            for team in organization.teams
        ],
    )
    yield "## Warning"
    wait = duration(Duration(WARNING_TIMING["group_wait"]).seconds)
    yield (
        f"Nobody is paged. The team gets a message when the alert has fired for {wait}, and acts within the working "
        "day. A warning does not escalate."
    )
    yield _by_team(organization, Severity.WARNING)
    hours = organization.business_hours
    yield "## Info"
    yield (
        f"Nobody is paged. The team gets a message in business hours ({hours.start} to {hours.end}, "
        f"{hours.time_zone}), at most once a day."
    )
    yield _by_team(organization, Severity.INFO)


def _by_team(organization: Organization, severity: Severity) -> str:
    return table(["team", "message to"], [[_team(t), _receivers(t.receivers, severity)] for t in organization.teams])


def _team(team: Team) -> str:
    return f"{team.title} (`{team.name}`)"


def _role(role: str) -> str:
    return role.replace("-", " ")


def _at(organization: Organization, role: str, team: Team) -> str:
    """The receivers of the route. Where the role is empty they are somebody else's, which the cell says."""
    if team.escalation.by:
        return "PagerDuty's escalation policy"
    owner, found = organization.escalates_to(team, role)
    shown = ", ".join(map(_receiver, found)) or _NOBODY
    if role in team.escalation.roles:
        return shown
    return f"the team again: {shown}" if owner is team else f"{owner.title}: {shown}"


def _receivers(receivers: Iterable[Receiver], severity: Severity) -> str:
    return ", ".join(_receiver(one) for one in receivers if severity in one.severities) or _NOBODY


def _receiver(receiver: Receiver) -> str:
    match receiver:
        case SlackReceiver():
            return f"Slack {receiver.channel}"
        case EmailReceiver():
            return f"email to {' and '.join(receiver.to)}"
        case SnsReceiver():
            return f"SNS {receiver.topic_arn}"
        case _:
            return _KINDS[receiver.kind]
