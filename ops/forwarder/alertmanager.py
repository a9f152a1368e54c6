"""One Alertmanager's HTTP API."""

import json
import urllib.parse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from model.alarms.forwarding import Alert
from ops.http import ask


class HttpAlertmanager:
    """Alertmanager at ``url``, without a slash at the end."""

    def __init__(self, url: str) -> None:
        self.name = url

    def post(self, alerts: Sequence[Alert]) -> None:
        """Post alerts. Raises Unreachable."""
        ask("POST", f"{self.name}/api/v2/alerts", [_words(alert) for alert in alerts])

    def has(self, alert: Alert) -> bool:
        """Whether it has this very alert, with this end. Raises Unreachable."""
        filters = [("filter", f"{name}={json.dumps(value)}") for name, value in alert.labels.items()]
        found = ask("GET", f"{self.name}/api/v2/alerts?{urllib.parse.urlencode(filters)}")
        ends = datetime.fromisoformat(_stamp(alert.ends))
        return any(datetime.fromisoformat(one["endsAt"]) == ends for one in found)


def _words(alert: Alert) -> dict[str, Any]:
    return {
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": _stamp(alert.starts),
        "endsAt": _stamp(alert.ends),
        "generatorURL": alert.url,
    }


def _stamp(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond: Alertmanager gives back no more."""
    return datetime.fromtimestamp(round(seconds, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
