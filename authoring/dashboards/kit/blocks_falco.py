"""Falco itself: whether it sees system calls and sends its findings, and those findings."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import security

NOTHING_SEEN = "Falco saw nothing"


def itself() -> blocks.Panels:
    """Agents that answer, events they could not look at, events that reached nobody."""
    return (
        panels.curves(
            "Agents that answer",
            "Share of Falco's agents. A node without an agent is not monitored; below 80 % an alert pages.",
            targets.over_time(security.watched(), "{{cluster}}"),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.8, good=1),
            no_data="No Falco in this cluster",
            runbooks=("FalcoBlind",),
            width=8,
        ),
        panels.curves(
            "Events it could not look at",
            "Share of the kernel's events. From 1 % on an attacker may pass unseen.",
            targets.over_time(security.dropped_by_falco(), "{{instance}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01),
            no_data="No Falco in this cluster",
            runbooks=("FalcoDropsEvents",),
            width=8,
        ),
        panels.curves(
            "Events that were not delivered",
            "Failed deliveries a second, by destination. Must be 0: these findings are lost.",
            targets.over_time(security.not_delivered(), "{{destination}}"),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=0.001),
            no_data="All were delivered",
            runbooks=("FalcoEventsNotDelivered",),
            width=8,
        ),
    )


def events() -> panels.PanelBuilder:
    """Its events as lines."""
    return panels.log_lines(
        "Falco's events",
        "Newest first, with pod, process and user. Loki stores them from the configured priority.",
        targets.logs(security.falco_lines()),
        unit="string",
        no_data=NOTHING_SEEN,
        runbooks=("FalcoCriticalEvent",),
    )
