"""Names of the series that Belfry's own rules write, and of their labels: nothing else spells them.

Recording rules are named ``level:metric:operations`` (https://prometheus.io/docs/practices/rules/). The level of all
series here is ``component``: one series a cluster and objective.
"""

from typing import Final

# Labels, beside `cluster`, `system` and `component`.
OBJECTIVE: Final = "objective"
OUTCOME: Final = "outcome"
WINDOW: Final = "window"
FEATURE: Final = "feature"
SLI: Final = "sli"

# Values of the label `outcome`. Late events took longer than `alert_at.threshold`.
TOTAL: Final = "total"
BAD: Final = "bad"
LATE: Final = "late"

# On the series of the blackbox exporter: the probe of the catalog, or the kind of the component's health endpoint.
PROBE: Final = "probe"
PROBE_SUCCESS: Final = "probe_success"

CHECK_FAILED: Final = "component:slo_check_failed:bool"
"""1 while a value, a probe or an age is on the wrong side, 0 while it is not; objectives measured in minutes only."""

SILENCE: Final = "component:slo_silence:bool"
"""1 while there is no traffic although the previous hour had some; absent otherwise."""

OBJECTIVE_RATIO: Final = "component:slo_objective:ratio"
"""The target: share of good events, 0 to 1."""

BUDGET_REMAINING: Final = "component:slo_error_budget_remaining:ratio"
"""Error budget remaining: 1 unused, 0 exhausted, negative when the objective is missed."""

BUDGET_EXHAUSTION: Final = "component:slo_error_budget_exhaustion_seconds:estimate"
"""Seconds until the error budget is exhausted at the burn rate of the last six hours; absent at burn rate 0."""

WARNING_THRESHOLD: Final = "component:warning_threshold:ratio"
"""From where on an alert fires, as a share; ``signal`` says of what, ``threshold`` is the number for people."""

FIRING_SINCE: Final = "alert:firing_since:timestamp"
"""Unix time in seconds when a critical alert began to fire; with the alert's labels."""


def events(window: str) -> str:
    """Events of one objective in a window, by ``outcome``. Minutes where the SLI is measured in minutes."""
    return f"component:slo_events:increase{window}"


def error_ratio(window: str) -> str:
    """Share of bad events in a window, 0 to 1. Absent without events."""
    return f"component:slo_errors:ratio{window}"


def burn_rate(window: str) -> str:
    """Burn rate: 1 exhausts the error budget exactly at the window's end."""
    return f"component:slo_burn_rate:ratio{window}"


# Alerts: few and stable names; their labels say which system, component and objective.
OUTAGE: Final = "SloOutage"
FAST_BURN: Final = "SloFastBurn"
SLOW_BURN: Final = "SloSlowBurn"
TRICKLE: Final = "SloTrickle"
LOW_TRAFFIC_ERRORS: Final = "SloLowTrafficErrors"
NO_DATA: Final = "SloNoData"
NOT_MEASURED: Final = "SloNotMeasured"
BUDGET_EXHAUSTED: Final = "SloBudgetExhausted"
MEASUREMENT_INVALID: Final = "SloMeasurementInvalid"
BELOW_THRESHOLD: Final = "SloBelowThreshold"
"""For an objective with `alert_at` if no signal-specific alert name fits."""
TEXTBOOK_PAGE: Final = "TextbookPage"
"""What the multi-window burn-rate rules of the SRE workbook would page for; nobody is notified."""
TEXTBOOK_TICKET: Final = "TextbookTicket"
SLO_ALERTS: Final = (
    OUTAGE,
    FAST_BURN,
    SLOW_BURN,
    TRICKLE,
    LOW_TRAFFIC_ERRORS,
    NO_DATA,
    NOT_MEASURED,
    BUDGET_EXHAUSTED,
    MEASUREMENT_INVALID,
    BELOW_THRESHOLD,
)
