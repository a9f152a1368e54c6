"""Panels of security: who signs in, what is blocked, how suspicious addresses and users are, and what Falco detects."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, thresholds
from authoring.dashboards.kit.targets import Target
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import security
from model.catalog.catalog import Catalog
from model.vocabulary import Signal

NOTHING_SEEN = "Falco saw nothing"


def identities(catalog: Catalog) -> blocks.Panels:
    """Authentication events, blocked requests, threat scores."""
    return (
        _counts(
            "Authentication events by type and status",
            "Events a minute. Failures that rise without successes are guesses; successes that rise right after them "
            "are guesses that were right.",
            targets.over_time(security.authentications(), "{{type}} {{status}}"),
            "No component counts authentication events",
            "LoginFailures",
        ),
        _counts(
            "Blocked requests by reason and source",
            "Rejected requests a minute. Rate limits reject impatient clients, signatures and reputation reject "
            "attackers; the class of source shows which.",
            targets.over_time(security.blocked(), "{{reason}} {{source_class}}"),
            "No component counts blocked requests",
            "RateLimitedRequests",
            "RateLimitExceededByOneAddress",
            "AttackSignatures",
        ),
        panels.curves(
            "Highest threat score by kind of subject",
            "0 to 100, of the most suspicious address and the most suspicious user. The logs name them. "
            f"{thresholds.SAYS}",
            targets.over_time(security.threat_scores(), f"{blocks.BY_COMPONENT} {{{{subject}}}}"),
            thresholds=thresholds.shared(catalog, Signal.THREAT_SCORE),
            no_data="No component scores threats",
            runbooks=("HighThreatScore",),
        ),
    )


def _counts(title: str, description: str, events: Target, no_data: str, *runbooks: str) -> panels.PanelBuilder:
    return panels.curves(
        title,
        description,
        events,
        unit=units.CountsPerMinute,
        no_data=no_data,
        runbooks=runbooks,
        stacked=True,
    )


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
        ),
        panels.curves(
            "Events it could not look at",
            "Share of the kernel's events. From 1 % on an attacker may pass unseen.",
            targets.over_time(security.dropped_by_falco(), "{{instance}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01),
            no_data="No Falco in this cluster",
            runbooks=("FalcoDropsEvents",),
        ),
        panels.curves(
            "Events that were not delivered",
            "Failed deliveries a second, by destination. Must be 0: these findings are lost.",
            targets.over_time(security.not_delivered(), "{{destination}}"),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=0.001),
            no_data="All were delivered",
            runbooks=("FalcoEventsNotDelivered",),
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
