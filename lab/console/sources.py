"""What the servers know, read from their APIs as typed values. Each function raises LabError when its server fails."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from lab.console.cutting import NAME_LETTERS, cut
from lab.errors import LabError
from lab.process import request
from lab.servers.inbox import KINDS
from model import labels, names
from model.metrics import metric_names

# A server that is stopped or swapped out must not hold the page up.
TIMEOUT_SECONDS = 3.0
# Of each kind of notification; more is a click away, in the inbox's own API.
SHOWN = 12

Notification = dict[str, Any]


class AlertState(StrEnum):
    """Of one alert, as a person meets it."""

    FIRING = "firing"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``key`` tells it from every other. ``runbook``, ``dashboard``, ``explore`` and ``query`` are its links."""

    key: str
    name: str
    state: AlertState
    severity: str
    system: str
    component: str
    team: str
    level: str
    summary: str
    description: str
    since: datetime
    receivers: tuple[str, ...] = ()
    runbook: str = ""
    dashboard: str = ""
    explore: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Of one objective, from its recorded series. Shares are 0 to 1; None where nothing was measured yet.

    ``target``: share of good events. ``remaining``: of the error budget; negative when exhausted. ``burn``: times
    faster than allowed, over the last hour. ``exhausted_in``: seconds until the budget is used up.
    """

    target: float | None = None
    remaining: float | None = None
    burn: float | None = None
    exhausted_in: float | None = None


ObjectiveKey = tuple[str, str, str]
_FIELDS = {
    metric_names.OBJECTIVE_RATIO: "target",
    metric_names.BUDGET_REMAINING: "remaining",
    metric_names.burn_rate("1h"): "burn",
    metric_names.BUDGET_EXHAUSTION: "exhausted_in",
}


def objectives(prometheus: str) -> dict[ObjectiveKey, Measured]:
    """What is measured, by system, component and objective."""
    query = f'{{__name__=~"{"|".join(_FIELDS)}"}}'
    found = _ask("Prometheus", f"{prometheus}/api/v1/query?{urlencode({'query': query})}")["data"]["result"]
    values: dict[ObjectiveKey, dict[str, float]] = defaultdict(dict)
    for series in found:
        of = series["metric"]
        key = (of.get(labels.SYSTEM, ""), of.get(labels.COMPONENT, ""), of.get(metric_names.OBJECTIVE, ""))
        values[key][_FIELDS[of["__name__"]]] = float(series["value"][1])
    return {key: Measured(**value) for key, value in values.items()}


def pending(prometheus: str) -> list[Alert]:
    """Alerts whose condition holds, but not for long enough."""
    found = _ask("Prometheus", f"{prometheus}/api/v1/alerts")["data"]["alerts"]
    alerts = [
        _alert(str(sorted(alert["labels"].items())), AlertState.PENDING, alert, alert["activeAt"])
        for alert in found
        if alert["state"] == "pending"
    ]
    return sorted(alerts, key=_urgency)


def alerts(alertmanager: str) -> list[Alert]:
    """What Alertmanager holds, the most urgent first."""
    found = _ask("Alertmanager", f"{alertmanager}/api/v2/alerts")
    made = [_alert(alert["fingerprint"], _state(alert), alert, alert["startsAt"]) for alert in found]
    return sorted(made, key=_urgency)


def notifications(inbox: str) -> list[Notification]:
    """The newest of each kind, the newest first."""
    found: list[Notification] = []
    for kind in KINDS:
        found += _ask("The inbox", f"{inbox}/notifications?{urlencode({'kind': kind, 'limit': SHOWN})}")
    return sorted(found, key=lambda item: -int(item["id"]))


def verdicts(remediation: str) -> list[dict[str, Any]]:
    """The newest verdicts of auto-remediation, the newest first; none where it does not run."""
    found = _ask("Auto-remediation", f"{remediation}/verdicts") if remediation else []
    return [
        {**{key: cut(str(one[key])) for key in _OF_VERDICT}, "at": datetime.fromtimestamp(one["at"], UTC)}
        for one in found[:SHOWN]
    ]


_OF_VERDICT = ("system", "component", "rule", "alert", "verdict", "reason", "text", "outcome", "approved_by")


def notification(inbox: str, number: int) -> Notification | None:
    """One of them; None when it is gone."""
    found = _ask("The inbox", f"{inbox}/notifications?{urlencode({'since': number - 1})}")
    return found[0] if found and found[0]["id"] == number else None


def _ask(who: str, url: str) -> Any:
    status, text = request("GET", url, timeout=TIMEOUT_SECONDS)
    if not status:
        raise LabError(f"{who} does not answer at {url.partition('?')[0]}")
    if status != HTTPStatus.OK:
        raise LabError(f"{who} answers {status}: {text.strip()[:300]}")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise LabError(f"{who} does not return JSON") from None


def _state(alert: Mapping[str, Any]) -> AlertState:
    status = alert["status"]
    if status["silencedBy"]:
        return AlertState.SILENCED
    return AlertState.INHIBITED if status["inhibitedBy"] else AlertState.FIRING


def _alert(key: str, state: AlertState, alert: Mapping[str, Any], since: str) -> Alert:
    of, says = alert["labels"], alert["annotations"]

    def label(name: str) -> str:
        return cut(of.get(name, ""), NAME_LETTERS)

    return Alert(
        key=key,
        name=cut(of["alertname"], NAME_LETTERS),
        state=state,
        severity=label(labels.SEVERITY),
        system=label(labels.SYSTEM),
        component=label(labels.COMPONENT),
        team=label(labels.TEAM),
        level=label(labels.LEVEL),
        summary=cut(says.get(labels.SUMMARY, "")),
        description=cut(says.get(labels.DESCRIPTION, "")),
        since=parsed(since),
        receivers=tuple(receiver["name"] for receiver in alert.get("receivers", ())),
        runbook=says.get(labels.RUNBOOK_URL, ""),
        dashboard=says.get(labels.DASHBOARD_URL, ""),
        explore=says.get(labels.EXPLORE_URL, ""),
        query=alert.get("generatorURL", ""),
    )


def parsed(moment: str) -> datetime:
    """A time of RFC 3339, whose fractions Go writes with nine digits."""
    return datetime.fromisoformat(moment).astimezone(UTC)


_SEVERITIES = ("critical", "warning", "info")
_STATES = tuple(AlertState)


def _urgency(alert: Alert) -> tuple[int, int, float, str]:
    rank = _SEVERITIES.index(alert.severity) if alert.severity in _SEVERITIES else len(_SEVERITIES)
    return (_STATES.index(alert.state), rank, -alert.since.timestamp(), alert.key)


def heartbeat(found: list[Alert]) -> tuple[bool, list[Alert]]:
    """Whether the alert that always fires does, and the others."""
    return any(alert.name == names.WATCHDOG for alert in found), [a for a in found if a.name != names.WATCHDOG]


def is_heartbeat(item: Notification) -> bool:
    """Whether a notification only says that the chain is alive."""
    payload = item["payload"]
    of = payload.get("commonLabels") if isinstance(payload, dict) else None
    return isinstance(of, dict) and of.get("alertname") == names.WATCHDOG
