"""Panels about who signs in, what is blocked and why, and how suspicious single addresses and users are."""

from grafana_foundation_sdk.models import units

from authoring.dashboards import blocks, lines, panels, targets
from authoring.dashboards.queries import security
from authoring.dashboards.thresholds import NO_LIMIT
from model.catalog.catalog import Catalog
from model.vocabulary import Signal


def identities(catalog: Catalog) -> blocks.Panels:
    """Authentication events, blocked requests, threat scores."""
    return (
        panels.curves(
            "Authentication events by type and status",
            "Events a minute. Failures that rise without successes are guesses; successes that rise right after them "
            "are guesses that were right.",
            targets.over_time(security.authentications(), "{{type}} {{status}}"),
            unit=units.CountsPerMinute,
            thresholds=NO_LIMIT,
            no_data="No component counts authentication events",
            runbooks=("LoginFailures",),
            stacked=True,
            width=8,
        ),
        panels.curves(
            "Blocked requests by reason and source",
            "Requests a minute that were refused. Rate limits refuse the impatient, signatures and reputation refuse "
            "attackers; the class of source says who is behind them.",
            targets.over_time(security.blocked(), "{{reason}} {{source_class}}"),
            unit=units.CountsPerMinute,
            thresholds=NO_LIMIT,
            no_data="No component counts blocked requests",
            runbooks=("RateLimitedRequests", "RateLimitExceededByOneAddress", "AttackSignatures"),
            stacked=True,
            width=8,
        ),
        panels.curves(
            "Highest threat score by kind of subject",
            f"0 to 100, of the most suspicious address and the most suspicious user. The logs name them. {lines.SAYS}",
            targets.over_time(security.threat_scores(), f"{blocks.BY_COMPONENT} {{{{subject}}}}"),
            unit=units.Short,
            thresholds=lines.shared(catalog, Signal.THREAT_SCORE),
            no_data="No component scores threats",
            runbooks=("HighThreatScore",),
            width=8,
        ),
    )
