"""Who is notified, how, and who comes next while an alert keeps firing."""

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from model.base import Model, Name, Text, printable
from model.calendar import ClockTime, TimeZone, Weekday
from model.catalog.thresholds import NODE_DEFAULTS as DEFAULTS
from model.catalog.thresholds import NodeThresholds, Threshold
from model.quantities import Duration
from model.vocabulary import Notified, ReceiverKind, Severity, Signal

# Braces would make it a template of Alertmanager, angle brackets and quotes a name beside the address.
Email = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
        r"(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$",
        max_length=254,
        description="One email address.",
    ),
]
Severities = Annotated[
    tuple[Notified, ...], Field(min_length=1, description="Severities it is notified of; at least one.")
]


class PagerDutyReceiver(Model):
    """A PagerDuty service's integration."""

    kind: Literal[ReceiverKind.PAGERDUTY]
    secret: Name
    api_secret: Name | None = Field(
        default=None,
        description="Secret with a read-only key of PagerDuty's REST API; with it an acknowledgement stops escalation.",
    )
    severities: Severities = (Severity.CRITICAL,)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.api_secret == self.secret:
            raise ValueError(
                f"found {self.secret!r} as secret and as api_secret; allowed: two secrets, because PagerDuty's "
                "integration key sends events and its REST API key reads incidents"
            )
        return self


class SlackReceiver(Model):
    """A Slack channel."""

    kind: Literal[ReceiverKind.SLACK]
    secret: Name
    channel: Annotated[str, Field(pattern=r"^#[a-z0-9_-]{1,79}$")]
    severities: Severities = (Severity.CRITICAL, Severity.WARNING)


class EmailReceiver(Model):
    """A list of people or a mailing list."""

    kind: Literal[ReceiverKind.EMAIL]
    to: Annotated[tuple[Email, ...], Field(min_length=1)]
    severities: Severities = (Severity.WARNING, Severity.INFO)


class SnsReceiver(Model):
    """An SNS topic of the team's own."""

    kind: Literal[ReceiverKind.SNS]
    topic_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$")]
    severities: Severities = (Severity.CRITICAL,)


class WebhookReceiver(Model):
    """Any HTTP endpoint that understands Alertmanager's webhook body."""

    kind: Literal[ReceiverKind.WEBHOOK]
    secret: Name
    severities: Severities = (Severity.CRITICAL, Severity.WARNING)


Receiver = Annotated[
    PagerDutyReceiver | SlackReceiver | EmailReceiver | SnsReceiver | WebhookReceiver, Field(discriminator="kind")
]


def _destinations(receiver: Receiver) -> tuple[str, ...]:
    match receiver:
        case EmailReceiver():
            return tuple(address.casefold() for address in receiver.to)
        case SlackReceiver():
            return (f"{receiver.secret} {receiver.channel}",)
        case SnsReceiver():
            return (receiver.topic_arn,)
        case _:
            return (receiver.secret,)


def _notified_once(receivers: tuple[Receiver, ...]) -> tuple[Receiver, ...]:
    every = Counter(
        f"{receiver.kind} {destination} for {severity}"
        for receiver in receivers
        for destination in _destinations(receiver)
        for severity in receiver.severities
    )
    if twice := sorted(each for each, count in every.items() if count > 1):
        raise ValueError(f"found {', '.join(twice)} more than once; allowed: each receiver once for a severity")
    return receivers


Receivers = Annotated[tuple[Receiver, ...], Field(min_length=1), AfterValidator(_notified_once)]


class EscalationLevel(Model):
    """One level of the escalation policy: ``role`` is notified when an alert has fired for ``after``."""

    level: Annotated[int, Field(ge=1, le=9)]
    role: Name
    after: Duration


class Escalation(Model):
    """Who is notified at the levels above the first: receivers of each role, or PagerDuty's own escalation policy."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Receivers] = Field(init=False)

    by: Literal[ReceiverKind.PAGERDUTY] | None = Field(
        default=None, description="PagerDuty escalates and handles acknowledgements: Belfry notifies only level 1."
    )

    @property
    def roles(self) -> dict[str, tuple[Receiver, ...]]:
        """Role -> whom to notify."""
        return self.__pydantic_extra__

    @model_serializer(mode="wrap")
    def _as_written(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The roles alone, where there is no ``by``."""
        return {key: value for key, value in fields(self).items() if value is not None}

    @model_validator(mode="after")
    def _either(self) -> Self:
        if self.by and self.roles:
            found = ", ".join(self.roles)
            raise ValueError(f"found by {self.by} and {found}; allowed: by, or receivers of roles, and not both")
        return self


class BusinessHours(Model):
    """When info alerts may be sent."""

    time_zone: TimeZone
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, description="Without it, info alerts are never sent.")]
    start: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"found start {self.start} and end {self.end}; allowed: start before end, on one day")
        return self


# A slash would make folders within folders of it, a dot in front one that nobody sees.
FolderTitle = Annotated[
    str,
    Field(
        pattern=r"^[^\s./\\][^/\\]*$",
        description="Display name; its dashboards are in a folder of that name, so no slash and no leading dot.",
    ),
    AfterValidator(printable),
]
# What Grafana calls the place of boards without a folder.
RESERVED_TITLE = "general"


class Team(Model):
    """A group that owns systems and answers for them."""

    name: Name
    title: FolderTitle
    description: Text
    receivers: Annotated[Receivers, Field(description="Teams; every alert has an owner.")]
    escalation: Escalation = Field(
        default=Escalation(),
        description="Escalation role -> receivers, or `by: pagerduty`; level 1 is the team's receivers.",
    )

    @model_validator(mode="after")
    def _paged(self) -> Self:
        pagers = [r for r in self.receivers if r.kind is ReceiverKind.PAGERDUTY and Severity.CRITICAL in r.severities]
        if self.escalation.by and not pagers:
            raise ValueError(
                f"found escalation by {self.escalation.by} and no pagerduty receiver for critical alerts; allowed: "
                "such a receiver, or receivers of roles: higher levels would not be notified"
            )
        if self.escalation.by and any(r.api_secret for r in pagers):
            raise ValueError(
                f"found escalation by {self.escalation.by} and an api_secret; allowed: one of the two, because there "
                f"is no escalation that an acknowledgement could stop"
            )
        return self

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if len(self.api_secrets) > 1:
            raise ValueError(
                f"found {len(self.api_secrets)} api_secrets: {', '.join(sorted(self.api_secrets))}; allowed: one, "
                f"because a team's incidents are read with one key"
            )
        if both := sorted(self.api_secrets & self.secrets):
            raise ValueError(f"found {both[0]!r} as api_secret and as secret of another receiver; allowed: two secrets")
        return self

    @property
    def all_receivers(self) -> tuple[Receiver, ...]:
        """The team's own receivers and those of its escalation roles, in the order of the file."""
        return (*self.receivers, *(receiver for role in self.escalation.roles.values() for receiver in role))

    @property
    def api_secrets(self) -> frozenset[str]:
        """Names of the secrets with a key of PagerDuty's API; one at most."""
        every = (r.api_secret for r in self.all_receivers if isinstance(r, PagerDutyReceiver))
        return frozenset(key for key in every if key)

    @property
    def api_secret(self) -> str | None:
        """The one by which PagerDuty's acknowledgements are read; None for no such key."""
        return next(iter(self.api_secrets), None)

    @property
    def secrets(self) -> frozenset[str]:
        """Names of the secrets that Alertmanager needs for this team's receivers."""
        return frozenset(str(secret) for r in self.all_receivers if (secret := getattr(r, "secret", None)))


class Organization(Model):
    """``catalog/teams.yaml``: the teams and what they share."""

    platform_team: Name = Field(description="The team that owns Belfry, its alerts, and everything without an owner.")
    business_hours: BusinessHours
    escalation: Annotated[tuple[EscalationLevel, ...], Field(min_length=1)]
    nodes: NodeThresholds = ()
    teams: Annotated[tuple[Team, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _folders(self) -> Self:
        titles = [team.title.casefold() for team in self.teams]
        wrong = sorted({title for title in titles if titles.count(title) > 1 or title == RESERVED_TITLE})
        if wrong:
            raise ValueError(f"found titles {', '.join(wrong)}; allowed: each once, and none {RESERVED_TITLE!r}")
        return self

    @property
    def node_thresholds(self) -> dict[Signal, Threshold]:
        """The threshold of each signal of a node: the organization's own, or Belfry's."""
        return {**DEFAULTS, **{threshold.signal: threshold for threshold in self.nodes}}

    def escalates_to(self, team: Team, role: str) -> tuple[Team, tuple[Receiver, ...]]:
        """Who is notified at the level of a role, and the team that they belong to.

        The team's own role, else the platform team's, else the receivers of the team's critical alerts once more: an
        escalated alert is never lost. A role's severities are not asked, whoever has it is notified.
        """
        platform = next((one for one in self.teams if one.name == self.platform_team), team)
        for owner in (team, platform):
            if found := owner.escalation.roles.get(role):
                return owner, found
        return team, tuple(receiver for receiver in team.receivers if Severity.CRITICAL in receiver.severities)

    @property
    def folders(self) -> dict[str, str]:
        """Team -> title of its folder in Grafana."""
        return {team.name: team.title for team in self.teams}
