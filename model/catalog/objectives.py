"""Service level objectives, in the words of the SRE workbook."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from model.base import Model, Name, Text
from model.catalog.telemetry import DurationUnit, Matcher, MetricName, Series
from model.quantities import Duration, Number, Positive
from model.regular_expressions import regular_expression
from model.vocabulary import Severity

Target = Annotated[
    Number,
    Field(
        ge=50,
        lt=100,
        decimal_places=5,
        description="Percent of good events, at least 50 and below 100. 100 leaves no error budget, so no change "
        "would be possible; below 50 burn rates have no meaning.",
    ),
]


# No client waits longer for an answer: a threshold above is a slip, and at 0 every answer is too late.
_SLOWEST = Duration("1h")
# SQS, which keeps messages longest, drops them after 14 days.
_OLDEST = Duration("14d")


def _up_to(most: Duration) -> AfterValidator:
    def check(given: Duration) -> Duration:
        if not 0 < given.seconds <= most.seconds:
            raise ValueError(f"found {given}; allowed: above 0s, at most {most}")
        return given

    return AfterValidator(check)


Latency = Annotated[Duration, _up_to(_SLOWEST)]


class AvailabilitySli(Model):
    """Good: requests not answered with ``bad_status``. Needs request metrics on the component."""

    kind: Literal["availability"]
    bad_status: Annotated[
        str,
        Field(pattern=r"^[0-9.|\[\]()]+$", description="Regex of bad status codes."),
        AfterValidator(regular_expression),
    ] = "5.."
    where: tuple[Matcher, ...] = Field(default=(), description="Restricts it to a feature, such as one route.")


class LatencySli(Model):
    """Good: requests answered within ``threshold``. Needs request metrics on the component."""

    kind: Literal["latency"]
    threshold: Latency
    where: tuple[Matcher, ...] = Field(default=(), description="Restricts it to a feature, such as one route.")


class RatioSli(Model):
    """Good or bad events of any two counters."""

    kind: Literal["ratio"]
    good: Series | None = None
    bad: Series | None = None
    total: Series

    @model_validator(mode="after")
    def _good_or_bad(self) -> Self:
        if (self.good is None) == (self.bad is None):
            raise ValueError("found neither or both of good and bad; allowed: exactly one of them")
        return self


class HistogramSli(Model):
    """Good: observations of any histogram of durations at or below ``threshold``, such as query durations."""

    kind: Literal["histogram"]
    histogram: MetricName
    unit: DurationUnit = "seconds"
    threshold: Latency
    where: tuple[Matcher, ...] = ()


class GaugeSli(Model):
    """Good: minutes in which a value is on the right side of ``at_least`` or ``at_most``."""

    kind: Literal["gauge"]
    value: Series
    per_second: bool = Field(default=False, description="Read a counter as its rate a second instead of its value.")
    at_least: Number | None = None
    at_most: Number | None = None
    only_when: Series | None = Field(default=None, description="Counter; only minutes in which its rate ...")
    only_when_at_least: Positive | None = Field(default=None, description="... is at least this many a second count.")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("found neither or both of at_least and at_most; allowed: exactly one of them")
        if (self.only_when is None) != (self.only_when_at_least is None):
            raise ValueError("found one of only_when and only_when_at_least; allowed: both or none")
        return self


class ProbeSli(Model):
    """Good: successful runs of a probe, or of the component's own health endpoint where no probe is named."""

    kind: Literal["probe"]
    probe: Name | None = None


class FreshnessSli(Model):
    """Good: minutes in which the oldest waiting item (gauge, seconds) is younger than ``max_age``."""

    kind: Literal["freshness"]
    age: Series
    max_age: Annotated[Duration, _up_to(_OLDEST)]


Sli = Annotated[
    AvailabilitySli | LatencySli | RatioSli | HistogramSli | GaugeSli | ProbeSli | FreshnessSli,
    Field(discriminator="kind"),
]


Urgency = Literal[Severity.CRITICAL, Severity.WARNING]


class AlertAt(Model):
    """The alert threshold of the team's document: an alert of its own over minutes, beside the burn-rate alerts.

    Burn rates are those of the objective always: a threshold looser than the objective would make them so slow that
    the budget is gone before anybody is notified.
    """

    target: Target | None = Field(
        default=None, description="Alert when the share of good events is below this percent."
    )
    threshold: Latency | None = Field(default=None, description="Alert when the percentile is above this duration.")
    window: Literal["5m", "15m", "30m", "1h"] | None = Field(
        default=None,
        description="Measured over this time. Absent: the shortest in which the component's load shows ten bad events "
        "at the threshold; an hour for objectives measured in minutes.",
    )
    hold: Duration = Field(
        default=Duration("5m"),
        description="How long it must stay beyond the threshold: the rule's `for`. Five minutes outlast a restart.",
    )
    severity: Urgency | None = Field(
        default=None, description="Default: critical if the objective pages, else warning."
    )
    reason: Text

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.target is None) == (self.threshold is None):
            raise ValueError("found neither or both of target and threshold; allowed: exactly one of them")
        return self


_OUTAGE_FOR_MOST = 300
"""Seconds. In five minutes of total outage 99.9 percent has lost an eighth of its monthly budget."""


def _outage_for(period: Duration) -> Duration:
    if period.seconds > _OUTAGE_FOR_MOST or period.seconds % 1:
        raise ValueError(f"found {period}; allowed: whole seconds from 0s to 5m")
    return period


class Objective(Model):
    """An objective: ``target`` percent of the SLI's events are good over ``window``."""

    name: Name
    target: Target
    window: Literal["7d", "28d", "30d"] = "30d"
    sli: Sli
    alert_at: AlertAt | None = None
    outage_for: Annotated[Duration, AfterValidator(_outage_for)] = Field(
        default=Duration("0s"),
        description="Pending period of SloOutage: how long half of the events must be bad before it pages, 0s to 5m. "
        "0s finds an outage soonest and pages for a blip of 16 seconds too.",
    )
    feature: Name | None = Field(
        default=None, description="The feature whose budget this is, if not the component's: a label of its series."
    )
    page: bool = Field(default=True, description="Whether a high burn rate pages in prod; else it opens a ticket.")
    exhausted: Urgency = Field(
        default=Severity.WARNING,
        description="Severity of SloBudgetExhausted. A warning unless the team's document calls a missed objective "
        "critical: no action at night restores the budget.",
    )
    reason: Text

    @model_validator(mode="after")
    def _outage_of_something(self) -> Self:
        if self.outage_for.seconds and isinstance(self.sli, GaugeSli | FreshnessSli):
            raise ValueError(f"found outage_for with a {self.sli.kind} SLI, which has no SloOutage; leave it out")
        return self

    @property
    def error_budget(self) -> Decimal:
        """The exact share of events that may be bad: 99.9 gives 0.001."""
        return (100 - self.target) / 100
