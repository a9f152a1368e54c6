"""Rules of auto-remediation: which alert of which part may start which action, where, and how often.

An allow-list: both the alert and its target are exact names, and nothing is derived from an alert's labels. Limits are
part of the action, so that no caller can leave them out.
"""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from model.base import Model, Name, Text
from model.catalog.components import MOST_REPLICAS
from model.quantities import Duration, Percent
from model.vocabulary import Environment, Vocabulary

PROOF_WINDOW = Duration("5m")
"""Over which an objective has to be met before an action has healed: the shortest window of burn rates."""
LONGEST_SETTLE = Duration("1h")
_LONGEST_SHIFT = Duration("2h")
_HIGHEST_SHARE = 30


class Mode(Vocabulary):
    """What a rule may do in an environment."""

    SHADOW = ("shadow", "Records what it would do, and does nothing.")
    ASK = ("ask", "Acts after a person approved it.")
    ACT = ("act", "Acts by itself; in prod only once it is armed.")


class Exemption(Vocabulary):
    """What stops a rule unless the rule names it."""

    MAINTENANCE = ("maintenance", "A maintenance window or a mute time of Alertmanager.")
    FREEZE = ("freeze", "A change freeze: a calendar of AWS Systems Manager that is closed.")


class Action(Model):
    """What every action has. ``ASKS``: a person approves it, whatever the mode is."""

    ASKS: ClassVar[bool] = False


class RestartPod(Action):
    """Evicts one pod by the Eviction API, so that PodDisruptionBudgets hold."""

    kind: Literal["restart-pod"]
    workload: Name | None = Field(default=None, description="The Deployment; absent: named as the component.")
    min_ready: Annotated[int, Field(ge=2, le=MOST_REPLICAS)] = Field(
        default=2, description="Ready replicas that it must have before; at least 2: one of them goes on serving."
    )


class RolloutRestart(Action):
    """Replaces all pods of a Deployment, one after another."""

    kind: Literal["rollout-restart"]
    workload: Name | None = Field(default=None, description="The Deployment; absent: named as the component.")


class ScaleOut(Action):
    """Raises the lower bound of a HorizontalPodAutoscaler. A plain scale would be undone within 15 s."""

    kind: Literal["scale-out"]
    autoscaler: Name | None = Field(default=None, description="The autoscaler; absent: named as the component.")
    most: Annotated[int, Field(ge=2, le=MOST_REPLICAS)] = Field(
        description="Replicas, at most; one action at most doubles them, and never exceeds the autoscaler's maximum."
    )


CAPACITY_ALERTS: dict[str, Literal["Read", "Write"]] = {
    **dict.fromkeys(("ReadCapacity", "ReadCapacityExhausted", "ReadMaximum"), "Read"),
    **dict.fromkeys(("WriteCapacity", "WriteCapacityExhausted", "WriteMaximum"), "Write"),
}
"""Alerts that say that a table's own capacity or ceiling is used up, and of what. Throttled requests alone do not say
it: a hot key and the account's quota throttle too, and capacity cures neither."""


class TableCapacity(Action):
    """Raises the capacity of a DynamoDB table: an action at most doubles it."""

    kind: Literal["table-capacity"]
    most_read: Annotated[int, Field(ge=1, le=40_000)] = Field(description="Read units, at most (AWS's own quota).")
    most_write: Annotated[int, Field(ge=1, le=40_000)] = Field(description="Write units, at most.")


def _shift(given: Duration) -> Duration:
    if not 0 < given.seconds <= _LONGEST_SHIFT.seconds:
        raise ValueError(f"found {given}; allowed: above 0s, at most {_LONGEST_SHIFT}")
    return given


class ZonalShift(Action):
    """Takes one availability zone out of a load balancer (Application Recovery Controller). It ends by itself."""

    kind: Literal["zonal-shift"]
    expires: Annotated[Duration, AfterValidator(_shift)] = Field(
        default=Duration("1h"), description="At most 2h; AWS would allow three days, in which nobody looks again."
    )


AppConfigId = Annotated[str, Field(pattern=r"^[a-z0-9]{4,7}$", description="As AWS AppConfig made it.")]


class FlagPlace(Model):
    """Where AWS AppConfig keeps a flag: ids, because rights are given by them."""

    application: AppConfigId
    profile: AppConfigId = Field(description="Its configuration profile of type AWS.AppConfig.FeatureFlags.")
    environment: AppConfigId = Field(description="AppConfig's own environment, to which it is deployed.")


class Breaker(Action):
    """Turns a feature flag of AWS AppConfig on, which the program reads to leave a dependency alone."""

    kind: Literal["breaker"]
    flag: Name
    places: Annotated[dict[Environment, FlagPlace], Field(min_length=1)] = Field(
        description="Environment -> where the flag is there; in any other one the action is refused."
    )
    strategy: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,64}$")] = Field(
        default="AppConfig.AllAtOnce", description="Deployment strategy."
    )


class Runbook(Action):
    """Starts an Automation runbook of AWS Systems Manager on one target at a time; the first error ends it."""

    kind: Literal["runbook"]
    document: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,128}$")]
    parameters: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")], tuple[Text, ...]] = Field(
        default_factory=dict
    )


class Rollback(Action):
    """Asks a person to return to the last good version with the deploy tool; never done by the engine."""

    ASKS: ClassVar[bool] = True

    kind: Literal["rollback"]
    how: Text = Field(description="What the person does, such as the pipeline to run again.")


AnyAction = Annotated[
    RestartPod | RolloutRestart | ScaleOut | TableCapacity | ZonalShift | Breaker | Runbook | Rollback,
    Field(discriminator="kind"),
]


class Modes(Model):
    """The mode in each environment."""

    local: Mode = Mode.SHADOW
    dev: Mode = Mode.SHADOW
    staging: Mode = Mode.SHADOW
    prod: Mode = Mode.SHADOW

    def of(self, environment: Environment) -> Mode:
        """The mode of one environment."""
        mode: Mode = getattr(self, environment)
        return mode


class Limits(Model):
    """How often. Besides, a rule acts on its target once in 12 hours: a second time a person is asked to look."""

    component_per_day: Annotated[int, Field(ge=1, le=10)] = Field(
        default=3, description="Actions on the target in 24 hours, of all rules: more is a fault that no action cures."
    )
    environment_per_hour: Annotated[int, Field(ge=1, le=6)] = Field(
        default=2, description="Actions in the whole environment in an hour: more at once have one common cause."
    )
    share: Annotated[Percent, Field(le=_HIGHEST_SHARE)] = Field(
        default=Decimal(_HIGHEST_SHARE),
        description="Percent of the system's components that may fire at once; above it the cause is a common one.",
    )


def _settle(given: Duration) -> Duration:
    if not PROOF_WINDOW.seconds <= given.seconds <= LONGEST_SETTLE.seconds:
        raise ValueError(f"found {given}; allowed: {PROOF_WINDOW} to {LONGEST_SETTLE}")
    return given


class Proof(Model):
    """The objective that says whether it helped: it is met again, with events."""

    component: Name
    objective: Name


class Remediation(Model):
    """One rule."""

    name: Name
    alert: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$", description="Exact name of the alert.")]
    component: Name = Field(description="The target: a component or resource of this system, by its exact name.")
    action: AnyAction
    mode: Modes = Modes()
    limits: Limits = Limits()
    settle: Annotated[Duration, AfterValidator(_settle)] = Field(
        default=Duration("15m"),
        description="How long after the action the alert has time to end and the objective to be met again; at most "
        "1h, and more than the alert's keep_firing_for and the 5m of the proof together. 15m is enough for SloOutage.",
    )
    proof: Proof | None = Field(default=None, description="Absent: the first objective of the target itself.")
    during: tuple[Exemption, ...] = Field(default=(), description="What does not stop it; absent: all do.")
    reason: Text = Field(description="Why this action cures it, such as the incident that showed it.")

    @model_validator(mode="after")
    def _asks(self) -> Self:
        acting = [str(e) for e in Environment if self.mode.of(e) is Mode.ACT]
        if self.action.ASKS and acting:
            raise ValueError(f"found mode act in {', '.join(acting)} for a {self.action.kind}; allowed: shadow, ask")
        return self
