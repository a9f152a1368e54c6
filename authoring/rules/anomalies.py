"""Alerts on requests, errors and latency that are not as usual at this hour of the week, at the system's own severity.

The bands are recorded for all components at once: rules/prometheus/service-baselines.yaml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authoring.promql import equals, selector
from authoring.rule_file import Rule
from model import labels
from model.catalog.system import System
from model.dashboards import Board
from model.go_template import literal

REQUESTS: Final = "component:requests:rate5m"
REQUESTS_LOW: Final = "component:requests_band:lower"
ERRORS: Final = "component:request_errors:ratio_rate5m"
ERRORS_HIGH: Final = "component:request_errors_band:upper"
LATENCY: Final = "component:request_duration_seconds:p95_rate5m"
LATENCY_HIGH: Final = "component:request_duration_p95_band:upper"

INTERVAL: Final = "1m"
"""A quarter of an hour is compared, so evaluation every minute is enough, at half the cost."""

# What comes back within a quarter of an hour is the same deviation.
_KEEP = "15m"
# Fewer failed requests than these in a quarter of an hour are chance.
_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Anomaly:
    """``value`` is compared with ``band``; ``side`` is the operator that makes it unusual."""

    alert: str
    value: str
    side: str
    band: str
    summary: str
    says: str


ANOMALIES: Final = (
    Anomaly(
        "RequestsBelowUsual",
        REQUESTS,
        "<",
        REQUESTS_LOW,
        "gets fewer requests than usual",
        "gets {{ $value | humanize }} requests a second, fewer than is usual at this hour of the week",
    ),
    Anomaly(
        "ErrorsAboveUsual",
        ERRORS,
        ">",
        ERRORS_HIGH,
        "fails more requests than usual",
        "fails {{ $value | humanizePercentage }} of its requests, more than is usual at this hour of the week",
    ),
    Anomaly(
        "LatencyAboveUsual",
        LATENCY,
        ">",
        LATENCY_HIGH,
        "is slower than usual",
        "has a p95 latency of {{ $value | humanizeDuration }}, more than is usual at this hour of the week",
    ),
)


def rules(system: System) -> Iterator[Rule]:
    """The three alerts of a system, for all of its components that serve requests; none for a system without any."""
    if any(component.telemetry.requests for component in system.components):
        for anomaly in ANOMALIES:
            yield _alert(system, anomaly)


def _alert(system: System, anomaly: Anomaly) -> Rule:
    own = equals({labels.SYSTEM: system.system})
    now = f"avg_over_time({selector(anomaly.value, own)}[15m])"
    compared = f"{now}\n    {anomaly.side} {selector(anomaly.band, own)}"
    if anomaly.value == ERRORS:
        failures = f"{now} * avg_over_time({selector(REQUESTS, own)}[15m]) * 900"
        compared += f"\n    and\n  {failures} >= {_FAILURES}"
    return Rule(
        "alert",
        anomaly.alert,
        f"(\n  {compared}\n)\n  * on (system, component) group_left (team)\n{selector('component:owner:info', own)}",
        {
            labels.SEVERITY: str(system.anomalies.severity),
            labels.TEAM: "{{ $labels.team }}",
            labels.SYSTEM: system.system,
            labels.COMPONENT: "{{ $labels.component }}",
        },
        hold=system.anomalies.hold,
        keep=_KEEP,
        annotations={
            labels.SUMMARY: f"{{{{ $labels.component }}}} of {literal(system.title)} {anomaly.summary}",
            labels.DESCRIPTION: f"{{{{ $labels.component }}}} of {literal(system.title)} {anomaly.says}. "
            f"{literal(system.anomalies.reason)}",
            labels.DASHBOARD_URL: Board.SERVICE.path,
        },
    )
