"""From which value on a panel says good, attention, bad. The reason of a number stands in the panel's description."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, Threshold, ThresholdsMode

from authoring.dashboards.kit.colours import BAD, CLEAR, GOOD, NEUTRAL, WARN

Steps = tuple[Threshold, ...]

NO_LIMIT: Steps = (Threshold(color=NEUTRAL),)
"""For values that are neither good nor bad, such as a request rate."""


def rising(*, warn: float | None = None, bad: float | None = None) -> Steps:
    """Good below, worse from ``warn`` and ``bad`` on."""
    limits = [(warn, WARN), (bad, BAD)]
    return (Threshold(color=GOOD), *(Threshold(color=c, value=float(v)) for v, c in limits if v is not None))


def falling(*, good: float, warn: float | None = None) -> Steps:
    """Bad at the bottom, attention from ``warn`` on, good from ``good`` on."""
    limits = [(warn, WARN), (good, GOOD)]
    return (Threshold(color=BAD), *(Threshold(color=c, value=float(v)) for v, c in limits if v is not None))


def alerting_only(steps: Steps) -> Steps:
    """Without the ground of what is good: in a table only what asks for a look is coloured."""
    return tuple(Threshold(color=CLEAR, value=step.value) if step.color == GOOD else step for step in steps)


def config(steps: Steps) -> builders.ThresholdsConfig:
    """As the panels' builders take them."""
    return builders.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(list(steps))


def override(steps: Steps) -> DynamicConfigValue:
    """As an override of one series or column takes them."""
    found = [{"color": step.color, "value": step.value} for step in steps]
    return DynamicConfigValue("thresholds", {"mode": "absolute", "steps": found})
