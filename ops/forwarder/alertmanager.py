"""One Alertmanager's HTTP API."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from model.alarms.forwarding import Alert
from ops.forwarder.ports import Unreachable

TIMEOUT_SECONDS = 10.0


class HttpAlertmanager:
    """Alertmanager at ``url``, without a slash at the end."""

    def __init__(self, url: str) -> None:
        self.name = url
        # Never through a proxy: it is in the same cluster.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def post(self, alerts: Sequence[Alert]) -> None:
        """Post alerts. Raises Unreachable."""
        self._ask("/api/v2/alerts", json.dumps([_words(alert) for alert in alerts]).encode())

    def has(self, alert: Alert) -> bool:
        """Whether it has this very alert, with this end. Raises Unreachable."""
        filters = [("filter", f"{name}={json.dumps(value)}") for name, value in alert.labels.items()]
        found = json.loads(self._ask(f"/api/v2/alerts?{urllib.parse.urlencode(filters)}"))
        ends = _stamp(alert.ends)
        return any(datetime.fromisoformat(one["endsAt"]) == datetime.fromisoformat(ends) for one in found)

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"{self.name}{path}", body)  # noqa: S310 (it is given, not asked)
        request.add_header("Content-Type", "application/json")
        try:
            with self._open(request, timeout=TIMEOUT_SECONDS) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(300).decode(errors="replace").strip()
            raise Unreachable(f"{self.name} answers {error.code}: {said}") from None
        except (OSError, ValueError) as error:
            raise Unreachable(f"{self.name}: {error}") from None


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
