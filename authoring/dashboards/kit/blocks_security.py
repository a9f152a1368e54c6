"""Panels about who signs in, what is blocked and why, and how suspicious single addresses and users are."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, lines, panels, targets
from authoring.dashboards.kit.targets import Target
from authoring.dashboards.queries import security
from model.catalog.catalog import Catalog
from model.vocabulary import Signal


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
            f"0 to 100, of the most suspicious address and the most suspicious user. The logs name them. {lines.SAYS}",
            targets.over_time(security.threat_scores(), f"{blocks.BY_COMPONENT} {{{{subject}}}}"),
            thresholds=lines.shared(catalog, Signal.THREAT_SCORE),
            no_data="No component scores threats",
            runbooks=("HighThreatScore",),
            width=8,
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
        width=8,
    )
