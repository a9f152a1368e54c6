"""The policy of the error budget gate: when a deployment of a system has to wait.

Without a policy in the catalog the defaults below hold. They are the SRE workbook's error budget policy (appendix B:
releases stop once the budget of four weeks is spent), with a warning before and a stop while users are affected.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from model.base import Model, Name, Text
from model.quantities import Duration, Number, Percent
from model.vocabulary import Environment, Vocabulary

# SloNoData, SloNotMeasured and SloMeasurementInvalid are missing on purpose: they mean that the budget is unknown.
BlockingAlert = Literal["SloOutage", "SloFastBurn", "SloSlowBurn", "SloTrickle", "SloBelowThreshold"]

# Below, the budget was spent eleven times; a threshold there would never freeze anything.
_LOWEST = -1000
_LONGEST_SOAK = Duration("7d")


class GateScope(Vocabulary):
    """Whose error budgets count."""

    OWN = ("own", "Those of the system, or of the component that is deployed.")
    DEPENDENCIES = ("dependencies", "Those, and the budgets of everything that it calls, directly or not.")


class OnUnknown(Vocabulary):
    """What a deployment does while nobody knows the budget."""

    BLOCK = ("block", "It waits: exit code 4.")
    ALLOW = ("allow", "Allowed with a warning: exit code 0, and the answer is still unknown.")


class Unknown(Model):
    """What an unknown budget means, by environment. Production and its rehearsal wait; the others have no users."""

    local: OnUnknown = OnUnknown.ALLOW
    dev: OnUnknown = OnUnknown.ALLOW
    staging: OnUnknown = OnUnknown.BLOCK
    prod: OnUnknown = OnUnknown.BLOCK

    def of(self, environment: Environment) -> OnUnknown:
        """The answer of one environment."""
        answer: OnUnknown = getattr(self, environment)
        return answer


class OptionalObjective(Model):
    """An objective that may have no events in its whole window, such as one of load that seldom comes."""

    component: Name
    objective: Name
    reason: Text


def _soak(given: Duration) -> Duration:
    if given.seconds > _LONGEST_SOAK.seconds:
        raise ValueError(f"found {given}; allowed: at most {_LONGEST_SOAK}")
    return given


class Gate(Model):
    """When a deployment of the system waits for its error budget. Every number is percent of the error budget."""

    warn_below: Percent = Field(
        default=Decimal(25),
        description="Warn when less than this percent of an error budget remains: at a quarter there is time for "
        "reliability work before the freeze.",
    )
    freeze_below: Annotated[Number, Field(ge=_LOWEST, le=100)] = Field(
        default=Decimal(0),
        description="Freeze features when less than this percent remains: below 0 the objective is missed. Fixes, "
        "security changes and rollbacks pass with a reason and an approver. A negative value tolerates a miss.",
    )
    block_while: tuple[BlockingAlert, ...] = Field(
        default=("SloOutage", "SloFastBurn"),
        description="Alerts that stop every change but a fix or a rollback while they fire: both mean that users are "
        "affected now, and another change hides the cause.",
    )
    scope: GateScope = GateScope.OWN
    unknown: Unknown = Unknown()
    min_events: Annotated[int, Field(ge=1, le=10**6)] = Field(
        default=10,
        description="With fewer events in the objective's window the budget is unknown: one failure of three "
        "requests is not significant. 10 is the minimum of SloBudgetExhausted.",
    )
    soak: Annotated[Duration, AfterValidator(_soak)] = Field(
        default=Duration("1d"),
        description="Warn when the budget would be exhausted sooner than this at the current burn rate; 1d is the "
        "time that a change stays in staging before production. At most 7d.",
    )
    optional: tuple[OptionalObjective, ...] = Field(
        default=(), description="Objectives of which no or few events are a warning, not an unknown budget."
    )
    reason: Text = "The error budget policy of the SRE workbook: features wait once the objective is missed."

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.warn_below < self.freeze_below:
            raise ValueError(
                f"found warn_below {self.warn_below} under freeze_below {self.freeze_below}; "
                "allowed: a warning that comes no later than the freeze"
            )
        return self
