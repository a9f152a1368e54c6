"""What Falco saw, attacks, logins, violations, and how long security alerts fire."""

from typing import Final

from authoring.dashboards.queries import alerts, chosen
from authoring.rules.alert_kinds import SECURITY
from authoring.rules.recording import security as series
from authoring.rules.recording.alerts import ENDED

REFUSED: Final = "component:requests_refused:rate5m"
CRITICAL: Final = 'priority=~"(?i)critical|alert|emergency"'
LESS: Final = 'priority=~"(?i)error|warning"'

ALERTS: Final = SECURITY
"""Alerts that lead to the security board: the same that no lost cluster inhibits."""
_ONE_OF_THEM: Final = f'alertname=~"{"|".join(ALERTS)}"'


def falco(where: str) -> str:
    """Falco's events of the time range; 0 and not nothing without any."""
    return f"sum(sum_over_time({chosen.cluster(series.FALCO, where)}[$__range])) or vector(0)"


def falco_by_rule() -> str:
    """Falco's events of the time range, by rule, priority and namespace."""
    found = f"sum_over_time({chosen.cluster(series.FALCO)}[$__range])"
    return f"sort_desc(sum by (cluster, priority, rule, k8s_ns_name) ({found}))"


def falco_over_time() -> str:
    """Falco's events of a quarter of an hour, by rule."""
    return f"topk(10, sum by (rule) (sum_over_time({chosen.cluster(series.FALCO)}[15m])))"


def firing(*by: str) -> str:
    """Security alerts that fire, by name, system and component."""
    return alerts.table_by_name(ALERTS, *by)


def attacks() -> str:
    """Requests a minute that carry an attack's pattern, by component."""
    return f"sum by (system, component) ({chosen.component(series.ATTACKS)})"


def login_failures() -> str:
    """Failed logins a minute, by component."""
    return f"sum by (system, component) ({chosen.component(series.LOGIN_FAILURES)})"


def rate_limited() -> str:
    """Requests a minute that the rate limit refused, by component."""
    return f"sum by (system, component) ({chosen.component(series.RATE_LIMITED)})"


def threat_scores() -> str:
    """The highest threat score of any one subject, by component and kind of subject."""
    return f"max by (system, component, subject) ({chosen.component(series.THREAT_SCORE)})"


def authentications() -> str:
    """Authentication events a minute, by type and status."""
    return f"sum by (type, status) ({chosen.component(series.AUTHENTICATIONS)})"


def blocked() -> str:
    """Refused requests a minute, by reason and class of source."""
    return f"sum by (reason, source_class) ({chosen.component(series.BLOCKED)})"


def refused() -> str:
    """Requests a second refused as unauthorized or forbidden, by component."""
    return f"sum by (system, component) ({chosen.component(REFUSED)})"


def violations() -> str:
    """Violations of policies, by component."""
    return f"sum by (system, component) ({chosen.component(series.VIOLATIONS)})"


def share_of_expected_peak() -> str:
    """Requests as a share of the expected peak, by component."""
    return f"max by (system, component) ({chosen.component('component:requests_of_expected_peak:ratio')})"


def in_all(query: str) -> str:
    """The sum over components; 0 and not nothing without any."""
    return f"sum({query}) or vector(0)"


def durations(statistic: str) -> str:
    """``count``, ``avg`` or ``max`` of the seconds that security alerts fired which ended, by alert and component."""
    how = {"count": "sum", "avg": "avg", "max": "max"}[statistic]
    ended = chosen.component(ENDED, _ONE_OF_THEM)
    return f"{how} by (alertname, system, component) ({statistic}_over_time({ended}[$__range]))"


def dropped_by_falco() -> str:
    """Share of the kernel's events that Falco could not look at, by node's agent."""
    dropped, seen = (
        f"sum by (cluster, instance) ({chosen.rate(chosen.cluster(f'falcosecurity_scap_n_{what}_total'))})"
        for what in ("drops", "evts")
    )
    return f"{dropped} / ({seen} > 0)"


def not_delivered() -> str:
    """Events a second that falcosidekick could not deliver, by destination."""
    failed = chosen.cluster("falcosecurity_falcosidekick_outputs_total", 'status="error"')
    return f"sum by (destination) ({chosen.rate(failed)})"


def watched() -> str:
    """Share of Falco's agents that answer."""
    agents = chosen.cluster("up", 'job=~".*falco.*", job!~".*(sidekick|talon|metacollector).*"')
    return f"avg by (cluster) ({agents})"


def falco_lines() -> str:
    """LogQL: what Falco said. falcosidekick labels its streams by rule, priority and its own fields, the cluster's."""
    return '{cluster=~"$cluster", rule=~".+", priority=~".+"}'
